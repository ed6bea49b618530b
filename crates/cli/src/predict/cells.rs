//! The cells that a prediction adds to a row.

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
                let best = (0..al.len()).max_by(|&i, &j| al[i].total_cmp(&al[j]).then(j.cmp(&i)));
                added.text(best.map_or("", |best| &labels[best]));
                al.iter().for_each(|a| added.display(format_args!("{a:.6}")));
            }
            Task::Regression => {
                let number = self.target.number(al[0]);
                added.display(format_args!("{number:.*}", decimals(self.target.deviation())));
            }
        }
    }
}

/// Decimals that a network in single precision can mean: its outputs are numbers in standard deviations, with
/// seven digits.
fn decimals(deviation: f64) -> usize {
    (6.0 - deviation.abs().log10().floor()).clamp(0.0, 17.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_spread() {
        assert_eq!([decimals(77.0), decimals(1.0), decimals(0.002)], [5, 6, 9]);
        assert_eq!([decimals(1e9), decimals(0.0)], [0, 17]);
    }
}
