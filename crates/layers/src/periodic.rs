//! Numbers as waves (Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features in Tabular
//! Deep Learning", 2022, section 3.3).

use std::ops::Range;

use layerwise_core::{
    CoreError, DMatrix, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_matrix,
    expect_shape,
};

use crate::Result;

/// Each feature x as `sin(2π c_1 x), …, sin(2π c_k x), cos(2π c_1 x), …, cos(2π c_k x)`, with frequencies of
/// its own: parameter 0 `c (k, n)`. Given out are 2k numbers a feature, feature after feature.
///
/// Backward, with `θ = 2π c x`: `dc = 2π x Σ (da_sin cos θ − da_cos sin θ)`,
/// `da_prev = 2π Σ_k c (da_sin cos θ − da_cos sin θ)`. The paper draws c from a normal
/// distribution, whose standard deviation (0.01 to 100) matters more than anything else.
///
/// ```
/// use layerwise_layers::{Periodic, core::{DMatrix, Layer, Pass}};
///
/// let layer = Periodic::new(DMatrix::from_element(1, 1, 0.25))?;
/// let x = DMatrix::from_element(1, 1, 1.0);
/// let mut a = DMatrix::zeros(2, 1);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert!((a[0] - 1.0_f64).abs() < 1e-15 && a[1].abs() < 1e-15); // a quarter of a turn
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Periodic<T: Scalar> {
    c: DMatrix<T>,
}

impl<T: Scalar> Periodic<T> {
    /// A layer with these frequencies, a column a feature.
    ///
    /// # Errors
    /// No numbers, NaN or an infinity among them.
    pub fn new(c: DMatrix<T>) -> Result<Self> {
        expect_matrix("c", (&c).into())?;
        Ok(Self { c })
    }
}

impl<T: Scalar> Layer<T> for Periodic<T> {
    fn n_in(&self) -> usize {
        self.c.ncols()
    }

