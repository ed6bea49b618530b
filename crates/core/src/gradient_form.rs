//! What a driver is told of a gradient.

/// How the gradient of a parameter follows from what the training path has at hand.
///
/// ```
/// use layerwise_core::{DMatrix, GradientForm};
///
/// /// What a driver can make without asking the layer.
/// fn gradient(form: GradientForm, dz: &DMatrix<f64>, a_prev: &DMatrix<f64>) -> Option<Vec<f64>> {
///     match form {
///         GradientForm::Product => Some((dz * a_prev.transpose()).as_slice().to_vec()),
///         GradientForm::Sum => Some(dz.column_sum().as_slice().to_vec()),
///         GradientForm::Own => None,
///     }
/// }
/// let dz = DMatrix::from_element(1, 2, 5.0);
/// let a_prev = DMatrix::from_row_slice(1, 2, &[3.0, 4.0]);
/// assert_eq!(gradient(GradientForm::Product, &dz, &a_prev), Some(vec![35.0]));
/// assert_eq!(gradient(GradientForm::Sum, &dz, &a_prev), Some(vec![10.0]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GradientForm {
    /// `dw = dz a_prevᵀ`, for a parameter of shape `(n_out, n_in)`.
    Product,
    /// `db = Σ dz` over examples, for a parameter of shape `(n_out, 1)`.
    Sum,
    /// In a way of the layer's own: [`Layer::gradient`](crate::Layer::gradient) knows.
    Own,
}
