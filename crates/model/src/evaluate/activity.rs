//! What the units of a network do.

use layerwise_core::{DMatrix, MatrixView, MatrixViewMut, Pass, Scalar};

use crate::{ModelError, Network, Result};

/// Ranges of a histogram.
const RANGES: usize = 20;

/// What the units of a layer give out over some examples.
///
/// ```
/// use layerwise_model::{Network, activations::Relu, core::DMatrix, layer_activity};
///
/// let network = Network::<f64>::builder(2).dense(3, Relu).seed(1).build()?;
/// let found = &layer_activity(&network, &DMatrix::from_element(2, 10, 1.0))?[0];
/// assert_eq!((found.units, found.counts.iter().sum::<usize>()), (3, 30));
/// assert!(found.deviation >= 0.0 && found.zeros <= 1.0);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LayerActivity {
    /// Units of the layer.
    pub units: usize,
    /// The mean of all it gives out.
    pub mean: f64,
    /// The standard deviation of all it gives out.
    pub deviation: f64,
    /// The share that is exactly 0, in [0, 1].
    pub zeros: f64,
    /// Units that give out 0 for every example: after ReLU such a unit learns nothing any more ("dead").
    pub silent: usize,
    /// The least and the most it gives out.
    pub range: (f64, f64),
    /// How many values lie in each of 20 equal parts of the range.
    pub counts: Vec<usize>,
}

/// What each layer gives out for the examples in `X (n_in, m)`, in inference: nothing is dropped.
///
/// # Errors
/// An X that does not fit the network, or without examples.
///
/// ```
/// use layerwise_model::{Network, activations::{Relu, Sigmoid}, core::DMatrix, layer_activity};
///
/// let network = Network::<f64>::builder(2).dense(4, Relu).dense(1, Sigmoid).build()?;
/// let layers = layer_activity(&network, &DMatrix::zeros(2, 5))?;
/// // z is 0 everywhere: no unit of the first layer speaks, and the second says 1/2.
/// assert_eq!((layers[0].silent, layers[0].zeros, layers[1].mean), (4, 1.0, 0.5));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn layer_activity<T: Scalar>(
    network: &Network<T>,
    x: &DMatrix<T>,
) -> Result<Vec<LayerActivity>> {
    let m = x.ncols();
    if m == 0 {
        return Err(ModelError::AtLeastOne { what: "the number of examples" });
    }
    let mut a_prev = x.as_slice().to_vec();
    let mut n_in = x.nrows();
    let mut found = vec![];
    for layer in network.layers() {
        let n_out = layer.n_out();
        let mut a = vec![T::zero(); n_out * m];
        let mut scratch = vec![T::zero(); layer.n_scratch() * m];
        let input = MatrixView::new(&a_prev, n_in, m).map_err(layerwise_core::CoreError::from)?;
        let output =
            MatrixViewMut::new(&mut a, n_out, m).map_err(layerwise_core::CoreError::from)?;
        layer.forward(input, output, &mut scratch, &Pass::inference())?;
        found.push(activity(&a, n_out));
        (a_prev, n_in) = (a, n_out);
    }
    Ok(found)
}

/// What `units` units give out, one example after the other.
fn activity<T: Scalar>(a: &[T], units: usize) -> LayerActivity {
    let values = || a.iter().map(|value| value.to_f64());
    let n = a.len() as f64;
    let mean = values().sum::<f64>() / n;
    let deviation = (values().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    let range = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let mut counts = vec![0; RANGES];
    let width = (range.1 - range.0) / RANGES as f64;
    for value in values() {
        let k = if width > 0.0 { ((value - range.0) / width) as usize } else { 0 };
        counts[k.min(RANGES - 1)] += 1;
    }
    let mut speaks = vec![false; units];
    for example in a.chunks(units) {
        for (speaks, value) in speaks.iter_mut().zip(example) {
            *speaks |= *value != T::zero();
        }
    }
    let zeros = values().filter(|value| *value == 0.0).count() as f64 / n;
    let silent = speaks.iter().filter(|speaks| !**speaks).count();
    LayerActivity { units, mean, deviation, zeros, silent, range, counts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Identity, Relu};

    #[test]
    fn the_last_layer_gives_out_the_predictions() {
        let network = Network::<f64>::builder(3)
            .dense(6, Relu)
            .dropout(0.5)
            .residual(|stack| stack.dense(6, Relu))
            .dense(2, Identity)
            .seed(4)
            .build()
            .unwrap();
        let x = DMatrix::from_fn(3, 17, |i, j| ((i * 5 + j * 3) % 11) as f64 - 5.0);
        let found = layer_activity(&network, &x).unwrap();
        let al = network.predict(&x).unwrap();
        assert_eq!(found.len(), network.layers().len());
        let last = found.last().unwrap();
        assert!((last.mean - al.mean()).abs() < 1e-12);
        assert_eq!(last.range, (al.min(), al.max()));
        assert_eq!(found[0].counts.iter().sum::<usize>(), 6 * 17);
        assert!(layer_activity(&network, &DMatrix::zeros(3, 0)).is_err());
        assert!(layer_activity(&network, &DMatrix::zeros(2, 4)).is_err());
    }
}
