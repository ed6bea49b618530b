//! The layers of a feed-forward network, forward and backward.
//!
//! The same mathematics twice:
//!
//! - the exercise's functions, pure and on whole matrices: [`linear_forward`],
//!   [`linear_activation_forward`], [`linear_backward`], [`linear_activation_backward`];
//! - the [`Layer`](layerwise_core::Layer)s a network is built of, in place: [`Linear`] and
//!   [`Dense`] (linear → activation); [`Dropout`], [`LayerNorm`], [`FeatureScale`], [`PRelu`].
//!
//! Both rest on the same kernels. They differ in one convention: the exercise's backward functions
//! divide by m themselves, a layer leaves the mean to the cost.

mod dense;
mod dropout;
mod feature_scale;
mod layer_norm;
mod linear;
mod linear_backward;
mod linear_forward;
mod prelu;

pub use dense::Dense;
pub use dropout::Dropout;
pub use feature_scale::FeatureScale;
pub use layer_norm::LayerNorm;
pub use layerwise_activations as activations;
pub use layerwise_core as core;
pub use layerwise_core::CoreError;
pub use linear::Linear;
pub use linear_backward::{linear_activation_backward, linear_backward};
pub use linear_forward::{linear_activation_forward, linear_forward};
pub use prelu::PRelu;

/// The result of a layer's functions. Layers can fail in no way of their own, so their error is
/// the vocabulary's.
pub type Result<T> = std::result::Result<T, CoreError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
