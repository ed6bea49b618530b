//! Optimizers: `W := W − α dW` and its descendants.
//!
//! - [`update_parameters`]: the exercise's function, pure, on whole dictionaries of parameters;
//! - [`Optimizer`]: what the training path asks of an optimizer, in place, on slices;
//! - [`GradientDescent`]: the exercise's rule as such an [`Optimizer`];
//! - [`Momentum`], [`Nesterov`]: with inertia;
//! - [`AdaGrad`], [`RmsProp`], [`Adadelta`]: each weight at its own rate;
//! - [`Adam`], [`AmsGrad`], [`NAdam`]: both; [`AdamW`]: with decoupled weight decay;
//! - [`Decayed`]: any of them with it;
//! - [`Lion`]: the sign of the gradient's running mean;
//! - [`Schedule`]: the learning rate over a training run.

mod ada_grad;
mod adadelta;
mod adam;
mod adam_w;
mod ams_grad;
mod decayed;
mod error;
mod gradient_descent;
mod lion;
mod momentum;
mod nadam;
mod nesterov;
mod optimizer;
mod penalty;
mod plateau;
mod rms_prop;
mod schedule;
mod settled;
mod update_parameters;

pub use ada_grad::AdaGrad;
pub use adadelta::Adadelta;
pub use adam::Adam;
pub use adam_w::AdamW;
pub use ams_grad::AmsGrad;
pub use decayed::Decayed;
pub use error::OptimError;
pub use gradient_descent::GradientDescent;
pub use layerwise_core as core;
pub use lion::Lion;
pub use momentum::Momentum;
pub use nadam::NAdam;
pub use nesterov::Nesterov;
pub use optimizer::{MOST_STATE, Optimizer, Rates, State, decay, state_of};
pub use penalty::{Penalty, max_norm};
pub use plateau::Plateau;
pub use rms_prop::RmsProp;
pub use schedule::{Progress, Schedule};
pub use update_parameters::update_parameters;

/// The result of anything in this crate.
///
/// ```
/// use layerwise_optim::{Adam, OptimError, Result};
///
/// fn slow(alpha: f64) -> Result<Adam<f64>> {
///     Adam::new(alpha / 10.0)
/// }
/// assert_eq!(slow(0.01)?, Adam::new(0.001)?);
/// assert_eq!(slow(0.0), Err(OptimError::LearningRate(0.0)));
/// # Ok::<(), OptimError>(())
/// ```
pub type Result<T> = std::result::Result<T, OptimError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
