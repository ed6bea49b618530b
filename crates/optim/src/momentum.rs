//! Momentum (Polyak, "Some Methods of Speeding Up the Convergence of Iteration Methods", 1964).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::{check_decay, check_learning_rate};
use crate::{Optimizer, Rates, Result, State, settled::settled};

/// `v := μ v + dw`, `w := w − α v`: a ball with inertia, as PyTorch's SGD has it.
///
/// ```
/// use layerwise_optim::{Momentum, Optimizer};
///
/// let optimizer = Momentum::new(0.5, 0.5)?;
/// let (mut w, mut state) = ([1.0], [0.0]);
/// optimizer.update(0, &mut w, &[1.0], &mut state);
/// optimizer.update(1, &mut w, &[0.0], &mut state);
/// assert_eq!(w, [0.25]);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Momentum<T> {
    alpha: T,
    mu: T,
}

impl<T: Scalar> Momentum<T> {
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

impl<T: Scalar> Optimizer<T> for Momentum<T> {
    fn name(&self) -> &'static str {
        "momentum"
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
                    *w -= alpha * *v;
                }
            },
        );
    }
}
