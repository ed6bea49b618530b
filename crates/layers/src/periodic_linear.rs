//! Numbers as themselves and a few learned sums of waves (Holzmüller, Grinsztajn and Steinwart, "Better by
//! Default: Strong Pre-Tuned MLPs", 2024, section 3: the PBLD embedding of RealMLP).

use std::ops::Range;

use layerwise_core::{
    CoreError, DMatrix, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_matrix,
    expect_shape,
};

use crate::Result;

/// Each feature x as `x, y_1, …, y_d` with `y = W₂ cos(2π w₁ x + b₁) + b₂`: k waves with learned
/// frequencies and phases, a small linear layer, and the feature itself, all of them the feature's own.
///
/// Parameters, a column a feature: 0 `w1 (k, n)`, 1 `b1 (k, n)`, 2 `w2 (d k, n)`, wave after wave, and
/// 3 `b2 (d, n)`. Given out are d + 1 numbers a feature, feature after feature.
///
/// Backward, with `θ = 2π w₁ x + b₁` and `dθ = −(W₂ᵀ dy) ∗ sin θ`: `da_prev = da_x + 2π w₁ᵀ dθ`,
/// `dw₁ = Σ 2π x dθ`, `db₁ = Σ dθ`, `dW₂ = Σ dy cos θᵀ`, `db₂ = Σ dy`. Waves are computed anew, from
/// parameters that have not changed since `forward`, which is cheaper than to remember them.
///
/// ```
/// use layerwise_layers::{PeriodicLinear, core::{DMatrix, Layer, Pass}};
///
/// let one = |value| DMatrix::from_element(1, 1, value);
/// // y = 3 cos(2π · 0.5 x) + 1
/// let layer = PeriodicLinear::new([one(0.5), one(0.0), one(3.0), one(1.0)])?;
/// let mut a = DMatrix::zeros(2, 1);
/// layer.forward((&one(2.0)).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a.as_slice(), [2.0_f64, 4.0]);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodicLinear<T: Scalar> {
    /// w1, b1, w2, b2.
    values: [DMatrix<T>; 4],
}

const NAMES: [&str; 4] = ["w1", "b1", "w2", "b2"];

impl<T: Scalar> PeriodicLinear<T> {
    /// A layer with these `w1`, `b1`, `w2` and `b2`.
    ///
    /// # Errors
    /// Shapes that do not fit, NaN.
    pub fn new(values: [DMatrix<T>; 4]) -> Result<Self> {
        let ((k, n), d) = (values[0].shape(), values[3].nrows());
        for ((name, value), rows) in NAMES.into_iter().zip(&values).zip([k, k, d * k, d]) {
            expect_matrix(name, value.into())?;
            expect_shape(name, value.into(), (rows, n))?;
        }
        Ok(Self { values })
    }

    /// Numbers k and d.
    fn sizes(&self) -> (usize, usize) {
        (self.values[0].nrows(), self.values[3].nrows())
    }

    /// For feature i at x: the number of each wave, `θ`, and its column of `W₂`.
    fn waves(&self, i: usize, x: T) -> impl Iterator<Item = (usize, T, &[T])> {
        let (k, d) = self.sizes();
        let [w1, b1, w2, _] = &self.values;
        let w2 = &w2.as_slice()[i * d * k..(i + 1) * d * k];
        (0..k).map(move |q| {
            let theta = T::two_pi() * w1[(q, i)] * x + b1[(q, i)];
            (q, theta, &w2[q * d..(q + 1) * d])
        })
    }
}

fn dot<T: Scalar>(x: &[T], y: &[T]) -> T {
    x.iter().zip(y).map(|(&x, &y)| x * y).sum()
}

impl<T: Scalar> Layer<T> for PeriodicLinear<T> {
    fn n_in(&self) -> usize {
        self.values[0].ncols()
    }

