//! The linear layer: `a = W a_prev + b`.

use std::collections::BTreeMap;
use std::ops::Range;

use layerwise_core::{
    CoreError, GradientForm, Layer, LayerSpec, LinearParameters, Link, MatrixView, MatrixViewMut,
    Pass, Scalar, expect_shape,
    linalg::{affine, affine_rows, matmul_nt_columns, matmul_tn, row_sums},
};

use crate::Result;

/// `a = W a_prev + b`, with parameters 0 `w (n_out, n_in)` and 1 `b (n_out, 1)`.
///
/// Backward, with `dz = da`: `da_prev = Wᵀ dz`, `dw = dz a_prevᵀ`, `db = Σ dz`, the mean's `1/m`
/// already inside `da`.
///
/// ```
/// use layerwise_layers::{Linear, core::{DMatrix, DVector, Layer, LinearParameters, Pass}};
///
/// let w = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
/// let layer = Linear::new(LinearParameters { w, b: DVector::from_vec(vec![0.5]) })?;
/// let x = DMatrix::from_row_slice(2, 1, &[3.0, 4.0]);
/// let mut a = DMatrix::zeros(1, 1);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a[0], 11.5);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Linear<T: Scalar> {
    parameters: LinearParameters<T>,
}

impl<T: Scalar> Linear<T> {
    /// A layer with these parameters.
    ///
    /// # Errors
    /// As [`LinearParameters::check`].
    pub fn new(parameters: LinearParameters<T>) -> Result<Self> {
        parameters.check()?;
        Ok(Self { parameters })
    }

    /// `W` and `b`.
    ///
    /// ```
    /// use layerwise_layers::{Linear, core::{DMatrix, DVector, LinearParameters}};
    ///
    /// let b = DVector::from_vec(vec![0.5]);
    /// let layer = Linear::new(LinearParameters { w: DMatrix::zeros(1, 2), b: b.clone() })?;
    /// assert_eq!(layer.parameters().b, b);
    /// # Ok::<(), layerwise_layers::CoreError>(())
    /// ```
    pub fn parameters(&self) -> &LinearParameters<T> {
        &self.parameters
    }
}

impl<T: Scalar> Layer<T> for Linear<T> {
    fn n_in(&self) -> usize {
        self.parameters.w.ncols()
    }

    fn n_out(&self) -> usize {
        self.parameters.w.nrows()
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> Result<()> {
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        affine((&self.parameters.w).into(), self.parameters.b.as_slice(), a_prev, a)?;
        Ok(())
    }

    fn units_apart(&self) -> bool {
        true
    }

    fn forward_units(
        &self,
        units: Range<usize>,
        a_prev: MatrixView<'_, T>,
        a: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        let LinearParameters { w, b } = &self.parameters;
        Ok(affine_rows(w.into(), b.as_slice(), units, a_prev, a)?)
    }

    fn is_affine(&self) -> bool {
        true
    }

    fn forward_from_z(
        &self,
        a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> Result<()> {
        expect_shape("z", a.as_view(), (self.n_out(), a.ncols()))
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        _a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        self.backward_from_dz(a_prev, da.as_view(), cache, da_prev)
    }

    fn gradient(
        &self,
        index: usize,
        columns: Range<usize>,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        _cache: &[T],
        mut gradient: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        expect_shape("dz", dz, (self.n_out(), a_prev.ncols()))?;
        match index {
            0 => {
                expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
                matmul_nt_columns(T::one(), dz, a_prev, columns, T::zero(), gradient)?;
            }
            // A bias has one column: the range holds it or nothing.
            1 if columns.is_empty() => expect_shape("db", gradient.as_view(), (self.n_out(), 0))?,
            1 => row_sums(T::one(), dz, gradient.as_mut_slice())?,
            _ => return Err(CoreError::NoParameter { layer: self.kind(), index }),
        }
        Ok(())
    }

    fn gradient_form(&self, index: usize) -> GradientForm {
        if index == 0 { GradientForm::Product } else { GradientForm::Sum }
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        match index {
            0 => Some((&self.parameters.w).into()),
            1 => Some((&self.parameters.b).into()),
            _ => None,
        }
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        visit((&mut self.parameters.w).into());
        visit((&mut self.parameters.b).into());
    }

    fn decays(&self, index: usize) -> bool {
        index == 0
    }

    fn parameter_name(&self, index: usize) -> String {
        if index == 0 { "w".into() } else { "b".into() }
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Identity)
    }

    fn backward_from_dz(
        &self,
        _a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        _cache: &[T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        expect_shape("dz", dz, (self.n_out(), dz.ncols()))?;
        if let Some(da_prev) = da_prev {
            matmul_tn(T::one(), (&self.parameters.w).into(), dz, T::zero(), da_prev)?;
        }
        Ok(())
    }

    fn spec(&self) -> Option<LayerSpec> {
        Some(LayerSpec {
            inner: Vec::new(),
            kind: "linear".into(),
            n_in: self.n_in(),
            n_out: self.n_out(),
            settings: BTreeMap::new(),
        })
    }
}
