//! What a cost refuses.

use layerwise_core::CoreError;

/// Outputs and labels that a cost cannot compare.
///
/// ```
/// use layerwise_cost::{CategoricalCrossEntropy, Cost, CostError, core::MatrixView};
///
/// let y = MatrixView::new(&[1.0, 0.0, 1.0, 1.0], 2, 2)?;
/// let error = CategoricalCrossEntropy.check_labels(y).unwrap_err();
/// assert_eq!(error, CostError::LabelSum { column: 1, sum: 2.0 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CostError {
    /// A label is not a probability.
    #[error(
        "expected labels in [0, 1], found {value} in row {row}, column {column} of Y (counted from 0)"
    )]
    Label {
        /// Row of the label, from 0.
        row: usize,
        /// Column of the label: its example, from 0.
        column: usize,
        /// The label.
        value: f64,
    },
    /// A label this cost has no meaning for.
    #[error(
        "expected labels {expected}, found {value} in row {row}, column {column} of Y (counted from 0)"
    )]
    Target {
        /// What labels must be: `at least 0`.
        expected: &'static str,
        /// Row of the label, from 0.
        row: usize,
        /// Column of the label: its example, from 0.
        column: usize,
        /// The label.
        value: f64,
    },
    /// The labels of an example do not add up to 1.
    #[error(
        "expected the labels of an example to add up to 1, found {sum} in column {column} of Y (counted from 0)"
    )]
    LabelSum {
        /// The example, from 0.
        column: usize,
        /// What its labels add up to.
        sum: f64,
    },
    /// An output is not a probability.
    #[error(
        "expected outputs in [0, 1], found {value} in row {row}, column {column} of AL (counted from 0)"
    )]
    Output {
        /// Row of the output, from 0.
        row: usize,
        /// Column of the output: its example, from 0.
        column: usize,
        /// The output.
        value: f64,
    },
    /// A weight that is negative or no number.
    #[error(
        "expected weights of at least 0, found {weight} for example {example} (counted from 0)"
    )]
    Weight {
        /// The example, from 0.
        example: usize,
        /// Its weight.
        weight: f64,
    },
    /// Examples none of which has any weight.
    #[error("the weights of all examples are 0")]
    NoWeight,
    /// Weights for another number of classes than there are.
    #[error("expected a weight for each of {expected} classes, found {found}")]
    ClassWeights {
        /// Classes there are.
        expected: usize,
        /// Weights given.
        found: usize,
    },
    /// A class that there is no row for.
    #[error(
        "expected classes below {n_classes}, found {class} for example {example} (counted from 0)"
    )]
    Class {
        /// Classes there are.
        n_classes: usize,
        /// The class.
        class: usize,
        /// The example, from 0.
        example: usize,
    },
    /// Positive weights for another number of labels than there are.
    #[error("expected a positive weight for each of {expected} rows of labels, found {found}")]
    PositiveWeights {
        /// Rows there are.
        expected: usize,
        /// Weights given.
        found: usize,
    },
    /// Shapes that differ, an empty matrix, NaN.
    #[error(transparent)]
    Core(#[from] CoreError),
}
