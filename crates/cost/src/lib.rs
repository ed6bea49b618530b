//! Cost functions `J(AL, Y)` and their derivatives.
//!
//! - [`compute_cost`] and [`compute_cost_backward`]: the exercise's binary cross-entropy and its
//!   `dAL = −(Y/AL − (1−Y)/(1−AL))`, pure, on whole matrices;
//! - [`Cost`]: what the training path asks of a cost, in place, the mean's factor `1/m` inside;
//! - [`BinaryCrossEntropy`]: the exercise's cost as such a [`Cost`];
//! - [`CategoricalCrossEntropy`]: one of several classes.

mod binary_cross_entropy;
mod categorical_cross_entropy;
mod cost;
mod error;
mod exercise;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use categorical_cross_entropy::CategoricalCrossEntropy;
pub use cost::Cost;
pub use error::CostError;
pub use exercise::{compute_cost, compute_cost_backward};
pub use layerwise_core as core;

/// The result of anything in this crate.
pub type Result<T> = std::result::Result<T, CostError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
