//! A chain of layers.

use layerwise_activations::Activation;
use layerwise_core::{
    DMatrix, DVector, Layer, LinearParameters, Link, MatrixViewMut, Parameters, Pass, Scalar,
    expect_matrix, expect_shape, parameters,
};
use layerwise_layers::{
    BatchNorm, Dense, Dropout, Embedding, FeatureScale, GaussianNoise, LayerNorm, MixedActivation,
    PRelu, Periodic, PeriodicLinear, PiecewiseLinear, Residual,
};
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::initialize::{check_sizes, initialize_layer};
use crate::{ModelError, Result, Scale, Stream, generator};

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
        NetworkBuilder { n_in, seed: 0, plans: Vec::new() }
    }

    /// A network of these layers, first to last; layers from anywhere will do.
    ///
    /// # Errors
    /// [`ModelError::NoLayers`]; [`ModelError::Chain`] if a layer does not fit the one below;
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
        if layers.is_empty() {
            return Err(ModelError::NoLayers);
        }
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

type MakeLayer<T> = Box<dyn FnOnce(LinearParameters<T>) -> Result<Box<dyn Layer<T>>>>;

type MakeSameSize<T> = Box<dyn FnOnce(usize, usize) -> Result<Box<dyn Layer<T>>>>;

type MakeDrawn<T> = Box<dyn FnOnce(usize, &mut ChaCha8Rng) -> Result<Box<dyn Layer<T>>>>;

enum Plan<T: Scalar> {
    Dense {
        n_out: usize,
        scale: Scale,
        make: MakeLayer<T>,
    },
    /// As many units as the layer below; made from that and the layer's position.
    SameSize(MakeSameSize<T>),
    /// Parameters drawn at random, of the given number of units.
    Drawn {
        n_out: usize,
        make: MakeDrawn<T>,
    },
    Made(Box<dyn Layer<T>>),
    /// A stack with a way around it.
    Residual(Vec<Plan<T>>),
}

impl<T: Scalar> Plan<T> {
    /// Units it gives out above so many.
    fn n_out(&self, below: usize) -> usize {
        match self {
            Self::Dense { n_out, .. } | Self::Drawn { n_out, .. } => *n_out,
            Self::SameSize(_) | Self::Residual(_) => below,
            Self::Made(layer) => layer.n_out(),
        }
    }
}

/// The layers of these plans above `n_in` features. `number` is the next layer's, counted through all
/// stacks, so that no two layers that draw at random have the same.
fn make_layers<T: Scalar>(
    plans: Vec<Plan<T>>,
    n_in: usize,
    rng: &mut ChaCha8Rng,
    number: &mut usize,
) -> Result<Vec<Box<dyn Layer<T>>>> {
    let mut sizes = vec![n_in];
    for plan in &plans {
        sizes.push(plan.n_out(sizes[sizes.len() - 1]));
    }
    if plans.is_empty() {
        return Err(ModelError::NoLayers);
    }
    check_sizes(&sizes)?;
    let mut layers = Vec::with_capacity(plans.len());
    for (plan, pair) in plans.into_iter().zip(sizes.windows(2)) {
        let own = *number;
        *number += 1;
        layers.push(match plan {
            Plan::Dense { scale, make, .. } => {
                make(initialize_layer(pair[0], pair[1], scale, rng))?
            }
            Plan::SameSize(make) => make(pair[0], own)?,
            Plan::Drawn { make, .. } => make(pair[0], rng)?,
            Plan::Made(layer) => layer,
            Plan::Residual(plans) => {
                Box::new(Residual::new(make_layers(plans, pair[0], rng, number)?)?)
            }
        });
    }
    Ok(layers)
}

/// Independent normal numbers.
fn normals<T: Scalar>(nrows: usize, ncols: usize, sigma: f64, rng: &mut ChaCha8Rng) -> DMatrix<T> {
    DMatrix::from_fn(nrows, ncols, |_, _| {
        let draw: f64 = StandardNormal.sample(rng);
        T::of(sigma * draw)
    })
}

