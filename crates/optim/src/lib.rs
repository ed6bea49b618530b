//! Optimizers: `W := W − α dW` and its descendants.
//!
//! - [`update_parameters`]: the exercise's function, pure, on whole dictionaries of parameters;
//! - [`Optimizer`]: what the training path asks of an optimizer, in place, on slices;
//! - [`GradientDescent`]: the exercise's rule as such an [`Optimizer`];
//! - [`Adam`]: steps scaled by the moments of the gradient.

mod adam;
mod error;
mod gradient_descent;
mod optimizer;
mod settled;
mod update_parameters;

pub use adam::Adam;
pub use error::OptimError;
pub use gradient_descent::GradientDescent;
pub use layerwise_core as core;
pub use optimizer::{Optimizer, Rates};
pub use update_parameters::update_parameters;

/// The result of anything in this crate.
pub type Result<T> = std::result::Result<T, OptimError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
