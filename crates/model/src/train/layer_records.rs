//! How training goes inside the layers.

use layerwise_core::{Layer, Scalar, parameters};
use layerwise_cost::Cost;
use layerwise_optim::GradientDescent;
use serde::{Deserialize, Serialize};

use crate::{Examples, Network, Result, Trainer, TrainingStep};

/// How training went inside a layer in an epoch; zeros for a layer with nothing to learn.
///
/// ```
/// use layerwise_model::LayerRecord;
///
/// let record = LayerRecord { gradient_norm: 0.2, weight_norm: 4.0, update_ratio: 1e-3 };
/// assert!(record.update_ratio < 0.01);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LayerRecord {
    /// The norm of its gradients after the epoch, `√Σ dw²` over all its parameters, on the examples that were given
    /// for it.
    pub gradient_norm: f64,
    /// The norm of its parameters after the epoch, `√Σ w²`.
    pub weight_norm: f64,
    /// How far the last update of the epoch moved its parameters, as a part of their norm before it.
    pub update_ratio: f64,
}

impl<'a, T: Scalar> Trainer<'a, T> {
    /// After each epoch writes down of each layer how large its gradients, parameters and updates are
    /// ([`EpochRecord::layers`](crate::EpochRecord::layers)). Gradients are those of `examples`, some hundreds of them at
    /// best, with all that training does to them, such as dropout. It changes nothing of what is learned.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::{Identity, Relu}, cost::MeanSquaredError, optim::Adam};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[0.0, 1.0, 2.0, 3.0]);
    /// let examples = Examples::new(&x, &x)?;
    /// let mut network = Network::<f64>::builder(1).dense(4, Relu).dense(1, Identity).build()?;
    /// let trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)?).epochs(3).record_layers(examples);
    /// let history = trainer.fit(&mut network, examples, None)?;
    /// let layers = &history.epochs[2].layers;
    /// assert_eq!(layers.len(), 2);
    /// assert!(layers[0].update_ratio > 0.0 && layers[0].gradient_norm > 0.0);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn record_layers(mut self, examples: Examples<'a, T>) -> Self {
        self.recorder =
            Some(LayerRecorder { step: None, examples, before: vec![], ratios: vec![] });
        self
    }
}

/// Looks into the layers, with buffers made once.
pub(super) struct LayerRecorder<'a, T: Scalar> {
    step: Option<TrainingStep<T>>,
    examples: Examples<'a, T>,
    /// The parameters before an update, and how far it moved each layer's.
    before: Vec<Vec<T>>,
    ratios: Vec<f64>,
}

impl<T: Scalar> LayerRecorder<'_, T> {
    /// Called before the update that is to be measured.
    pub(super) fn before_update(&mut self, network: &Network<T>) {
        self.before = numbers(network);
    }

    /// Called after it.
    pub(super) fn after_update(&mut self, network: &Network<T>) {
        let moved = |(now, before): (Vec<T>, &Vec<T>)| {
            let size = norm(before.iter().map(|value| value.to_f64()));
            let pairs = now.iter().zip(before);
            let distance = norm(pairs.map(|(now, before)| now.to_f64() - before.to_f64()));
            if size > 0.0 { distance / size } else { 0.0 }
        };
        self.ratios = numbers(network).into_iter().zip(&self.before).map(moved).collect();
    }

    /// What is to be written down after an epoch.
    pub(super) fn records(
        &mut self,
        network: &Network<T>,
        cost: &dyn Cost<T>,
        seed: u64,
    ) -> Result<Vec<LayerRecord>> {
        let (x, y) = (self.examples.x(), self.examples.y());
        let step = match &mut self.step {
            Some(step) => step,
            none => {
                let plain = GradientDescent::new(T::of(0.1))?;
                none.insert(TrainingStep::new(network, x.ncols(), &plain)?.with_seed(seed))
            }
        };
        step.forward(network, x)?;
        step.backward(network, x, y, cost)?;
        let record = |(l, numbers): (usize, &Vec<T>)| {
            let n_parameters = parameters(network.layers()[l].as_ref()).count();
            let gradients = (0..n_parameters).filter_map(|index| step.gradient(l, index));
            let of = |values: &[T]| norm(values.iter().map(|value| value.to_f64()));
            LayerRecord {
                gradient_norm: norm(gradients.map(|dw| of(dw.as_slice()))),
                weight_norm: of(numbers),
                update_ratio: self.ratios.get(l).copied().unwrap_or(0.0),
            }
        };
        Ok(numbers(network).iter().enumerate().map(record).collect())
    }
}

/// All numbers of each layer, one after the other.
fn numbers<T: Scalar>(network: &Network<T>) -> Vec<Vec<T>> {
    let of = |layer: &dyn Layer<T>| {
        parameters(layer).flat_map(|parameter| parameter.as_slice().to_vec()).collect()
    };
    network.layers().iter().map(|layer| of(layer.as_ref())).collect()
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::Identity;
    use layerwise_core::DMatrix;
    use layerwise_cost::MeanSquaredError;

    #[test]
    fn one_weight_by_hand() {
        // w = 1 and b = 0; x = 1, y = 3: J = (w + b − 3)², dw = db = 2 (w + b − 3).
        let one = crate::Scale::Constant(1.0);
        let mut network =
            Network::<f64>::builder(1).dense_scaled(1, Identity, one).dropout(0.0).build().unwrap();
        let (x, y) = (DMatrix::from_element(1, 1, 1.0), DMatrix::from_element(1, 1, 3.0));
        let examples = Examples::new(&x, &y).unwrap();
        let trainer = Trainer::new(MeanSquaredError, GradientDescent::new(0.125).unwrap());
        let trainer = trainer.epochs(2).record_layers(examples);
        let history = trainer.fit(&mut network, examples, None).unwrap();
        // The first update: dw = db = −4, so w = 1.5 and b = 0.5; then dw = db = −2.
        let first = history.epochs[0].layers[0];
        assert!((first.update_ratio - 0.5_f64.sqrt()).abs() < 1e-12, "{first:?}");
        assert!((first.gradient_norm - 8.0_f64.sqrt()).abs() < 1e-12, "{first:?}");
        assert!((first.weight_norm - 2.5_f64.sqrt()).abs() < 1e-12, "{first:?}");
        let second = history.epochs[1].layers[0];
        assert!((second.update_ratio - (0.125 / 2.5_f64).sqrt()).abs() < 1e-12, "{second:?}");
        assert_eq!(history.epochs[1].layers[1], LayerRecord::default());
    }
}
