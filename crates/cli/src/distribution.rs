//! How the target is spread over the parts of the data.

use layerwise_data::{Split, Table, Target, Task};
use serde::{Deserialize, Serialize};

use crate::error::CliError;

/// Ranges of a number.
const RANGES: usize = 20;

/// Rows of each class, or of each range of a number, in each part.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Distribution {
    /// Where the ranges of a number begin, and where the last ends; nothing of classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<f64>,
    /// Of each class or range the rows for training, for validation and for testing.
    pub rows: Vec<[usize; 3]>,
}

impl Distribution {
    /// That of a table whose rows are split so, by a target that was fit.
    pub fn of(table: &Table, target: &Target, split: &Split) -> Result<Self, CliError> {
        let (edges, places) = match target.task() {
            Task::Regression => {
                let numbers = target.encode(table)?;
                by_range(&numbers.iter().map(|&y| target.number(y)).collect::<Vec<f64>>())
            }
            _ => (vec![], target.strata(table)?),
        };
        let n = target.labels().len().max(edges.len().saturating_sub(1));
        let mut rows = vec![[0; 3]; n];
        for (part, of_part) in [&split.train, &split.validation, &split.test].iter().enumerate() {
            for &row in of_part.iter() {
                if let Some(counts) = places.get(row).and_then(|&place| rows.get_mut(place)) {
                    counts[part] += 1;
                }
            }
        }
        Ok(Self { edges, rows })
    }
}

/// The edges of ranges of the same width, and the range of each number.
fn by_range(numbers: &[f64]) -> (Vec<f64>, Vec<usize>) {
    let (low, high) = numbers
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let width = (high - low) / RANGES as f64;
    if !width.is_finite() || width <= 0.0 {
        return (vec![], vec![]);
    }
    let edges = (0..=RANGES).map(|i| low + i as f64 * width).collect();
    let range = |number: &f64| (((number - low) / width) as usize).min(RANGES - 1);
    (edges, numbers.iter().map(range).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_data::{Missing, profile};

    fn of(cells: &[&str], split: &Split) -> Distribution {
        let rows: String = cells.iter().map(|cell| format!("1,{cell}\n")).collect();
        let table = Table::from_csv_reader(format!("x,y\n{rows}").as_bytes(), "t.csv").unwrap();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        let mut target = Target::find(&table, &columns, "y", None).unwrap();
        target.fit(&table, &split.train).unwrap();
        Distribution::of(&table, &target, split).unwrap()
    }

    #[test]
    fn every_row_is_counted_in_its_part() {
        let split = Split { train: vec![0, 1, 4], validation: vec![2], test: vec![3, 5] };
        let classes = of(&["no", "yes", "no", "no", "no", "yes"], &split);
        assert_eq!(classes, Distribution { edges: vec![], rows: vec![[2, 1, 1], [1, 0, 1]] });
        let numbers = of(&["0.5", "1.8", "2.5", "20.5", "3.5", "4.5"], &split);
        assert_eq!((numbers.edges.len(), numbers.rows.len()), (21, 20));
        assert!((numbers.edges[0] - 0.5).abs() < 1e-5 && (numbers.edges[20] - 20.5).abs() < 1e-5);
        assert_eq!((numbers.rows[0][0], numbers.rows[19][2]), (1, 1));
        assert_eq!(numbers.rows.iter().flatten().sum::<usize>(), 6);
        assert_eq!(by_range(&[7.5; 6]), (vec![], vec![]), "numbers that are all the same");
    }
}
