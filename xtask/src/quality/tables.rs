//! A CSV file as numbers: text columns one-hot, everything else as it is.

use std::collections::BTreeSet;
use std::path::Path;

use layerwise::data::Table;
use layerwise::prelude::*;

use super::{Data, QualityError, Task};

/// The table's features, and its target: a number, or whether it is `positive`.
pub fn read(path: &Path, target: &str, positive: Option<&str>) -> Result<Data, QualityError> {
    let table = Table::read_csv(path)?;
    let m = table.n_rows();
    let column = |name: &str| -> Result<Vec<&str>, QualityError> {
        Ok(table.column(name)?.map(str::trim).collect())
    };
    let (mut features, mut one_hot): (Vec<Vec<f32>>, Vec<usize>) = (vec![], vec![]);
    for name in table.column_names_except(target)? {
        let cells = column(&name)?;
        let numbers: Result<Vec<f32>, _> = cells.iter().map(|cell| cell.parse()).collect();
        match numbers {
            Ok(numbers) => features.push(numbers),
            // A missing value ("?") is a category of its own.
            Err(_) => {
                let categories: BTreeSet<&str> = cells.iter().copied().collect();
                one_hot.extend(features.len()..features.len() + categories.len());
                features.extend(categories.iter().map(|category| {
                    cells.iter().map(|cell| f32::from(u8::from(cell == category))).collect()
                }));
            }
        }
    }
    let x = DMatrix::from_fn(features.len(), m, |i, j| features[i][j]);
    let labels = column(target)?;
    let y: Vec<f32> = match positive {
        Some(positive) => {
            labels.iter().map(|cell| f32::from(u8::from(*cell == positive))).collect()
        }
        None => labels
            .iter()
            .map(|cell| {
                cell.parse().map_err(|_| QualityError::Format {
                    path: path.to_owned(),
                    problem: format!("{cell:?} in the target is no number"),
                })
            })
            .collect::<Result<_, _>>()?,
    };
    let task = if positive.is_some() { Task::Binary } else { Task::Regression };
    Ok(Data { x, y: DMatrix::from_vec(1, m, y), categories: one_hot, task })
}
