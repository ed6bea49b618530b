//! How good a network is on a set of examples.

use layerwise_model::core::DMatrix;
use layerwise_model::cost::{BinaryCrossEntropy, Cost};
use layerwise_model::{ModelError, Network, accuracy, roc_auc};
use serde::{Deserialize, Serialize};

use crate::input::Prepared;

/// Three measures and the number of examples they were taken on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Examples, m.
    pub examples: usize,
    /// Share of examples on the right side of 0.5, in [0, 1].
    pub accuracy: f64,
    /// Area under the ROC curve, in [0, 1]; none if there is only one class.
    pub auc: Option<f64>,
    /// Binary cross-entropy.
    pub cost: f64,
}

impl Scores {
    /// Predicts the examples and compares.
    pub fn of(network: &Network<f32>, examples: &Prepared) -> Result<Self, ModelError> {
        Self::of_outputs(&network.predict(&examples.x)?, &examples.y)
    }

    /// Compares outputs `AL (1, m)` with labels `Y (1, m)`.
    pub fn of_outputs(al: &DMatrix<f32>, y: &DMatrix<f32>) -> Result<Self, ModelError> {
        let auc = match roc_auc(al.into(), y.into()) {
            Ok(auc) => Some(auc),
            Err(ModelError::OneClass { .. }) => None,
            Err(error) => return Err(error),
        };
        let cost: f32 = BinaryCrossEntropy.cost(al.into(), y.into())?;
        Ok(Self {
            examples: y.ncols(),
            accuracy: accuracy(al.into(), y.into())?,
            auc,
            cost: f64::from(cost),
        })
    }
}

/// Examples by their class (first index) and the class predicted (second index).
pub fn confusion(al: &DMatrix<f32>, y: &DMatrix<f32>) -> [[usize; 2]; 2] {
    let mut counts = [[0; 2]; 2];
    for (&al, &y) in al.iter().zip(y.iter()) {
        counts[usize::from(y > 0.5)][usize::from(al > 0.5)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[f32]) -> DMatrix<f32> {
        DMatrix::from_row_slice(1, values.len(), values)
    }

    #[test]
    fn one_class_has_no_auc() {
        let scores = Scores::of_outputs(&row(&[0.2, 0.6]), &row(&[0.0, 0.0])).unwrap();
        assert_eq!((scores.examples, scores.accuracy, scores.auc), (2, 0.5, None));
        let both = Scores::of_outputs(&row(&[0.2, 0.6]), &row(&[0.0, 1.0])).unwrap();
        assert_eq!(both.auc, Some(1.0));
    }

    #[test]
    fn confusion_counts_rows_by_truth_and_columns_by_prediction() {
        let counts = confusion(&row(&[0.9, 0.1, 0.8, 0.3, 0.5]), &row(&[1.0, 1.0, 0.0, 0.0, 0.0]));
        assert_eq!(counts, [[2, 1], [1, 1]]);
    }
}
