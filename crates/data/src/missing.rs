//! What stands for a value that is not there.

use serde::{Deserialize, Serialize};

/// The words that stand for a missing value; an empty cell always does. Case and blanks around them do not
/// count.
///
/// ```
/// use layerwise_data::Missing;
///
/// let missing = Missing::default();
/// assert!(["", " ", "?", "NA", "n/a", "NaN", "null", "None"].iter().all(|cell| missing.is(cell)));
/// assert!(!missing.is("0") && !missing.is("unknown"));
/// assert!(Missing::words(["unknown"]).is("Unknown"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing(Vec<String>);

impl Default for Missing {
    fn default() -> Self {
        Self::words(["?", "NA", "N/A", "NaN", "null", "None"])
    }
}

impl Missing {
    /// These words, and empty cells.
    ///
    /// ```
    /// use layerwise_data::Missing;
    ///
    /// let missing = Missing::words(["-999"]);
    /// assert!(missing.is("-999") && missing.is("") && !missing.is("NA"));
    /// ```
    pub fn words(words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(words.into_iter().map(|word| word.into().trim().to_owned()).collect())
    }

    /// Whether a cell is missing.
    pub fn is(&self, cell: &str) -> bool {
        let cell = cell.trim();
        cell.is_empty()
            || self.0.iter().any(|word| word.len() == cell.len() && word.eq_ignore_ascii_case(cell))
    }
}

/// The finite number a cell without blanks around it holds.
pub(crate) fn number(cell: &str) -> Option<f64> {
    // Words that mean infinity are no numbers here.
    cell.parse().ok().filter(|number: &f64| number.is_finite())
}
