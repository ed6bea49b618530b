//! What becomes of one column.

use serde::{Deserialize, Serialize};

use crate::DateFormat;
use crate::date::DATE_PARTS;

/// How one column becomes rows of X.
///
/// ```
/// use layerwise_data::Encoding;
///
/// let towns = Encoding::OneHot { levels: vec!["Oslo".into(), "Rome".into()], missing: true };
/// assert_eq!(towns.row_names("town"), ["town = Oslo", "town = Rome", "town missing"]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// A number; a missing one is taken for `fill`, and told in a row of its own if `indicator`.
    Number {
        /// The median of those that are there.
        fill: f64,
        /// Whether a last row is 1 where the number is missing.
        indicator: bool,
        /// What is done with it.
        scaling: Scaling,
        /// The least and the largest of those that are there, for people; recipes of old have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        range: Option<(f64, f64)>,
    },
    /// A row of 0 and 1 for each level; all 0 for one that was never seen.
    OneHot {
        /// The levels, sorted.
        levels: Vec<String>,
        /// Whether a last row is 1 where the value is missing.
        missing: bool,
    },
    /// One row with the number of the level, counted from 0; one more for everything else.
    Codes {
        /// The levels, sorted.
        levels: Vec<String>,
    },
    /// A date in parts, each scaled.
    Date {
        /// How dates are written.
        format: DateFormat,
        /// For each part mean and standard deviation.
        scales: Vec<(f64, f64)>,
        /// Whether a last row is 1 where the date is missing.
        indicator: bool,
        /// The first and the last that are there, as they were written, for people; recipes of old have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        range: Option<(String, String)>,
    },
}

/// What is done with a number.
///
/// ```
/// use layerwise_data::Scaling;
///
/// let scaling = Scaling::MinMax { least: 10.0, most: 20.0 };
/// assert_eq!(scaling.n_rows(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// `(x − mean)/deviation`.
    Standard {
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        deviation: f64,
    },
    /// `(x − least)/(most − least)`.
    MinMax {
        /// The least number.
        least: f64,
        /// The largest.
        most: f64,
    },
    /// `Φ⁻¹` of its rank among these values, which are as many parts of the whole; between −3.1 and 3.1.
    Quantile {
        /// The quantiles, rising.
        values: Vec<f64>,
    },
    /// [`PiecewiseLinear`](crate::PiecewiseLinear), each part with mean 0 and variance 1.
    Bins {
        /// The edges, rising.
        edges: Vec<f64>,
        /// For each bin mean and standard deviation.
        scales: Vec<(f64, f64)>,
    },
}

impl Scaling {
    /// Rows of X a number becomes.
    pub fn n_rows(&self) -> usize {
        match self {
            Self::Bins { scales, .. } => scales.len(),
            _ => 1,
        }
    }
}

/// Where a number lies among the quantiles, as the normal distribution would have it.
pub(super) fn normal_rank(values: &[f64], x: f64) -> f64 {
    let above = values.partition_point(|&value| value < x);
    let upto = values.partition_point(|&value| value <= x);
    let last = (values.len() - 1) as f64;
    let rank = if upto > above {
        // Equal to some of them: the middle.
        (above + upto - 1) as f64 / 2.0
    } else if above == 0 || above == values.len() {
        if above == 0 { 0.0 } else { last }
    } else {
        let (low, high) = (values[above - 1], values[above]);
        (above - 1) as f64 + (x - low) / (high - low)
    };
    let share = (rank / last).clamp(0.001, 0.999);
    inverse_normal(share)
}

/// `Φ⁻¹(p)` to 4.5e-4 (Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 26.2.23).
fn inverse_normal(p: f64) -> f64 {
    let t = (-2.0 * p.min(1.0 - p).ln()).sqrt();
    let above = 2.515517 + t * (0.802853 + t * 0.010328);
    let below = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    let value = t - above / below;
    if p < 0.5 { -value } else { value }
}

impl Encoding {
    /// Rows of X the column becomes.
    ///
    /// ```
    /// use layerwise_data::Encoding;
    ///
    /// let towns = Encoding::Codes { levels: vec!["Oslo".into(), "Rome".into()] };
    /// assert_eq!(towns.n_rows(), 1);
    /// ```
    pub fn n_rows(&self) -> usize {
        match self {
            Self::Number { indicator, scaling, .. } => scaling.n_rows() + usize::from(*indicator),
            Self::OneHot { levels, missing } => levels.len() + usize::from(*missing),
            Self::Codes { .. } => 1,
            Self::Date { scales, indicator, .. } => scales.len() + usize::from(*indicator),
        }
    }

