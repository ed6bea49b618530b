//! NAdam (Dozat, "Incorporating Nesterov Momentum into Adam", 2016, algorithm 2 with a constant μ).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::check_learning_rate;
use crate::{Optimizer, Rates, Result, State, settled::settled};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;

/// `m := β1 m + (1−β1) dw`, `v := β2 v + (1−β2) dw²`,
/// `m̂ = β1 m/(1−β1^(t+1)) + (1−β1) dw/(1−β1^t)`, `v̂ = v/(1−β2^t)`, `w := w − α m̂ / (√v̂ + ε)`, t counted
/// from 1; β1 = 0.9, β2 = 0.999, ε = 1e-8.
///
/// ```
/// use layerwise_optim::{NAdam, Optimizer};
///
/// let (mut w, mut state) = ([1.0_f64], [0.0; 2]);
/// NAdam::new(0.001)?.update(0, &mut w, &[2.0], &mut state);
/// assert!((w[0] - (1.0 - 0.001 * (0.09 / 0.19 + 1.0))).abs() < 1e-9);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NAdam<T> {
    alpha: T,
}

impl<T: Scalar> NAdam<T> {
    /// NAdam with learning rate `alpha`; 0.002 is the custom.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate) unless `alpha` is finite and above 0.
    pub fn new(alpha: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        Ok(Self { alpha })
    }
}

impl<T: Scalar> Optimizer<T> for NAdam<T> {
    fn name(&self) -> &'static str {
        "nadam"
    }

    fn n_state(&self) -> usize {
        2
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    /// The corrections are `β1/(1−β1^(t+1))`, `(1−β1)/(1−β1^t)` and `1/√(1−β2^t)`.
    fn rates(&self, step: u64, alpha: T) -> Rates<T> {
        let t = step.saturating_add(1).min(i32::MAX as u64 - 1) as i32;
        let gone = |beta: f64, t| 1.0 - beta.powi(t);
        let corrections = [
            BETA_1 / gone(BETA_1, t + 1),
            (1.0 - BETA_1) / gone(BETA_1, t),
            1.0 / gone(BETA_2, t).sqrt(),
        ];
        Rates { alpha, corrections: corrections.map(T::of) }
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        let Rates { alpha, corrections: [m_correction, dw_correction, v_correction] } = *rates;
        let [m, v, _] = state;
        vectorized(
            #[inline(always)]
            || {
                for (((w, &dw), m), v) in values.iter_mut().zip(gradient).zip(m).zip(v) {
                    let (beta_1, beta_2, one) = (T::of(BETA_1), T::of(BETA_2), T::one());
                    *m = settled(beta_1 * *m + (one - beta_1) * dw);
                    *v = settled(beta_2 * *v + (one - beta_2) * dw * dw);
                    let ahead = m_correction * *m + dw_correction * dw;
                    *w -= alpha * ahead / (v.sqrt() * v_correction + T::of(1e-8));
                }
            },
        );
    }
}
