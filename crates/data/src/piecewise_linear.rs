//! Numbers as bars that fill up: the piecewise linear encoding.

use nalgebra::{DMatrix, RealField};
use serde::{Deserialize, Serialize};

use crate::standardize::to_f64;
use crate::tree_bins::tree_edges;
use crate::{DataError, Result};

/// Encodes each feature by how far a value has come through the bins between `b_0 < b_1 < … < b_T`
/// (Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features in Tabular Deep Learning",
/// 2022, equation 1): for bin t
///
/// ```text
/// e_t = 0                             where x < b_{t−1} and t > 1
///       1                             where x ≥ b_t and t < T
///       (x − b_{t−1})/(b_t − b_{t−1}) otherwise
/// ```
///
/// so a network sees where in its distribution a value lies, and can bend at every edge. The bins hold
/// as equal shares of the examples fitted to as ties allow: a value that fills more than one share
/// takes one bin, and what is left is shared out anew. A feature with two values becomes one of 0
/// and 1, a constant one is 0.
///
/// Fit it to the training part only, and transform every part and all new data with it.
///
/// ```
/// use layerwise_data::{DMatrix, PiecewiseLinear};
///
/// let x = DMatrix::from_row_slice(1, 5, &[0.0, 1.0, 2.0, 6.0, 10.0]);
/// let encoding = PiecewiseLinear::fit(&x, &["age".to_string()], 2)?;
/// assert_eq!(encoding.edges(0), Some(&[0.0, 6.0, 10.0][..]));
/// assert_eq!(encoding.feature_names(), ["age 0 to 6", "age 6 to 10"]);
///
/// let new = DMatrix::from_row_slice(1, 2, &[3.0, 8.0]);
/// assert_eq!(encoding.transform(&new)?, DMatrix::from_column_slice(2, 2, &[0.5, 0.0, 1.0, 0.5]));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PiecewiseLinear {
    names: Vec<String>,
    /// For each feature `b_0, …, b_T`, rising; a single one for a constant feature.
    edges: Vec<Vec<f64>>,
}

impl PiecewiseLinear {
    /// Finds the edges of at most `bins` bins for each row of X `(n_x, m)`.
    ///
    /// # Errors
    /// [`DataError::NoBins`]; [`DataError::EmptyMatrix`]; [`DataError::FeatureCount`] if the names are
    /// not as many as the rows of X; [`DataError::CannotEncode`] if X holds NaN or an infinity.
    pub fn fit<T: RealField + Copy>(
        x: &DMatrix<T>,
        feature_names: &[String],
        bins: usize,
    ) -> Result<Self> {
        Self::fit_by(x, feature_names, bins, |mut values| {
            values.sort_by(f64::total_cmp);
            edges_of(&values, bins)
        })
    }

