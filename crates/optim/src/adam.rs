//! Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::{check_decay, check_learning_rate};
use crate::{Optimizer, Rates, Result, State, settled::settled};

/// Algorithm 1 of the paper: `m := β1 m + (1−β1) dw`, `v := β2 v + (1−β2) dw²`,
/// `w := w − α m̂ / (√v̂ + ε)` with `m̂ = m/(1−β1^t)`, `v̂ = v/(1−β2^t)`, t counted from 1.
///
/// ```
/// use layerwise_optim::{Adam, Optimizer};
///
/// let optimizer = Adam::new(0.001)?;
/// let (mut w, mut state) = ([1.0, 1.0], [0.0; 4]);
/// optimizer.update(0, &mut w, &[5.0, -0.2], &mut state);
/// // The first step is α in the direction of the sign, whatever the size of the gradient.
/// assert!((w[0] - 0.999_f64).abs() < 1e-9);
/// assert!((w[1] - 1.001_f64).abs() < 1e-9);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam<T> {
    alpha: T,
    beta_1: T,
    beta_2: T,
    epsilon: T,
}

impl<T: Scalar> Adam<T> {
    /// Adam with learning rate `alpha` and the paper's β1 = 0.9, β2 = 0.999, ε = 1e-8.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate) unless `alpha` is finite and above 0.
    pub fn new(alpha: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        Ok(Self { alpha, ..Self::default() })
    }

    /// Other decay rates of the two moments, each in [0, 1).
    ///
    /// # Errors
    /// [`OptimError::Decay`](crate::OptimError::Decay) with the one at fault.
    ///
    /// ```
    /// use layerwise_optim::{Adam, Optimizer};
    ///
    /// // Without memory of the direction and the size: α in the direction of the sign.
    /// let optimizer = Adam::new(0.5)?.with_betas(0.0, 0.0)?;
    /// let (mut w, mut state) = ([1.0_f64], [0.0; 2]);
    /// for (step, dw) in [7.0, -0.1, 3.0].into_iter().enumerate() {
    ///     optimizer.update(step as u64, &mut w, &[dw], &mut state);
    /// }
    /// assert!((w[0] - 0.5).abs() < 1e-6);
    /// assert!(optimizer.with_betas(0.9, 1.0).is_err());
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn with_betas(mut self, beta_1: T, beta_2: T) -> Result<Self> {
        check_decay("beta_1", beta_1)?;
        check_decay("beta_2", beta_2)?;
        (self.beta_1, self.beta_2) = (beta_1, beta_2);
        Ok(self)
    }
}

impl<T: Scalar> Default for Adam<T> {
    /// The paper's numbers, α = 0.001 among them.
    fn default() -> Self {
        let (beta_1, beta_2) = (T::of(0.9), T::of(0.999));
        Self { alpha: T::of(0.001), beta_1, beta_2, epsilon: T::of(1e-8) }
    }
}

impl<T: Scalar> Optimizer<T> for Adam<T> {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn n_state(&self) -> usize {
        2
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    /// The corrections are `1/(1−β1^t)` and `1/√(1−β2^t)`.
    fn rates(&self, step: u64, alpha: T) -> Rates<T> {
        let t = step.saturating_add(1).min(i32::MAX as u64) as i32;
        // In f64: 1 − 0.999 has lost half its digits in f32.
        let gone = |beta: T| 1.0 - beta.to_f64().powi(t);
        let corrections = [1.0 / gone(self.beta_1), 1.0 / gone(self.beta_2).sqrt(), 1.0];
        Rates { alpha, corrections: corrections.map(T::of) }
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        let Self { beta_1, beta_2, epsilon, .. } = *self;
        let Rates { alpha, corrections: [m_correction, v_correction, _] } = *rates;
        let (m_scale, one) = (alpha * m_correction, T::one());
        let [m, v, _] = state;
        vectorized(
            #[inline(always)]
            || {
                for (((w, &dw), m), v) in values.iter_mut().zip(gradient).zip(m).zip(v) {
                    *m = settled(beta_1 * *m + (one - beta_1) * dw);
                    *v = settled(beta_2 * *v + (one - beta_2) * dw * dw);
                    *w -= m_scale * *m / (v.sqrt() * v_correction + epsilon);
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The algorithm as the paper writes it, in the obvious order.
    #[test]
    fn follows_the_paper_step_by_step() {
        let optimizer = Adam::new(0.1_f64).unwrap().with_betas(0.8, 0.95).unwrap();
        let (mut w, mut state) = ([1.0_f64, -2.0], [0.0; 4]);
        let (mut expected, mut m, mut v) = (w, [0.0; 2], [0.0; 2]);
        for t in 1..=50 {
            let gradient = [expected[0] * 2.0, expected[1].powi(3)];
            optimizer.update(t - 1, &mut w, &gradient, &mut state);
            for i in 0..2 {
                m[i] = 0.8 * m[i] + 0.2 * gradient[i];
                v[i] = 0.95 * v[i] + 0.05 * gradient[i] * gradient[i];
                let m_hat = m[i] / (1.0 - 0.8_f64.powi(t as i32));
                let v_hat = v[i] / (1.0 - 0.95_f64.powi(t as i32));
                expected[i] -= 0.1 * m_hat / (v_hat.sqrt() + 1e-8);
                assert!(
                    (w[i] - expected[i]).abs() < 1e-12,
                    "step {t}: {} not {}",
                    w[i],
                    expected[i]
                );
            }
        }
    }

    #[test]
    fn settings_are_checked() {
        assert!(Adam::new(0.0).is_err());
        let error = Adam::new(0.1).unwrap().with_betas(0.9, 1.0).unwrap_err();
        assert_eq!(error.to_string(), "expected beta_2 in [0, 1), found 1");
    }
}
