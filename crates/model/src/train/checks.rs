//! What training refuses before the first step.

use layerwise_activations::{Activation, Visitor, by_name};
use layerwise_core::{DMatrix, Layer, Link, MatrixView, Scalar, expect_shape};
use layerwise_cost::{Cost, OutputRange};

use crate::{Examples, ModelError, Network, Predictor, Result};

/// Refuses a cost that makes no sense after this network's output layer.
pub(super) fn check_cost<T: Scalar>(network: &Network<T>, cost: &dyn Cost<T>) -> Result<()> {
    let Some(last) = network.layers().last() else { return Err(ModelError::NoLayers) };
    if let Some(advice) = last.link().and_then(|link| cost.misfit(link)) {
        return Err(ModelError::Misfit { cost: cost.name(), output: last.kind(), advice });
    }
    let outputs = values_of_activation(last.as_ref());
    check_range(last.as_ref(), cost, outputs.as_slice())
}

/// Refuses examples that do not fit the network, and labels that do not fit the cost.
pub(super) fn check_examples<T: Scalar>(
    network: &Network<T>,
    cost: &dyn Cost<T>,
    examples: Examples<'_, T>,
) -> Result<()> {
    expect_shape("X", examples.x(), (network.n_in(), examples.m()))?;
    expect_shape("Y", examples.y(), (network.n_out(), examples.m()))?;
    Ok(cost.check_labels(examples.y())?)
}

/// Refuses outputs on these examples that the cost has no value for. Where the output layer's function is
/// known to give no such outputs, nothing is computed.
pub(super) fn check_outputs<T: Scalar>(
    network: &Network<T>,
    cost: &dyn Cost<T>,
    x: MatrixView<'_, T>,
    threads: usize,
) -> Result<()> {
    let Some(last) = network.layers().last() else { return Err(ModelError::NoLayers) };
    if cost.output_range() == OutputRange::Any
        || matches!(last.link(), Some(Link::Sigmoid | Link::Softmax))
    {
        return Ok(());
    }
    let mut predictor = Predictor::new(network, x.ncols())?.with_threads(threads);
    let al = predictor.predict(network, x)?;
    check_range(last.as_ref(), cost, al.as_slice())
}

/// Refuses a layer that needs several examples together where there is but one.
pub(super) fn check_batch<T: Scalar>(network: &Network<T>, examples: usize) -> Result<()> {
    let mut layers = network.layers().iter().enumerate();
    match layers.find(|(_, layer)| layer.batch_wide()) {
        Some((index, layer)) if examples < 2 => {
            Err(ModelError::BatchOfOne { layer: index + 1, kind: layer.kind(), examples })
        }
        _ => Ok(()),
    }
}

fn check_range<T: Scalar>(last: &dyn Layer<T>, cost: &dyn Cost<T>, outputs: &[T]) -> Result<()> {
    let range = cost.output_range();
    // NaN says nothing about the layer: training meets it in the cost.
    let outside = outputs.iter().find(|a| a.is_finite_number() && !range.has(**a));
    outside.map_or(Ok(()), |outside| {
        let output = format!("{}, which gives {}", last.kind(), outside.to_f64());
        Err(ModelError::Misfit { cost: cost.name(), output, advice: range.advice() })
    })
}

/// Some values of the function that a layer ends with, far apart, if it is one of those with a name.
fn values_of_activation<T: Scalar>(layer: &dyn Layer<T>) -> DMatrix<T> {
    struct Values;
    impl<T: Scalar> Visitor<T> for Values {
        type Output = DMatrix<T>;
        fn visit(self, g: impl Activation<T>) -> DMatrix<T> {
            g.value(&DMatrix::from_fn(1, 5, |_, j| T::of([-20.0, -1.0, 0.0, 1.0, 20.0][j])))
        }
    }
    let spec = layer.spec();
    let name = spec.as_ref().and_then(|spec| spec.settings.get("activation"));
    let values = name.and_then(|name| by_name(name, &Default::default(), Values).ok());
    values.unwrap_or_else(|| DMatrix::zeros(1, 0))
}
