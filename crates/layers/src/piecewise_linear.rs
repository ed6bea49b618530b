//! Numbers as bars that fill up (Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features in
//! Tabular Deep Learning", 2022, section 3.2).

use std::ops::RangeInclusive;

use layerwise_core::{
    CoreError, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_shape,
};

use crate::Result;

const KIND: &str = "piecewise linear";

/// Each feature x as how far it has come through its bins between the edges `b_0 < b_1 < … < b_T`, which
/// stay as they are (equation 1 of the paper): for bin t
///
/// ```text
/// e_t = 0                             where x < b_{t−1} and t > 1
///       1                             where x ≥ b_t and t < T
///       (x − b_{t−1})/(b_t − b_{t−1}) otherwise
/// ```
///
/// Given out are T numbers a feature, feature after feature, and for a feature with a single edge one 0: it
/// was constant. So a network takes in columns as they are in a table, and edges that were found on
/// training data travel in its model file. There are no parameters.
///
/// Backward: `da_prev = Σ_t da_t/(b_t − b_{t−1})` over the bins that x moves, one in most cases. Arithmetic
/// is that of `f64`, whatever the network's numbers are, so that edges that lie close stay apart.
///
/// ```
/// use layerwise_layers::{PiecewiseLinear, core::{DMatrix, Layer, Pass}};
///
/// let layer = PiecewiseLinear::new(vec![vec![0.0, 6.0, 10.0]])?;
/// let x = DMatrix::from_row_slice(1, 2, &[3.0, 8.0]);
/// let mut a = DMatrix::zeros(2, 2);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a, DMatrix::from_column_slice(2, 2, &[0.5, 0.0, 1.0, 0.5]));
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PiecewiseLinear {
    /// For each feature `b_0, …, b_T`, rising.
    edges: Vec<Vec<f64>>,
}

impl PiecewiseLinear {
    /// A layer with these edges, those of one feature after the other.
    ///
    /// # Errors
    /// [`CoreError::Layer`] without features, with a feature that has no edges, or with edges that are not
    /// finite or do not rise.
    ///
    /// ```
    /// use layerwise_layers::PiecewiseLinear;
    ///
    /// let error = PiecewiseLinear::new(vec![vec![0.0, 1.0], vec![2.0, 2.0]]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "piecewise linear: the edges of feature 1 (counted from 0) must rise: 2 comes after 2"
    /// );
    /// ```
    pub fn new(edges: Vec<Vec<f64>>) -> Result<Self> {
        let refuse = |message| Err(CoreError::Layer { layer: KIND.into(), message });
        if edges.is_empty() {
            return refuse("no features: expected the edges of at least one".to_owned());
        }
        for (feature, edges) in edges.iter().enumerate() {
            let of = format!("of feature {feature} (counted from 0)");
            if edges.is_empty() {
                return refuse(format!("no edges {of}: expected at least one"));
            }
            if let Some(edge) = edges.iter().find(|edge| !edge.is_finite()) {
                return refuse(format!("the edges {of} hold {edge}, expected finite ones"));
            }
            for bin in edges.windows(2) {
                let (from, to) = (bin[0], bin[1]);
                if from >= to {
                    return refuse(format!("the edges {of} must rise: {to} comes after {from}"));
                }
                if !(to - from).is_finite() {
                    return refuse(format!("the edges {of} lie too far apart: {from} and {to}"));
                }
            }
        }
        Ok(Self { edges })
    }

    /// The edges of a feature's bins, rising; `None` past the last feature.
    ///
    /// ```
    /// use layerwise_layers::PiecewiseLinear;
    ///
    /// let layer = PiecewiseLinear::new(vec![vec![0.0, 1.0], vec![5.0]])?;
    /// assert_eq!(layer.edges(1), Some(&[5.0][..]));
    /// assert_eq!(layer.edges(2), None);
    /// # Ok::<(), layerwise_layers::CoreError>(())
    /// ```
    pub fn edges(&self, feature: usize) -> Option<&[f64]> {
        self.edges.get(feature).map(Vec::as_slice)
    }

