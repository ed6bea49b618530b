//! Networks layer by layer.

mod plan;
mod tables;

use layerwise_activations::Activation;
use layerwise_core::{DVector, Layer, Scalar};
use layerwise_layers::{
    BatchNorm, Dense, Dropout, FeatureScale, GaussianNoise, LayerNorm, MixedActivation, PRelu,
};

use self::plan::{MakeLayer, Plan, make_layers};
use crate::{ModelError, Network, Result, Scale, Stream, generator};

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
    /// Without layers yet, above `n_in` features.
    pub(crate) fn new(n_in: usize) -> Self {
        Self { n_in, seed: 0, plans: Vec::new() }
    }

    /// Adds `a = g(W a_prev + b)` with `n_out` units.
    ///
    /// Weights start as [`Scale::suiting_to`] says for the activation; for the identity with
    /// [`prelu`](NetworkBuilder::prelu) or [`mixed`](NetworkBuilder::mixed) to follow, as it says for that.
    ///
    /// ```
    /// use layerwise_model::{Network, Scale, activations::{Identity, Relu}};
    ///
    /// let weights = |network: Network<f64>| {
    ///     network.layers()[0].parameter(0).map(|w| w.as_slice().to_vec())
    /// };
    /// let he = Network::builder(50).dense_scaled(9, Identity, Scale::He).build()?;
    /// let mixed = Network::builder(50).dense(9, Identity).layer_norm().mixed(Relu).build()?;
    /// assert_eq!(weights(mixed), weights(he));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn dense(self, n_out: usize, g: impl Activation<T>) -> Self {
        let (scale, waits) = (Scale::suiting_to(&g), g.name() == "identity");
        self.planned(n_out, g, scale, waits)
    }

    /// Adds `a = g(W a_prev + b)` with `n_out` units and starting weights of the given scale.
    pub fn dense_scaled(self, n_out: usize, g: impl Activation<T>, scale: Scale) -> Self {
        self.planned(n_out, g, scale, false)
    }

    fn planned(mut self, n_out: usize, g: impl Activation<T>, scale: Scale, waits: bool) -> Self {
        let make: MakeLayer<T> =
            Box::new(move |parameters| Ok(Box::new(Dense::new(parameters, g)?)));
        self.plans.push(Plan::Dense { n_out, scale, waits, make });
        self
    }

    /// An activation comes that `scale` suits: for the dense layer below that has none, if its scale was
    /// not asked for. Normalization, dropout and the like may lie between.
    fn followed_by(mut self, suiting: Scale) -> Self {
        let decides = |plan: &&mut Plan<T>| !matches!(plan, Plan::SameSize(_));
        if let Some(Plan::Dense { scale, waits, .. }) = self.plans.iter_mut().rev().find(decides)
            && *waits
        {
            (*scale, *waits) = (suiting, false);
        }
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
        let suiting = Scale::suiting_to(&g);
        self.followed_by(suiting).same_size(|n, _| {
            Ok(Box::new(MixedActivation::new(DVector::from_element(n, T::one()), g)?))
        })
    }

    /// Units of the last layer planned.
    fn width(&self) -> usize {
        self.plans.iter().fold(self.n_in, |below, plan| plan.n_out(below))
    }

    /// Adds [`LayerNorm`], which starts with γ = 1 and β = 0.
    pub fn layer_norm(self) -> Self {
        self.same_size(|n, _| Ok(Box::new(LayerNorm::identity(n)?)))
    }

    /// Adds [`FeatureScale`], which starts at 1.
    pub fn feature_scale(self) -> Self {
        self.same_size(|n, _| Ok(Box::new(FeatureScale::new(DVector::from_element(n, T::one()))?)))
    }

    /// Adds [`PRelu`], whose slopes start at 0.25. The layer below is one without an activation.
    pub fn prelu(self) -> Self {
        const SLOPE: f64 = 0.25;
        self.followed_by(Scale::of_slope(SLOPE))
            .same_size(|n, _| Ok(Box::new(PRelu::new(DVector::from_element(n, T::of(SLOPE)))?)))
    }

    fn same_size(
        mut self,
        make: impl FnOnce(usize, usize) -> Result<Box<dyn Layer<T>>> + 'static,
    ) -> Self {
        self.plans.push(Plan::SameSize(Box::new(make)));
        self
    }

    /// Adds [`Residual`](layerwise_layers::Residual): the layers that `stack` adds, with a way around them. They give out as many units
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
        let inner = Self::new(self.width());
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
    use layerwise_activations::{Identity, Relu, Selu, Sigmoid};
    use layerwise_core::{DMatrix, LinearParameters};

    #[test]
    fn the_activation_that_follows_decides() {
        type Change = fn(NetworkBuilder<f64>) -> NetworkBuilder<f64>;
        let dense = |b: NetworkBuilder<f64>| b.dense(40, Identity);
        let weights = |builder: NetworkBuilder<f64>| {
            builder.build().unwrap().layers()[0].parameter(0).unwrap().as_slice().to_vec()
        };
        let of = |scale| weights(Network::builder(30).dense_scaled(40, Identity, scale));
        let prelu = Scale::Gain((2.0_f64 / 1.0625).sqrt());
        let cases: [(Change, Scale); 8] = [
            (|b| b, Scale::Xavier),
            (|b| b.prelu(), prelu),
            (|b| b.batch_norm().dropout(0.1).prelu(), prelu),
            (|b| b.mixed(Relu), Scale::He),
            (|b| b.mixed(Selu), Scale::InverseSqrt),
            // The first of two.
            (|b| b.mixed(Relu).prelu(), Scale::He),
            // Not through other layers, nor into a stack from outside.
            (|b| b.dense(5, Sigmoid).prelu(), Scale::Xavier),
            (|b| b.residual(|stack| stack.prelu()).prelu(), Scale::Xavier),
        ];
        for (case, (change, scale)) in cases.into_iter().enumerate() {
            assert_eq!(weights(change(dense(Network::builder(30)))), of(scale), "case {case}");
        }
        // What was asked for stays.
        let asked = Network::builder(30).dense_scaled(40, Identity, Scale::Normal(0.1)).prelu();
        assert_eq!(weights(asked), of(Scale::Normal(0.1)));
    }

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
}
