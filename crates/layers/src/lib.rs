//! The layers of a feed-forward network, forward and backward.
//!
//! The same mathematics twice:
//!
//! - the exercise's functions, pure and on whole matrices: [`linear_forward`],
//!   [`linear_activation_forward`], [`linear_backward`], [`linear_activation_backward`];
//! - the [`Layer`](layerwise_core::Layer)s a network is built of, in place: [`Linear`] and
//!   [`Dense`] (linear → activation); [`Dropout`] and [`GaussianNoise`]; [`BatchNorm`] and
//!   [`LayerNorm`]; [`FeatureScale`], [`PRelu`] and [`MixedActivation`]; [`Residual`], a container; and for tables
//!   [`Embedding`], [`Periodic`], [`PeriodicLinear`] and [`PiecewiseLinear`].
//!
//! Both rest on the same kernels. They differ in one convention: the exercise's backward functions
//! divide by m themselves, a layer leaves the mean to the cost.

mod batch_norm;
mod dense;
mod draw;
mod dropout;
mod embedding;
mod feature_scale;
mod gaussian_noise;
mod layer_norm;
mod linear;
mod linear_backward;
mod linear_forward;
mod mixed_activation;
#[cfg(test)]
mod one_pass;
mod periodic;
mod periodic_linear;
mod piecewise_linear;
mod prelu;
mod residual;

pub use batch_norm::BatchNorm;
pub use dense::Dense;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use feature_scale::FeatureScale;
pub use gaussian_noise::GaussianNoise;
pub use layer_norm::LayerNorm;
pub use layerwise_activations as activations;
pub use layerwise_core as core;
pub use layerwise_core::CoreError;
pub use linear::Linear;
pub use linear_backward::{linear_activation_backward, linear_backward};
pub use linear_forward::{linear_activation_forward, linear_forward};
pub use mixed_activation::MixedActivation;
pub use periodic::Periodic;
pub use periodic_linear::PeriodicLinear;
pub use piecewise_linear::PiecewiseLinear;
pub use prelu::PRelu;
pub use residual::Residual;

/// The result of a layer's functions. Layers can fail in no way of their own, so their error is
/// the vocabulary's.
///
/// ```
/// use layerwise_layers::{Dropout, Result};
///
/// fn input_dropout(n: usize) -> Result<Dropout> {
///     Dropout::new(n, 0.2, 0)
/// }
/// assert!(input_dropout(3).is_ok());
/// assert!(Dropout::new(3, 1.0, 0).is_err());
/// ```
pub type Result<T> = std::result::Result<T, CoreError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
