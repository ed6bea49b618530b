//! Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, algorithm 2).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::{check_learning_rate, check_weight_decay};
use crate::{Optimizer, Rates, Result, State, settled::settled};

/// `w := w − α sign(β1 m + (1−β1) dw)`, `m := β2 m + (1−β2) dw` with the paper's β1 = 0.9, β2 = 0.99: every
/// weight moves by α in every step. A learning rate 3 to 10 times smaller than Adam's is advised, with
/// a weight decay as much larger (section 5).
///
/// ```
/// use layerwise_optim::{Lion, Optimizer};
///
/// let (mut w, mut state) = ([1.0, 1.0], [0.0; 2]);
/// Lion::new(0.25)?.update(0, &mut w, &[1e-3, -7.0], &mut state);
/// assert_eq!(w, [0.75, 1.25]);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lion<T> {
    alpha: T,
    weight_decay: T,
}

impl<T: Scalar> Lion<T> {
    /// Lion with learning rate `alpha`; 1e-4 is the paper's.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate) unless `alpha` is finite and above 0.
    pub fn new(alpha: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        Ok(Self { alpha, weight_decay: T::zero() })
    }

    /// With decoupled weight decay λ, finite and at least 0.
    ///
    /// # Errors
    /// [`OptimError::WeightDecay`](crate::OptimError::WeightDecay).
    ///
    /// ```
    /// use layerwise_optim::{Lion, Optimizer};
    ///
    /// let (mut w, mut state) = ([2.0], [0.0]);
    /// Lion::new(0.25)?.with_weight_decay(1.0)?.update(0, &mut w, &[3.0], &mut state);
    /// assert_eq!(w, [(1.0 - 0.25 * 1.0) * 2.0 - 0.25]);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn with_weight_decay(mut self, weight_decay: T) -> Result<Self> {
        check_weight_decay(weight_decay)?;
        self.weight_decay = weight_decay;
        Ok(self)
    }
}

impl<T: Scalar> Optimizer<T> for Lion<T> {
    fn name(&self) -> &'static str {
        "lion"
    }

    fn n_state(&self) -> usize {
        1
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    fn weight_decay(&self) -> T {
        self.weight_decay
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        let alpha = rates.alpha;
        let [m, ..] = state;
        vectorized(
            #[inline(always)]
            || {
                for ((w, &dw), m) in values.iter_mut().zip(gradient).zip(m) {
                    let (beta_1, beta_2, one) = (T::of(0.9), T::of(0.99), T::one());
                    let c = beta_1 * *m + (one - beta_1) * dw;
                    let down = if c > T::zero() { alpha } else { T::zero() };
                    let up = if c < T::zero() { alpha } else { T::zero() };
                    *w = (*w - down) + up;
                    *m = settled(beta_2 * *m + (one - beta_2) * dw);
                }
            },
        );
    }
}