    /// As [`fit`](PiecewiseLinear::fit), but with edges where the target changes: the splits of a small
    /// decision tree a feature, grown where most is gained, no bin of fewer than `least` examples (Gorishniy et
    /// al. 2022, section 3.2.2). Y `(n_y, m)` holds numbers, classes as 0 and 1, or one row a class.
    ///
    /// # Errors
    /// As [`fit`](PiecewiseLinear::fit); [`DataError::TargetCount`] if Y has other than m examples;
    /// [`DataError::CannotEncode`] if it holds NaN or an infinity.
    ///
    /// ```
    /// use layerwise_data::{DMatrix, PiecewiseLinear};
    ///
    /// let x = DMatrix::from_row_slice(1, 6, &[0.0, 1.0, 2.0, 6.0, 7.0, 10.0]);
    /// let y = DMatrix::from_row_slice(1, 6, &[0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    /// let encoding = PiecewiseLinear::fit_to_target(&x, &["age".to_string()], &y, 2, 1)?;
    /// assert_eq!(encoding.edges(0), Some(&[0.0, 1.5, 10.0][..]));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn fit_to_target<T: RealField + Copy>(
        x: &DMatrix<T>,
        feature_names: &[String],
        y: &DMatrix<T>,
        bins: usize,
        least: usize,
    ) -> Result<Self> {
        if y.ncols() != x.ncols() {
            return Err(DataError::TargetCount { expected: x.ncols(), found: y.ncols() });
        }
        let rows = y.row_iter().map(|row| row.iter().map(|&value| to_f64(value)).collect());
        let rows: Vec<Vec<f64>> = rows.collect();
        for row in &rows {
            for (example, &value) in row.iter().enumerate() {
                check("the target", example, value)?;
            }
        }
        Self::fit_by(x, feature_names, bins, |values| tree_edges(&values, &rows, bins, least))
    }

    fn fit_by<T: RealField + Copy>(
        x: &DMatrix<T>,
        feature_names: &[String],
        bins: usize,
        edges_of: impl Fn(Vec<f64>) -> Vec<f64>,
    ) -> Result<Self> {
        let (features, examples) = x.shape();
        if bins == 0 {
            return Err(DataError::NoBins);
        }
        if features == 0 || examples == 0 {
            return Err(DataError::EmptyMatrix { features, examples });
        }
        if feature_names.len() != features {
            return Err(DataError::FeatureCount { expected: feature_names.len(), found: features });
        }
        let edges = x.row_iter().zip(feature_names).map(|(row, name)| {
            let values: Vec<f64> = row.iter().map(|&value| to_f64(value)).collect();
            for (example, &value) in values.iter().enumerate() {
                check(name, example, value)?;
            }
            Ok(edges_of(values))
        });
        Ok(Self { names: feature_names.to_vec(), edges: edges.collect::<Result<_>>()? })
    }

    /// The encoding of X `(n_x, m)`: one row for each bin of each feature, in order.
    ///
    /// # Errors
    /// [`DataError::FeatureCount`] if X has other than n_x features; [`DataError::CannotEncode`] if it
    /// holds NaN or an infinity.
    pub fn transform<T: RealField + Copy>(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        if x.nrows() != self.edges.len() {
            return Err(DataError::FeatureCount { expected: self.edges.len(), found: x.nrows() });
        }
        let mut encoded = DMatrix::zeros(self.n_encoded(), x.ncols());
        for (example, column) in x.column_iter().enumerate() {
            let mut row = 0;
            for ((&x, edges), name) in column.iter().zip(&self.edges).zip(&self.names) {
                let x = to_f64(x);
                check(name, example, x)?;
                let last = edges.len() - 1;
                for (t, edge) in edges.windows(2).enumerate() {
                    let part = part_of_bin(x, edge, t == 0, t + 1 == last);
                    encoded[(row, example)] = nalgebra::convert(part);
                    row += 1;
                }
                // A constant feature keeps a row, of zeros.
                row += usize::from(last == 0);
            }
        }
        Ok(encoded)
    }

    /// Rows of an encoded matrix.
    ///
    /// ```
    /// use layerwise_data::{DMatrix, PiecewiseLinear};
    ///
    /// let x = DMatrix::from_row_slice(2, 4, &[0.0, 1.0, 2.0, 3.0, 7.0, 7.0, 7.0, 7.0]);
    /// let encoding = PiecewiseLinear::fit(&x, &["age".to_string(), "legs".to_string()], 2)?;
    /// // Two bins, and a constant feature's row of zeros.
    /// assert_eq!(encoding.n_encoded(), 2 + 1);
    /// assert_eq!(encoding.n_encoded(), encoding.transform(&x)?.nrows());
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn n_encoded(&self) -> usize {
        self.edges.iter().map(|edges| (edges.len() - 1).max(1)).sum()
    }

    /// The edges of a feature's bins, rising; one for a constant feature, `None` past the last feature.
    pub fn edges(&self, feature: usize) -> Option<&[f64]> {
        self.edges.get(feature).map(Vec::as_slice)
    }

    /// A name for each row of an encoded matrix: the feature's, with the bin where there are several.
    pub fn feature_names(&self) -> Vec<String> {
        let of = |(name, edges): (&String, &Vec<f64>)| -> Vec<String> {
            if edges.len() <= 2 {
                return vec![name.clone()];
            }
            edges.windows(2).map(|bin| format!("{name} {} to {}", bin[0], bin[1])).collect()
        };
        self.names.iter().zip(&self.edges).flat_map(of).collect()
    }
}

