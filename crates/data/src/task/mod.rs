//! What is to be predicted: one of two classes, one of several, or a number.

mod find;
mod target;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use target::Target;

/// The kind of prediction.
///
/// ```
/// use layerwise_data::Task;
///
/// assert_eq!(Task::Regression.words(), "a number (regression)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of two classes.
    Binary,
    /// One of three or more classes.
    Classes,
    /// A number.
    Regression,
}

impl Task {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Binary => "one of two classes",
            Self::Classes => "one of several classes",
            Self::Regression => "a number (regression)",
        }
    }
}
