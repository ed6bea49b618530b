//! Starting values that suit an activation.

use layerwise_activations::Activation;
use layerwise_core::Scalar;

use crate::Scale;

/// The slope of leaky ReLU and the α of ELU where nothing else is said.
const SLOPE: f64 = 0.01;
const ALPHA: f64 = 1.0;

impl Scale {
    /// What suits an activation of this name, made with its defaults: as [`Scale::suiting_to`].
    ///
    /// ```
    /// use layerwise_model::Scale;
    ///
    /// assert_eq!(Scale::suiting("relu"), Scale::He);
    /// assert_eq!(Scale::suiting("selu"), Scale::InverseSqrt);
    /// assert_eq!(Scale::suiting("sigmoid"), Scale::Xavier);
    /// ```
    pub fn suiting(activation: &str) -> Self {
        Self::of(activation, &[])
    }

    /// What suits this activation: starting values with which layer after layer gives out numbers of about
    /// the same size.
    ///
    /// | activation | scale | from |
    /// | --- | --- | --- |
    /// | ReLU | [`Scale::He`] | He et al. 2015, eq. 10 |
    /// | leaky ReLU, PReLU with slope s | [`Scale::Gain`] of `√(2/(1 + s²))` | He et al. 2015, eq. 15 |
    /// | SELU | [`Scale::InverseSqrt`] | Klambauer et al. 2017 |
    /// | ELU, GELU, SiLU, hard swish | [`Scale::Gain`] of the g with `E[f(g z)²] = 1` | the derivation below |
    /// | tanh | [`Scale::Gain`] of `1/√E[tanh(z)²]` | the derivation below |
    /// | any other | [`Scale::Xavier`] | Glorot and Bengio 2010, eq. 12 |
    ///
    /// With weights of variance `g²/n_in` and inputs whose squares have the mean q, a unit's `z` is about
    /// normal with variance `g² q` (He et al. 2015, section 2.2), and the squares of what it gives out have the
    /// mean `E[f(g √q z)²]`, with z standard normal. For inputs scaled to q = 1 the g above keeps it at 1, as it
    /// does for ReLU and SELU. Squares, not distances from the mean: the next layer sees the mean too. tanh
    /// cannot give out so much; its g keeps the variance of `z` at 1.
    ///
    /// For GELU, SiLU and hard swish that is a balance on a ridge: what is off by 1% in the first layer is off
    /// by 5, 14 and 33% in the twentieth. Where they are many and narrow they want a normalization between
    /// them, or a way around them.
    ///
    /// ```
    /// use layerwise_model::{Scale, activations::{LeakyRelu, Relu}};
    ///
    /// assert_eq!(Scale::suiting_to::<f32>(&Relu), Scale::He);
    /// let leaky = LeakyRelu::new(0.75)?;
    /// assert_eq!(Scale::suiting_to::<f32>(&leaky), Scale::Gain((2.0 / (1.0 + 0.75_f64.powi(2))).sqrt()));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn suiting_to<T: Scalar>(activation: &impl Activation<T>) -> Self {
        Self::of(activation.name(), &activation.settings())
    }

    fn of(activation: &str, settings: &[(&str, f64)]) -> Self {
        let setting = |name, otherwise| {
            settings.iter().find(|(own, _)| *own == name).map_or(otherwise, |&(_, value)| value)
        };
        match activation {
            "relu" => Self::He,
            "leaky relu" => Self::of_slope(setting("slope", SLOPE)),
            "elu" => Self::Gain(elu_gain(setting("alpha", ALPHA))),
            "selu" => Self::InverseSqrt,
            "gelu" => Self::Gain(1.468_011_260_5),
            "gelu tanh" => Self::Gain(1.467_960_758_2),
            "silu" => Self::Gain(1.558_759_930_1),
            "hard swish" => Self::Gain(1.567_183_835_1),
            "tanh" => Self::Gain(1.592_537_419_7),
            _ => Self::Xavier,
        }
    }

    /// For a rectifier with this slope below 0.
    pub(crate) fn of_slope(slope: f64) -> Self {
        Self::Gain((2.0 / (1.0 + slope * slope)).sqrt())
    }
}

/// The g with `E[f(g z)²] = 1`, between which and 0 the mean rises.
fn elu_gain(alpha: f64) -> f64 {
    // Half of g² is the part above 0, so g ≤ √2.
    let (mut low, mut high) = (0.0, 2.0_f64.sqrt());
    for _ in 0..60 {
        let g = 0.5 * (low + high);
        let below = half_moment(|z| alpha * (-g * z).exp_m1());
        if 0.5 * g * g + below < 1.0 { low = g } else { high = g }
    }
    high
}

