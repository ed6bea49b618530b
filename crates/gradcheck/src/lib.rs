//! Numeric gradients of any layer, any cost, any chain of layers.
//!
//! A [`Layer`](layerwise_core::Layer) states its own backward pass; this crate proves the
//! statement, or names the coordinate that refutes it. Three lines check a layer of your own:
//!
//! ```
//! use layerwise_gradcheck::{CheckOptions, check_layer};
//! # use layerwise_layers::{Dense, activations::Tanh, core::{DMatrix, DVector, LinearParameters}};
//! # let w = DMatrix::from_row_slice(2, 1, &[0.5, -1.5]);
//! # let mut layer = Dense::new(LinearParameters { w, b: DVector::zeros(2) }, Tanh)?;
//!
//! let report = check_layer(&mut layer, &CheckOptions::default())?;
//! println!("{report}");
//! assert!(report.passed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`check_layer`], [`check_layer_at`]: one layer, its parameters and its input;
//! - [`check_chain`]: a whole network with a cost, by `dAL` and by the canonical `dZ`;
//! - [`check_cost`]: a cost alone;
//! - [`check_precisions`]: `f32` against `f64`;
//! - [`check_adjoint`]: `⟨C, A x⟩ = ⟨Aᵀ C, x⟩`, for kernels;
//! - [`faults`]: mistakes to try the checks on.
//!
//! # What is compared
//! The analytic gradient against a Richardson extrapolation of fourth-order central differences,
//! in `f64`, the step scaled to the coordinate. A coordinate whose stencil holds a corner (ReLU's)
//! is counted, never passed; it is found from values of the forward pass alone, so that no mistake
//! in a backward pass can be taken for a corner. Besides, a layer is held to the other promises of
//! the trait: ranges of examples and columns give what the whole gives, buffers are overwritten.
//! And every layer sees another batch before the one that counts: nothing may be remembered.

mod adjoint;
mod chain;
mod check;
mod coordinate;
mod difference;
mod draw;
mod engine;
mod error;
pub mod faults;
mod options;
mod precision;
mod promises;
mod report;
mod subject;

pub use adjoint::{Pairing, check_adjoint};
pub use check::{check_chain, check_cost, check_layer, check_layer_at};
pub use coordinate::Coordinate;
pub use error::GradcheckError;
pub use layerwise_core as core;
pub use layerwise_cost as cost;
pub use options::CheckOptions;
pub use precision::{CostPair, check_precisions};
pub use report::{Comparison, Report};

/// The result of asking for a check.
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, Result, check_layer, core::Layer};
///
/// fn is_right(layer: &mut dyn Layer<f64>) -> Result<bool> {
///     Ok(check_layer(layer, &CheckOptions::default())?.passed())
/// }
/// assert!(is_right(&mut layerwise_layers::LayerNorm::identity(3)?)?);
/// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
/// ```
pub type Result<T> = std::result::Result<T, GradcheckError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
