//! Starting values: random weights, zero biases.

use layerwise_core::{DMatrix, DVector, LinearParameters, Parameters, Scalar};

use crate::{ModelError, Result, StandardNormals};

/// How the weights of a layer with `n_in` features and `n_out` units start. Biases start at 0.
///
/// ```
/// use layerwise_model::{Network, Scale, activations::Relu};
///
/// let weights = |scale| -> layerwise_model::Result<Vec<f64>> {
///     let network = Network::builder(100).dense_scaled(50, Relu, scale).build()?;
///     Ok(network.layers()[0].parameter(0).map_or(vec![], |w| w.as_slice().to_vec()))
/// };
/// assert!(weights(Scale::Constant(0.5))?.iter().all(|&w| w == 0.5));
/// // √3 deviations at most, each of √(2/100).
/// let (he, most) = (weights(Scale::HeUniform)?, (3.0 * 2.0 / 100.0_f64).sqrt());
/// assert!(he.iter().all(|w| w.abs() <= most) && he.iter().any(|w| w.abs() > 0.9 * most));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// All the same: units of a layer then stay alike for ever, so not for hidden layers.
    Constant(f64),
    /// `N(0, 1)` times a fixed standard deviation, in the exercise 0.01.
    Normal(f64),
    /// `N(0, 1)/√n_in`, of the exercise's application (LeCun et al., "Efficient BackProp", 1998,
    /// eq. 16); also for SELU (Klambauer et al., "Self-Normalizing Neural Networks", 2017).
    InverseSqrt,
    /// Uniform with the deviation of [`Scale::InverseSqrt`].
    InverseSqrtUniform,
    /// `N(0, 1) √(2/n_in)`, for ReLU and its kin (He et al., "Delving Deep into Rectifiers", 2015,
    /// eq. 10).
    He,
    /// Uniform with the deviation of [`Scale::He`].
    HeUniform,
    /// `N(0, 1) gain/√n_in` with this gain, for any activation (He et al. 2015, section 2.2, with another
    /// second moment than ReLU's). √2 is [`Scale::He`].
    Gain(f64),
    /// `N(0, 1) √(2/(n_in + n_out))`, for sigmoid and tanh (Glorot and Bengio, "Understanding the
    /// difficulty of training deep feedforward neural networks", 2010, eq. 12).
    Xavier,
    /// Uniform with the deviation of [`Scale::Xavier`]: in `±√(6/(n_in + n_out))` (eq. 16).
    XavierUniform,
    /// This factor times a matrix with orthonormal rows, or columns where there are more units than
    /// features (Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning
    /// in deep linear neural networks", 2013). √2 suits ReLU.
    Orthogonal(f64),
}

impl Scale {
    /// One weight from draws of N(0, 1).
    fn weight(self, rng: &mut impl StandardNormals, n_in: usize, n_out: usize) -> f64 {
        let (n_in, n_out) = (n_in as f64, n_out as f64);
        match self {
            Self::Constant(value) => value,
            Self::Normal(deviation) | Self::Orthogonal(deviation) => rng.next_normal() * deviation,
            // Divided, as published, not multiplied by the inverse: the last bit differs.
            Self::InverseSqrt => rng.next_normal() / n_in.sqrt(),
            Self::InverseSqrtUniform => uniform(rng) / n_in.sqrt(),
            Self::He => rng.next_normal() * (2.0 / n_in).sqrt(),
            Self::HeUniform => uniform(rng) * (2.0 / n_in).sqrt(),
            Self::Gain(gain) => rng.next_normal() * gain / n_in.sqrt(),
            Self::Xavier => rng.next_normal() * (2.0 / (n_in + n_out)).sqrt(),
            Self::XavierUniform => uniform(rng) * (2.0 / (n_in + n_out)).sqrt(),
        }
    }
}

/// Uniform with mean 0 and deviation 1, in ±√3, from two normals: `e^{−(x² + y²)/2}` is uniform in
/// (0, 1] (Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958).
fn uniform(rng: &mut impl StandardNormals) -> f64 {
    let (x, y) = (rng.next_normal(), rng.next_normal());
    (2.0 * (-0.5 * (x * x + y * y)).exp() - 1.0) * 3.0_f64.sqrt()
}