    /// Numbers given out for a feature with these edges.
    fn width(edges: &[f64]) -> usize {
        (edges.len() - 1).max(1)
    }

    /// The features of one example: each one's edges, and where its numbers are among those given out.
    fn features(&self) -> impl Iterator<Item = (&[f64], usize)> {
        self.edges.iter().scan(0, |next, edges| {
            let first = *next;
            *next += Self::width(edges);
            Some((edges.as_slice(), first))
        })
    }
}

/// Where bin t of `last + 1` holds a part of x: the first goes on below, the last above.
fn moves(t: usize, last: usize, bin: &[f64]) -> RangeInclusive<f64> {
    let from = if t == 0 { f64::NEG_INFINITY } else { bin[0] };
    // At its upper edge a bin is full, and the next one moves.
    let to = if t == last { f64::INFINITY } else { bin[1].next_down() };
    from..=to
}

impl<T: Scalar> Layer<T> for PiecewiseLinear {
    fn n_in(&self) -> usize {
        self.edges.len()
    }

    fn n_out(&self) -> usize {
        self.edges.iter().map(|edges| Self::width(edges)).sum()
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> Result<()> {
        let m = a_prev.ncols();
        expect_shape("a_prev", a_prev, (Layer::<T>::n_in(self), m))?;
        expect_shape("a", a.as_view(), (Layer::<T>::n_out(self), m))?;
        for j in 0..m {
            let a = a.column_mut(j);
            for (&x, (edges, first)) in a_prev.column(j).iter().zip(self.features()) {
                let x = x.to_f64();
                // A constant feature has no bins, but a row.
                a[first] = T::zero();
                for (t, bin) in edges.windows(2).enumerate() {
                    let part = (x - bin[0]) / (bin[1] - bin[0]);
                    // Compared, not by max and min, which would make a number of NaN.
                    let part = if t > 0 && part < 0.0 { 0.0 } else { part };
                    let part = if t + 2 < edges.len() && part > 1.0 { 1.0 } else { part };
                    a[first + t] = T::of(part);
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
        let (m, da) = (a_prev.ncols(), da.as_view());
        expect_shape("a_prev", a_prev, (Layer::<T>::n_in(self), m))?;
        expect_shape("a", a, (Layer::<T>::n_out(self), m))?;
        expect_shape("da", da, a.shape())?;
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        for j in 0..m {
            let given = a_prev.column(j).iter().zip(self.features());
            for (da_prev, (&x, (edges, first))) in da_prev.column_mut(j).iter_mut().zip(given) {
                let (x, bins) = (x.to_f64(), edges.windows(2).enumerate());
                let slopes = bins
                    .filter(|&(t, bin)| moves(t, edges.len() - 2, bin).contains(&x))
                    .map(|(t, bin)| da.column(j)[first + t].to_f64() / (bin[1] - bin[0]));
                *da_prev = T::of(slopes.sum());
            }
        }
        Ok(())
    }

    fn kind(&self) -> String {
        KIND.into()
    }

    /// The settings `edges3` → `0,6,10`: feature 3 has two bins.
    fn spec(&self) -> Option<LayerSpec> {
        let text = |edges: &[f64]| edges.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let settings = self.edges.iter().enumerate();
        Some(LayerSpec {
            inner: Vec::new(),
            kind: KIND.into(),
            n_in: Layer::<T>::n_in(self),
            n_out: Layer::<T>::n_out(self),
            settings: settings.map(|(i, edges)| (format!("edges{i}"), text(edges))).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_pass::{OnePass, assert_refuses_what_does_not_fit, inferred};
    use layerwise_core::DMatrix;
    use proptest::prelude::*;

    /// `∂L/∂x` where every `∂L/∂a` is 1, 10, 100, … from bin to bin.
    fn slopes(layer: &PiecewiseLinear, x: &DMatrix<f64>) -> DMatrix<f64> {
        let n_out = Layer::<f64>::n_out(layer);
        OnePass::of(layer, x, &DMatrix::from_fn(n_out, x.ncols(), |i, _| 10.0_f64.powi(i as i32)))
            .da_prev
    }

    #[test]
    fn below_at_and_above_every_edge() {
        let layer = PiecewiseLinear::new(vec![vec![0.0, 2.0, 6.0]]).unwrap();
        let x = DMatrix::from_row_slice(1, 6, &[-1.0, 0.0, 1.0, 2.0, 6.0, 8.0]);
        let expected = [-0.5, 0.0, 0.0, 0.0, 0.5, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.5];
        assert_eq!(inferred(&layer, &x).as_slice(), expected);
        assert_eq!(slopes(&layer, &x).as_slice(), [0.5, 0.5, 0.5, 2.5, 2.5, 2.5]);
    }

    #[test]
    fn one_bin_no_bin_and_several_features() {
        let edges = vec![vec![1.0, 5.0], vec![7.0], vec![0.0, 1.0, 2.0]];
        let layer = PiecewiseLinear::new(edges).unwrap();
        assert_eq!((Layer::<f64>::n_in(&layer), Layer::<f64>::n_out(&layer)), (3, 4));
        let x = DMatrix::from_column_slice(3, 2, &[9.0, 7.0, 0.5, -3.0, 1.0, 1.25]);
        let expected = [2.0, 0.0, 0.5, 0.0, -1.0, 0.0, 1.0, 0.25];
        assert_eq!(inferred(&layer, &x).as_slice(), expected);
        assert_eq!(slopes(&layer, &x).as_slice(), [0.25, 0.0, 100.0, 0.25, 0.0, 1000.0]);
    }

    #[test]
    fn what_is_no_number_is_not_hidden() {
        let layer = PiecewiseLinear::new(vec![vec![0.0, 1.0, 2.0, 3.0]]).unwrap();
        let a = inferred(&layer, &DMatrix::from_element(1, 1, f64::NAN));
        assert!(a.iter().all(|a| a.is_nan()));
    }

    #[test]
    fn nonsense_is_refused() {
        let cases: [(Vec<Vec<f64>>, &str); 6] = [
            (vec![], "no features: expected the edges of at least one"),
            (vec![vec![]], "no edges of feature 0 (counted from 0): expected at least one"),
            (
                vec![vec![1.0], vec![0.0, f64::NAN]],
                "the edges of feature 1 (counted from 0) hold NaN, expected finite ones",
            ),
            (
                vec![vec![f64::INFINITY]],
                "the edges of feature 0 (counted from 0) hold inf, expected finite ones",
            ),
            (
                vec![vec![0.0, 2.0, 1.0]],
                "the edges of feature 0 (counted from 0) must rise: 1 comes after 2",
            ),
            (
                vec![vec![-f64::MAX, f64::MAX]],
                "the edges of feature 0 (counted from 0) lie too far apart",
            ),
        ];
        for (edges, expected) in cases {
            let message = PiecewiseLinear::new(edges).unwrap_err().to_string();
            assert!(message.starts_with(&format!("piecewise linear: {expected}")), "{message}");
        }
        let layer = PiecewiseLinear::new(vec![vec![0.0, 1.0, 2.0], vec![5.0]]).unwrap();
        assert_refuses_what_does_not_fit(&layer);
    }

    proptest! {
        /// The parts times their widths are the way from the first edge, wherever x lies.
        #[test]
        fn the_value_can_be_told(first in -9i32..9, widths in prop::collection::vec(1u32..9, 1..7), x in -99i32..99) {
            let mut edges = vec![f64::from(first)];
            for &width in &widths {
                edges.push(edges[edges.len() - 1] + f64::from(width));
            }
            let layer = PiecewiseLinear::new(vec![edges]).unwrap();
            let a = inferred(&layer, &DMatrix::from_element(1, 1, f64::from(x)));
            let sum: f64 = a.iter().zip(&widths).map(|(a, &width)| a * f64::from(width)).sum();
            prop_assert!((f64::from(first) + sum - f64::from(x)).abs() < 1e-12);
        }
    }
}
