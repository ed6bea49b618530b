//! Cost and penalty as a function of the parameters.

use layerwise_core::{Scalar, parameters};
use layerwise_cost::{Cost, weighted_cost};
use layerwise_optim::Penalty;

use crate::{Examples, ModelError, Network, Result, TrainingStep};

/// What is minimized: cost and penalty as a function of the parameters.
pub(super) struct Objective<'a, T: Scalar> {
    pub(super) step: TrainingStep<T>,
    pub(super) training: Examples<'a, T>,
    pub(super) cost: &'a dyn Cost<T>,
    pub(super) penalty: Penalty,
    /// The last cost, without the penalty.
    pub(super) plain: f64,
}

impl<T: Scalar> Objective<'_, T> {
    /// The value at `w`, and into `dw` its gradient there; an infinite value has none.
    pub(super) fn at(
        &mut self,
        network: &mut Network<T>,
        w: &[f64],
        dw: &mut [f64],
    ) -> Result<f64> {
        set_values(network, w);
        let (x, y, weights) = (self.training.x(), self.training.y(), self.training.weights());
        let al = self.step.forward(network, x)?;
        let cost = match weights {
            None => self.cost.cost(al, y)?,
            Some(weights) => weighted_cost(self.cost, al, y, weights)?,
        };
        self.plain = cost.to_f64();
        if !self.plain.is_finite() {
            return Ok(f64::INFINITY);
        }
        self.step.backward_weighted(network, (x, y, weights), self.cost)?;
        let mut value = self.plain;
        let mut from = 0;
        for (layer, index) in trained(network) {
            let Some(gradient) = self.step.gradient(layer, index) else { continue };
            let part = from..from + gradient.as_slice().len();
            for (dw, gradient) in dw[part.clone()].iter_mut().zip(gradient.as_slice()) {
                *dw = gradient.to_f64();
            }
            if network.layers()[layer].decays(index) {
                value += self.penalty.value(&w[part.clone()]);
                self.penalty.add_gradient(&w[part.clone()], &mut dw[part.clone()]);
            }
            from = part.end;
        }
        Ok(value)
    }

    /// Refuses a network that gives other outputs with noise than without.
    pub(super) fn refuse_random(&mut self, network: &Network<T>) -> Result<()> {
        let x = self.training.x();
        let with = self.step.forward(network, x)?.to_matrix();
        self.step.set_noise(0.0)?;
        let without = self.step.forward(network, x)?;
        if with.as_slice() != without.as_slice() && with.iter().all(|a| a.is_finite_number()) {
            return Err(ModelError::NotSmooth { what: "a layer draws at random".into() });
        }
        Ok(())
    }
}

/// The parameters that training changes, as layer and index.
fn trained<T: Scalar>(network: &Network<T>) -> Vec<(usize, usize)> {
    let layers = network.layers().iter().enumerate();
    let of_each = layers.flat_map(|(l, layer)| {
        let n = parameters(layer.as_ref()).count();
        (0..n).filter(|&index| layer.trains(index)).map(move |index| (l, index))
    });
    of_each.collect()
}

pub(super) fn values<T: Scalar>(network: &Network<T>) -> Vec<f64> {
    let of = |(layer, index): (usize, usize)| network.layers()[layer].parameter(index);
    let all = trained(network).into_iter().filter_map(of);
    all.flat_map(|parameter| parameter.as_slice().iter().map(|w| w.to_f64())).collect()
}

pub(super) fn set_values<T: Scalar>(network: &mut Network<T>, values: &[f64]) {
    let mut values = values.iter();
    for (layer, index) in trained(network) {
        if let Some(mut parameter) = network.layers_mut()[layer].parameter_mut(index) {
            let pairs = parameter.as_mut_slice().iter_mut().zip(values.by_ref());
            pairs.for_each(|(w, &value)| *w = T::of(value));
        }
    }
}
