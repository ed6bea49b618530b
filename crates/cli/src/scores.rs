//! How good a network is on a set of examples.

use layerwise_data::{Target, Task};
use layerwise_model::core::{DMatrix, MatrixView};
use layerwise_model::cost::{BinaryCrossEntropy, CategoricalCrossEntropy, Cost, MeanSquaredError};
use layerwise_model::{
    Confusion, ModelError, accuracy, class_accuracy, class_roc_auc, mean_absolute_error, r_squared,
    roc_auc, root_mean_squared_error,
};
use serde::{Deserialize, Serialize};

/// The measures of a task on some examples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Examples, m.
    pub examples: usize,
    /// Name and value; no value where there is none, as of the area under a curve of one class.
    pub measures: Vec<(String, Option<f64>)>,
    /// The cost that was trained on.
    pub cost: f64,
}

/// The cost of a task.
pub fn cost_of(task: Task) -> Box<dyn Cost<f32>> {
    match task {
        Task::Binary => Box::new(BinaryCrossEntropy),
        Task::Classes => Box::new(CategoricalCrossEntropy),
        Task::Regression => Box::new(MeanSquaredError),
    }
}

impl Scores {
    /// Compares outputs `AL` with `Y`, both `(n_y, m)` and as the network has them.
    pub fn of(target: &Target, al: &DMatrix<f32>, y: &DMatrix<f32>) -> Result<Self, ModelError> {
        let (a, t): (MatrixView<'_, f32>, MatrixView<'_, f32>) = (al.into(), y.into());
        // Rows of one class, or one value, have no such measure.
        let some = |value: Result<f64, ModelError>| match value {
            Ok(value) => Ok(Some(value)),
            Err(ModelError::OneClass { .. } | ModelError::NoSpread { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        let measures = match target.task() {
            Task::Binary => {
                vec![("accuracy", Some(accuracy(a, t)?)), ("AUC", some(roc_auc(a, t))?)]
            }
            Task::Classes => {
                vec![("accuracy", Some(class_accuracy(a, t)?)), ("AUC", some(class_roc_auc(a, t))?)]
            }
            Task::Regression => {
                // Errors in standard deviations, whose squares are numbers, and from them in units of the target.
                let unit = target.deviation();
                vec![
                    ("R²", some(r_squared(a, t))?),
                    ("RMSE", Some(root_mean_squared_error(a, t)? * unit)),
                    ("MAE", Some(mean_absolute_error(a, t)? * unit)),
                ]
            }
        };
        let measures = measures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let cost: f32 = cost_of(target.task()).cost(a, t)?;
        Ok(Self { examples: y.ncols(), measures, cost: f64::from(cost) })
    }
}

/// Examples by their class (first index) and the class predicted (second index).
pub fn confusion(
    target: &Target,
    al: &DMatrix<f32>,
    y: &DMatrix<f32>,
) -> Result<Vec<Vec<usize>>, ModelError> {
    let confusion = match target.task() {
        Task::Classes => Confusion::classes(al.into(), y.into())?,
        _ => Confusion::binary(al.into(), y.into(), 0.5)?,
    };
    Ok(confusion.counts().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_data::{Missing, Table, profile};

    fn target(cells: &[&str]) -> Target {
        let rows: String = cells.iter().map(|cell| format!("1,{cell}\n")).collect();
        let table = Table::from_csv_reader(format!("x,y\n{rows}").as_bytes(), "t.csv").unwrap();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        Target::find(&table, &columns, "y", None).unwrap()
    }

    fn row(values: &[f32]) -> DMatrix<f32> {
        DMatrix::from_row_slice(1, values.len(), values)
    }

    #[test]
    fn one_class_has_no_auc() {
        let target = target(&["no", "yes"]);
        let scores = Scores::of(&target, &row(&[0.2, 0.6]), &row(&[0.0, 0.0])).unwrap();
        assert_eq!(scores.measures, [("accuracy".into(), Some(0.5)), ("AUC".into(), None)]);
        let both = Scores::of(&target, &row(&[0.2, 0.6]), &row(&[0.0, 1.0])).unwrap();
        assert_eq!(both.measures[1].1, Some(1.0));
    }

    #[test]
    fn confusion_counts_rows_by_truth_and_columns_by_prediction() {
        let (al, y) = (row(&[0.9, 0.1, 0.8, 0.3, 0.5]), row(&[1.0, 1.0, 0.0, 0.0, 0.0]));
        assert_eq!(confusion(&target(&["no", "yes"]), &al, &y).unwrap(), [[2, 1], [1, 1]]);
        let al = DMatrix::from_row_slice(3, 2, &[0.1, 0.5, 0.7, 0.2, 0.2, 0.3]);
        let y = DMatrix::from_row_slice(3, 2, &[0.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        let counts = confusion(&target(&["a", "b", "c"]), &al, &y).unwrap();
        assert_eq!(counts, [[0, 0, 0], [0, 1, 0], [1, 0, 0]]);
    }

    #[test]
    fn numbers_are_judged_in_their_units() {
        let mut target = target(&["1.5", "3.5"]);
        let table = Table::from_csv_reader("x,y\n1,1.5\n1,3.5\n".as_bytes(), "t.csv").unwrap();
        target.fit(&table, &[0, 1]).unwrap();
        let y = target.encode(&table).unwrap();
        let scores = Scores::of(&target, &row(&[0.0, 0.0]), &y).unwrap();
        assert_eq!(scores.measures[0], ("R²".into(), Some(0.0)));
        assert_eq!(scores.measures[1], ("RMSE".into(), Some(1.0)));
    }
}