/// Builds a [`Network`] layer by layer, with starting values from one seed.
///
/// ```
/// use layerwise_model::{Network, Scale, layers::Dropout};
/// use layerwise_model::activations::{Identity, Softmax, Tanh};
///
/// // More than one network needs.
/// let network = Network::<f32>::builder(4)
///     .gaussian_noise(0.1)
///     .feature_scale()
///     .dense_scaled(16, Identity, Scale::He)
///     .batch_norm()
///     .prelu()
///     .dense(8, Identity)
///     .layer_norm()
///     .mixed(Tanh)
///     .layer(Dropout::new(8, 0.2, 9)?)
///     .dense(3, Softmax)
///     .seed(7)
///     .build()?;
/// let units: Vec<usize> = network.layers().iter().map(|layer| layer.n_out()).collect();
/// assert_eq!(units, [4, 4, 16, 16, 16, 8, 8, 8, 8, 3]);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[must_use = "a builder does nothing until build() is called"]
pub struct NetworkBuilder<T: Scalar> {
    n_in: usize,
    seed: u64,
    plans: Vec<Plan<T>>,
}

impl<T: Scalar> NetworkBuilder<T> {
    /// Adds `a = g(W a_prev + b)` with `n_out` units.
    ///
    /// Weights start as [`Scale::suiting`] says for the activation.
    pub fn dense(self, n_out: usize, g: impl Activation<T>) -> Self {
        let scale = Scale::suiting(g.name());
        self.dense_scaled(n_out, g, scale)
    }

    /// Adds `a = g(W a_prev + b)` with `n_out` units and starting weights of the given scale.
    pub fn dense_scaled(mut self, n_out: usize, g: impl Activation<T>, scale: Scale) -> Self {
        let make: MakeLayer<T> =
            Box::new(move |parameters| Ok(Box::new(Dense::new(parameters, g)?)));
        self.plans.push(Plan::Dense { n_out, scale, make });
        self
    }

    /// Adds [`Dropout`]: in training each unit is left out with probability `p` in [0, 1).
    ///
    /// ```
    /// use layerwise_model::{Network, activations::{Relu, Sigmoid}};
    ///
    /// let builder = Network::<f32>::builder(3).dense(8, Relu).dropout(0.2).dense(1, Sigmoid);
    /// assert_eq!(builder.build()?.layers().len(), 3);
    /// let error = Network::<f32>::builder(3).dense(8, Relu).dropout(1.5).build().unwrap_err();
    /// assert_eq!(error.to_string(), "expected the probability of dropout in [0, 1), found 1.5");
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn dropout(self, p: f64) -> Self {
        self.same_size(move |n, position| Ok(Box::new(Dropout::new(n, p, position as u64)?)))
    }

    /// Adds [`GaussianNoise`] of standard deviation `sigma` in training; first of all it is input noise.
    pub fn gaussian_noise(self, sigma: f64) -> Self {
        self.same_size(move |n, position| {
            Ok(Box::new(GaussianNoise::new(n, sigma, position as u64)?))
        })
    }

    /// Adds [`BatchNorm`], which starts with γ = 1 and β = 0, with a momentum of 0.1.
    pub fn batch_norm(self) -> Self {
        self.same_size(|n, _| Ok(Box::new(BatchNorm::identity(n, 0.1)?)))
    }

    /// Adds [`MixedActivation`], which starts as the activation. The layer below is one without an
    /// activation.
    pub fn mixed(self, g: impl Activation<T>) -> Self {
        self.same_size(|n, _| {
            Ok(Box::new(MixedActivation::new(DVector::from_element(n, T::one()), g)?))
        })
    }

