//! Probabilities that mean what they say.

use layerwise_core::{DMatrix, MatrixView, Scalar, expect_matrix, expect_shape};

use super::{ReliabilityBin, reliability};
use crate::Result;
use crate::metrics::adds_up;

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

/// ln T is looked for within ± this. Outputs that are 0 in the computer have logits of −708, so that a wrong
/// one may ask for a T of some hundreds.
const WIDEST: f64 = 10.0;

impl Temperature {
    /// The T of the lowest log loss on these outputs, which should be of examples that were not trained
    /// on. Shapes: `(1, m)` or `(n_classes, m)`.
    ///
    /// T is in [e⁻¹⁰, e¹⁰], and 1 where no other is better. Where the loss falls all the way to an end, T is
    /// that end: [`is_at_edge`](Temperature::is_at_edge).
    ///
    /// # Errors
    /// Shapes that differ, empty matrices, NaN.
    pub fn fit<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<Self> {
        expect_shape("Y", y, al.shape())?;
        expect_matrix("AL", al)?;
        expect_matrix("Y", y)?;
        let (y, logits) = (y.to_matrix().map(|y| y.to_f64()), Logits::of(al));
        let loss = |ln_t: f64| logits.loss(&y, ln_t.exp());
        // The log loss is convex in 1/T, so it has one valley in ln T: golden sections close in on it
        // (Kiefer, "Sequential Minimax Search for a Maximum", 1953).
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = (-WIDEST, WIDEST);
        let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
        let (mut at_a, mut at_b) = (loss(a), loss(b));
        while high - low > 1e-9 {
            if at_a <= at_b {
                (high, b, at_b) = (b, a, at_a);
                a = high - golden * (high - low);
                at_a = loss(a);
            } else {
                (low, a, at_a) = (a, b, at_b);
                b = low + golden * (high - low);
                at_b = loss(b);
            }
        }
        // Sections never reach an end, and cannot tell where all is level.
        let mut best = f64::midpoint(low, high);
        for candidate in [-WIDEST, WIDEST, 0.0] {
            if loss(candidate) <= loss(best) {
                best = candidate;
            }
        }
        Ok(Self(best.exp()))
    }

    /// Whether the loss fell all the way to an end of what was looked through, so that T says little: every
    /// example is on its right side, and T as small as can be, or the outputs are no better than chance, and T
    /// is as large. It wants other examples, or another network.
    ///
    /// ```
    /// use layerwise_model::{Temperature, core::DMatrix};
    ///
    /// let al = DMatrix::from_row_slice(1, 4, &[0.9, 0.8, 0.3, 0.6]);
    /// let y = DMatrix::from_row_slice(1, 4, &[1.0, 1.0, 0.0, 1.0]);
    /// // All right: the surer the better, without end.
    /// assert!(Temperature::fit((&al).into(), (&y).into())?.is_at_edge());
    /// let y = DMatrix::from_row_slice(1, 4, &[1.0, 1.0, 0.0, 0.0]);
    /// assert!(!Temperature::fit((&al).into(), (&y).into())?.is_at_edge());
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn is_at_edge(self) -> bool {
        // The logarithm of an exponential may be off by a rounding.
        self.0.ln().abs() > WIDEST - 1e-9
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
        Logits::of(al).softened(self.0).map(T::of)
    }
}

/// Logits of classes, or of labels each on its own.
struct Logits {
    z: DMatrix<f64>,
    are_classes: bool,
}

impl Logits {
    fn of<T: Scalar>(al: MatrixView<'_, T>) -> Self {
        let (al, least) = (al.to_matrix().map(|a| a.to_f64()), f64::MIN_POSITIVE);
        let are_classes = adds_up((&al).into());
        let z = match are_classes {
            true => al.map(|p| p.max(least).ln()),
            false => al.map(|p| p.max(least).ln() - (1.0 - p).max(f64::EPSILON / 2.0).ln()),
        };
        Self { z, are_classes }
    }

