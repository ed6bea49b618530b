//! Features brought to mean 0 and variance 1.

use nalgebra::{DMatrix, RealField};
use serde::{Deserialize, Serialize};

use crate::{DataError, Result};

/// Standardizes each feature: `x ↦ (x − mean) / scale`.
///
/// `mean` is the mean over the examples the standardizer was fitted to, `scale` the population
/// standard deviation `√(Σ (x − mean)² / m)`, or 1 if all examples have the same value (or the
/// deviation is too small for an `f64`). So fitted examples get mean 0 and variance 1, and constant
/// features become 0.
///
/// Fit it to the training part only, and transform every part and all new data with it. Mean and
/// scale are kept and computed in `f64` whatever the type of X, so an `f32` feature with a large
/// offset loses no digits.
///
/// ```
/// use layerwise_data::{DMatrix, Standardizer};
///
/// // Two features of four examples.
/// let x = DMatrix::from_row_slice(2, 4, &[1.0, 3.0, 1.0, 3.0, 7.0, 7.0, 7.0, 7.0]);
/// let names = ["height".to_string(), "legs".to_string()];
/// let standardizer = Standardizer::fit(&x, &names)?;
/// assert_eq!(standardizer.mean(), [2.0, 7.0]);
/// assert_eq!(standardizer.scale(), [1.0, 1.0]);
///
/// let z = standardizer.transform(&x)?;
/// assert_eq!(z.row(0), DMatrix::from_row_slice(1, 4, &[-1.0, 1.0, -1.0, 1.0]).row(0));
/// assert!(z.row(1).iter().all(|&z| z == 0.0));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Standardizer {
    feature_names: Vec<String>,
    mean: Vec<f64>,
    scale: Vec<f64>,
}

impl Standardizer {
    /// Computes mean and scale of each row of X `(n_x, m)`. The sums run in `f64`, in two passes:
    /// first the mean, then the squared deviations from it (corrected for the rounding of the mean:
    /// Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983, eq. 1.7).
    ///
    /// # Errors
    ///
    /// [`DataError::EmptyMatrix`]; [`DataError::FeatureCount`] if the names are not as many as the
    /// rows of X; [`DataError::CannotStandardize`] if X holds NaN or an infinity;
    /// [`DataError::ScaleOverflow`] if the sums overflow.
    ///
    /// ```
    /// use layerwise_data::{DMatrix, Standardizer};
    ///
    /// let x = DMatrix::from_row_slice(1, 3, &[1.0_f32, 2.0, 3.0]);
    /// let standardizer = Standardizer::fit(&x, &["size".to_string()])?;
    /// assert_eq!(standardizer.scale(), [(2.0_f64 / 3.0).sqrt()]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn fit<T: RealField + Copy>(x: &DMatrix<T>, feature_names: &[String]) -> Result<Self> {
        let (features, examples) = x.shape();
        if features == 0 || examples == 0 {
            return Err(DataError::EmptyMatrix { features, examples });
        }
        if feature_names.len() != features {
            return Err(DataError::FeatureCount { expected: feature_names.len(), found: features });
        }
        let mut mean = Vec::with_capacity(features);
        let mut scale = Vec::with_capacity(features);
        for (row, name) in x.row_iter().zip(feature_names) {
            let values: Vec<f64> = row.iter().map(|&value| to_f64(value)).collect();
            if let Some(example) = values.iter().position(|value| !value.is_finite()) {
                return Err(DataError::CannotStandardize {
                    feature: name.clone(),
                    example,
                    value: values[example],
                });
            }
            let (mean_of_row, scale_of_row) = mean_and_scale(&values);
            if !(mean_of_row.is_finite() && scale_of_row.is_finite()) {
                return Err(DataError::ScaleOverflow { feature: name.clone() });
            }
            mean.push(mean_of_row);
            scale.push(scale_of_row);
        }
        Ok(Self { feature_names: feature_names.to_vec(), mean, scale })
    }

    /// `(x − mean) / scale` for each feature and example of X `(n_x, m)`, which may have any number
    /// of examples. Computed in `f64`, then rounded to `T`.
    ///
    /// # Errors
    ///
    /// [`DataError::FeatureCount`] if X has other than n_x features;
    /// [`DataError::CannotStandardize`] if a result is not finite in `T`.
    ///
    /// ```
    /// use layerwise_data::{DMatrix, Standardizer};
    ///
    /// let train = DMatrix::from_row_slice(1, 2, &[10.0, 20.0]);
    /// let standardizer = Standardizer::fit(&train, &["size".to_string()])?;
    /// let new = DMatrix::from_row_slice(1, 1, &[30.0]);
    /// assert_eq!(standardizer.transform(&new)?[(0, 0)], 3.0);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn transform<T: RealField + Copy>(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        let mut standardized = x.clone();
        self.transform_mut(&mut standardized)?;
        Ok(standardized)
    }

    /// [`Standardizer::transform`] in place. After an error part of X may be transformed.
    ///
    /// # Errors
    ///
    /// As [`Standardizer::transform`].
    ///
    /// ```
    /// use layerwise_data::{DMatrix, Standardizer};
    ///
    /// let mut x = DMatrix::from_row_slice(1, 2, &[10.0, 20.0]);
    /// Standardizer::fit(&x, &["size".to_string()])?.transform_mut(&mut x)?;
    /// assert_eq!(x.as_slice(), [-1.0, 1.0]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn transform_mut<T: RealField + Copy>(&self, x: &mut DMatrix<T>) -> Result<()> {
        if x.nrows() != self.mean.len() {
            return Err(DataError::FeatureCount { expected: self.mean.len(), found: x.nrows() });
        }
        for (example, mut column) in x.column_iter_mut().enumerate() {
            for (feature, x) in column.iter_mut().enumerate() {
                let value = to_f64(*x);
                let z: T = nalgebra::convert((value - self.mean[feature]) / self.scale[feature]);
                if !z.is_finite() {
                    return Err(DataError::CannotStandardize {
                        feature: self.feature_names[feature].clone(),
                        example,
                        value,
                    });
                }
                *x = z;
            }
        }
        Ok(())
    }

    /// The names of the features, in the order of X's rows.
    ///
    /// ```
    /// use layerwise_data::{DMatrix, Standardizer};
    ///
    /// let names = ["height".to_string()];
    /// let standardizer = Standardizer::fit(&DMatrix::from_row_slice(1, 2, &[1.0, 3.0]), &names)?;
    /// assert_eq!(standardizer.feature_names(), names);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The mean of each feature, in its own unit.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The population standard deviation of each feature, in its own unit; 1 for a constant one.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }
}

