//! AdaGrad (Duchi, Hazan and Singer, "Adaptive Subgradient Methods", 2011, figure 1, diagonal).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::check_learning_rate;
use crate::{Optimizer, Rates, Result, State};

/// `s := s + dw²`, `w := w − α dw / (√s + ε)`, ε = 1e-10: seldom features keep large steps.
///
/// ```
/// use layerwise_optim::{AdaGrad, Optimizer};
///
/// let (mut w, mut state) = ([1.0], [0.0]);
/// AdaGrad::new(0.5)?.update(0, &mut w, &[4.0], &mut state);
/// assert!((w[0] - 0.5_f64).abs() < 1e-9);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdaGrad<T> {
    alpha: T,
}

impl<T: Scalar> AdaGrad<T> {
    /// AdaGrad with learning rate `alpha`; 0.01 is the custom.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate) unless `alpha` is finite and above 0.
    pub fn new(alpha: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        Ok(Self { alpha })
    }
}

impl<T: Scalar> Optimizer<T> for AdaGrad<T> {
    fn name(&self) -> &'static str {
        "adagrad"
    }

    fn n_state(&self) -> usize {
        1
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        let alpha = rates.alpha;
        let [s, ..] = state;
        vectorized(
            #[inline(always)]
            || {
                for ((w, &dw), s) in values.iter_mut().zip(gradient).zip(s) {
                    *s += dw * dw;
                    *w -= alpha * dw / (s.sqrt() + T::of(1e-10));
                }
            },
        );
    }
}
