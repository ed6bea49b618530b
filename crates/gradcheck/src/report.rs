//! What a check found.

use std::fmt;

use serde::Serialize;

use crate::{CheckOptions, Coordinate};

/// One derivative, worked out twice.
///
/// ```
/// use layerwise_cost::{BinaryCrossEntropy, core::DMatrix};
/// use layerwise_gradcheck::{CheckOptions, check_cost};
/// use layerwise_gradcheck::faults::{CostFault, FaultyCost};
///
/// let cost = FaultyCost::new(BinaryCrossEntropy, CostFault::MeanForgotten);
/// let al = DMatrix::from_row_slice(1, 2, &[0.3, 0.8]);
/// let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
/// let report = check_cost(&cost, &al, &y, &CheckOptions::default())?;
/// let worst = report.worst.expect("something is wrong");
/// // Twice what it should be: off by half of it.
/// assert!((worst.analytic / worst.numeric - 2.0).abs() < 1e-6);
/// assert!((worst.error - 0.5).abs() < 1e-6);
/// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Which number the derivative is with respect to.
    pub coordinate: Coordinate,
    /// What the backward pass started from: `dA` or, for a canonical link, `dZ`.
    pub through: &'static str,
    /// From the backward pass.
    pub analytic: f64,
    /// From values of the forward pass alone; in a check of precisions, from the `f64` side.
    pub numeric: f64,
    /// `|analytic − numeric| / max(|analytic|, |numeric|, floor)`; infinite if either is NaN.
    pub error: f64,
}

impl Comparison {
    /// `floor` is the size below which errors are no longer measured against the number itself.
    pub(crate) fn new(
        coordinate: Coordinate,
        through: &'static str,
        analytic: f64,
        numeric: f64,
        floor: f64,
    ) -> Self {
        let difference = (analytic - numeric).abs();
        let error = match difference / analytic.abs().max(numeric.abs()).max(floor) {
            _ if difference == 0.0 => 0.0,
            error if error.is_nan() => f64::INFINITY,
            error => error,
        };
        Self { coordinate, through, analytic, numeric, error }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coordinate, through, analytic, numeric, error } = self;
        write!(f, "{coordinate}: analytic {analytic:.12e}, numeric {numeric:.12e}")?;
        write!(f, ", relative error {error:.1e}, from {through}")
    }
}

/// The outcome of one case.
///
/// Displayed, it is one line, and a line more for each thing that is wrong.
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, check_layer};
/// use layerwise_layers::LayerNorm;
///
/// let report = check_layer(&mut LayerNorm::identity(3)?, &CheckOptions::default())?;
/// assert!(report.passed() && !report.too_many_left_out());
/// // γ, β and five examples of three features.
/// assert_eq!((report.total, report.checked, report.wrong), (3 + 3 + 5 * 3, 21, 0));
/// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What was checked.
    pub case: String,
    /// `f64`, or `f32` for a check of that precision against `f64`.
    pub precision: &'static str,
    /// Examples in the batch.
    pub batch: usize,
    /// Coordinates there are.
    pub total: usize,
    /// Coordinates checked: all, or a sample.
    pub checked: usize,
    /// Of the checked, those left out because the function has a corner within the stencil.
    pub kinks: usize,
    /// Of the checked, those left out because the differences drown in rounding.
    pub unresolved: usize,
    /// Comparisons whose error is above the tolerance.
    pub wrong: usize,
    /// The comparison with the largest error, `None` if there was none.
    pub worst: Option<Comparison>,
    /// Largest error allowed.
    pub tolerance: f64,
    /// Largest share of coordinates that may be left out.
    pub kink_share: f64,
    /// `‖a − n‖ / (‖a‖ + ‖n‖)` over the checked coordinates, `n` from two-sided differences with
    /// ε = 1e-7: the measure of the exercise "Gradient Checking" (deeplearning.ai), which calls
    /// 2e-7 good. Shown beside the judgement, not part of it: it cannot tell a corner from a fault.
    pub course: Option<f64>,
    /// Promises of the [`Layer`](layerwise_core::Layer) trait that were not kept.
    pub broken: Vec<String>,
}

impl Report {
    pub(crate) fn new(
        case: String,
        precision: &'static str,
        batch: usize,
        tolerance: f64,
        options: &CheckOptions,
    ) -> Self {
        Self {
            case,
            precision,
            batch,
            total: 0,
            checked: 0,
            kinks: 0,
            unresolved: 0,
            wrong: 0,
            worst: None,
            tolerance,
            kink_share: options.kink_share,
            course: None,
            broken: vec![],
        }
    }

