//! Starting values: random weights, zero biases.

use layerwise_core::{DMatrix, DVector, LinearParameters, Parameters, Scalar};

use crate::{ModelError, Result, StandardNormals};

/// What draws from N(0, 1) are scaled by to become the weights of a layer with `n_in` features and
/// `n_out` units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// A fixed standard deviation, in the exercise 0.01.
    Normal(f64),
    /// `1/√n_in`, of the exercise's application (LeCun et al., "Efficient BackProp", 1998, eq. 16).
    InverseSqrt,
    /// `√(2/n_in)`, for ReLU (He et al., "Delving Deep into Rectifiers", 2015, eq. 10).
    He,
    /// `√(2/(n_in + n_out))`, for sigmoid and tanh (Glorot and Bengio, "Understanding the
    /// difficulty of training deep feedforward neural networks", 2010, eq. 12).
    Xavier,
}

impl Scale {
    /// One weight from one draw of N(0, 1).
    fn weight(self, normal: f64, n_in: usize, n_out: usize) -> f64 {
        let (n_in, n_out) = (n_in as f64, n_out as f64);
        match self {
            Self::Normal(deviation) => normal * deviation,
            // Divided, as published, not multiplied by the inverse: the last bit differs.
            Self::InverseSqrt => normal / n_in.sqrt(),
            Self::He => normal * (2.0 / n_in).sqrt(),
            Self::Xavier => normal * (2.0 / (n_in + n_out)).sqrt(),
        }
    }
}

/// `W (n_out, n_in)` from the generator, filled row by row as NumPy does, and `b = 0`.
pub(crate) fn initialize_layer<T: Scalar>(
    n_in: usize,
    n_out: usize,
    scale: Scale,
    rng: &mut impl StandardNormals,
) -> LinearParameters<T> {
    let rows = (0..n_in * n_out).map(|_| T::of(scale.weight(rng.next_normal(), n_in, n_out)));
    LinearParameters { w: DMatrix::from_row_iterator(n_out, n_in, rows), b: DVector::zeros(n_out) }
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
        ] {
            let rng = &mut generator(1, Stream::Initialization);
            let layer = initialize_layer::<f64>(400, 100, scale, rng);
            let deviation = (layer.w.norm_squared() / 40_000.0).sqrt();
            assert!((deviation / expected - 1.0).abs() < 0.02, "{scale:?}: {deviation}");
            assert!(layer.w.mean().abs() < 0.02 * expected);
            assert!(layer.b.iter().all(|&b| b == 0.0));
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
