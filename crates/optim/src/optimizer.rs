//! What the training path asks of an optimizer.

use std::fmt::Debug;

use layerwise_core::{Scalar, linalg::map_in_place};

/// A rule that changes parameters by their gradients, a slice at a time.
///
/// An optimizer knows no layers and keeps nothing itself: what it must remember of each parameter
/// value (momentum, second moments) lies in `state`, which belongs to the driver. So parameters
/// may be updated in parts, in any order and from several threads, as long as the same part comes
/// with the same part of the state.
///
/// ```
/// use layerwise_optim::core::Scalar;
/// use layerwise_optim::{AdamW, Optimizer, Rates, State};
///
/// /// `v := v/2 + dw`, `w := w − α v`, an optimizer of one's own.
/// #[derive(Debug)]
/// struct Heavy;
///
/// impl<T: Scalar> Optimizer<T> for Heavy {
///     fn name(&self) -> &'static str {
///         "heavy"
///     }
///     fn alpha(&self) -> T {
///         T::of(0.25)
///     }
///     fn n_state(&self) -> usize {
///         1
///     }
///     fn apply(&self, rates: &Rates<T>, w: &mut [T], dw: &[T], [v, ..]: State<'_, T>) {
///         for ((w, &dw), v) in w.iter_mut().zip(dw).zip(v) {
///             *v = T::of(0.5) * *v + dw;
///             *w -= rates.alpha * *v;
///         }
///     }
/// }
///
/// let (mut w, mut state) = ([1.0], [0.0]);
/// Heavy.update(0, &mut w, &[2.0], &mut state);
/// assert_eq!((w, state), ([0.5], [2.0]));
/// Heavy.update(1, &mut w, &[0.0], &mut state);
/// assert_eq!((w, state), ([0.25], [1.0]));
///
/// // What it leaves unsaid: no decay, and no corrections of the rate.
/// let heavy: &dyn Optimizer<f64> = &Heavy;
/// assert_eq!((heavy.weight_decay(), heavy.descends()), (0.0, false));
/// assert_eq!(heavy.rates(0, 0.1).corrections, [1.0; 3]);
/// assert_eq!(AdamW::new(0.1, 0.5)?.weight_decay(), 0.5);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
pub trait Optimizer<T: Scalar>: Debug + Send + Sync {
    /// The name in tables and model files: `gradient descent`.
    fn name(&self) -> &'static str;

    /// State values kept for each parameter value; all start at 0.
    fn n_state(&self) -> usize {
        0
    }

    /// The learning rate α this optimizer was made with.
    fn alpha(&self) -> T;

    /// Decoupled weight decay λ: before an update, weights shrink by the factor `1 − α λ` (Loshchilov and
    /// Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2). 0 unless said otherwise.
    fn weight_decay(&self) -> T {
        T::zero()
    }

    /// The numbers of training step `step` (counted from 0) that are the same for every parameter,
    /// at the learning rate `alpha`, which a schedule may have changed.
    fn rates(&self, step: u64, alpha: T) -> Rates<T> {
        let _ = step;
        Rates { alpha, corrections: [T::one(); 3] }
    }

    /// Updates `values` by `gradient` at these rates.
    ///
    /// `gradient` and the first [`n_state`](Optimizer::n_state) slices of `state` have the length of
    /// `values`; the others are empty.
    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>);

    /// Whether [`apply`](Optimizer::apply) is `w := w − α dw` and nothing else: then a driver may subtract
    /// while it sums up a gradient, without keeping it. No unless an optimizer says so.
    fn descends(&self) -> bool {
        false
    }

    /// Updates `values` by `gradient` in training step `step`, counted from 0, at the optimizer's
    /// own learning rate: [`decay`], then [`apply`](Optimizer::apply) at the step's
    /// [`rates`](Optimizer::rates). `state` has `n_state` times the length of `values`.
    fn update(&self, step: u64, values: &mut [T], gradient: &[T], state: &mut [T]) {
        decay(values, self.alpha(), self.weight_decay());
        let n = values.len();
        self.apply(&self.rates(step, self.alpha()), values, gradient, state_of(state, n));
    }
}

/// `w := (1 − α λ) w`, decoupled weight decay.
///
/// ```
/// let mut w = [1.0, -2.0];
/// layerwise_optim::decay(&mut w, 0.5, 0.5);
/// assert_eq!(w, [0.75, -1.5]);
/// ```
pub fn decay<T: Scalar>(values: &mut [T], alpha: T, weight_decay: T) {
    if weight_decay != T::zero() {
        let factor = T::one() - alpha * weight_decay;
        map_in_place(values, |w| w * factor);
    }
}

/// The most state values an optimizer keeps for a parameter value.
///
/// ```
/// use layerwise_optim::{AmsGrad, MOST_STATE, Optimizer};
/// assert_eq!(AmsGrad::new(0.001)?.n_state(), MOST_STATE);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
pub const MOST_STATE: usize = 3;

/// What an optimizer remembers of some parameter values: slices as long as theirs, in an order of its own,
/// and empty ones up to [`MOST_STATE`].
///
/// ```
/// use layerwise_optim::{Momentum, Optimizer, State};
///
/// let momentum = Momentum::new(0.5, 0.9)?;
/// let (mut w, mut v) = ([1.0, 1.0], [0.0, 0.0]);
/// let state: State<'_, f64> = [&mut v, &mut [], &mut []];
/// momentum.apply(&momentum.rates(0, 0.5), &mut w, &[1.0, 0.0], state);
/// assert!(w[0] < 1.0 && w[1] == 1.0);
/// assert!(v[0] != 0.0 && v[1] == 0.0);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
pub type State<'a, T> = [&'a mut [T]; MOST_STATE];

/// The state that lies in `values`, one slice of `n` after the other.
///
/// ```
/// use layerwise_optim::state_of;
///
/// let mut values = [1.0, 2.0, 3.0, 4.0];
/// let [m, v, none] = state_of(&mut values, 2);
/// assert_eq!((&*m, &*v, &*none), (&[1.0, 2.0][..], &[3.0, 4.0][..], &[][..]));
/// ```
pub fn state_of<T>(values: &mut [T], n: usize) -> State<'_, T> {
    let mut slices = values.chunks_mut(n.max(1));
    std::array::from_fn(|_| slices.next().unwrap_or_default())
}

/// What one training step has in common for all parameters, computed once a step.
///
/// ```
/// use layerwise_optim::{Adam, Optimizer};
///
/// let rates = Adam::new(0.001)?.rates(0, 0.002_f64); // a schedule has doubled α
/// assert_eq!(rates.alpha, 0.002);
/// // 1/(1 − β1) in the first step, next to 1 after many.
/// assert!((rates.corrections[0] - 10.0).abs() < 1e-12);
/// assert!((Adam::new(0.001)?.rates(999, 0.002_f64).corrections[0] - 1.0).abs() < 1e-12);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates<T> {
    /// The learning rate α of this step.
    pub alpha: T,
    /// Factors that correct running means for their start at 0, of a meaning of the optimizer's
    /// own; 1 where there is nothing to correct.
    pub corrections: [T; 3],
}
