//! Activation functions `g(z)` and their derivatives `g′(z)`, one a file.
//!
//! | type | `a = g(z)` | `g′` from the output |
//! | --- | --- | --- |
//! | [`Relu`] | `max(0, z)` | `1` where `a > 0`, else `0` |
//! | [`Sigmoid`] | `1/(1 + e^−z)` | `a (1 − a)` |
//! | [`Tanh`] | `tanh z` | `1 − a²` |
//! | [`Identity`] | `z` | `1` |
//! | [`LeakyRelu`] | `z` or `s z` | `1` or `s` |
//! | [`Elu`] | `z` or `α (e^z − 1)` | `1` or `a + α` |
//! | [`Selu`] | `λ z` or `λ α (e^z − 1)` | `λ` or `a + λ α` |
//! | [`Gelu`] | `z Φ(z)` | from the input |
//! | [`GeluTanh`] | `z/2 (1 + tanh(…))` | from the input |
//! | [`Silu`] | `z σ(z)` | from the input |
//! | [`Softplus`] | `ln(1 + e^z)` | from the input |
//! | [`HardSigmoid`] | `min(1, max(0, (z+3)/6))` | `1/6` between the corners, else `0` |
//! | [`HardSwish`] | `z min(1, max(0, (z+3)/6))` | from the input |
//! | [`Softmax`] | `e^{z_i} / Σ_k e^{z_k}` | `dz_i = a_i (da_i − Σ_k a_k da_k)` |
//!
//! The exercise's four functions, [`relu`], [`sigmoid`], [`relu_backward`] and
//! [`sigmoid_backward`], take and return whole matrices; a network works in place through
//! [`Activation`].

mod activation;
mod by_name;
mod elu;
mod gelu;
mod gelu_tanh;
mod hard_sigmoid;
mod hard_swish;
mod identity;
mod leaky_relu;
mod relu;
mod selu;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod tanh;

pub use activation::Activation;
pub use by_name::{NAMES, Visitor, by_name};
pub use elu::Elu;
pub use gelu::Gelu;
pub use gelu_tanh::GeluTanh;
pub use hard_sigmoid::HardSigmoid;
pub use hard_swish::HardSwish;
pub use identity::Identity;
pub use layerwise_core as core;
pub use layerwise_core::CoreError;
pub use leaky_relu::LeakyRelu;
pub use relu::{Relu, relu, relu_backward};
pub use selu::Selu;
pub use sigmoid::{Sigmoid, sigmoid, sigmoid_backward};
pub use silu::Silu;
pub use softmax::Softmax;
pub use softplus::Softplus;
pub use tanh::Tanh;

/// The result of an activation: nothing, or the shapes that did not fit. Activations can fail in
/// no way of their own, so their error is the vocabulary's.
///
/// ```
/// use layerwise_activations::{LeakyRelu, Result};
///
/// fn half() -> Result<LeakyRelu> {
///     LeakyRelu::new(0.5)
/// }
/// assert!(half().is_ok());
/// let error = LeakyRelu::new(f64::NAN).unwrap_err();
/// assert!(error.to_string().starts_with("expected the slope of leaky relu"));
/// ```
pub type Result<T> = std::result::Result<T, CoreError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