/// How much of a bin a number fills: beyond 0 and 1 in the first and the last bin alone.
pub(crate) fn part_of_bin(x: f64, edge: &[f64], first: bool, last: bool) -> f64 {
    let part = (x - edge[0]) / (edge[1] - edge[0]);
    let part = if first { part } else { part.max(0.0) };
    if last { part } else { part.min(1.0) }
}

fn check(feature: &str, example: usize, value: f64) -> Result<()> {
    if value.is_finite() {
        return Ok(());
    }
    Err(DataError::CannotEncode { feature: feature.to_owned(), example, value })
}

/// The edges of at most `bins` bins with as equal shares of the sorted values as ties allow.
fn edges_of(sorted: &[f64], bins: usize) -> Vec<f64> {
    let m = sorted.len();
    let mut edges = vec![sorted[0]];
    let mut taken = 0;
    for left in (1..=bins).rev() {
        if taken == m {
            break;
        }
        let end = taken + (m - taken).div_ceil(left);
        // All that are equal to the last go along.
        taken = end + sorted[end..].partition_point(|&value| value <= sorted[end - 1]);
        let edge = sorted[taken.min(m - 1)];
        if edges.last().is_some_and(|&last| edge > last) {
            edges.push(edge);
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(fitted: &[f64], bins: usize, new: &[f64]) -> (Vec<f64>, DMatrix<f64>) {
        let x = DMatrix::from_row_slice(1, fitted.len(), fitted);
        let encoding = PiecewiseLinear::fit(&x, &["x".to_string()], bins).unwrap();
        assert_eq!(encoding.feature_names().len(), encoding.n_encoded());
        let new = DMatrix::from_row_slice(1, new.len(), new);
        (encoding.edges(0).unwrap().to_vec(), encoding.transform(&new).unwrap())
    }

    #[test]
    fn a_value_with_many_examples_takes_one_bin() {
        let mut values = vec![0.0; 90];
        values.extend((1..=10).map(f64::from));
        let (edges, _) = encode(&values, 6, &[0.0]);
        assert_eq!(edges, [0.0, 1.0, 3.0, 5.0, 7.0, 9.0, 10.0][..edges.len()]);
        assert_eq!(edges.len(), 7);
    }

    #[test]
    fn two_values_one_value_and_values_outside() {
        let (edges, encoded) = encode(&[3.0, 5.0, 3.0, 5.0], 8, &[3.0, 5.0, 7.0]);
        assert_eq!((edges, encoded.as_slice()), (vec![3.0, 5.0], &[0.0, 1.0, 2.0][..]));
        let (edges, encoded) = encode(&[4.0, 4.0], 8, &[4.0, 9.0]);
        assert_eq!((edges, encoded.as_slice()), (vec![4.0], &[0.0, 0.0][..]));
    }

    #[test]
    fn nonsense_is_refused() {
        let names = ["x".to_string()];
        let message =
            |x: &DMatrix<f64>, bins| PiecewiseLinear::fit(x, &names, bins).unwrap_err().to_string();
        let nan = DMatrix::from_row_slice(1, 2, &[1.0, f64::NAN]);
        assert_eq!(
            message(&nan, 4),
            "feature \"x\" of example 1 (counted from 0) is NaN: no number to encode"
        );
        assert_eq!(message(&nan, 0), "an encoding needs at least 1 bin");
    }

    proptest! {
        /// Within the range fitted to, parts lie in [0, 1], full bins come before empty ones, and the
        /// value can be told from them.
        #[test]
        fn keeps_the_value(
            values in prop::collection::vec(-20i32..20, 1..80), bins in 1usize..12,
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let (edges, encoded) = encode(&values, bins, &values);
            prop_assert!(edges.len() <= bins + 1 && edges.is_sorted_by(|a, b| a < b));
            for (column, value) in encoded.column_iter().zip(&values) {
                prop_assert!(column.iter().all(|e| (0.0..=1.0).contains(e)));
                prop_assert!(column.as_slice().is_sorted_by(|a, b| a >= b));
                let widths = edges.windows(2).map(|bin| bin[1] - bin[0]);
                let sum: f64 = column.iter().zip(widths).map(|(e, width)| e * width).sum();
                prop_assert!((edges[0] + sum - value).abs() < 1e-9);
            }
        }
    }
}