    /// Whether everything that was checked is right, and enough was checked.
    ///
    /// ```
    /// use layerwise_cost::{BinaryCrossEntropy, core::DMatrix};
    /// use layerwise_gradcheck::{CheckOptions, check_cost};
    ///
    /// let al = DMatrix::from_row_slice(1, 3, &[0.2, 0.5, 0.9]);
    /// let y = DMatrix::from_row_slice(1, 3, &[0.0, 1.0, 1.0]);
    /// let report = check_cost(&BinaryCrossEntropy, &al, &y, &CheckOptions::default())?;
    /// assert!(report.passed() && report.checked == 3);
    /// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
    /// ```
    pub fn passed(&self) -> bool {
        self.wrong == 0 && self.broken.is_empty() && self.checked > 0 && !self.too_many_left_out()
    }

    /// Whether corners and noise left out more than the share allowed.
    pub fn too_many_left_out(&self) -> bool {
        (self.kinks + self.unresolved) as f64 > self.kink_share * self.checked as f64
    }

    pub(crate) fn compare(&mut self, comparison: Comparison) {
        if comparison.error > self.tolerance {
            self.wrong += 1;
        }
        if self.worst.as_ref().is_none_or(|worst| comparison.error > worst.error) {
            self.worst = Some(comparison);
        }
    }

    pub(crate) fn compare_norms(&mut self, pairs: impl Iterator<Item = (f64, f64)>) {
        let (mut difference, mut a_squared, mut n_squared) = (0.0, 0.0, 0.0);
        for (a, n) in pairs {
            difference += (a - n).powi(2);
            a_squared += a * a;
            n_squared += n * n;
        }
        let measure = match difference {
            0.0 => 0.0,
            _ => difference.sqrt() / (a_squared.sqrt() + n_squared.sqrt()),
        };
        // NaN, once there, stays.
        let keeps = |course: f64| course.is_nan() || course >= measure;
        self.course = Some(self.course.filter(|&course| keeps(course)).unwrap_or(measure));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "ok" } else { "FAILED" };
        write!(f, "{verdict}: {}, {}, batch of {}", self.case, self.precision, self.batch)?;
        write!(f, ": {} of {} coordinates", self.checked, self.total)?;
        write!(f, ", {} kinks, {} unresolved", self.kinks, self.unresolved)?;
        if let Some(worst) = &self.worst {
            write!(f, "; worst {worst}")?;
        }
        if self.wrong > 0 {
            write!(f, "\n  {} comparisons above {:.0e}", self.wrong, self.tolerance)?;
        }
        if self.too_many_left_out() {
            let left_out = self.kinks + self.unresolved;
            let share = 100.0 * self.kink_share;
            write!(f, "\n  {left_out} of {} left out, more than {share} %", self.checked)?;
        }
        if self.checked == 0 {
            write!(f, "\n  nothing was checked")?;
        }
        for broken in &self.broken {
            write!(f, "\n  {broken}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(analytic: f64, numeric: f64) -> Comparison {
        let (kind, name) = ("k".into(), "w".into());
        let coordinate = Coordinate { layer: 1, kind, name, row: 0, column: 0 };
        Comparison::new(coordinate, "dA", analytic, numeric, 1e-3)
    }

    fn report(pairs: &[(f64, f64)]) -> Report {
        let mut report = Report::new("case".into(), "f64", 1, 1e-7, &CheckOptions::default());
        (report.total, report.checked) = (pairs.len(), pairs.len());
        pairs.iter().for_each(|&(a, n)| report.compare(comparison(a, n)));
        report
    }

    #[test]
    fn nan_is_the_largest_error_of_all() {
        for pair in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, f64::INFINITY)] {
            let report = report(&[(1.0, 1.0), pair, (1.0, 2.0)]);
            let worst = report.worst.as_ref().map(|worst| worst.error);

            assert_eq!(worst, Some(f64::INFINITY), "{pair:?}");
            assert!(!report.passed());
        }
    }

    #[test]
    fn nothing_checked_is_nothing_passed() {
        assert!(!report(&[]).passed());
        assert!(report(&[(1.0, 1.0 + 1e-8)]).passed());
        assert!(!report(&[(1.0, 1.0 + 1e-6)]).passed());
    }

    #[test]
    fn more_than_five_in_a_hundred_left_out_fail() {
        let mut report = report(&[(1.0, 1.0); 100]);
        report.kinks = 5;
        assert!(report.passed());
        report.unresolved = 1;
        assert!(!report.passed());
        assert!(report.to_string().contains("6 of 100 left out, more than 5 %"), "{report}");
    }

    #[test]
    fn the_course_measure_keeps_the_worst_way_and_nan() {
        let mut report = report(&[(1.0, 1.0)]);
        report.compare_norms([(3.0, 3.0), (4.0, 4.0)].into_iter());
        assert_eq!(report.course, Some(0.0));
        report.compare_norms([(1.0, -1.0)].into_iter());
        assert_eq!(report.course, Some(1.0));
        report.compare_norms([(f64::NAN, 1.0)].into_iter());
        report.compare_norms([(1.0, 1.0)].into_iter());
        assert!(report.course.is_some_and(f64::is_nan));
    }
}