/// What a file holds, not yet checked.
#[derive(Deserialize)]
struct Fields {
    feature_names: Vec<String>,
    mean: Vec<f64>,
    scale: Vec<f64>,
}

impl TryFrom<Fields> for Standardizer {
    type Error = DataError;

    fn try_from(Fields { feature_names, mean, scale }: Fields) -> Result<Self> {
        let refused = |problem: String| Err(DataError::BadStandardizer { problem });
        let (names, means, scales) = (feature_names.len(), mean.len(), scale.len());
        if names != means || names != scales {
            return refused(format!(
                "it has {names} feature names, {means} means and {scales} scales"
            ));
        }
        if let Some(i) = mean.iter().position(|mean| !mean.is_finite()) {
            return refused(format!("the mean of {:?} is {}", feature_names[i], mean[i]));
        }
        if let Some(i) = scale.iter().position(|scale| !scale.is_finite() || *scale <= 0.0) {
            return refused(format!("the scale of {:?} is {}", feature_names[i], scale[i]));
        }
        Ok(Self { feature_names, mean, scale })
    }
}

pub(crate) fn to_f64<T: RealField + Copy>(value: T) -> f64 {
    value.to_subset_unchecked()
}

/// Mean and population standard deviation of finite values, at least one; 1 for a deviation of 0.
fn mean_and_scale(values: &[f64]) -> (f64, f64) {
    if values.iter().all(|&value| value == values[0]) {
        return (values[0], 1.0);
    }
    let m = values.len() as f64;
    let mean = values.iter().sum::<f64>() / m;
    let (mut sum, mut squares) = (0.0, 0.0);
    for value in values {
        let deviation = value - mean;
        sum += deviation;
        squares += deviation * deviation;
    }
    let scale = ((squares - sum * sum / m) / m).sqrt();
    (mean + sum / m, if scale == 0.0 { 1.0 } else { scale })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("x{i}")).collect()
    }

    #[test]
    fn an_f32_feature_with_a_large_offset_is_standardized_right() {
        // Around 10^7 neighbouring f32 are 1 apart; the mean, 10000001.5, is not one of them.
        let x = DMatrix::from_row_slice(1, 4, &[1e7_f32, 1e7 + 1.0, 1e7 + 2.0, 1e7 + 3.0]);
        let standardizer = Standardizer::fit(&x, &names(1)).unwrap();
        assert_eq!(standardizer.mean(), [10_000_001.5]);
        assert_eq!(standardizer.scale(), [1.25_f64.sqrt()]);
        let z = standardizer.transform(&x).unwrap();
        let expected = [-1.5, -0.5, 0.5, 1.5].map(|steps: f64| (steps / 1.25_f64.sqrt()) as f32);
        assert_eq!(z.as_slice(), expected);
    }

    #[test]
    fn a_large_offset_does_not_swallow_the_variance() {
        // The textbook formula E[x²] − E[x]² gives 0 or less here.
        let x = DMatrix::from_row_slice(1, 3, &[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0]);
        let standardizer = Standardizer::fit(&x, &names(1)).unwrap();
        assert_eq!(standardizer.mean(), [1e9 + 8.0]);
        assert!((standardizer.scale()[0] - 14.0_f64.sqrt()).abs() < 1e-15 * 4.0);
    }

    #[test]
    fn deviations_too_small_for_a_square_count_as_constant() {
        let x = DMatrix::from_row_slice(1, 2, &[0.0, 1e-300]);
        assert_eq!(Standardizer::fit(&x, &names(1)).unwrap().scale(), [1.0]);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let x = DMatrix::<f64>::zeros(2, 3);
        assert_eq!(
            Standardizer::fit(&x, &names(3)).unwrap_err().to_string(),
            "expected 3 features, found 2"
        );
        let empty = Standardizer::fit(&DMatrix::<f64>::zeros(2, 0), &names(2)).unwrap_err();
        assert_eq!(
            empty.to_string(),
            "a standardizer cannot be fitted to 2 features of 0 examples"
        );
        assert!(Standardizer::fit(&DMatrix::<f64>::zeros(0, 3), &[]).is_err());
        let standardizer = Standardizer::fit(&x, &names(2)).unwrap();
        let error = standardizer.transform(&DMatrix::<f64>::zeros(5, 1)).unwrap_err();
        assert_eq!(error.to_string(), "expected 2 features, found 5");
        // No example is nothing to transform, and no error.
        assert_eq!(standardizer.transform(&DMatrix::<f64>::zeros(2, 0)).unwrap().shape(), (2, 0));
    }

    #[test]
    fn refuses_numbers_that_are_or_become_infinite() {
        let nan = DMatrix::from_row_slice(1, 2, &[1.0, f64::NAN]);
        assert_eq!(
            Standardizer::fit(&nan, &names(1)).unwrap_err().to_string(),
            "feature \"x0\" of example 1 (counted from 0) is NaN, which standardizing turns into \
             a number that is not finite"
        );
        let large = DMatrix::from_row_slice(1, 2, &[1e308, -1e308]);
        let error = Standardizer::fit(&large, &names(1)).unwrap_err();
        assert!(matches!(error, DataError::ScaleOverflow { .. }), "{error}");

        let x = DMatrix::from_row_slice(1, 2, &[0.0_f32, 1e-10]);
        let standardizer = Standardizer::fit(&x, &names(1)).unwrap();
        let error = standardizer.transform(&DMatrix::from_element(1, 1, 1e38_f32)).unwrap_err();
        assert!(matches!(error, DataError::CannotStandardize { example: 0, .. }), "{error}");
        assert!(standardizer.transform(&DMatrix::from_element(1, 1, f32::NAN)).is_err());
    }

    #[test]
    fn a_file_gives_it_back_to_the_last_bit_and_is_checked() {
        let x = DMatrix::from_row_slice(2, 3, &[0.1, 0.2, 0.4, 1e-7, 3e5, 2.0]);
        let standardizer = Standardizer::fit(&x, &names(2)).unwrap();
        let json = serde_json::to_string(&standardizer).unwrap();
        assert_eq!(serde_json::from_str::<Standardizer>(&json).unwrap(), standardizer);

        let refused = |json: &str| serde_json::from_str::<Standardizer>(json).unwrap_err();
        let error = refused(r#"{"feature_names":["a"],"mean":[1.0],"scale":[0.0]}"#);
        assert!(error.to_string().contains("the scale of \"a\" is 0"), "{error}");
        let error = refused(r#"{"feature_names":["a"],"mean":[1.0,2.0],"scale":[1.0]}"#);
        assert!(error.to_string().contains("1 feature names, 2 means and 1 scales"), "{error}");
    }

    proptest! {
        #[test]
        fn fitted_examples_get_mean_0_and_variance_1(
            values in prop::collection::vec(-1.0..1.0_f64, 2..50),
            offset in -1e6..1e6_f64,
            factor in 1e-3..1e6_f64,
        ) {
            let spread = values.iter().fold(0.0_f64, |most, v| most.max((v - values[0]).abs()));
            prop_assume!(spread > 1e-3);
            let m = values.len();
            let x = DMatrix::from_fn(2, m, |i, j| if i == 0 { values[j] * factor + offset } else { offset });
            let z = Standardizer::fit(&x, &names(2)).unwrap().transform(&x).unwrap();

            let mean = z.row(0).sum() / m as f64;
            let variance = z.row(0).iter().map(|z| z * z).sum::<f64>() / m as f64;
            // What the rounding of x itself, relative to its spread, leaves over.
            let tolerance = 1e-14 + 1e-15 * (1.0 + offset.abs() / (spread * factor)) * m as f64;
            prop_assert!(mean.abs() < tolerance, "mean {mean}, tolerance {tolerance}");
            prop_assert!((variance - 1.0).abs() < 10.0 * tolerance, "variance {variance}");
            prop_assert!(z.row(1).iter().all(|&z| z == 0.0));
        }
    }
}
