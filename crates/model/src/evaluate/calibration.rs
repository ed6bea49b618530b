//! Probabilities that mean what they say.

use layerwise_core::{DMatrix, MatrixView, Scalar, expect_matrix, expect_shape};

use crate::metrics::adds_up;
use crate::{Result, log_loss};

/// Probabilities made softer or sharper by one number T, so that they agree with what happens: logits are
/// divided by T, which changes no decision (Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern
/// Neural Networks", 2017, section 4.2).
///
/// For one output row the logit is `ln(p/(1 − p))`; for classes `ln p`, and each column adds up to
/// 1 again. Several rows whose columns do not add up to 1 are labels, each like one row.
///
/// ```
/// use layerwise_model::{Temperature, core::DMatrix};
///
/// // Says 99 %, is right three times of four.
/// let al = DMatrix::from_element(1, 4, 0.99);
/// let y = DMatrix::from_row_slice(1, 4, &[1.0, 1.0, 1.0, 0.0]);
/// let temperature = Temperature::fit((&al).into(), (&y).into())?;
/// let calibrated = temperature.apply((&al).into());
/// assert!((calibrated[0] - 0.75_f64).abs() < 1e-6);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temperature(f64);

/// ln T is looked for within ± this: no sensible network is off by a factor of 150.
const WIDEST: f64 = 5.0;

impl Temperature {
    /// The T of the lowest log loss on these outputs, which should be of examples that were not trained
    /// on. Shapes: `(1, m)` or `(n_classes, m)`.
    ///
    /// # Errors
    /// Shapes that differ, empty matrices, NaN.
    pub fn fit<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<Self> {
        expect_shape("Y", y, al.shape())?;
        expect_matrix("AL", al)?;
        let y = y.to_matrix().map(|y| y.to_f64());
        let loss = |ln_t: f64| log_loss((&softened(al, ln_t.exp())).into(), (&y).into());
        // The log loss is convex in 1/T, so it has one valley in ln T: golden sections close in on it
        // (Kiefer, "Sequential Minimax Search for a Maximum", 1953).
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = (-WIDEST, WIDEST);
        let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
        let (mut at_a, mut at_b) = (loss(a)?, loss(b)?);
        while high - low > 1e-9 {
            if at_a <= at_b {
                (high, b, at_b) = (b, a, at_a);
                a = high - golden * (high - low);
                at_a = loss(a)?;
            } else {
                (low, a, at_a) = (a, b, at_b);
                b = low + golden * (high - low);
                at_b = loss(b)?;
            }
        }
        Ok(Self(f64::midpoint(low, high).exp()))
    }

    /// T: above 1 where the network was too sure.
    ///
    /// ```
    /// use layerwise_model::{Temperature, core::DMatrix};
    ///
    /// // Right as often as it says: nothing to change.
    /// let al = DMatrix::from_element(1, 4, 0.75);
    /// let y = DMatrix::from_row_slice(1, 4, &[1.0, 1.0, 1.0, 0.0]);
    /// assert!((Temperature::fit((&al).into(), (&y).into())?.value() - 1.0).abs() < 1e-6);
    /// // Too sure of itself.
    /// let temperature = Temperature::fit((&al.map(|_| 0.99)).into(), (&y).into())?;
    /// assert!(temperature.value() > 4.0);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn value(self) -> f64 {
        self.0
    }

    /// The probabilities at this temperature.
    pub fn apply<T: Scalar>(self, al: MatrixView<'_, T>) -> DMatrix<T> {
        softened(al, self.0).map(T::of)
    }
}

fn softened<T: Scalar>(al: MatrixView<'_, T>, t: f64) -> DMatrix<f64> {
    let mut al = al.to_matrix().map(|a| a.to_f64());
    let least = f64::MIN_POSITIVE;
    if !adds_up((&al).into()) {
        return al.map(|p| {
            let logit = p.max(least).ln() - (1.0 - p).max(f64::EPSILON / 2.0).ln();
            1.0 / (1.0 + (-logit / t).exp())
        });
    }
    for mut column in al.column_iter_mut() {
        column.apply(|p| *p = p.max(least).ln() / t);
        let highest = column.max();
        column.apply(|z| *z = (*z - highest).exp());
        let sum = column.sum();
        column.apply(|p| *p /= sum);
    }
    al
}