/// `E[f(|z|)²]/2` with z standard normal: the part of one side of 0, by Simpson's rule.
fn half_moment(f: impl Fn(f64) -> f64) -> f64 {
    const STEPS: usize = 400;
    const END: f64 = 10.0;
    let width = END / STEPS as f64;
    let term = |i: usize| {
        let z = i as f64 * width;
        let factor = match i {
            0 | STEPS => 1.0,
            _ if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        factor * f(z).powi(2) * (-0.5 * z * z).exp()
    };
    let sum: f64 = (0..=STEPS).map(term).sum();
    sum * width / 3.0 / std::f64::consts::TAU.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Network, NetworkBuilder, StandardNormals, Stream, generator};
    use layerwise_activations::{
        Elu, Gelu, GeluTanh, HardSwish, Identity, LeakyRelu, NAMES, Relu, Selu, Silu, Tanh,
    };
    use layerwise_core::DMatrix;

    /// `E[f(g z)²]`, from the activation itself; less exact for hard swish, which has corners.
    fn second_moment(f: &impl Activation<f64>, g: f64) -> f64 {
        let side = |sign: f64| {
            half_moment(|z| f.value(&DMatrix::from_element(1, 1, sign * g * z))[(0, 0)])
        };
        side(1.0) + side(-1.0)
    }

    fn gain(f: &impl Activation<f64>) -> f64 {
        match Scale::suiting_to(f) {
            Scale::He => 2.0_f64.sqrt(),
            Scale::InverseSqrt => 1.0,
            Scale::Gain(gain) => gain,
            other => panic!("{}: {other:?}", f.name()),
        }
    }

    #[test]
    fn gains_keep_the_mean_of_squares() {
        fn kept(f: &impl Activation<f64>) {
            let found = second_moment(f, gain(f));
            assert!((found - 1.0).abs() < 1e-5, "{}: {found}", f.name());
        }
        kept(&Relu);
        for slope in [0.0, 0.01, 0.25, 1.0] {
            kept(&LeakyRelu::new(slope).unwrap());
        }
        for alpha in [0.0, 0.5, 1.0, 3.0] {
            kept(&Elu::new(alpha).unwrap());
        }
        kept(&Selu);
        kept(&Gelu);
        kept(&GeluTanh);
        kept(&Silu);
        kept(&HardSwish);
        let tanh = second_moment(&Tanh, 1.0);
        assert!((gain(&Tanh).powi(2) * tanh - 1.0).abs() < 1e-5, "{tanh}");
    }

    #[test]
    fn by_name_are_the_defaults() {
        assert_eq!(Scale::suiting("leaky relu"), Scale::suiting_to::<f64>(&LeakyRelu::default()));
        assert_eq!(Scale::suiting("elu"), Scale::suiting_to::<f64>(&Elu::default()));
        let xavier: Vec<_> =
            NAMES.into_iter().filter(|name| Scale::suiting(name) == Scale::Xavier).collect();
        assert_eq!(xavier, ["identity", "sigmoid", "softplus", "hard sigmoid", "softmax"]);
        // Nonsense has a gain too, and no panic.
        assert!(elu_gain(1e200) > 0.0);
    }

    /// The mean of squares of the twentieth layer as a part of the first's, of networks of n units that say
    /// nothing of their starting values: the middle one of five. In narrow networks single draws weigh more.
    fn twenty_layers(n: usize, add: fn(NetworkBuilder<f64>, usize) -> NetworkBuilder<f64>) -> f64 {
        let mut ratios: Vec<f64> = (0..5)
            .map(|seed| {
                let rng = &mut generator(100 + seed, Stream::Initialization);
                let x = DMatrix::from_fn(n, 16, |_, _| rng.next_normal());
                let mean_square = |layers: usize| {
                    let builder = Network::builder(n).seed(seed);
                    let builder = (0..layers).fold(builder, |builder, _| add(builder, n));
                    builder.build().unwrap().predict(&x).unwrap().norm_squared()
                };
                mean_square(20) / mean_square(1)
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios[2]
    }

    #[test]
    fn twenty_layers_keep_the_size_of_activations_if_nothing_is_said() {
        type Add = fn(NetworkBuilder<f64>, usize) -> NetworkBuilder<f64>;
        let cases: [(&str, usize, Add); 12] = [
            ("relu", 256, |b, n| b.dense(n, Relu)),
            ("leaky relu", 256, |b, n| b.dense(n, LeakyRelu::new(0.5).unwrap())),
            ("prelu", 256, |b, n| b.dense(n, Identity).prelu()),
            ("mixed relu", 256, |b, n| b.dense(n, Identity).mixed(Relu)),
            ("elu", 256, |b, n| b.dense(n, Elu::default())),
            ("elu of 2", 256, |b, n| b.dense(n, Elu::new(2.0).unwrap())),
            ("selu", 256, |b, n| b.dense(n, Selu)),
            ("mixed selu", 256, |b, n| b.dense(n, Identity).mixed(Selu)),
            ("tanh", 256, |b, n| b.dense(n, Tanh)),
            ("identity", 256, |b, n| b.dense(n, Identity)),
            ("gelu", 512, |b, n| b.dense(n, Gelu)),
            ("silu", 512, |b, n| b.dense(n, Silu)),
        ];
        for (name, n, add) in cases {
            let ratio = twenty_layers(n, add);
            assert!((0.5..=2.0).contains(&ratio), "{name}: {ratio}");
        }
    }
}
