//! The last part of a training step: from gradients to new parameters.

use layerwise_core::linalg::map_in_place;
use layerwise_core::{Scalar, parameters};
use layerwise_optim::{Optimizer, Penalty, decay, max_norm};

use super::share::UPDATE_CHUNK;
use super::step::Gradient;
use crate::{ModelError, Network, Regularization, Result, TrainingStep};

/// How gradients become updates, beside the optimizer.
#[derive(Debug)]
pub(super) struct Updating {
    pub(super) regularization: Regularization,
    pub(super) penalty: Penalty,
    /// Factors on the learning rate and on weight decay.
    pub(super) rate: f64,
    pub(super) decay: f64,
}

impl Default for Updating {
    fn default() -> Self {
        let (regularization, penalty) = (Regularization::default(), Penalty::default());
        Self { regularization, penalty, rate: 1.0, decay: 1.0 }
    }
}

impl<T: Scalar> TrainingStep<T> {
    /// The update after [`backward`](TrainingStep::backward): every parameter by its gradient, with
    /// the penalty's added to it and what is too large cut down.
    ///
    /// # Errors
    /// [`ModelError::OutOfOrder`] without a backward pass.
    pub fn update(&mut self, network: &mut Network<T>, optimizer: &dyn Optimizer<T>) -> Result<()> {
        if !self.backward_done {
            return Err(ModelError::OutOfOrder { call: "update", needs: "backward" });
        }
        self.penalize(network);
        self.clip();
        let Updating { rate, decay: decay_factor, regularization, .. } = self.updating;
        let alpha = T::of(optimizer.alpha().to_f64() * rate);
        let (rates, lambda) = (optimizer.rates(self.step, alpha), optimizer.weight_decay());
        for (layer, buffers) in network.layers_mut().iter_mut().zip(&mut self.layers) {
            layer.absorb(self.m, &buffers.cache[..buffers.n_cache * self.m]);
            for (index, gradient) in buffers.gradients.iter_mut().enumerate() {
                let &mut Gradient { ref mut values, ref mut state, factors, .. } = gradient;
                if factors.0 == 0.0 {
                    continue;
                }
                let decays = layer.decays(index);
                let (alpha, rates) = match factors.0 {
                    1.0 => (alpha, rates),
                    factor => {
                        let alpha = T::of(alpha.to_f64() * factor);
                        (alpha, optimizer.rates(self.step, alpha))
                    }
                };
                let lambda = match decays {
                    true => T::of(lambda.to_f64() * decay_factor * factors.1),
                    false => T::zero(),
                };
                let Some(mut parameter) = layer.parameter_mut(index) else { continue };
                let parts = [
                    (parameter.as_mut_slice(), UPDATE_CHUNK),
                    (values, UPDATE_CHUNK),
                    (state, UPDATE_CHUNK * optimizer.n_state()),
                ];
                self.pool.for_each_chunk(parts, |_, [values, gradient, state]| {
                    decay(values, alpha, lambda);
                    optimizer.apply(&rates, values, gradient, state);
                });
                if let (true, Some(largest)) = (decays, regularization.max_norm) {
                    max_norm(parameter, largest);
                }
            }
        }
        (self.m, self.backward_done) = (0, false);
        self.step += 1;
        Ok(())
    }

    /// Adds the penalty's gradient for everything that decays and is not frozen.
    fn penalize(&mut self, network: &Network<T>) {
        if self.updating.penalty.is_none() {
            return;
        }
        for (layer, buffers) in network.layers().iter().zip(&mut self.layers) {
            let gradients = parameters(layer.as_ref()).zip(&mut buffers.gradients).enumerate();
            for (index, (parameter, gradient)) in gradients {
                if layer.decays(index) && gradient.factors.0 != 0.0 {
                    self.updating.penalty.add_gradient(parameter.as_slice(), &mut gradient.values);
                }
            }
        }
    }

    /// Cuts entries of gradients, then all of them together, down to the largest size allowed.
    fn clip(&mut self) {
        let Regularization { clip_value, clip_norm, .. } = self.updating.regularization;
        let factor = match clip_norm.map(|largest| (largest, self.gradient_norm_within(clip_value)))
        {
            Some((largest, norm)) if norm > largest => Some(T::of(largest / norm)),
            _ => None,
        };
        for gradient in self.layers.iter_mut().flat_map(|layer| &mut layer.gradients) {
            if let Some(largest) = clip_value.map(T::of) {
                map_in_place(&mut gradient.values, |value| within(value, largest));
            }
            if let Some(factor) = factor {
                map_in_place(&mut gradient.values, |value| value * factor);
            }
        }
    }

    /// The norm of the gradients once each entry is cut down.
    fn gradient_norm_within(&self, clip_value: Option<f64>) -> f64 {
        let Some(largest) = clip_value else { return self.gradient_norm() };
        let gradients = self.layers.iter().flat_map(|layer| &layer.gradients);
        let values = gradients.flat_map(|gradient| &gradient.values);
        values.map(|value| within(value.to_f64(), largest).powi(2)).sum::<f64>().sqrt()
    }
}

/// The number nearest to `value` in `[−largest, largest]`; NaN stays.
fn within<T: Scalar>(value: T, largest: T) -> T {
    if value > largest {
        largest
    } else if value < -largest {
        -largest
    } else {
        value
    }
}
