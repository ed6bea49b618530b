//! A chain of layers.

use layerwise_activations::Activation;
use layerwise_core::{
    DMatrix, Layer, Link, MatrixViewMut, Parameters, Pass, Scalar, expect_matrix, expect_shape,
    parameters,
};
use layerwise_layers::Dense;

use crate::initialize::check_sizes;
use crate::{ModelError, NetworkBuilder, Result};

/// Layers driven one after the other, each taking in what the one below gives out.
///
/// ```
/// use layerwise_model::{Network, activations::{Relu, Sigmoid}, core::DMatrix};
///
/// let network = Network::<f32>::builder(30)
///     .dense(16, Relu)
///     .dense(8, Relu)
///     .dense(1, Sigmoid)
///     .seed(7)
///     .build()?;
/// assert_eq!(network.n_parameters(), 31 * 16 + 17 * 8 + 9);
///
/// let al = network.predict(&DMatrix::zeros(30, 5))?;
/// assert_eq!(al.shape(), (1, 5));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
///
/// ```
/// use layerwise_model::{Network, Scale, activations::Identity, core::DMatrix};
///
/// let mut network =
///     Network::<f64>::builder(2).dense_scaled(1, Identity, Scale::Constant(1.0)).build()?;
/// assert_eq!((network.layers().len(), network.n_in(), network.n_out()), (1, 2, 1));
/// if let Some(mut b) = network.layers_mut()[0].parameter_mut(1) {
///     b.as_mut_slice()[0] = 10.0;
/// }
/// assert_eq!(network.predict(&DMatrix::from_column_slice(2, 1, &[3.0, 4.0]))?[0], 17.0);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct Network<T: Scalar> {
    layers: Vec<Box<dyn Layer<T>>>,
}

impl<T: Scalar> Network<T> {
    /// Starts a network that takes in `n_in` features.
    pub fn builder(n_in: usize) -> NetworkBuilder<T> {
        NetworkBuilder::new(n_in)
    }

