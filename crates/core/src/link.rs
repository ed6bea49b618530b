//! Where output layer and cost meet.

/// An output function g that shares `dZ = (AL − Y)/m` with the cost that belongs to it
/// (McCullagh and Nelder, "Generalized Linear Models", 1989, section 2.2: canonical links).
///
/// ```
/// use layerwise_core::{Layer, Link};
/// # use layerwise_core::{MatrixView, MatrixViewMut, Pass, Result};
///
/// /// Whether binary cross-entropy may start from `dZ`.
/// fn meets_cross_entropy(output: &dyn Layer<f32>) -> bool {
///     output.link() == Some(Link::Sigmoid)
/// }
/// # #[derive(Debug)]
/// # struct Mine;
/// # impl Layer<f32> for Mine {
/// #     fn n_in(&self) -> usize { 1 }
/// #     fn n_out(&self) -> usize { 1 }
/// #     fn forward(
/// #         &self, _: MatrixView<'_, f32>, _: MatrixViewMut<'_, f32>, _: &mut [f32], _: &Pass,
/// #     ) -> Result<()> {
/// #         Ok(())
/// #     }
/// #     fn backward(
/// #         &self, _: MatrixView<'_, f32>, _: MatrixView<'_, f32>, _: MatrixViewMut<'_, f32>,
/// #         _: &mut [f32], _: Option<MatrixViewMut<'_, f32>>,
/// #     ) -> Result<()> {
/// #         Ok(())
/// #     }
/// #     fn link(&self) -> Option<Link> { Some(Link::Softmax) }
/// # }
/// assert!(!meets_cross_entropy(&Mine)); // It ends with softmax.
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// `g(z) = 1/(1 + e^−z)`, with binary cross-entropy.
    Sigmoid,
    /// `g(z)_i = e^{z_i} / Σ_k e^{z_k}`, with categorical cross-entropy.
    Softmax,
    /// `g(z) = z`, with half the squared error.
    Identity,
}
