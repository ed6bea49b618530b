//! The cells that a prediction adds to a row.

use std::fmt;

use layerwise_data::{AddedCells, Target, Task};
use layerwise_model::core::MatrixView;

/// The columns that are added.
pub fn names_of(target: &Target) -> Vec<String> {
    let probability = |label: &String| format!("probability_{label}");
    let labels = match target.task() {
        Task::Binary => &target.labels()[1..],
        _ => target.labels(),
    };
    std::iter::once("predicted".to_owned()).chain(labels.iter().map(probability)).collect()
}

/// The cells that are added to rows.
pub struct Cells<'a> {
    pub target: &'a Target,
    pub al: MatrixView<'a, f32>,
}

impl Cells<'_> {
    /// Writes those of a row.
    pub fn write(&self, row: usize, added: &mut AddedCells<'_>) {
        let al = self.al.column(row);
        let labels = self.target.labels();
        match self.target.task() {
            Task::Binary => {
                added.text(&labels[usize::from(al[0] > 0.5)]);
                added.display(format_args!("{:.6}", al[0]));
            }
            Task::Classes => {
                added.text(best(al).map_or("", |best| &labels[best]));
                al.iter().for_each(|a| added.display(format_args!("{a:.6}")));
            }
            Task::Regression => {
                added.display(format_args!("{}", Number { target: self.target, a: al[0] }));
            }
        }
    }
}

/// The class with the highest output, the first of equal ones.
pub fn best(al: &[f32]) -> Option<usize> {
    (0..al.len()).max_by(|&i, &j| al[i].total_cmp(&al[j]).then(j.cmp(&i)))
}

/// The number that an output means, with the digits it can mean.
pub struct Number<'a> {
    pub target: &'a Target,
    pub a: f32,
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.target.number(self.a);
        let deviation = self.target.deviation();
        match digits(number, deviation) {
            Some(digits) => write!(f, "{number:.digits$e}"),
            None => write!(f, "{number:.*}", decimals(deviation)),
        }
    }
}

/// Decimals that a network in single precision can mean: its outputs are numbers in standard deviations, with
/// seven digits.
fn decimals(deviation: f64) -> usize {
    (6.0 - deviation.abs().log10().floor()).clamp(0.0, 17.0) as usize
}

/// The same for a number that written out would be mostly zeros: its digits in e-notation.
fn digits(number: f64, deviation: f64) -> Option<usize> {
    const LARGE: f64 = 1e16;
    const SMALL: f64 = 1e-10;
    let size = |number: f64| number.abs().max(f64::MIN_POSITIVE).log10().floor();
    let written_out = number.abs() < LARGE && deviation >= SMALL;
    (!written_out).then(|| (size(number) - size(deviation) + 6.0).clamp(0.0, 16.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_spread() {
        assert_eq!([decimals(77.0), decimals(1.0), decimals(0.002)], [5, 6, 9]);
        assert_eq!([decimals(1e9), decimals(0.0)], [0, 17]);
        assert_eq!([digits(123.4, 77.0), digits(1e15, 1e9)], [None, None]);
        assert_eq!([digits(3e39, 1e39), digits(-2e-300, 1e-300)], [Some(6), Some(6)]);
        assert_eq!([digits(0.0, 1e-300), digits(1.0, 1e-300)], [Some(0), Some(16)]);
    }
}
