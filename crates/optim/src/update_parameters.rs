//! The exercise's update as a function of whole dictionaries.

use layerwise_core::{
    LinearGradients, LinearParameters, Parameters, Scalar, expect_matrix, expect_shape,
    linalg::axpy,
};

use crate::{OptimError, Result, gradient_descent::check_learning_rate};

/// `W := W − α dW`, `b := b − α db` for every layer: `update_parameters`, equations 16 and 17 of
/// the exercise "Building your Deep Neural Network: Step by Step".
///
/// `gradients[l − 1]` belongs to layer `l`; its `da_prev` is not looked at. Shapes: `dW` as `W`,
/// `db` as `b`.
///
/// # Errors
/// A learning rate that is not above 0, gradients for another number of layers, shapes that
/// differ, NaN or an infinity in the gradients.
///
/// ```
/// use layerwise_optim::core::{DMatrix, DVector, LinearGradients, LinearParameters, Parameters};
/// use layerwise_optim::update_parameters;
///
/// let layer = LinearParameters { w: DMatrix::from_element(1, 1, 1.0), b: DVector::zeros(1) };
/// let gradients = LinearGradients {
///     da_prev: DMatrix::zeros(1, 1),
///     dw: DMatrix::from_element(1, 1, 2.0),
///     db: DVector::from_element(1, -1.0),
/// };
/// let updated = update_parameters(&Parameters { layers: vec![layer] }, &[gradients], 0.1)?;
/// assert_eq!(updated.layers[0].w[0], 0.8);
/// assert_eq!(updated.layers[0].b[0], 0.1);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
pub fn update_parameters<T: Scalar>(
    parameters: &Parameters<T>,
    gradients: &[LinearGradients<T>],
    learning_rate: T,
) -> Result<Parameters<T>> {
    check_learning_rate(learning_rate)?;
    if parameters.layers.len() != gradients.len() {
        let (expected, found) = (parameters.layers.len(), gradients.len());
        return Err(OptimError::Layers { expected, found });
    }
    let mut layers = Vec::with_capacity(gradients.len());
    for (LinearParameters { w, b }, LinearGradients { dw, db, .. }) in
        parameters.layers.iter().zip(gradients)
    {
        expect_shape("dW", dw.into(), w.shape())?;
        expect_shape("db", db.into(), (b.nrows(), 1))?;
        expect_matrix("dW", dw.into())?;
        expect_matrix("db", db.into())?;
        let (mut w, mut b) = (w.clone(), b.clone());
        axpy(-learning_rate, dw.as_slice(), w.as_mut_slice());
        axpy(-learning_rate, db.as_slice(), b.as_mut_slice());
        layers.push(LinearParameters { w, b });
    }
    Ok(Parameters { layers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_core::{DMatrix, DVector};
    use proptest::prelude::*;

    fn pair(value: f64, gradient: f64) -> (Parameters<f64>, Vec<LinearGradients<f64>>) {
        let layer =
            LinearParameters { w: DMatrix::from_element(2, 3, value), b: DVector::zeros(2) };
        let gradients = LinearGradients {
            da_prev: DMatrix::zeros(0, 0),
            dw: DMatrix::from_element(2, 3, gradient),
            db: DVector::from_element(2, gradient),
        };
        (Parameters { layers: vec![layer] }, vec![gradients])
    }

    #[test]
    fn refusals_name_the_numbers() {
        let (parameters, mut gradients) = pair(1.0, 1.0);
        let message = |gradients: &[LinearGradients<f64>], alpha| {
            update_parameters(&parameters, gradients, alpha).unwrap_err().to_string()
        };
        assert_eq!(message(&gradients, -1.0), "expected a learning rate above 0, found -1");
        assert_eq!(message(&gradients, f64::NAN), "expected a learning rate above 0, found NaN");
        assert_eq!(message(&[], 0.1), "expected gradients of 1 layers, found 0");
        gradients[0].dw[(1, 2)] = f64::INFINITY;
        assert_eq!(message(&gradients, 0.1), "dW holds inf in row 1, column 2 (counted from 0)");
        gradients[0].dw = DMatrix::zeros(3, 2);
        assert_eq!(message(&gradients, 0.1), "expected dW of shape (2, 3), found (3, 2)");
    }

    proptest! {
        /// The function and the optimizer are the same rule, to the bit.
        #[test]
        fn function_equals_optimizer(value in -5.0..5.0f64, gradient in -5.0..5.0f64, alpha in 1e-6..1.0f64) {
            use crate::{GradientDescent, Optimizer};
            let (parameters, gradients) = pair(value, gradient);
            let updated = update_parameters(&parameters, &gradients, alpha).unwrap();
            let mut w = parameters.layers[0].w.clone();
            let optimizer = GradientDescent::new(alpha).unwrap();
            optimizer.update(0, w.as_mut_slice(), gradients[0].dw.as_slice(), &mut []);
            prop_assert_eq!(&updated.layers[0].w, &w);
            prop_assert!((w[0] - (value - alpha * gradient)).abs() < 1e-14);
        }
    }
}
