//! The exercise's whole network, forward and backward.

use std::borrow::Cow;

use layerwise_activations::{Relu, Sigmoid};
use layerwise_core::{
    DMatrix, LinearActivationCache, LinearGradients, Parameters, Scalar, expect_examples,
};
use layerwise_cost::compute_cost_backward;
use layerwise_layers::{linear_activation_backward, linear_activation_forward};

use crate::{ModelError, Result};

/// `[LINEAR → RELU] × (L−1) → LINEAR → SIGMOID`: `L_model_forward` of the exercise "Building your
/// Deep Neural Network: Step by Step". Returns `AL` and one cache a layer, first to last.
///
/// Shapes: `X (n_x, m)`, `AL (n_y, m)`.
///
/// # Errors
/// Parameters that do not form a chain, an `X` that does not fit, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{NumpyRandom, initialize_parameters, l_model_forward, core::DMatrix};
///
/// let parameters = initialize_parameters(3, 2, 1, &mut NumpyRandom::new(1))?;
/// let (al, caches) = l_model_forward(&DMatrix::from_element(3, 5, 1.0), &parameters)?;
/// assert_eq!(al.shape(), (1, 5));
/// assert_eq!(caches.len(), 2);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn l_model_forward<T: Scalar>(
    x: &DMatrix<T>,
    parameters: &Parameters<T>,
) -> Result<(DMatrix<T>, Vec<LinearActivationCache<T>>)> {
    parameters.check()?;
    let Some((output, hidden)) = parameters.layers.split_last() else {
        return Err(ModelError::NoLayers);
    };
    let mut caches = Vec::with_capacity(parameters.layers.len());
    let mut a = Cow::Borrowed(x);
    for layer in hidden {
        let (a_next, cache) = linear_activation_forward(&a, &layer.w, &layer.b, &Relu)?;
        caches.push(cache);
        a = Cow::Owned(a_next);
    }
    let (al, cache) = linear_activation_forward(&a, &output.w, &output.b, &Sigmoid)?;
    caches.push(cache);
    Ok((al, caches))
}

/// From `dAL = −(Y/AL − (1−Y)/(1−AL))` down to `dW1`, `db1`: `L_model_backward` of the exercise.
///
/// Returns one [`LinearGradients`] a layer, first to last: `gradients[l − 1]` holds `dW_l`, `db_l`
/// and `dA_{l−1}`.
///
/// Shapes: `AL` and `Y` `(n_y, m)`; the caches are those of [`l_model_forward`].
///
/// # Errors
/// No caches, matrices that do not fit together, NaN, labels outside [0, 1].
///
/// ```
/// use layerwise_model::{NumpyRandom, initialize_parameters, core::DMatrix};
/// use layerwise_model::{l_model_backward, l_model_forward};
///
/// let parameters = initialize_parameters(3, 2, 1, &mut NumpyRandom::new(1))?;
/// let (al, caches) = l_model_forward(&DMatrix::from_element(3, 5, 1.0), &parameters)?;
/// let gradients = l_model_backward(&al, &DMatrix::from_element(1, 5, 1.0), &caches)?;
/// assert_eq!(gradients[0].dw.shape(), (2, 3));
/// assert_eq!(gradients[1].da_prev.shape(), (2, 5)); // dA1
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn l_model_backward<T: Scalar>(
    al: &DMatrix<T>,
    y: &DMatrix<T>,
    caches: &[LinearActivationCache<T>],
) -> Result<Vec<LinearGradients<T>>> {
    let Some((output, hidden)) = caches.split_last() else { return Err(ModelError::NoLayers) };
    expect_examples("AL", al.into(), output.z.ncols())?;
    let dal = compute_cost_backward(al, y)?;
    let mut gradients = vec![linear_activation_backward(&dal, output, &Sigmoid)?];
    for cache in hidden.iter().rev() {
        // The layer above was pushed last; its dA_prev is this layer's dA.
        let above = &gradients[gradients.len() - 1];
        let below = linear_activation_backward(&above.da_prev, cache, &Relu)?;
        gradients.push(below);
    }
    gradients.reverse();
    Ok(gradients)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NumpyRandom, initialize_parameters};

    #[test]
    fn what_does_not_fit_is_named() {
        let parameters = initialize_parameters::<f64>(3, 2, 1, &mut NumpyRandom::new(1)).unwrap();
        let error = l_model_forward(&DMatrix::zeros(4, 5), &parameters).unwrap_err();
        assert_eq!(error.to_string(), "expected A_prev of shape (3, 5), found (4, 5)");
        let error = l_model_forward(&DMatrix::zeros(3, 0), &parameters).unwrap_err();
        assert_eq!(error.to_string(), "A_prev is empty: its shape is (3, 0)");
        let (al, caches) = l_model_forward(&DMatrix::zeros(3, 5), &parameters).unwrap();
        let error = l_model_backward(&al, &DMatrix::zeros(1, 4), &caches).unwrap_err();
        assert_eq!(error.to_string(), "expected Y of shape (1, 5), found (1, 4)");
        let error = l_model_backward(&al, &DMatrix::from_element(1, 5, 1.5), &caches).unwrap_err();
        assert!(error.to_string().starts_with("expected labels in [0, 1], found 1.5 in row 0"));
        assert!(matches!(l_model_backward(&al, &al, &[]), Err(ModelError::NoLayers)));
    }
}
