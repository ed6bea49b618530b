//! AMSGrad (Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond", 2018, algorithm 2).

use layerwise_core::{Scalar, linalg::vectorized};

use crate::gradient_descent::check_learning_rate;
use crate::{Optimizer, Rates, Result, State, settled::settled};

/// `m := β1 m + (1−β1) dw`, `v := β2 v + (1−β2) dw²`, `v̂ := max(v̂, v)`, `w := w − α m / (√v̂ + ε)`: Adam
/// whose steps never grow back. β1 = 0.9, β2 = 0.999, ε = 1e-8; as in the paper, nothing is corrected
/// for the start at 0.
///
/// ```
/// use layerwise_optim::{AmsGrad, Optimizer};
///
/// let (mut w, mut state) = ([1.0], [0.0; 3]);
/// AmsGrad::new(0.001)?.update(0, &mut w, &[2.0], &mut state);
/// assert!((w[0] - (1.0 - 0.0001 / 0.001_f64.sqrt())).abs() < 1e-9);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmsGrad<T> {
    alpha: T,
}

impl<T: Scalar> AmsGrad<T> {
    /// AMSGrad with learning rate `alpha`; 0.001 is the custom.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate) unless `alpha` is finite and above 0.
    pub fn new(alpha: T) -> Result<Self> {
        check_learning_rate(alpha)?;
        Ok(Self { alpha })
    }
}

impl<T: Scalar> Optimizer<T> for AmsGrad<T> {
    fn name(&self) -> &'static str {
        "amsgrad"
    }

    fn n_state(&self) -> usize {
        3
    }

    fn alpha(&self) -> T {
        self.alpha
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        let alpha = rates.alpha;
        let [m, v, v_max] = state;
        vectorized(
            #[inline(always)]
            || {
                for ((((w, &dw), m), v), v_max) in
                    values.iter_mut().zip(gradient).zip(m).zip(v).zip(v_max)
                {
                    let (beta_1, beta_2, one) = (T::of(0.9), T::of(0.999), T::one());
                    *m = settled(beta_1 * *m + (one - beta_1) * dw);
                    *v = settled(beta_2 * *v + (one - beta_2) * dw * dw);
                    *v_max = if *v > *v_max { *v } else { *v_max };
                    *w -= alpha * *m / (v_max.sqrt() + T::of(1e-8));
                }
            },
        );
    }
}
