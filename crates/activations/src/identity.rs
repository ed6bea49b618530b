//! No activation: `g(z) = z`.

use layerwise_core::{Link, MatrixView, MatrixViewMut, Scalar};

use crate::Activation;

/// `g(z) = z`, `g′(z) = 1`: the output of a regression.
///
/// ```
/// use layerwise_activations::{Activation, Identity, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 2, &[-3.0, 3.0]);
/// assert_eq!(Identity.value(&z), z);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Identity;

impl<T: Scalar> Activation<T> for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn forward(&self, _z: MatrixViewMut<'_, T>) {}

    fn backward(&self, _z: MatrixView<'_, T>, _a: MatrixView<'_, T>, _da: MatrixViewMut<'_, T>) {}

    fn link(&self) -> Option<Link> {
        Some(Link::Identity)
    }
}
