//! Adadelta (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, algorithm 1).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::check_learning_rate;
use crate::{Optimizer, Rates, Result, State, settled::settled};

/// `s := ρ s + (1−ρ) dw²`, `δ := √(u + ε) / √(s + ε) dw`, `u := ρ u + (1−ρ) δ²`, `w := w − α δ` with the
/// paper's ρ = 0.95, ε = 1e-6 and, as it has no learning rate, α = 1.
///
/// ```
/// use layerwise_optim::{Adadelta, Optimizer};
///
/// let (mut w, mut state) = ([1.0_f64], [0.0; 2]);
/// Adadelta::new(1.0)?.update(0, &mut w, &[4.0], &mut state);
/// assert!(w[0] < 1.0 && w[0] > 0.99);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adadelta<T> {
    alpha: T,
    rho: T,
}

impl<T: Scalar> Adadelta<T> {
    /// Adadelta with every step times `alpha`; 1 is the paper's.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate) unless `alpha` is finite and above 0.
    pub fn new(alpha: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        Ok(Self { alpha, rho: T::of(0.95) })
    }
}

impl<T: Scalar> Optimizer<T> for Adadelta<T> {
    fn name(&self) -> &'static str {
        "adadelta"
    }

    fn n_state(&self) -> usize {
        2
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        let Self { rho, .. } = *self;
        let alpha = rates.alpha;
        let [s, u, _] = state;
        vectorized(
            #[inline(always)]
            || {
                for (((w, &dw), s), u) in values.iter_mut().zip(gradient).zip(s).zip(u) {
                    let epsilon = T::of(1e-6);
                    *s = settled(rho * *s + (T::one() - rho) * dw * dw);
                    let delta = ((*u + epsilon) / (*s + epsilon)).sqrt() * dw;
                    *u = settled(rho * *u + (T::one() - rho) * delta * delta);
                    *w -= alpha * delta;
                }
            },
        );
    }
}
