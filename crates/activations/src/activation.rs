//! What a layer asks of its activation.

use std::fmt::Debug;

use layerwise_core::linalg::{self, affine, zip_in_place};
use layerwise_core::{
    DMatrix, Link, MatrixView, MatrixViewMut, Scalar, expect_matrix, expect_shape,
};

use crate::Result;

/// An activation function `a = g(z)` on whole matrices, one example a column.
///
/// [`forward`](Activation::forward) and [`backward`](Activation::backward) work in place and are
/// what a network calls; [`value`](Activation::value) and [`dz`](Activation::dz) are the same,
/// pure and allocating.
///
/// ```
/// use layerwise_activations::{Activation, Relu, core::DMatrix};
///
/// let z = DMatrix::from_row_slice(1, 3, &[-1.0, 0.0, 2.0]);
/// assert_eq!(Relu.value(&z).as_slice(), &[0.0, 0.0, 2.0]);
/// ```
///
/// ```
/// use layerwise_activations::{Activation, LeakyRelu, Sigmoid, Softmax};
/// use layerwise_activations::core::{DMatrix, Link, linalg::affine};
///
/// // What a dense layer asks for: z, then a in its place, and da turned into dz.
/// let (mut a, mut da) = (DMatrix::zeros(1, 2), DMatrix::from_element(1, 2, 4.0));
/// let (w, x) = (DMatrix::from_element(1, 1, 2.0), DMatrix::from_row_slice(1, 2, &[-3.0, 0.5]));
/// affine((&w).into(), &[-1.0], (&x).into(), (&mut a).into())?;
/// let z = a.clone();
/// Sigmoid.forward((&mut a).into());
/// assert_eq!((a[1], a[0]), (0.5, Sigmoid.value(&z)[0]));
/// Sigmoid.backward((&z).into(), (&a).into(), (&mut da).into());
/// assert_eq!(da, Sigmoid.dz(&DMatrix::from_element(1, 2, 4.0), &z)?);
/// assert_eq!(da[1], 4.0 * 0.5 * (1.0 - 0.5));
///
/// // All of the layer at once.
/// let mut at_once = DMatrix::zeros(1, 2);
/// Sigmoid.of_affine((&w).into(), &[-1.0], (&x).into(), (&mut at_once).into())?;
/// assert_eq!(at_once, a);
///
/// // And what is known of it.
/// let leaky = LeakyRelu::new(0.1)?;
/// assert_eq!(Activation::<f64>::name(&leaky), "leaky relu");
/// assert_eq!(Activation::<f64>::settings(&leaky), [("slope", 0.1)]);
/// assert_eq!(Activation::<f64>::link(&Sigmoid), Some(Link::Sigmoid));
/// assert!(!Activation::<f64>::keeps_z(&Sigmoid) && !Activation::<f64>::by_entry(&Softmax));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Activation<T: Scalar>: Debug + Clone + Send + Sync + 'static {
    /// The name in model files and tables: `relu`.
    fn name(&self) -> &'static str;

    /// The numbers it was made with, by name, for model files: `slope` of [`LeakyRelu`](crate::LeakyRelu).
    fn settings(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// `a = g(z)`, written over `z`.
    fn forward(&self, z: MatrixViewMut<'_, T>);

    /// `a = g(W a_prev + b)`, the whole of a dense layer: as [`affine`] and
    /// [`forward`](Activation::forward) give it, to the last bit, but perhaps in one pass.
    ///
    /// # Errors
    /// As [`affine`].
    fn of_affine(
        &self,
        w: MatrixView<'_, T>,
        b: &[T],
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
    ) -> linalg::Result<()> {
        affine(w, b, a_prev, a.reborrow())?;
        self.forward(a);
        Ok(())
    }

    /// `dz = da ∗ g′(z)`, written over `da`.
    ///
    /// `a` is what [`forward`](Activation::forward) left; `z` is what it was given, for the
    /// functions whose derivative cannot be had from `a`
    /// ([`keeps_z`](Activation::keeps_z)), and otherwise may be anything, an empty matrix included.
    fn backward(&self, z: MatrixView<'_, T>, a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>);

    /// Whether the backward pass needs `z` beside `a`.
    fn keeps_z(&self) -> bool {
        false
    }

    /// Whether `a_ij` depends on `z_ij` alone, as with all of the crate but softmax.
    fn by_entry(&self) -> bool {
        true
    }

    /// The link function this is, for costs that start from `dZ`.
    fn link(&self) -> Option<Link> {
        None
    }

    /// `g(z)` as a new matrix.
    fn value(&self, z: &DMatrix<T>) -> DMatrix<T> {
        let mut a = z.clone();
        self.forward((&mut a).into());
        a
    }

    /// `dZ = dA ∗ g′(Z)` as a new matrix. Shapes: all `(n, m)`.
    ///
    /// # Errors
    /// Matrices that are empty, hold NaN or differ in shape.
    fn dz(&self, da: &DMatrix<T>, z: &DMatrix<T>) -> Result<DMatrix<T>> {
        expect_matrix("Z", z.into())?;
        expect_shape("dA", da.into(), z.shape())?;
        expect_matrix("dA", da.into())?;
        let a = self.value(z);
        let mut dz = da.clone();
        self.backward(z.into(), (&a).into(), (&mut dz).into());
        Ok(dz)
    }
}

/// `da := da ∗ g′`, where `derivative` computes g′ from the output `a`.
pub(crate) fn multiply_by_derivative<T: Scalar>(
    a: MatrixView<'_, T>,
    mut da: MatrixViewMut<'_, T>,
    derivative: impl Fn(T) -> T,
) {
    zip_in_place(da.as_mut_slice(), a.as_slice(), |da, a| da * derivative(a));
}

/// `da := da ∗ g′`, where `derivative` computes g′ from the input `z`.
pub(crate) fn multiply_by_derivative_at<T: Scalar>(
    z: MatrixView<'_, T>,
    mut da: MatrixViewMut<'_, T>,
    derivative: impl Fn(T) -> T,
) {
    zip_in_place(da.as_mut_slice(), z.as_slice(), |da, z| da * derivative(z));
}