/// The expected calibration error: the mean distance between how sure a network is and how often it is
/// right, over `bins` equal ranges of sureness (Naeini, Cooper and Hauskrecht, "Obtaining Well
/// Calibrated Probabilities Using Bayesian Binning", 2015). In [0, 1]; 0 is perfect. Several rows whose columns
/// do not add up to 1 are labels: each of them in each example counts.
///
/// # Errors
/// Shapes that differ, empty matrices, NaN, no bins.
///
/// ```
/// use layerwise_model::{calibration_error, core::MatrixView};
///
/// let al = MatrixView::new(&[0.8, 0.8, 0.8, 0.8, 0.8], 1, 5)?;
/// let y = MatrixView::new(&[1.0, 1.0, 1.0, 1.0, 0.0], 1, 5)?;
/// assert!(calibration_error(al, y, 10)? < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn calibration_error<T: Scalar>(
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
    bins: usize,
) -> Result<f64> {
    expect_shape("Y", y, al.shape())?;
    expect_matrix("AL", al)?;
    if bins == 0 {
        return Err(crate::ModelError::AtLeastOne { what: "the number of bins" });
    }
    // Columns that are classes, or labels one by one.
    let rows = if adds_up(al) { al.nrows() } else { 1 };
    let answers = al.as_slice().chunks(rows).zip(y.as_slice().chunks(rows));
    let n_answers = answers.len() as f64;
    // Sums of sureness and of right answers.
    let mut sums = vec![(0.0, 0.0); bins];
    for answer in answers {
        let (sure, right) = match answer {
            ([p], [y]) => {
                let (p, one) = (p.to_f64(), y.to_f64() > 0.5);
                (p.max(1.0 - p), (p > 0.5) == one)
            }
            (al, y) => {
                let highest = |of: &[T]| {
                    (0..of.len()).fold(0, |best, k| if of[k] > of[best] { k } else { best })
                };
                (al[highest(al)].to_f64(), highest(al) == highest(y))
            }
        };
        let bin = ((sure * bins as f64) as usize).min(bins - 1);
        sums[bin].0 += sure;
        sums[bin].1 += f64::from(u8::from(right));
    }
    Ok(sums.iter().map(|(sure, right)| f64::abs(sure - right)).sum::<f64>() / n_answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels drawn from what the network would say at another temperature.
    #[test]
    fn finds_the_temperature_that_was_hidden() {
        let m = 4000;
        let z = DMatrix::from_fn(3, m, |i, j| ((j * (7 + 5 * i)) % 97) as f64 / 20.0);
        let at = |t: f64| {
            let mut p = z.map(|z| (z / t).exp());
            p.column_iter_mut().for_each(|mut column| {
                let sum = column.sum();
                column /= sum;
            });
            p
        };
        // Labels that are probabilities say exactly what is true.
        let temperature = Temperature::fit((&at(1.0)).into(), (&at(2.5)).into()).unwrap();
        assert!((temperature.value() - 2.5).abs() < 1e-4, "{temperature:?}");
        let calibrated = temperature.apply((&at(1.0)).into());
        assert!((calibrated - at(2.5)).amax() < 1e-4);
        let same = Temperature::fit((&at(1.0)).into(), (&at(1.0)).into()).unwrap();
        assert!((same.value() - 1.0).abs() < 1e-4);
    }

    #[test]
    fn certainty_that_is_wrong_is_an_error_of_its_size() {
        let al = MatrixView::new(&[1.0, 1.0, 0.0, 0.0], 1, 4).unwrap();
        let y = MatrixView::new(&[1.0, 0.0, 0.0, 1.0], 1, 4).unwrap();
        assert_eq!(calibration_error(al, y, 15).unwrap(), 0.5);
        assert!(calibration_error(al, y, 0).is_err());
    }
}