/// `W (n_out, n_in)` from the generator, filled row by row as NumPy does, and `b = 0`.
pub(crate) fn initialize_layer<T: Scalar>(
    n_in: usize,
    n_out: usize,
    scale: Scale,
    rng: &mut impl StandardNormals,
) -> LinearParameters<T> {
    let w = match scale {
        Scale::Orthogonal(factor) => orthogonal(n_in, n_out, rng).map(|w| T::of(factor * w)),
        _ => {
            let rows = (0..n_in * n_out).map(|_| T::of(scale.weight(rng, n_in, n_out)));
            DMatrix::from_row_iterator(n_out, n_in, rows)
        }
    };
    LinearParameters { w, b: DVector::zeros(n_out) }
}

/// A matrix `(n_out, n_in)` with orthonormal rows or columns, whichever are fewer: Q of a matrix of
/// normals, with the signs of R's diagonal, so that every rotation is as likely (Mezzadri, "How to
/// Generate Random Matrices from the Classical Compact Groups", 2007).
fn orthogonal(n_in: usize, n_out: usize, rng: &mut impl StandardNormals) -> DMatrix<f64> {
    let (long, short) = (n_in.max(n_out), n_in.min(n_out));
    let normals = (0..long * short).map(|_| rng.next_normal());
    let (mut q, r) = DMatrix::from_row_iterator(long, short, normals).qr().unpack();
    for (j, mut column) in q.column_iter_mut().enumerate() {
        column *= r[(j, j)].signum();
    }
    if n_out == long { q } else { q.transpose() }
}

/// Parameters of a two-layer network: `W ~ 0.01 N(0, 1)`, `b = 0`: `initialize_parameters` of the
/// exercise "Building your Deep Neural Network: Step by Step".
///
/// Shapes: `W1 (n_h, n_x)`, `b1 (n_h, 1)`, `W2 (n_y, n_h)`, `b2 (n_y, 1)`.
///
/// # Errors
/// [`ModelError::NoUnits`] if a size is 0.
///
/// ```
/// use layerwise_model::{NumpyRandom, initialize_parameters};
///
/// let parameters = initialize_parameters::<f64>(3, 2, 1, &mut NumpyRandom::new(1))?;
/// assert_eq!(parameters.layers[0].w[(0, 0)], 0.01624345363663242); // as published
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn initialize_parameters<T: Scalar>(
    n_x: usize,
    n_h: usize,
    n_y: usize,
    rng: &mut impl StandardNormals,
) -> Result<Parameters<T>> {
    initialize_parameters_deep(&[n_x, n_h, n_y], Scale::Normal(0.01), rng)
}

/// Parameters of a network with these layer sizes, the input's first: `W_l ~ scale · N(0, 1)`,
/// `b_l = 0`: `initialize_parameters_deep` of the exercise.
///
/// Shapes: `W_l (layer_dims[l], layer_dims[l−1])`, `b_l (layer_dims[l], 1)`.
///
/// # Errors
/// [`ModelError::TooFewSizes`], or [`ModelError::NoUnits`] if a size is 0.
///
/// ```
/// use layerwise_model::{NumpyRandom, Scale, initialize_parameters_deep};
///
/// let rng = &mut NumpyRandom::new(3);
/// let parameters = initialize_parameters_deep::<f64>(&[5, 4, 3], Scale::Normal(0.01), rng)?;
/// assert_eq!(parameters.w(1).map(|w1| w1[(0, 0)]), Some(0.017886284734303186)); // as published
/// assert_eq!(parameters.w(2).map(|w2| w2.shape()), Some((3, 4)));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn initialize_parameters_deep<T: Scalar>(
    layer_dims: &[usize],
    scale: Scale,
    rng: &mut impl StandardNormals,
) -> Result<Parameters<T>> {
    check_sizes(layer_dims)?;
    let layers =
        layer_dims.windows(2).map(|pair| initialize_layer(pair[0], pair[1], scale, rng)).collect();
    Ok(Parameters { layers })
}

