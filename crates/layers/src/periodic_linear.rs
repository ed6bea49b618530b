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