    /// A network of these layers, first to last; layers from anywhere will do.
    ///
    /// # Errors
    /// [`ModelError::NoLayers`]; [`ModelError::NoUnits`]; [`ModelError::Chain`] if a layer does not fit the one below;
    /// [`ModelError::SoftmaxOfOne`].
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Relu, layers::Dense};
    /// use layerwise_model::core::{DMatrix, DVector, LinearParameters};
    ///
    /// let dense = |n_out, n_in| {
    ///     let w = DMatrix::<f64>::zeros(n_out, n_in);
    ///     Dense::new(LinearParameters { w, b: DVector::zeros(n_out) }, Relu)
    /// };
    /// let error = Network::new(vec![Box::new(dense(3, 2)?), Box::new(dense(1, 4)?)]).unwrap_err();
    /// assert_eq!(error.to_string(), "layer 2 takes in 4 features, but layer 1 gives out 3");
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn new(layers: Vec<Box<dyn Layer<T>>>) -> Result<Self> {
        let Some(first) = layers.first() else { return Err(ModelError::NoLayers) };
        let mut sizes = vec![first.n_in()];
        sizes.extend(layers.iter().map(|layer| layer.n_out()));
        check_sizes(&sizes)?;
        for (index, pair) in layers.windows(2).enumerate() {
            let (below, n_in) = (pair[0].n_out(), pair[1].n_in());
            if below != n_in {
                return Err(ModelError::Chain { layer: index + 2, n_in, below });
            }
        }
        for (index, layer) in layers.iter().enumerate() {
            if layer.link() == Some(Link::Softmax) && layer.n_out() == 1 {
                return Err(ModelError::SoftmaxOfOne { layer: index + 1 });
            }
        }
        Ok(Self { layers })
    }

    /// Dense layers with these parameters: `hidden` on all but the last, `output` on the last.
    ///
    /// With [`Relu`](layerwise_activations::Relu) and [`Sigmoid`](layerwise_activations::Sigmoid) this is the exercise's model,
    /// `[LINEAR → RELU] × (L−1) → LINEAR → SIGMOID`.
    ///
    /// # Errors
    /// As [`Parameters::check`].
    ///
    /// ```
    /// use layerwise_model::{Network, NumpyRandom, initialize_parameters};
    /// use layerwise_model::activations::{Relu, Sigmoid};
    ///
    /// let parameters = initialize_parameters::<f64>(4, 3, 1, &mut NumpyRandom::new(1))?;
    /// let network = Network::from_parameters(&parameters, Relu, Sigmoid)?;
    /// assert_eq!((network.n_in(), network.n_out()), (4, 1));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn from_parameters(
        parameters: &Parameters<T>,
        hidden: impl Activation<T>,
        output: impl Activation<T>,
    ) -> Result<Self> {
        parameters.check()?;
        let last = parameters.layers.len() - 1;
        let mut layers: Vec<Box<dyn Layer<T>>> = Vec::with_capacity(last + 1);
        for (index, layer) in parameters.layers.iter().cloned().enumerate() {
            layers.push(if index == last {
                Box::new(Dense::new(layer, output.clone())?)
            } else {
                Box::new(Dense::new(layer, hidden.clone())?)
            });
        }
        Self::new(layers)
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Box<dyn Layer<T>>] {
        &self.layers
    }

    /// The layers, to change their parameters.
    pub fn layers_mut(&mut self) -> &mut [Box<dyn Layer<T>>] {
        &mut self.layers
    }

    /// Features taken in.
    pub fn n_in(&self) -> usize {
        self.layers[0].n_in()
    }

    /// Units given out.
    pub fn n_out(&self) -> usize {
        self.layers[self.layers.len() - 1].n_out()
    }

    /// Numbers that gradients change; running statistics and the like are not among them.
    pub fn n_parameters(&self) -> usize {
        let of = |layer: &dyn Layer<T>| {
            let trained = parameters(layer).enumerate().filter(|(index, _)| layer.trains(*index));
            trained.map(|(_, parameter)| parameter.as_slice().len()).sum::<usize>()
        };
        self.layers.iter().map(|layer| of(layer.as_ref())).sum()
    }

    /// `AL` for the examples in `X`, with nothing kept. Shapes: `X (n_in, m)`, `AL (n_out, m)`.
    ///
    /// # Errors
    /// An `X` of the wrong height, empty, or with NaN or an infinity in it.
    pub fn predict(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        expect_shape("X", x.into(), (self.n_in(), x.ncols()))?;
        expect_matrix("X", x.into())?;
        let m = x.ncols();
        let mut below = DMatrix::zeros(0, 0);
        let mut scratch = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let a_prev = if index == 0 { x } else { &below };
            let mut a = DMatrix::zeros(layer.n_out(), m);
            scratch.resize(layer.n_scratch() * m, T::zero());
            layer.forward(
                a_prev.into(),
                MatrixViewMut::from(&mut a),
                &mut scratch,
                &Pass::inference(),
            )?;
            below = a;
        }
        Ok(below)
    }

    /// A copy of every parameter's values, in order.
    pub(crate) fn snapshot(&self) -> Vec<Vec<T>> {
        let all = self.layers.iter().flat_map(|layer| parameters(layer.as_ref()));
        all.map(|parameter| parameter.as_slice().to_vec()).collect()
    }

    /// Puts the values of a snapshot back.
    pub(crate) fn restore(&mut self, snapshot: &[Vec<T>]) {
        let mut values = snapshot.iter();
        for layer in &mut self.layers {
            let mut index = 0;
            while let Some(mut parameter) = layer.parameter_mut(index) {
                if let Some(values) = values.next() {
                    parameter.as_mut_slice().copy_from_slice(values);
                }
                index += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Relu, Sigmoid};

    #[test]
    fn a_seed_means_the_same_network() {
        let build = |seed| {
            Network::<f32>::builder(3).dense(4, Relu).dense(1, Sigmoid).seed(seed).build().unwrap()
        };
        assert_eq!(build(1).snapshot(), build(1).snapshot());
        assert_ne!(build(1).snapshot(), build(2).snapshot());
        let mut other = build(2);
        other.restore(&build(1).snapshot());
        assert_eq!(other.snapshot(), build(1).snapshot());
    }

    #[test]
    fn predict_checks_what_it_is_given() {
        let network = Network::<f32>::builder(3).dense(1, Sigmoid).build().unwrap();
        let message = |x: &DMatrix<f32>| network.predict(x).unwrap_err().to_string();
        assert_eq!(message(&DMatrix::zeros(2, 4)), "expected X of shape (3, 4), found (2, 4)");
        assert_eq!(message(&DMatrix::zeros(3, 0)), "X is empty: its shape is (3, 0)");
        let nan = DMatrix::from_element(3, 1, f32::NAN);
        assert_eq!(message(&nan), "X holds NaN in row 0, column 0 (counted from 0)");
    }
}