    /// The log loss at T, summed. From logits, not from probabilities: those of the very sure are 0 and 1 and
    /// no longer tell one T from another.
    fn loss(&self, y: &DMatrix<f64>, t: f64) -> f64 {
        if !self.are_classes {
            // −y ln σ(z) − (1 − y) ln (1 − σ(z)) = max(z, 0) − y z + ln(1 + e^−|z|)
            let of = |z: f64, y: f64| z.max(0.0) - y * z + (-z.abs()).exp().ln_1p();
            return self.z.iter().zip(y).map(|(&z, &y)| of(z / t, y)).sum();
        }
        let of = |z: &[f64], y: &[f64]| {
            let highest = z.iter().fold(f64::NEG_INFINITY, |highest, &z| highest.max(z));
            let sum: f64 = z.iter().map(|z| ((z - highest) / t).exp()).sum();
            let own = |(z, y): (&f64, &f64)| y * (sum.ln() - (z - highest) / t);
            z.iter().zip(y).map(own).sum::<f64>()
        };
        let rows = self.z.nrows();
        self.z.as_slice().chunks(rows).zip(y.as_slice().chunks(rows)).map(|(z, y)| of(z, y)).sum()
    }

    fn softened(mut self, t: f64) -> DMatrix<f64> {
        if !self.are_classes {
            return self.z.map(|z| 1.0 / (1.0 + (-z / t).exp()));
        }
        for mut column in self.z.column_iter_mut() {
            let highest = column.max();
            column.apply(|z| *z = ((*z - highest) / t).exp());
            let sum = column.sum();
            column.apply(|p| *p /= sum);
        }
        self.z
    }
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
    let bins = reliability(al, y, bins)?;
    let answers: usize = bins.iter().map(|bin| bin.answers).sum();
    let apart = |bin: &ReliabilityBin| bin.answers as f64 * (bin.sureness - bin.right).abs();
    Ok(bins.iter().map(apart).sum::<f64>() / answers as f64)
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
    fn the_ends_of_the_search_are_said_and_level_ground_is_left_alone() {
        let fit = |al: &[f64], y: &[f64]| {
            let al = MatrixView::new(al, 1, al.len()).unwrap();
            Temperature::fit(al, MatrixView::new(y, 1, y.len()).unwrap()).unwrap()
        };
        // Nothing to soften or to sharpen.
        assert_eq!(fit(&[0.5, 0.5], &[1.0, 0.0]).value(), 1.0);
        // All right, all wrong.
        let (right, wrong) = (fit(&[0.7, 0.2], &[1.0, 0.0]), fit(&[0.7, 0.2], &[0.0, 1.0]));
        assert_eq!((right.value(), wrong.value()), ((-WIDEST).exp(), WIDEST.exp()));
        assert!(right.is_at_edge() && wrong.is_at_edge());
        // Sure beyond what a number can say, and wrong once in four.
        let sure = fit(&[0.0, 0.0, 0.0, 0.0], &[1.0, 0.0, 0.0, 0.0]);
        assert!(!sure.is_at_edge());
        let softer: f64 = sure.apply(MatrixView::new(&[0.0], 1, 1).unwrap())[0];
        assert!((softer - 0.25).abs() < 1e-6, "{softer}");
        let one = MatrixView::new(&[f64::NAN], 1, 1).unwrap();
        assert!(Temperature::fit(MatrixView::new(&[0.5], 1, 1).unwrap(), one).is_err());
    }

    #[test]
    fn certainty_that_is_wrong_is_an_error_of_its_size() {
        let al = MatrixView::new(&[1.0, 1.0, 0.0, 0.0], 1, 4).unwrap();
        let y = MatrixView::new(&[1.0, 0.0, 0.0, 1.0], 1, 4).unwrap();
        assert_eq!(calibration_error(al, y, 15).unwrap(), 0.5);
        assert!(calibration_error(al, y, 0).is_err());
    }
}
