//! The dense layer: linear, then an activation.

use std::ops::Range;

use layerwise_activations::Activation;
use layerwise_core::{
    CoreError, GradientForm, Layer, LayerSpec, LinearParameters, Link, MatrixView, MatrixViewMut,
    Pass, Scalar, expect_shape,
};

use crate::{Linear, Result};

/// `a = g(W a_prev + b)`, with parameters 0 `w (n_out, n_in)` and 1 `b (n_out, 1)`.
///
/// Backward: `dz = da ∗ g′(z)` in the buffer of `da`, then as [`Linear`].
///
/// ```
/// use layerwise_layers::{Dense, activations::Relu};
/// use layerwise_layers::core::{DMatrix, DVector, Layer, LinearParameters, Pass};
///
/// let w = DMatrix::from_row_slice(2, 1, &[1.0, -1.0]);
/// let layer = Dense::new(LinearParameters { w, b: DVector::zeros(2) }, Relu)?;
/// let x = DMatrix::from_row_slice(1, 2, &[3.0, -4.0]);
/// let mut a = DMatrix::zeros(2, 2);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a, DMatrix::from_row_slice(2, 2, &[3.0, 0.0, 0.0, 4.0]));
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dense<T: Scalar, G> {
    linear: Linear<T>,
    activation: G,
}

impl<T: Scalar, G: Activation<T>> Dense<T, G> {
    /// A layer with these parameters and this activation.
    ///
    /// # Errors
    /// As [`LinearParameters::check`].
    pub fn new(parameters: LinearParameters<T>, activation: G) -> Result<Self> {
        Ok(Self { linear: Linear::new(parameters)?, activation })
    }

    /// `W` and `b`.
    ///
    /// ```
    /// use layerwise_layers::{Dense, activations::Tanh};
    /// use layerwise_layers::core::{DMatrix, DVector, LinearParameters};
    ///
    /// let w = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
    /// let layer = Dense::new(LinearParameters { w: w.clone(), b: DVector::zeros(1) }, Tanh)?;
    /// assert_eq!(layer.parameters().w, w);
    /// # Ok::<(), layerwise_layers::CoreError>(())
    /// ```
    pub fn parameters(&self) -> &LinearParameters<T> {
        self.linear.parameters()
    }
}

impl<T: Scalar, G: Activation<T>> Layer<T> for Dense<T, G> {
    fn n_in(&self) -> usize {
        self.linear.n_in()
    }

    fn n_out(&self) -> usize {
        self.linear.n_out()
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        cache: &mut [T],
        pass: &Pass,
    ) -> Result<()> {
        if !(pass.training && self.activation.keeps_z()) {
            let LinearParameters { w, b } = self.linear.parameters();
            expect_shape("a_prev", a_prev, (w.ncols(), a_prev.ncols()))?;
            return Ok(self.activation.of_affine(w.into(), b.as_slice(), a_prev, a)?);
        }
        self.linear.forward(a_prev, a.reborrow(), &mut [], pass)?;
        self.forward_from_z(a, cache, pass)
    }

    fn is_affine(&self) -> bool {
        true
    }

    fn forward_from_z(&self, a: MatrixViewMut<'_, T>, cache: &mut [T], pass: &Pass) -> Result<()> {
        expect_shape("z", a.as_view(), (self.n_out(), a.ncols()))?;
        if pass.training && self.activation.keeps_z() {
            expect_shape("the cache", MatrixView::column_vector(cache), (a.as_slice().len(), 1))?;
            cache.copy_from_slice(a.as_slice());
        }
        self.activation.forward(a);
        Ok(())
    }

    fn units_apart(&self) -> bool {
        self.activation.by_entry()
    }

    fn forward_units(
        &self,
        units: Range<usize>,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        if !self.activation.by_entry() {
            return Err(CoreError::UnitsTogether { layer: self.kind() });
        }
        self.linear.forward_units(units, a_prev, a.reborrow())?;
        self.activation.forward(a);
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        a: MatrixView<'_, T>,
        mut da: MatrixViewMut<'_, T>,
        cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        expect_shape("a", a, (self.n_out(), a_prev.ncols()))?;
        expect_shape("da", da.as_view(), a.shape())?;
        let z_shape = if self.activation.keeps_z() { a.shape() } else { (0, 0) };
        let z = MatrixView::new(cache, z_shape.0, z_shape.1)?;
        self.activation.backward(z, a, da.reborrow());
        self.backward_from_dz(a_prev, da.as_view(), cache, da_prev)
    }

    fn gradient(
        &self,
        index: usize,
        columns: Range<usize>,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        cache: &[T],
        gradient: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        self.linear.gradient(index, columns, a_prev, dz, cache, gradient)
    }

    fn gradient_form(&self, index: usize) -> GradientForm {
        Layer::<T>::gradient_form(&self.linear, index)
    }

    fn n_cache(&self) -> usize {
        if self.activation.keeps_z() { self.n_out() } else { 0 }
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        self.linear.parameter(index)
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        self.linear.parameters_mut(visit);
    }

    fn decays(&self, index: usize) -> bool {
        self.linear.decays(index)
    }

    fn parameter_name(&self, index: usize) -> String {
        self.linear.parameter_name(index)
    }

    fn link(&self) -> Option<Link> {
        self.activation.link()
    }

    fn backward_from_dz(
        &self,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        cache: &[T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        self.linear.backward_from_dz(a_prev, dz, cache, da_prev)
    }

    fn kind(&self) -> String {
        format!("dense {}", self.activation.name())
    }

    fn spec(&self) -> Option<LayerSpec> {
        Some(LayerSpec {
            inner: Vec::new(),
            kind: "dense".into(),
            n_in: self.n_in(),
            n_out: self.n_out(),
            settings: self
                .activation
                .settings()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_string()))
                .chain([("activation".to_owned(), self.activation.name().to_owned())])
                .collect(),
        })
    }
}