    fn n_out(&self) -> usize {
        2 * self.c.len()
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> Result<()> {
        let (m, k) = (a_prev.ncols(), self.c.nrows());
        expect_shape("a_prev", a_prev, (self.n_in(), m))?;
        expect_shape("a", a.as_view(), (self.n_out(), m))?;
        for j in 0..m {
            let features = a.column_mut(j).chunks_exact_mut(2 * k).zip(a_prev.column(j));
            for (i, (waves, &x)) in features.enumerate() {
                let (sines, cosines) = waves.split_at_mut(k);
                let c = MatrixView::from(&self.c).column(i);
                for ((sine, cosine), &c) in sines.iter_mut().zip(cosines).zip(c) {
                    (*sine, *cosine) = (T::two_pi() * c * x).sin_cos();
                }
            }
        }
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        a: MatrixView<'_, T>,
        mut da: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        let (m, k) = (a_prev.ncols(), self.c.nrows());
        expect_shape("a_prev", a_prev, (self.n_in(), m))?;
        expect_shape("a", a, (self.n_out(), m))?;
        expect_shape("da", da.as_view(), a.shape())?;
        // Into the first half of each feature's part: ∂L/∂θ.
        for j in 0..m {
            let features = da.column_mut(j).chunks_exact_mut(2 * k).zip(a.column(j).chunks(2 * k));
            for (da, a) in features {
                for c in 0..k {
                    da[c] = da[c] * a[k + c] - da[k + c] * a[c];
                }
            }
        }
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        for j in 0..m {
            let features = da.as_view().column(j).chunks_exact(2 * k);
            for (i, (da_prev, dtheta)) in da_prev.column_mut(j).iter_mut().zip(features).enumerate()
            {
                let c = MatrixView::from(&self.c).column(i);
                let terms = dtheta[..k].iter().zip(c).map(|(&d, &c)| d * c);
                *da_prev = T::two_pi() * terms.sum::<T>();
            }
        }
        Ok(())
    }

    fn gradient(
        &self,
        index: usize,
        columns: Range<usize>,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        _cache: &[T],
        mut gradient: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        if index > 0 {
            return Err(CoreError::NoParameter { layer: self.kind(), index });
        }
        let k = self.c.nrows();
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("dz", dz, (self.n_out(), a_prev.ncols()))?;
        expect_shape("dc", gradient.as_view(), (k, columns.len()))?;
        gradient.as_mut_slice().fill(T::zero());
        for j in 0..a_prev.ncols() {
            for (slot, i) in columns.clone().enumerate() {
                let dtheta = &dz.column(j)[2 * k * i..2 * k * i + k];
                let factor = T::two_pi() * a_prev.column(j)[i];
                for (sum, &d) in gradient.column_mut(slot).iter_mut().zip(dtheta) {
                    *sum += factor * d;
                }
            }
        }
        Ok(())
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        (index == 0).then(|| (&self.c).into())
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        visit((&mut self.c).into());
    }

    fn parameter_name(&self, _index: usize) -> String {
        "c".into()
    }

    fn spec(&self) -> Option<LayerSpec> {
        let settings = [("frequencies".to_owned(), self.c.nrows().to_string())].into();
        let (n_in, n_out) = (self.n_in(), self.n_out());
        Some(LayerSpec { inner: Vec::new(), kind: "periodic".into(), n_in, n_out, settings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_pass::{OnePass, assert_refuses_what_does_not_fit, inferred};
    use proptest::prelude::*;
    use std::f64::consts::PI;

    fn assert_near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
        }
    }

    #[test]
    fn by_hand() {
        // A quarter of a turn, and half a turn.
        let layer = Periodic::new(DMatrix::from_column_slice(2, 1, &[0.25, 0.5])).unwrap();
        let x = DMatrix::from_element(1, 1, 1.0);
        let da = DMatrix::from_column_slice(4, 1, &[1.0, 2.0, 3.0, 4.0]);
        let pass = OnePass::of(&layer, &x, &da);
        assert_near(pass.a.as_slice(), &[1.0, 0.0, 0.0, -1.0]);
        // dθ is −3 and −2.
        assert_near(&pass.gradients[0], &[2.0 * PI * -3.0, 2.0 * PI * -2.0]);
        assert_near(pass.da_prev.as_slice(), &[2.0 * PI * (0.25 * -3.0 + 0.5 * -2.0)]);
    }

    #[test]
    fn features_keep_to_their_own() {
        let layer = Periodic::new(DMatrix::from_row_slice(1, 2, &[0.25, 0.5])).unwrap();
        assert_eq!((layer.n_in(), layer.n_out()), (2, 4));
        let x = DMatrix::from_column_slice(2, 2, &[1.0, 1.0, -1.0, 0.5]);
        let da = DMatrix::from_fn(4, 2, |i, _| if i < 2 { 0.0 } else { 1.0 });
        let pass = OnePass::of(&layer, &x, &da);
        assert_near(pass.a.as_slice(), &[1.0, 0.0, 0.0, -1.0, -1.0, 0.0, 1.0, 0.0]);
        // The second feature's θ is π and π/2: dθ is −1 in both examples.
        assert_near(&pass.gradients[0], &[0.0, -2.0 * PI * 1.5]);
        assert_near(pass.da_prev.as_slice(), &[0.0, -PI, 0.0, -PI]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_refuses_what_does_not_fit(&Periodic::new(DMatrix::from_element(3, 2, 0.1)).unwrap());
        let message = |c: DMatrix<f64>| Periodic::new(c).unwrap_err().to_string();
        assert_eq!(message(DMatrix::zeros(0, 2)), "c is empty: its shape is (0, 2)");
        let nan = "c holds NaN in row 0, column 0 (counted from 0)";
        assert_eq!(message(DMatrix::from_element(1, 1, f64::NAN)), nan);
    }

    proptest! {
        /// Points on a circle, and the same one a turn later.
        #[test]
        fn goes_round(c in 1u8..9, x in -3.0..3.0_f64) {
            let layer = Periodic::new(DMatrix::from_element(1, 1, f64::from(c))).unwrap();
            let a = inferred(&layer, &DMatrix::from_element(1, 1, x));
            prop_assert!((a.norm() - 1.0).abs() < 1e-14);
            let later = inferred(&layer, &DMatrix::from_element(1, 1, x + 1.0 / f64::from(c)));
            prop_assert!((a - later).amax() < 1e-12);
        }
    }
}