    fn n_out(&self) -> usize {
        self.n_in() * (self.sizes().1 + 1)
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> Result<()> {
        let (m, (_, d)) = (a_prev.ncols(), self.sizes());
        expect_shape("a_prev", a_prev, (self.n_in(), m))?;
        expect_shape("a", a.as_view(), (self.n_out(), m))?;
        for j in 0..m {
            let features = a.column_mut(j).chunks_exact_mut(d + 1).zip(a_prev.column(j));
            for (i, (a, &x)) in features.enumerate() {
                a[0] = x;
                a[1..].copy_from_slice(MatrixView::from(&self.values[3]).column(i));
                for (_, theta, w2) in self.waves(i, x) {
                    let wave = theta.cos();
                    a[1..].iter_mut().zip(w2).for_each(|(a, &w)| *a += w * wave);
                }
            }
        }
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        let (m, (_, d)) = (a_prev.ncols(), self.sizes());
        expect_shape("a_prev", a_prev, (self.n_in(), m))?;
        expect_shape("a", a, (self.n_out(), m))?;
        expect_shape("da", da.as_view(), a.shape())?;
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        for j in 0..m {
            let given = da.as_view().column(j).chunks_exact(d + 1).zip(a_prev.column(j));
            for (i, (da_prev, (da, &x))) in da_prev.column_mut(j).iter_mut().zip(given).enumerate()
            {
                let slope = self.waves(i, x).map(|(q, theta, w2)| {
                    -dot(w2, &da[1..]) * theta.sin() * T::two_pi() * self.values[0][(q, i)]
                });
                *da_prev = da[0] + slope.sum::<T>();
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
        let Some(parameter) = self.values.get(index) else {
            return Err(CoreError::NoParameter { layer: self.kind(), index });
        };
        let (_, d) = self.sizes();
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("da", dz, (self.n_out(), a_prev.ncols()))?;
        expect_shape("the gradient", gradient.as_view(), (parameter.nrows(), columns.len()))?;
        gradient.as_mut_slice().fill(T::zero());
        for j in 0..a_prev.ncols() {
            for (slot, i) in columns.clone().enumerate() {
                let x = a_prev.column(j)[i];
                let dy = &dz.column(j)[(d + 1) * i + 1..(d + 1) * (i + 1)];
                let sums = gradient.column_mut(slot);
                if index == 3 {
                    sums.iter_mut().zip(dy).for_each(|(sum, &dy)| *sum += dy);
                    continue;
                }
                for (q, theta, w2) in self.waves(i, x) {
                    if index == 2 {
                        let (wave, sums) = (theta.cos(), &mut sums[q * d..(q + 1) * d]);
                        sums.iter_mut().zip(dy).for_each(|(sum, &dy)| *sum += dy * wave);
                    } else {
                        let dtheta = -dot(w2, dy) * theta.sin();
                        sums[q] += if index == 0 { dtheta * T::two_pi() * x } else { dtheta };
                    }
                }
            }
        }
        Ok(())
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        self.values.get(index).map(Into::into)
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        self.values.iter_mut().for_each(|values| visit(values.into()));
    }

    fn decays(&self, index: usize) -> bool {
        index == 2
    }

    fn parameter_name(&self, index: usize) -> String {
        NAMES.get(index).copied().unwrap_or("?").into()
    }

    fn spec(&self) -> Option<LayerSpec> {
        let (k, d) = self.sizes();
        let settings = [("waves", k), ("width", d)];
        Some(LayerSpec {
            inner: Vec::new(),
            kind: "periodic linear".into(),
            n_in: self.n_in(),
            n_out: self.n_out(),
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_string())).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_pass::{OnePass, assert_refuses_what_does_not_fit, inferred};
    use proptest::prelude::*;
    use std::f64::consts::PI;

    fn one_wave(w1: f64, b1: f64, w2: f64, b2: f64) -> PeriodicLinear<f64> {
        PeriodicLinear::new([w1, b1, w2, b2].map(|value| DMatrix::from_element(1, 1, value)))
            .unwrap()
    }

    fn assert_near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-13, "{found}, expected {expected}");
        }
    }

    #[test]
    fn by_hand() {
        // θ is π and 3π/2: the cosine −1 and 0, the sine 0 and −1.
        let layer = one_wave(0.5, PI / 2.0, 3.0, 1.0);
        let x = DMatrix::from_row_slice(1, 2, &[0.5, 1.0]);
        let da = DMatrix::from_column_slice(2, 2, &[10.0, 2.0, 20.0, 4.0]);
        let pass = OnePass::of(&layer, &x, &da);
        assert_near(pass.a.as_slice(), &[0.5, -3.0 + 1.0, 1.0, 0.0 + 1.0]);
        // dθ = −3 dy sin θ: 0 and 12.
        assert_near(pass.da_prev.as_slice(), &[10.0, 20.0 + 12.0 * PI]);
        let [dw1, db1, dw2, db2] = [12.0 * 2.0 * PI, 12.0, -2.0, 2.0 + 4.0];
        assert_near(&pass.gradients.concat(), &[dw1, db1, dw2, db2]);
    }

    #[test]
    fn waves_and_numbers_in_their_order() {
        // Two waves for one feature, three numbers: w2 holds the three of the first wave, then the second's.
        let column = |values: &[f64]| DMatrix::from_column_slice(values.len(), 1, values);
        let w2 = column(&[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
        let values = [column(&[1.0, 0.5]), column(&[0.0, 0.0]), w2, column(&[0.0, 0.0, 0.5])];
        let layer = PeriodicLinear::new(values).unwrap();
        assert_eq!((layer.n_in(), layer.n_out()), (1, 4));
        // Cosines 1 and −1.
        let a = inferred(&layer, &DMatrix::from_element(1, 1, 1.0));
        assert_near(a.as_slice(), &[1.0, -9.0, -18.0, -26.5]);
        assert_eq!(
            (0..4).map(|index| layer.decays(index)).collect::<Vec<_>>(),
            [false, false, true, false]
        );
        assert_eq!(
            (0..5).map(|index| layer.parameter_name(index)).collect::<String>(),
            "w1b1w2b2?"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        let of = |nrows| DMatrix::from_element(nrows, 2, 0.1);
        let layer = PeriodicLinear::new([of(3), of(3), of(6), of(2)]).unwrap();
        assert_refuses_what_does_not_fit(&layer);
        let message = |values| PeriodicLinear::<f64>::new(values).unwrap_err().to_string();
        let w2 = "expected w2 of shape (6, 2), found (5, 2)";
        assert_eq!(message([of(3), of(3), of(5), of(2)]), w2);
        let b1 = "expected b1 of shape (3, 2), found (2, 2)";
        assert_eq!(message([of(3), of(2), of(6), of(2)]), b1);
        assert_eq!(message([of(0), of(0), of(0), of(2)]), "w1 is empty: its shape is (0, 2)");
        let nan = DMatrix::from_element(2, 2, f64::NAN);
        let b2 = "b2 holds NaN in row 0, column 0 (counted from 0)";
        assert_eq!(message([of(3), of(3), of(6), nan]), b2);
    }

    proptest! {
        /// The feature itself comes first; without a phase all else is the same on both sides of 0.
        #[test]
        fn even_without_a_phase(x in -3.0..3.0_f64, w1 in -2.0..2.0_f64, w2 in -2.0..2.0_f64) {
            let of = |x| inferred(&one_wave(w1, 0.0, w2, 0.5), &DMatrix::from_element(1, 1, x));
            prop_assert_eq!((of(x)[0], of(-x)[0]), (x, -x));
            prop_assert_eq!(of(x)[1], of(-x)[1]);
            prop_assert!((of(x)[1] - 0.5).abs() <= w2.abs() + 1e-15);
        }
    }
}
