//! What keeps parameters and gradients small.

use layerwise_core::CoreError;
use layerwise_optim::Penalty;

use crate::Result;

/// Penalties on weights and limits of gradients and weights; by default none of them.
///
/// In each step: the penalty's gradient is added, entries are cut to `clip_value`, all gradients
/// together to `clip_norm`; after the update each unit's weights to `max_norm`. Biases, scales and
/// the like ([`Layer::decays`](layerwise_core::Layer::decays)) are neither penalized nor limited.
/// The cost that training reports is without the penalty, so that it compares with that of
/// validation.
///
/// ```
/// use layerwise_model::Regularization;
///
/// let regularization = Regularization { l2: 1e-4, clip_norm: Some(1.0), ..Default::default() };
/// assert!(regularization.check().is_ok());
/// let negative = Regularization { max_norm: Some(-1.0), ..Default::default() };
/// assert_eq!(
///     negative.check().unwrap_err().to_string(),
///     "expected the largest norm of a unit's weights above 0, found -1"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Regularization {
    /// The factor of `Σ|w|`; see [`Penalty`].
    pub l1: f64,
    /// The factor of `½ Σ w²`; see [`Penalty`].
    pub l2: f64,
    /// The largest norm of a unit's weights ([`max_norm`](layerwise_optim::max_norm)).
    pub max_norm: Option<f64>,
    /// The largest norm of all gradients together: larger ones are scaled down to it (Pascanu,
    /// Mikolov and Bengio, "On the Difficulty of Training Recurrent Neural Networks", 2013,
    /// algorithm 1).
    pub clip_norm: Option<f64>,
    /// The largest size of one entry of a gradient: larger ones are cut to it.
    pub clip_value: Option<f64>,
}

impl Regularization {
    /// Checks every number and gives the penalty.
    ///
    /// # Errors
    /// [`CoreError::Setting`] with the first that makes no sense.
    pub fn check(&self) -> Result<Penalty> {
        for (what, limit) in [
            ("the largest norm of a unit's weights", self.max_norm),
            ("the largest norm of gradients", self.clip_norm),
            ("the largest entry of a gradient", self.clip_value),
        ] {
            if let Some(found) = limit.filter(|limit| limit.is_nan() || *limit <= 0.0) {
                return Err(CoreError::Setting { what, expected: "above 0", found }.into());
            }
        }
        Ok(Penalty::new(self.l1, self.l2)?)
    }
}
