//! Some of a network's parameters.

use crate::{ModelError, Result};

/// Parameters that learn at a rate of their own: those of a layer, of a name, or both.
///
/// ```
/// use layerwise_model::ParameterGroup;
///
/// let biases = ParameterGroup::named("b").learning_rate(0.1);
/// let first = ParameterGroup::layer(1).frozen();
/// let scales = ParameterGroup::layer(2).and_named("s").learning_rate(6.0).weight_decay(0.0);
/// # let _ = (biases, first, scales);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a group does something when it is given to a trainer"]
pub struct ParameterGroup {
    layer: Option<usize>,
    name: Option<String>,
    learning_rate: f64,
    weight_decay: f64,
}

impl ParameterGroup {
    fn new(layer: Option<usize>, name: Option<String>) -> Self {
        Self { layer, name, learning_rate: 1.0, weight_decay: 1.0 }
    }

    /// All parameters of this layer, counted from 1.
    pub fn layer(layer: usize) -> Self {
        Self::new(Some(layer), None)
    }

    /// All parameters of this name: `w`, `b`, `s`, …; those inside a container, `0.w`, among them.
    pub fn named(name: &str) -> Self {
        Self::new(None, Some(name.to_owned()))
    }

    /// Only those of this name among them.
    pub fn and_named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// A factor on the learning rate, at least 0; 1 if not called.
    pub fn learning_rate(mut self, factor: f64) -> Self {
        self.learning_rate = factor;
        self
    }

    /// A factor on weight decay, at least 0; 1 if not called.
    pub fn weight_decay(mut self, factor: f64) -> Self {
        self.weight_decay = factor;
        self
    }

    /// Parameters that training leaves as they are; their gradients are not computed.
    pub fn frozen(self) -> Self {
        self.learning_rate(0.0)
    }

    pub(super) fn has(&self, layer: usize, name: &str) -> bool {
        self.layer.is_none_or(|own| own == layer)
            && self.name.as_deref().is_none_or(|own| {
                own == name || name.rsplit_once('.').is_some_and(|(_, last)| own == last)
            })
    }

    pub(super) fn factors(&self) -> (f64, f64) {
        (self.learning_rate, self.weight_decay)
    }

    /// Refuses a group without `members` and factors that make no sense.
    pub(super) fn check(&self, members: usize) -> Result<()> {
        let group = match (self.layer, &self.name) {
            (Some(layer), Some(name)) => format!("parameters {name} of layer {layer}"),
            (Some(layer), None) => format!("parameters of layer {layer}"),
            (None, Some(name)) => format!("parameters {name}"),
            (None, None) => "parameters".to_owned(),
        };
        let problem = if members == 0 {
            "the network has none".to_owned()
        } else if !self.learning_rate.is_finite() || self.learning_rate < 0.0 {
            format!(
                "expected a factor on the learning rate of at least 0, found {}",
                self.learning_rate
            )
        } else if !self.weight_decay.is_finite() || self.weight_decay < 0.0 {
            format!("expected a factor on weight decay of at least 0, found {}", self.weight_decay)
        } else {
            return Ok(());
        };
        Err(ModelError::Group { group, problem })
    }
}
