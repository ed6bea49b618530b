//! The vocabulary of layerwise: what a layer is, what it keeps, and what is refused.
//!
//! - [`Layer`]: the one trait that holds the house together. A layer states its own forward and
//!   backward pass; there is no tape, and `layerwise-gradcheck` proves the statement.
//! - [`Parameters`], [`LinearCache`], [`LinearGradients`], …: the dictionaries of the exercise
//!   "Building your Deep Neural Network: Step by Step" as types.
//! - [`CoreError`]: shapes, empty matrices, NaN, each with its numbers.
//!
//! Matrices are `(features, examples)`: one example a column.
//!
//! # A layer of your own
//!
//! `ScaleBy` multiplies each feature by a learned factor: `a = s ∗ a_prev`, so
//! `da_prev = s ∗ da` and `ds = Σ_examples da ∗ a_prev`.
//!
//! ```
//! use std::ops::Range;
//! use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result, Scalar};
//!
//! #[derive(Debug)]
//! struct ScaleBy<T> {
//!     s: Vec<T>,
//! }
//!
//! impl<T: Scalar> Layer<T> for ScaleBy<T> {
//!     fn n_in(&self) -> usize { self.s.len() }
//!     fn n_out(&self) -> usize { self.s.len() }
//!
//!     fn forward(
//!         &self, a_prev: MatrixView<'_, T>, mut a: MatrixViewMut<'_, T>,
//!         _cache: &mut [T], _pass: &Pass,
//!     ) -> Result<()> {
//!         for j in 0..a_prev.ncols() {
//!             for ((a, &a_prev), &s) in a.column_mut(j).iter_mut().zip(a_prev.column(j)).zip(&self.s) {
//!                 *a = s * a_prev;
//!             }
//!         }
//!         Ok(())
//!     }
//!
//!     fn backward(
//!         &self, _a_prev: MatrixView<'_, T>, _a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>,
//!         _cache: &mut [T], da_prev: Option<MatrixViewMut<'_, T>>,
//!     ) -> Result<()> {
//!         let Some(mut da_prev) = da_prev else { return Ok(()) };
//!         for j in 0..da.ncols() {
//!             let da = da.as_view();
//!             for ((da_prev, &da), &s) in da_prev.column_mut(j).iter_mut().zip(da.column(j)).zip(&self.s) {
//!                 *da_prev = s * da;
//!             }
//!         }
//!         Ok(())
//!     }
//!
//!     fn gradient(
//!         &self, _index: usize, _columns: Range<usize>, a_prev: MatrixView<'_, T>,
//!         da: MatrixView<'_, T>, _cache: &[T], mut ds: MatrixViewMut<'_, T>,
//!     ) -> Result<()> {
//!         for (i, ds) in ds.as_mut_slice().iter_mut().enumerate() {
//!             *ds = (0..da.ncols()).map(|j| da[(i, j)] * a_prev[(i, j)]).sum();
//!         }
//!         Ok(())
//!     }
//!
//!     fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
//!         (index == 0).then(|| MatrixView::column_vector(&self.s))
//!     }
//!     fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
//!         visit(MatrixViewMut::column_vector(&mut self.s));
//!     }
//!     fn parameter_name(&self, _index: usize) -> String { "s".into() }
//! }
//!
//! let layer = ScaleBy { s: vec![2.0, -1.0] };
//! let x = MatrixView::new(&[1.0, 1.0, 3.0, 4.0], 2, 2)?;
//! let mut a = [0.0; 4];
//! layer.forward(x, MatrixViewMut::new(&mut a, 2, 2)?, &mut [], &Pass::inference())?;
//! assert_eq!(a, [2.0, -1.0, 6.0, -4.0]);
//! # Ok::<(), layerwise_core::CoreError>(())
//! ```

mod check;
mod error;
mod gradient_form;
mod layer;
mod layer_spec;
mod linear;
mod link;
mod parameters;
mod pass;

pub use check::{expect_examples, expect_matrix, expect_shape};
pub use error::CoreError;
pub use gradient_form::GradientForm;
pub use layer::{Layer, parameters};
pub use layer_spec::LayerSpec;
pub use layerwise_linalg as linalg;
pub use layerwise_linalg::{DMatrix, DVector, MatrixView, MatrixViewMut, Scalar};
pub use linear::{LinearActivationCache, LinearCache, LinearGradients};
pub use link::Link;
pub use parameters::{LinearParameters, Parameters};
pub use pass::Pass;

/// The result of anything in this crate.
pub type Result<T> = std::result::Result<T, CoreError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
