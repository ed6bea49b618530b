//! RMSProp (Tieleman and Hinton, "Neural Networks for Machine Learning", 2012, lecture 6.5).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::{check_decay, check_learning_rate};
use crate::{Optimizer, Rates, Result, State, settled::settled};

/// `s := ρ s + (1−ρ) dw²`, `w := w − α dw / (√s + ε)` with the lecture's ρ = 0.9, ε = 1e-8.
///
/// ```
/// use layerwise_optim::{Optimizer, RmsProp};
///
/// let (mut w, mut state) = ([1.0], [0.0]);
/// RmsProp::new(0.01)?.update(0, &mut w, &[4.0], &mut state);
/// assert!((w[0] - (1.0 - 0.01 / 0.1_f64.sqrt())).abs() < 1e-9);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsProp<T> {
    alpha: T,
    rho: T,
}

impl<T: Scalar> RmsProp<T> {
    /// RMSProp with learning rate `alpha`; 0.001 is the custom.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate) unless `alpha` is finite and above 0.
    pub fn new(alpha: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        Ok(Self { alpha, rho: T::of(0.9) })
    }

    /// Another ρ, in [0, 1).
    ///
    /// # Errors
    /// [`OptimError::Decay`](crate::OptimError::Decay).
    ///
    /// ```
    /// use layerwise_optim::{Optimizer, RmsProp};
    ///
    /// // With ρ = 0 the mean is the last gradient's square alone.
    /// let (mut w, mut state) = ([1.0_f64], [0.0]);
    /// RmsProp::new(0.25)?.with_rho(0.0)?.update(0, &mut w, &[4.0], &mut state);
    /// assert!((w[0] - 0.75).abs() < 1e-8);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn with_rho(mut self, rho: T) -> Result<Self> {
        check_decay("rho", rho)?;
        self.rho = rho;
        Ok(self)
    }
}

impl<T: Scalar> Optimizer<T> for RmsProp<T> {
    fn name(&self) -> &'static str {
        "rmsprop"
    }

    fn n_state(&self) -> usize {
        1
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        let Self { rho, .. } = *self;
        let alpha = rates.alpha;
        let [s, ..] = state;
        vectorized(
            #[inline(always)]
            || {
                for ((w, &dw), s) in values.iter_mut().zip(gradient).zip(s) {
                    *s = settled(rho * *s + (T::one() - rho) * dw * dw);
                    *w -= alpha * dw / (s.sqrt() + T::of(1e-8));
                }
            },
        );
    }
}
