//! What is kept of a layer beside its parameters.

use std::collections::BTreeMap;

/// A layer without its numbers: what a model file says so that it can be built again.
///
/// ```
/// use layerwise_core::{Layer, LayerSpec};
/// # use layerwise_core::{MatrixView, MatrixViewMut, Pass, Result};
///
/// # #[derive(Debug)]
/// # struct Scaled;
/// impl Layer<f64> for Scaled {
/// #     fn n_in(&self) -> usize { 1 }
/// #     fn n_out(&self) -> usize { 1 }
/// #     fn forward(
/// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
/// #     ) -> Result<()> {
/// #         Ok(())
/// #     }
/// #     fn backward(
/// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
/// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
/// #     ) -> Result<()> {
/// #         Ok(())
/// #     }
///     fn spec(&self) -> Option<LayerSpec> {
///         let settings = [("by".to_owned(), "0.5".to_owned())].into();
///         let (kind, inner) = ("scaled".into(), vec![]);
///         Some(LayerSpec { kind, n_in: 1, n_out: 1, settings, inner })
///     }
/// }
/// // A layer is called what its spec calls it.
/// assert_eq!(Scaled.kind(), "scaled");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSpec {
    /// What to build: `dense`, `linear`, ….
    pub kind: String,
    /// Features taken in.
    pub n_in: usize,
    /// Units given out.
    pub n_out: usize,
    /// Everything else, by name: `activation` → `relu`.
    pub settings: BTreeMap<String, String>,
    /// The layers of a container, first to last; of other layers none.
    pub inner: Vec<LayerSpec>,
}