    /// A name for each of these rows.
    pub fn row_names(&self, column: &str) -> Vec<String> {
        let mut names = match self {
            Self::Number { scaling: Scaling::Bins { edges, .. }, .. } if edges.len() > 2 => {
                let name = |bin: &[f64]| format!("{column} {} to {}", bin[0], bin[1]);
                edges.windows(2).map(name).collect()
            }
            Self::Number { .. } | Self::Codes { .. } => vec![column.to_owned()],
            Self::OneHot { levels, .. } => {
                levels.iter().map(|level| format!("{column} = {level}")).collect()
            }
            Self::Date { .. } => DATE_PARTS.map(|part| format!("{column} {part}")).to_vec(),
        };
        if names.len() < self.n_rows() {
            names.push(format!("{column} missing"));
        }
        names
    }

    /// In words, for a person.
    ///
    /// ```
    /// use layerwise_data::Encoding;
    ///
    /// let towns = Encoding::Codes { levels: vec!["Oslo".into(), "Rome".into()] };
    /// assert_eq!(towns.words(), "2 levels, embedded");
    /// ```
    pub fn words(&self) -> String {
        match self {
            Self::Number { fill, indicator, scaling, .. } => {
                let how = match scaling {
                    Scaling::Standard { .. } => "standardized".into(),
                    Scaling::MinMax { .. } => "scaled to 0 to 1".into(),
                    Scaling::Quantile { .. } => "by rank".into(),
                    Scaling::Bins { scales, .. } => format!("in {} bins", scales.len()),
                };
                let told = if *indicator { " and told" } else { "" };
                format!("number, {how}; missing: {fill}{told}")
            }
            Self::OneHot { levels, missing } => {
                let missing = if *missing { ", and missing" } else { "" };
                format!("{} levels, a row each{missing}", levels.len())
            }
            Self::Codes { levels } => format!("{} levels, embedded", levels.len()),
            Self::Date { format, .. } => format!("date, {}, in parts", format.order()),
        }
    }

    /// What is wrong with it, if anything is: a file may have been changed.
    pub(crate) fn check(&self) -> Result<(), String> {
        let scale = |&(mean, deviation): &(f64, f64)| {
            f64::is_finite(mean) && f64::is_finite(deviation) && deviation > 0.0
        };
        let rising = |values: &[f64]| values.windows(2).all(|pair| pair[0] < pair[1]);
        let sorted = |levels: &[String]| levels.windows(2).all(|pair| pair[0] < pair[1]);
        let good = match self {
            Self::Number { fill, scaling, .. } => {
                fill.is_finite()
                    && match scaling {
                        Scaling::Standard { mean, deviation } => scale(&(*mean, *deviation)),
                        Scaling::MinMax { least, most } => {
                            (most - least).is_finite() && most > least
                        }
                        Scaling::Quantile { values } => values.len() > 1 && values.is_sorted(),
                        Scaling::Bins { edges, scales } => {
                            edges.len() == scales.len() + 1
                                && rising(edges)
                                && scales.iter().all(scale)
                        }
                    }
            }
            Self::OneHot { levels, .. } | Self::Codes { levels } => {
                !levels.is_empty() && sorted(levels)
            }
            Self::Date { scales, .. } => {
                scales.len() == DATE_PARTS.len() && scales.iter().all(scale)
            }
        };
        if good { Ok(()) } else { Err("its numbers or levels are not in order".into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_spread_as_the_normal_distribution() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        assert!(normal_rank(&values, 50.0).abs() < 1e-3);
        // Φ(1) = 0.8413.
        assert!((normal_rank(&values, 84.13) - 1.0).abs() < 2e-3);
        assert!((normal_rank(&values, 1e9) - 3.09).abs() < 0.01);
        assert!((normal_rank(&values, -1e9) + 3.09).abs() < 0.01);
        let ties = [0.0, 0.0, 0.0, 1.0, 2.0];
        assert!((normal_rank(&ties, 0.0) + 0.674).abs() < 2e-3, "a quarter of the ranks");
    }
}