pub(crate) fn check_sizes(layer_dims: &[usize]) -> Result<()> {
    if layer_dims.len() < 2 {
        return Err(ModelError::TooFewSizes { found: layer_dims.len() });
    }
    match layer_dims.iter().position(|&n| n == 0) {
        None => Ok(()),
        Some(layer) => Err(ModelError::NoUnits { layer, sizes: layer_dims.to_vec() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NumpyRandom, Stream, generator};

    #[test]
    fn scales_give_their_standard_deviation() {
        for (scale, expected) in [
            (Scale::Normal(0.01), 0.01),
            (Scale::InverseSqrt, 0.05),
            (Scale::He, (2.0f64 / 400.0).sqrt()),
            (Scale::Xavier, (2.0f64 / 500.0).sqrt()),
            (Scale::InverseSqrtUniform, 0.05),
            (Scale::HeUniform, (2.0f64 / 400.0).sqrt()),
            (Scale::XavierUniform, (2.0f64 / 500.0).sqrt()),
            (Scale::Orthogonal(0.7), 0.7 * 0.05),
            (Scale::Gain(1.3), 1.3 * 0.05),
        ] {
            let rng = &mut generator(1, Stream::Initialization);
            let layer = initialize_layer::<f64>(400, 100, scale, rng);
            let deviation = (layer.w.norm_squared() / 40_000.0).sqrt();
            assert!((deviation / expected - 1.0).abs() < 0.02, "{scale:?}: {deviation}");
            assert!(layer.w.mean().abs() < 0.03 * expected);
            if scale == Scale::XavierUniform {
                assert!(layer.w.amax() <= (6.0f64 / 500.0).sqrt());
            }
            assert!(layer.b.iter().all(|&b| b == 0.0));
        }
    }

    #[test]
    fn orthogonal_both_ways() {
        for (n_in, n_out) in [(7, 4), (4, 7), (5, 5)] {
            let rng = &mut generator(2, Stream::Initialization);
            let w = initialize_layer::<f64>(n_in, n_out, Scale::Orthogonal(2.0), rng).w;
            let products = if n_out <= n_in { &w * w.transpose() } else { w.transpose() * &w };
            let expected = DMatrix::<f64>::identity(products.nrows(), products.nrows()) * 4.0;
            assert!((products - expected).amax() < 1e-12, "{n_in} to {n_out}");
        }
        let rng = &mut generator(2, Stream::Initialization);
        let w = initialize_layer::<f32>(2, 3, Scale::Constant(0.5), rng).w;
        assert!(w.iter().all(|&w| w == 0.5));
    }

    /// The mean square of what layer after layer gives out stays near that of the first.
    #[test]
    fn twenty_layers_keep_the_size_of_activations() {
        use crate::Network;
        use layerwise_activations::{Identity, Relu, Selu};
        const UNITS: usize = 256;
        let root_two = 2.0_f64.sqrt();
        let pairs: [(&str, Scale); 9] = [
            ("relu", Scale::He),
            ("relu", Scale::HeUniform),
            ("relu", Scale::Orthogonal(root_two)),
            ("selu", Scale::InverseSqrt),
            ("selu", Scale::InverseSqrtUniform),
            ("selu", Scale::Orthogonal(1.0)),
            ("identity", Scale::Xavier),
            ("identity", Scale::XavierUniform),
            ("identity", Scale::Orthogonal(1.0)),
        ];
        for (activation, scale) in pairs {
            let mut ratio = 0.0;
            for seed in 0..4 {
                let rng = &mut generator(100 + seed, Stream::Initialization);
                let x = DMatrix::from_fn(UNITS, 64, |_, _| rng.next_normal());
                let mean_square = |layers: usize| {
                    let mut builder = Network::<f64>::builder(UNITS).seed(seed);
                    for _ in 0..layers {
                        builder = match activation {
                            "relu" => builder.dense_scaled(UNITS, Relu, scale),
                            "selu" => builder.dense_scaled(UNITS, Selu, scale),
                            _ => builder.dense_scaled(UNITS, Identity, scale),
                        };
                    }
                    let a = builder.build().unwrap().predict(&x).unwrap();
                    a.norm_squared() / a.len() as f64
                };
                ratio += mean_square(20) / mean_square(1) / 4.0;
            }
            assert!((0.5..=2.0).contains(&ratio), "{activation}, {scale:?}: {ratio}");
        }
    }

    #[test]
    fn sizes_are_checked() {
        let rng = &mut NumpyRandom::new(1);
        let error = initialize_parameters_deep::<f32>(&[3], Scale::He, rng).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected at least 2 layer sizes (the input's and the output's), found 1"
        );
        let error = initialize_parameters::<f32>(3, 0, 1, rng).unwrap_err();
        assert_eq!(error.to_string(), "layer 1 has no units: the layer sizes are [3, 0, 1]");
    }
}
