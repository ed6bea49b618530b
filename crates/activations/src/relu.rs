//! ReLU: `g(z) = max(0, z)` (Nair and Hinton, "Rectified Linear Units Improve Restricted
//! Boltzmann Machines", 2010).

use layerwise_core::linalg::{self, affine_rectified, rectify, rectify_backward};
use layerwise_core::{DMatrix, MatrixView, MatrixViewMut, Scalar};

use crate::{Activation, Result};

/// `g(z) = max(0, z)`, `g′(z) = 1` for `z > 0` and `0` otherwise, at the corner too, as in the
/// exercise.
///
/// ```
/// use layerwise_activations::{Activation, Relu, core::DMatrix};
///
/// let z = DMatrix::from_row_slice(1, 3, &[-1.0, 0.0, 2.0]);
/// let dz = Relu.dz(&DMatrix::from_element(1, 3, 5.0), &z)?;
/// assert_eq!(dz.as_slice(), &[0.0, 0.0, 5.0]);
/// # Ok::<(), layerwise_activations::CoreError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relu;

impl<T: Scalar> Activation<T> for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        rectify(z.as_mut_slice());
    }

    fn of_affine(
        &self,
        w: MatrixView<'_, T>,
        b: &[T],
        a_prev: MatrixView<'_, T>,
        a: MatrixViewMut<'_, T>,
    ) -> linalg::Result<()> {
        affine_rectified(w, b, a_prev, a)
    }

    fn backward(&self, _z: MatrixView<'_, T>, a: MatrixView<'_, T>, mut da: MatrixViewMut<'_, T>) {
        rectify_backward(a.as_slice(), da.as_mut_slice());
    }
}

/// `A = max(0, Z)`, the exercise's `relu`. Shapes: `(n, m)` to `(n, m)`.
///
/// ```
/// use layerwise_activations::{core::DMatrix, relu};
/// let z = DMatrix::from_row_slice(1, 2, &[-3.0, 3.0]);
/// assert_eq!(relu(&z).as_slice(), &[0.0, 3.0]);
/// ```
pub fn relu<T: Scalar>(z: &DMatrix<T>) -> DMatrix<T> {
    Relu.value(z)
}

/// `dZ = dA` where `Z > 0`, else `0`, the exercise's `relu_backward`. Shapes: all `(n, m)`.
///
/// # Errors
/// Matrices that are empty, hold NaN or differ in shape.
///
/// ```
/// use layerwise_activations::{core::DMatrix, relu_backward};
/// let z = DMatrix::from_row_slice(1, 2, &[-3.0, 3.0]);
/// let da = DMatrix::from_row_slice(1, 2, &[0.5, 0.5]);
/// assert_eq!(relu_backward(&da, &z)?.as_slice(), &[0.0, 0.5]);
/// # Ok::<(), layerwise_activations::CoreError>(())
/// ```
pub fn relu_backward<T: Scalar>(da: &DMatrix<T>, z: &DMatrix<T>) -> Result<DMatrix<T>> {
    Relu.dz(da, z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corner_has_derivative_zero_and_nan_is_not_hidden() {
        let z = DMatrix::from_row_slice(1, 3, &[0.0, -0.0, 1e-300]);
        let da = DMatrix::from_element(1, 3, 2.0);
        assert_eq!(relu_backward(&da, &z).unwrap().as_slice(), &[0.0, 0.0, 2.0]);
        assert!(relu(&DMatrix::from_element(1, 1, f64::NAN))[0].is_nan());
    }

    #[test]
    fn shapes_are_checked() {
        let (da, z) = (DMatrix::<f32>::zeros(2, 2), DMatrix::<f32>::zeros(2, 3));
        let error = relu_backward(&da, &z).unwrap_err();
        assert_eq!(error.to_string(), "expected dA of shape (2, 3), found (2, 2)");
    }
}
