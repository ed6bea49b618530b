//! ELU (Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by Exponential
//! Linear Units", 2016, equation 15).

use layerwise_core::{CoreError, MatrixView, MatrixViewMut, Scalar};

use crate::activation::multiply_by_derivative;
use crate::{Activation, Result};

/// `g(z) = z` for `z > 0`, else `α (e^z − 1)`; from the output `g′ = 1` for `a > 0`, else `a + α`. α is 1
/// unless said otherwise.
///
/// ```
/// use layerwise_activations::{Activation, Elu, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 2, &[-1e4, 3.0]);
/// assert_eq!(Elu::new(0.5)?.value(&z).as_slice(), &[-0.5, 3.0]);
/// # Ok::<(), layerwise_activations::CoreError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elu {
    alpha: f64,
}

impl Elu {
    /// With this α: the value it falls to is −α. Finite and at least 0.
    ///
    /// # Errors
    /// [`CoreError::Setting`](layerwise_core::CoreError::Setting) with the number outside it.
    pub fn new(alpha: f64) -> Result<Self> {
        if alpha >= 0.0 && alpha.is_finite() {
            return Ok(Self { alpha });
        }
        Err(CoreError::Setting {
            what: "the alpha of elu",
            expected: "finite and at least 0",
            found: alpha,
        })
    }
}

impl Default for Elu {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl<T: Scalar> Activation<T> for Elu {
    fn name(&self) -> &'static str {
        "elu"
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("alpha", self.alpha)]
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        let alpha = T::of(self.alpha);
        for z in z.as_mut_slice() {
            *z = if *z > T::zero() { *z } else { alpha * z.exp_m1() };
        }
    }

    fn backward(&self, _z: MatrixView<'_, T>, a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        let alpha = T::of(self.alpha);
        multiply_by_derivative(a, da, |a| if a > T::zero() { T::one() } else { a + alpha });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        for wrong in [-0.5, f64::NAN, f64::INFINITY] {
            let error = Elu::new(wrong).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("expected the alpha of elu finite and at least 0, found {wrong}")
            );
        }
        assert_eq!(Elu::new(1.0).unwrap(), Elu::default());
    }
}
