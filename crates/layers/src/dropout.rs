//! Dropout (Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014).

use layerwise_core::{
    CoreError, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_shape,
    linalg::zip_in_place,
};

use crate::Result;
use crate::draw::mix;

/// In training each unit of each example is 0 with probability p and `a_prev/(1 − p)` otherwise, so that
/// its mean is `a_prev` (inverted dropout); in inference `a = a_prev`. A schedule may lower p ([`Pass::noise`]).
///
/// What is dropped follows from the seed of the training run, the step, the layer's own number, the
/// example's place in the mini-batch and the unit, and from nothing else: neither threads nor a
/// repetition change it. Backward: `da_prev = da ∗ mask/(1 − p)`.
///
/// ```
/// use layerwise_layers::{Dropout, core::{DMatrix, Layer, Pass}};
///
/// let layer = Dropout::new(1000, 0.2, 1)?;
/// let x = DMatrix::from_element(1000, 1, 1.0);
/// let (mut a, mut cache) = (DMatrix::zeros(1000, 1), vec![0.0; 1000]);
/// layer.forward((&x).into(), (&mut a).into(), &mut cache, &Pass::training(7, 0))?;
/// assert!(a.iter().all(|&a| a == 0.0 || a == 1.25));
/// assert!((a.mean() - 1.0_f64).abs() < 0.1);
///
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a, x);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    n: usize,
    p: f64,
    number: u64,
}

impl Dropout {
    /// A layer of `n` units that drops each with probability `p` in [0, 1). `number` tells the dropout
    /// layers of a network apart: two with the same number drop the same units.
    ///
    /// # Errors
    /// [`CoreError::Setting`] with a `p` outside it, or without units.
    pub fn new(n: usize, p: f64, number: u64) -> Result<Self> {
        if n == 0 {
            let (what, expected) = ("the units of dropout", "at least 1");
            return Err(CoreError::Setting { what, expected, found: 0.0 });
        }
        if (0.0..1.0).contains(&p) {
            return Ok(Self { n, p, number });
        }
        let (what, expected) = ("the probability of dropout", "in [0, 1)");
        Err(CoreError::Setting { what, expected, found: p })
    }
}

impl<T: Scalar> Layer<T> for Dropout {
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
        cache: &mut [T],
        pass: &Pass,
    ) -> Result<()> {
        expect_shape("a_prev", a_prev, (self.n, a_prev.ncols()))?;
        expect_shape("a", a.as_view(), a_prev.shape())?;
        a.as_mut_slice().copy_from_slice(a_prev.as_slice());
        if !pass.training {
            return Ok(());
        }
        expect_shape("the cache", MatrixView::column_vector(cache), (a_prev.as_slice().len(), 1))?;
        let p = self.p * pass.noise;
        let kept = T::of(1.0 / (1.0 - p));
        // p as a part of all 64-bit numbers; rounding costs p one part in 2^53.
        let dropped = (p * 2.0_f64.powi(64)) as u64;
        let run = mix(pass.seed ^ mix(pass.step ^ mix(self.number)));
        for (j, factors) in cache.chunks_exact_mut(self.n).enumerate() {
            let example = mix(run ^ (pass.first_example + j) as u64);
            for (i, factor) in factors.iter_mut().enumerate() {
                let draw = mix(example.wrapping_add(i as u64));
                *factor = if draw < dropped { T::zero() } else { kept };
            }
        }
        zip_in_place(a.as_mut_slice(), cache, |a, factor| a * factor);
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        _a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        expect_shape("da", da.as_view(), a_prev.shape())?;
        expect_shape("the cache", MatrixView::column_vector(cache), (a_prev.as_slice().len(), 1))?;
        if let Some(mut da_prev) = da_prev {
            expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
            da_prev.as_mut_slice().copy_from_slice(da.as_view().as_slice());
            zip_in_place(da_prev.as_mut_slice(), cache, |da, factor| da * factor);
        }
        Ok(())
    }

    fn n_cache(&self) -> usize {
        self.n
    }

    fn kind(&self) -> String {
        "dropout".into()
    }

    fn spec(&self) -> Option<LayerSpec> {
        let settings = [("p", self.p.to_string()), ("number", self.number.to_string())];
        let settings = settings.map(|(name, value)| (name.to_owned(), value));
        Some(LayerSpec {
            inner: Vec::new(),
            kind: "dropout".into(),
            n_in: self.n,
            n_out: self.n,
            settings: settings.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_core::DMatrix;

    fn mask(layer: &Dropout, pass: &Pass, m: usize) -> Vec<f64> {
        let x = DMatrix::from_element(layer.n, m, 1.0);
        let (mut a, mut cache) = (DMatrix::zeros(layer.n, m), vec![0.0; layer.n * m]);
        layer.forward((&x).into(), (&mut a).into(), &mut cache, pass).unwrap();
        a.as_slice().to_vec()
    }

    #[test]
    fn every_part_of_the_pass_changes_the_mask_and_nothing_else() {
        let layer = Dropout::new(64, 0.5, 1).unwrap();
        let pass = Pass::training(1, 2);
        let whole = mask(&layer, &pass, 4);
        assert_eq!(whole, mask(&layer, &pass, 4));
        let later = Pass { first_example: 2, ..pass };
        assert_eq!(whole[128..], mask(&layer, &later, 2), "examples keep theirs in any part");
        assert_ne!(whole[..64], whole[64..128], "examples differ");
        assert_ne!(whole, mask(&layer, &Pass::training(2, 2), 4));
        assert_ne!(whole, mask(&layer, &Pass::training(1, 3), 4));
        assert_ne!(whole, mask(&Dropout::new(64, 0.5, 2).unwrap(), &pass, 4));
    }

    #[test]
    fn drops_the_part_asked_for() {
        for p in [0.0, 0.1, 0.5, 0.9] {
            let layer = Dropout::new(1000, p, 0).unwrap();
            let mask = mask(&layer, &Pass::training(3, 5), 100);
            let found = mask.iter().filter(|&&a| a == 0.0).count() as f64 / mask.len() as f64;
            // Five standard deviations of the mean of 100,000 draws.
            assert!((found - p).abs() <= 5.0 * (p * (1.0 - p) / 1e5).sqrt(), "{found} of {p}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let message = |n, p| Dropout::new(n, p, 0).unwrap_err().to_string();
        for p in [1.5, 1.0, -0.1, f64::NAN] {
            let expected = format!("expected the probability of dropout in [0, 1), found {p}");
            assert_eq!(message(3, p), expected);
        }
        assert_eq!(message(0, 0.5), "expected the units of dropout at least 1, found 0");
    }
}
