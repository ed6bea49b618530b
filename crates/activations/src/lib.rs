//! Activation functions `g(z)` and their derivatives `g′(z)`, one a file.
//!
//! | type | `a = g(z)` | `g′` from the output |
//! | --- | --- | --- |
//! | [`Relu`] | `max(0, z)` | `1` where `a > 0`, else `0` |
//! | [`Sigmoid`] | `1/(1 + e^−z)` | `a (1 − a)` |
//! | [`Tanh`] | `tanh z` | `1 − a²` |
//! | [`Identity`] | `z` | `1` |
//! | [`Softmax`] | `e^{z_i} / Σ_k e^{z_k}` | `dz_i = a_i (da_i − Σ_k a_k da_k)` |
//!
//! The exercise's four functions, [`relu`], [`sigmoid`], [`relu_backward`] and
//! [`sigmoid_backward`], take and return whole matrices; a network works in place through
//! [`Activation`].

mod activation;
mod identity;
mod relu;
mod sigmoid;
mod softmax;
mod tanh;

pub use activation::Activation;
pub use identity::Identity;
pub use layerwise_core as core;
pub use layerwise_core::CoreError;
pub use relu::{Relu, relu, relu_backward};
pub use sigmoid::{Sigmoid, sigmoid, sigmoid_backward};
pub use softmax::Softmax;
pub use tanh::Tanh;

/// The result of an activation: nothing, or the shapes that did not fit. Activations can fail in
/// no way of their own, so their error is the vocabulary's.
pub type Result<T> = std::result::Result<T, CoreError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
