//! Leaky ReLU (Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic
//! Models", 2013, section 2).

use layerwise_core::linalg::map_in_place;
use layerwise_core::{CoreError, MatrixView, MatrixViewMut, Scalar};

use crate::activation::multiply_by_derivative;
use crate::{Activation, Result};

/// `g(z) = z` for `z > 0`, else `s z`; `g′` is 1 or the slope s, which is 0.01 unless said otherwise. No
/// unit can die.
///
/// ```
/// use layerwise_activations::{Activation, LeakyRelu, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 2, &[-2.0, 3.0]);
/// assert_eq!(LeakyRelu::new(0.25)?.value(&z).as_slice(), &[-0.5, 3.0]);
/// # Ok::<(), layerwise_activations::CoreError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeakyRelu {
    slope: f64,
}

impl LeakyRelu {
    /// With this slope below zero, in [0, 1].
    ///
    /// # Errors
    /// [`CoreError::Setting`](layerwise_core::CoreError::Setting) with the number outside it.
    pub fn new(slope: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&slope) {
            return Ok(Self { slope });
        }
        Err(CoreError::Setting {
            what: "the slope of leaky relu",
            expected: "in [0, 1]",
            found: slope,
        })
    }
}

impl Default for LeakyRelu {
    fn default() -> Self {
        Self { slope: 0.01 }
    }
}

impl<T: Scalar> Activation<T> for LeakyRelu {
    fn name(&self) -> &'static str {
        "leaky relu"
    }

    fn settings(&self) -> Vec<(&'static str, f64)> {
        vec![("slope", self.slope)]
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        let slope = T::of(self.slope);
        map_in_place(z.as_mut_slice(), |z| if z > T::zero() { z } else { slope * z });
    }

    fn backward(&self, _z: MatrixView<'_, T>, a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        let slope = T::of(self.slope);
        multiply_by_derivative(a, da, |a| if a > T::zero() { T::one() } else { slope });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        for wrong in [-0.5, f64::NAN, f64::INFINITY] {
            let error = LeakyRelu::new(wrong).unwrap_err().to_string();
            assert_eq!(error, format!("expected the slope of leaky relu in [0, 1], found {wrong}"));
        }
        assert_eq!(LeakyRelu::new(0.01).unwrap(), LeakyRelu::default());
    }
}
