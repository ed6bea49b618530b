//! Gradient descent, the exercise's optimizer.

use layerwise_core::{Scalar, linalg::axpy};

use crate::{OptimError, Optimizer, Rates, Result, State};

/// `w := w − α dw`, equations 16 and 17 of the exercise (Cauchy 1847).
///
/// ```
/// use layerwise_optim::{GradientDescent, Optimizer};
///
/// let optimizer = GradientDescent::new(0.5)?;
/// let mut w = [1.0, 2.0];
/// optimizer.update(0, &mut w, &[1.0, -1.0], &mut []);
/// assert_eq!(w, [0.5, 2.5]);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientDescent<T> {
    alpha: T,
}

impl<T: Scalar> GradientDescent<T> {
    /// Gradient descent with learning rate `alpha`.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`] unless `alpha` is finite and above 0.
    pub fn new(alpha: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        Ok(Self { alpha })
    }
}

pub(crate) fn check_learning_rate<T: Scalar>(alpha: T) -> Result<()> {
    if alpha > T::zero() && alpha.is_finite_number() {
        return Ok(());
    }
    Err(OptimError::LearningRate(alpha.to_f64()))
}

pub(crate) fn check_decay<T: Scalar>(name: &'static str, value: T) -> Result<()> {
    if value >= T::zero() && value < T::one() {
        return Ok(());
    }
    Err(OptimError::Decay { name, value: value.to_f64() })
}

pub(crate) fn check_weight_decay<T: Scalar>(lambda: T) -> Result<()> {
    if lambda >= T::zero() && lambda.is_finite_number() {
        return Ok(());
    }
    Err(OptimError::WeightDecay(lambda.to_f64()))
}

impl<T: Scalar> Optimizer<T> for GradientDescent<T> {
    fn name(&self) -> &'static str {
        "gradient descent"
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    fn descends(&self) -> bool {
        true
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], _: State<'_, T>) {
        axpy(-rates.alpha, gradient, values);
    }
}