    /// Adds [`Embedding`]: the rows of `tables` hold codes of so many levels and become so many numbers
    /// each, which start standard normal, times `1/√width`.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Sigmoid};
    ///
    /// // Rows 0 and 1 are numbers, row 2 one of 40 countries, which becomes 3 numbers.
    /// let network = Network::<f32>::builder(3).embedding(&[(2, 40, 3)]).dense(1, Sigmoid).build()?;
    /// assert_eq!(network.layers()[0].n_out(), 2 + 3);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn embedding(self, tables: &[(usize, usize, usize)]) -> Self {
        let tables = tables.to_vec();
        let coded = tables.len();
        let width: usize = tables.iter().map(|&(_, _, width)| width).sum();
        self.drawn(
            move |n| n.saturating_sub(coded) + width,
            move |n, rng| {
                let draw = |&(row, levels, width): &(usize, usize, usize)| {
                    let scale = 1.0 / (width.max(1) as f64).sqrt();
                    (row, normals(width, levels, scale, rng))
                };
                let tables = tables.iter().map(draw).collect();
                Ok(Box::new(Embedding::new(n, tables)?))
            },
        )
    }

    /// Adds [`Periodic`] with so many `frequencies` a feature, which start normal with standard deviation
    /// `sigma`.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Sigmoid};
    ///
    /// let network = Network::<f32>::builder(2).periodic(3, 1.0).dense(1, Sigmoid).build()?;
    /// // A sine and a cosine of each frequency.
    /// assert_eq!(network.layers()[0].n_out(), 2 * 3 * 2);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn periodic(self, frequencies: usize, sigma: f64) -> Self {
        self.drawn(
            move |n| 2 * frequencies * n,
            move |n, rng| Ok(Box::new(Periodic::new(normals(frequencies, n, sigma, rng))?)),
        )
    }

    /// Adds [`PeriodicLinear`] with so many `waves` and `width` numbers a feature beside itself. Frequencies
    /// start normal with standard deviation `sigma`, phases anywhere in `[−π, π]`, `W₂` normal with
    /// `1/√waves`. RealMLP takes 16 waves, a width of 3 and 0.1.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Sigmoid};
    ///
    /// let builder = Network::<f32>::builder(2).periodic_linear(16, 3, 0.1).dense(1, Sigmoid);
    /// assert_eq!(builder.build()?.layers()[0].n_out(), (3 + 1) * 2);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn periodic_linear(self, waves: usize, width: usize, sigma: f64) -> Self {
        self.drawn(
            move |n| (width + 1) * n,
            move |n, rng| {
                let w1 = normals(waves, n, sigma, rng);
                let b1 = DMatrix::from_fn(waves, n, |_, _| {
                    T::of(rand::RngExt::random_range(
                        rng,
                        -std::f64::consts::PI..std::f64::consts::PI,
                    ))
                });
                let w2 = normals(width * waves, n, 1.0 / (waves.max(1) as f64).sqrt(), rng);
                Ok(Box::new(PeriodicLinear::new([w1, b1, w2, DMatrix::zeros(width, n)])?))
            },
        )
    }

    /// Adds [`PiecewiseLinear`] with these edges, those of one feature after the other, which do not change
    /// in training. `layerwise_data::PiecewiseLinear` finds them.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Sigmoid, core::DMatrix};
    ///
    /// // Ages in two bins, incomes in one: raw columns go in.
    /// let edges = vec![vec![17.0, 35.0, 90.0], vec![0.0, 99_999.0]];
    /// let network = Network::<f32>::builder(2).piecewise_linear(edges).dense(1, Sigmoid).build()?;
    /// assert_eq!(network.layers()[0].n_out(), 2 + 1);
    /// assert_eq!(network.n_parameters(), 3 + 1);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn piecewise_linear(self, edges: Vec<Vec<f64>>) -> Self {
        let n_out = edges.iter().map(|edges| edges.len().saturating_sub(1).max(1)).sum();
        self.drawn(move |_| n_out, move |_, _| Ok(Box::new(PiecewiseLinear::new(edges)?)))
    }

    fn drawn(
        mut self,
        n_out: impl FnOnce(usize) -> usize + 'static,
        make: impl FnOnce(usize, &mut ChaCha8Rng) -> Result<Box<dyn Layer<T>>> + 'static,
    ) -> Self {
        let n_in = self.width();
        let (n_out, make) = (n_out(n_in), Box::new(make));
        self.plans.push(Plan::Drawn { n_out, make });
        self
    }

    /// Units of the last layer planned.
    fn width(&self) -> usize {
        self.plans.iter().fold(self.n_in, |below, plan| plan.n_out(below))
    }

    /// Adds [`LayerNorm`], which starts with γ = 1 and β = 0.
    pub fn layer_norm(self) -> Self {
        self.same_size(|n, _| Ok(Box::new(LayerNorm::identity(n))))
    }

    /// Adds [`FeatureScale`], which starts at 1.
    pub fn feature_scale(self) -> Self {
        self.same_size(|n, _| Ok(Box::new(FeatureScale::new(DVector::from_element(n, T::one()))?)))
    }

    /// Adds [`PRelu`], whose slopes start at 0.25. The layer below is one without an activation.
    pub fn prelu(self) -> Self {
        self.same_size(|n, _| Ok(Box::new(PRelu::new(DVector::from_element(n, T::of(0.25)))?)))
    }

    fn same_size(
        mut self,
        make: impl FnOnce(usize, usize) -> Result<Box<dyn Layer<T>>> + 'static,
    ) -> Self {
        self.plans.push(Plan::SameSize(Box::new(make)));
        self
    }

    /// Adds [`Residual`]: the layers that `stack` adds, with a way around them. They give out as many units
    /// as there are below; a seed set inside counts for nothing.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::{Identity, Relu, Sigmoid}};
    ///
    /// let builder = Network::<f32>::builder(3).dense(8, Relu);
    /// let builder = builder.residual(|stack| stack.dense(16, Relu).dense(8, Identity));
    /// assert_eq!(builder.dense(1, Sigmoid).build()?.layers().len(), 3);
    ///
    /// let error = Network::<f32>::builder(3).residual(|stack| stack.dense(4, Relu)).build().unwrap_err();
    /// let expected = "residual: the stack takes in 3 features and gives out 4, expected as many";
    /// assert_eq!(error.to_string(), expected);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn residual(mut self, stack: impl FnOnce(Self) -> Self) -> Self {
        let inner = Self { n_in: self.width(), seed: 0, plans: Vec::new() };
        self.plans.push(Plan::Residual(stack(inner).plans));
        self
    }

    /// Adds a layer made elsewhere.
    pub fn layer(mut self, layer: impl Layer<T> + 'static) -> Self {
        self.plans.push(Plan::Made(Box::new(layer)));
        self
    }

    /// The seed of the starting values; 0 if not called.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Draws the starting values and checks that the layers form a chain.
    ///
    /// # Errors
    /// [`ModelError::NoLayers`], [`ModelError::NoUnits`], [`ModelError::Chain`].
    pub fn build(self) -> Result<Network<T>> {
        let rng = &mut generator(self.seed, Stream::Initialization);
        let layers = make_layers(self.plans, self.n_in, rng, &mut 0)?;
        let network = Network::new(layers)?;
        if network.n_in() != self.n_in {
            let (n_in, below) = (network.n_in(), self.n_in);
            return Err(ModelError::Chain { layer: 1, n_in, below });
        }
        Ok(network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Relu, Sigmoid};

    #[test]
    fn nonsense_is_refused_when_built() {
        let message = |builder: NetworkBuilder<f32>| builder.build().unwrap_err().to_string();
        assert_eq!(message(Network::builder(3)), "a network needs at least one layer");
        assert_eq!(
            message(Network::builder(3).dense(0, Relu)),
            "layer 1 has no units: the layer sizes are [3, 0]"
        );
        let w = DMatrix::zeros(1, 5);
        let other = Dense::new(LinearParameters { w, b: DVector::zeros(1) }, Sigmoid).unwrap();
        assert_eq!(
            message(Network::builder(3).layer(other.clone())),
            "layer 1 takes in 5 features, but layer 0 gives out 3"
        );
        assert_eq!(
            message(Network::builder(3).dense(4, Relu).layer(other)),
            "layer 2 takes in 5 features, but layer 1 gives out 4"
        );
    }

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
