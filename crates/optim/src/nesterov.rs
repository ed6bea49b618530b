//! Nesterov's accelerated gradient (Nesterov 1983; as Sutskever et al., "On the Importance of
//! Initialization and Momentum in Deep Learning", 2013, with the gradient at the look-ahead point).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::{check_decay, check_learning_rate};
use crate::{Optimizer, Rates, Result, State, settled::settled};

/// `v := μ v + dw`, `w := w − α (dw + μ v)`: momentum that looks one step ahead, as PyTorch's SGD
/// has it.
///
/// ```
/// use layerwise_optim::{Nesterov, Optimizer};
///
/// let optimizer = Nesterov::new(0.5, 0.5)?;
/// let (mut w, mut state) = ([1.0], [0.0]);
/// optimizer.update(0, &mut w, &[1.0], &mut state);
/// assert_eq!(w, [0.25]);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nesterov<T> {
    alpha: T,
    mu: T,
}

impl<T: Scalar> Nesterov<T> {
    /// Learning rate `alpha` and inertia `mu` in [0, 1); 0.9 is the custom.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate) unless `alpha` is finite and above 0;
    /// [`OptimError::Decay`](crate::OptimError::Decay) for `mu`.
    pub fn new(alpha: T, mu: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        check_decay("mu", mu)?;
        Ok(Self { alpha, mu })
    }
}

impl<T: Scalar> Optimizer<T> for Nesterov<T> {
    fn name(&self) -> &'static str {
        "nesterov"
    }

    fn n_state(&self) -> usize {
        1
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        let Self { mu, .. } = *self;
        let alpha = rates.alpha;
        let [v, ..] = state;
        vectorized(
            #[inline(always)]
            || {
                for ((w, &dw), v) in values.iter_mut().zip(gradient).zip(v) {
                    *v = settled(mu * *v + dw);
                    *w -= alpha * (dw + mu * *v);
                }
            },
        );
    }
}
