//! Noise on what a layer takes in (Bishop, "Training with Noise is Equivalent to Tikhonov
//! Regularization", 1995).

use layerwise_core::{
    CoreError, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_shape,
};

use crate::Result;
use crate::draw::{mix, normal};

/// In training `a = a_prev + σ ε` with ε standard normal; in inference `a = a_prev`.
///
/// As the first layer of a network it is input noise. What is drawn follows from the seed of the
/// training run, the step, the layer's number, the example's place in the mini-batch and the unit,
/// as with [`Dropout`](crate::Dropout). Backward: `da_prev = da`.
///
/// ```
/// use layerwise_layers::{GaussianNoise, core::{DMatrix, Layer, Pass}};
///
/// let layer = GaussianNoise::new(1000, 0.5, 0)?;
/// let x = DMatrix::from_element(1000, 1, 3.0);
/// let mut a = DMatrix::zeros(1000, 1);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::training(1, 0))?;
/// assert!((a.mean() - 3.0_f64).abs() < 0.1 && (a.variance().sqrt() - 0.5).abs() < 0.1);
///
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a, x);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussianNoise {
    n: usize,
    sigma: f64,
    number: u64,
}

impl GaussianNoise {
    /// A layer of `n` units with noise of standard deviation `sigma`, at least 0. `number` tells the
    /// layers of a network apart.
    ///
    /// # Errors
    /// [`CoreError::Setting`] with another `sigma`, or without units.
    pub fn new(n: usize, sigma: f64, number: u64) -> Result<Self> {
        if n == 0 {
            let (what, expected) = ("the units of noise", "at least 1");
            return Err(CoreError::Setting { what, expected, found: 0.0 });
        }
        if sigma.is_finite() && sigma >= 0.0 {
            return Ok(Self { n, sigma, number });
        }
        let (what, expected) = ("the standard deviation of noise", "finite and at least 0");
        Err(CoreError::Setting { what, expected, found: sigma })
    }
}

impl<T: Scalar> Layer<T> for GaussianNoise {
    fn n_in(&self) -> usize {
        self.n
    }

    fn n_out(&self) -> usize {
        self.n
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        pass: &Pass,
    ) -> Result<()> {
        expect_shape("a_prev", a_prev, (self.n, a_prev.ncols()))?;
        expect_shape("a", a.as_view(), a_prev.shape())?;
        a.as_mut_slice().copy_from_slice(a_prev.as_slice());
        if pass.training {
            let sigma = self.sigma * pass.noise;
            let run = mix(pass.seed ^ mix(pass.step ^ mix(!self.number)));
            for j in 0..a_prev.ncols() {
                let example = mix(run ^ (pass.first_example + j) as u64);
                for (i, a) in a.column_mut(j).iter_mut().enumerate() {
                    *a += T::of(sigma * normal(example.wrapping_add(i as u64)));
                }
            }
        }
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        _a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        expect_shape("da", da.as_view(), a_prev.shape())?;
        if let Some(mut da_prev) = da_prev {
            expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
            da_prev.as_mut_slice().copy_from_slice(da.as_view().as_slice());
        }
        Ok(())
    }

    fn kind(&self) -> String {
        "gaussian noise".into()
    }

    fn spec(&self) -> Option<LayerSpec> {
        let settings = [("sigma", self.sigma.to_string()), ("number", self.number.to_string())];
        Some(LayerSpec {
            inner: Vec::new(),
            kind: "gaussian noise".into(),
            n_in: self.n,
            n_out: self.n,
            settings: settings.map(|(name, value)| (name.to_owned(), value)).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_core::DMatrix;

    #[test]
    fn normal_in_mean_and_spread_and_the_same_in_any_part() {
        let layer = GaussianNoise::new(100, 1.0, 3).unwrap();
        let draw = |m: usize, pass: Pass| {
            let mut a = DMatrix::<f64>::zeros(100, m);
            let x = DMatrix::zeros(100, m);
            layer.forward((&x).into(), (&mut a).into(), &mut [], &pass).unwrap();
            a
        };
        let pass = Pass::training(5, 9);
        let a = draw(1000, pass);
        // Five standard deviations of the mean and of the variance of 100,000 draws.
        assert!(a.mean().abs() < 5.0 / 1e5_f64.sqrt());
        assert!((a.variance() - 1.0).abs() < 5.0 * (2.0 / 1e5_f64).sqrt());
        let part = draw(10, Pass { first_example: 990, ..pass });
        assert_eq!(part, a.columns(990, 10).into_owned());
        let half = draw(1000, Pass { noise: 0.5, ..pass });
        assert!((half - 0.5 * &a).amax() < 1e-15);
        assert_ne!(draw(10, Pass::training(5, 10)), a.columns(0, 10).into_owned());
    }

    #[test]
    fn nonsense_is_refused() {
        let message = |n, sigma| GaussianNoise::new(n, sigma, 0).unwrap_err().to_string();
        for sigma in [-0.1, f64::NAN, f64::INFINITY] {
            let expected = "expected the standard deviation of noise finite and at least 0, found";
            assert_eq!(message(3, sigma), format!("{expected} {sigma}"));
        }
        assert_eq!(message(0, 0.5), "expected the units of noise at least 1, found 0");
    }
}
