//! Numeric kernels on column-major matrices, the ground floor of layerwise.
//!
//! Everything above is arranged so that *one example is one column*: `W (n_out, n_in)`,
//! `b (n_out, 1)`, `A_prev (n_in, m)`, `Z = W A_prev + b (n_out, m)`. Columns are contiguous, so an
//! example is a slice and a mini-batch is a longer one; [`MatrixView`] is that slice with a shape.
//!
//! | kernel | computes | where it is used |
//! | --- | --- | --- |
//! | [`affine`], [`affine_rectified`] | `Z = W A_prev + b`, `A = max(0, Z)` | forward |
//! | [`affine_stretch`], [`affine_of_stretches`] | the same, some features at a time | the next forward, while `W` is updated |
//! | [`FeatureBlocks`] | `dW` and the next `Z`, some features at a time | the same `X` again and again |
//! | [`matmul_tn`] | `C = α Aᵀ B + β C` | `dA_prev = Wᵀ dZ` |
//! | [`matmul_nt`], [`matmul_nt_in_turns`] | `C = α A Bᵀ + β C` | `dW = dZ A_prevᵀ` |
//! | [`matmul`] | `C = α A B + β C` | forward |
//! | [`row_sums`] | `s = α Σ_j A[:, j]` | `db` |
//! | [`axpy`], [`dot`] | `y := α x + y`, `xᵀ y` | updates, outputs with one unit |
//! | [`rectify`], [`rectify_backward`] | `max(0, z)` and its derivative | ReLU |
//! | [`exp`], [`map_in_place`], [`zip_in_place`], [`vectorized`] | `e^x`, `f(x)`, `f(x, y)`, any loop | activations, optimizers |
//!
//! Products, sums and the affine map have a twin in [`plain`] that is the formula in loops; property
//! tests hold the two equal.
//! `unsafe` lives in this crate alone.
#![allow(unsafe_code)]

mod affine;
mod blocked;
mod buffer;
mod column;
mod error;
mod exponential;
mod features;
mod finite;
mod kernels;
mod matrix;
mod pack;
mod parts;
pub mod plain;
mod plan;
mod pool;
mod product;
mod rectify;
mod scalar;
mod simd;
mod stack;
mod start;
mod stretches;
mod sums;
mod tile;
mod turned;
mod vector;
mod vectorized;

pub use affine::{affine, affine_rectified, affine_rows};
pub use buffer::Buffer;
pub use error::LinalgError;
pub use exponential::exp;
pub use features::{FeatureBlock, FeatureBlocks};
pub use finite::first_non_finite;
pub use matrix::{MatrixView, MatrixViewMut};
pub use nalgebra::{DMatrix, DVector};
pub use parts::{Chunks, Parts};
pub use pool::Pool;
pub use product::{
    columns_in_turn, matmul, matmul_nt, matmul_nt_columns, matmul_nt_in_turns, matmul_tn,
};
pub use rectify::{rectify, rectify_backward};
pub use scalar::Scalar;
pub use stretches::{affine_of_stretches, affine_stretch, stretches};
pub use sums::row_sums;
pub use vector::{axpy, dot};
pub use vectorized::{map_in_place, vectorized, zip_in_place};

/// The result of a kernel: nothing, or the shapes that did not fit.
///
/// ```
/// use layerwise_linalg::{MatrixView, Result};
///
/// fn last(x: MatrixView<'_, f64>) -> Result<&[f64]> {
///     Ok(x.columns(1..x.ncols())?.as_slice())
/// }
/// assert_eq!(last(MatrixView::new(&[1.0, 2.0], 1, 2)?)?, &[2.0]);
/// assert!(last(MatrixView::new(&[], 1, 0)?).is_err());
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub type Result<T> = std::result::Result<T, LinalgError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
