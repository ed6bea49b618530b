//! What stands for a value that is not there.

use serde::{Deserialize, Serialize};

use crate::cell::trimmed;

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
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Missing {
    words: Vec<String>,
    /// For each letter whether a word starts with it: most cells are told by their first letter.
    starts: Vec<bool>,
}

impl Default for Missing {
    fn default() -> Self {
        Self::words(["?", "NA", "N/A", "NaN", "null", "None"])
    }
}

impl From<Vec<String>> for Missing {
    fn from(words: Vec<String>) -> Self {
        Self::words(words)
    }
}

impl From<Missing> for Vec<String> {
    fn from(missing: Missing) -> Self {
        missing.words
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
        let words = words.into_iter().map(|word| word.into().trim().to_owned());
        let words: Vec<String> = words.collect();
        let mut starts = vec![false; 256];
        for start in words.iter().filter_map(|word| word.bytes().next()) {
            starts[usize::from(start.to_ascii_lowercase())] = true;
            starts[usize::from(start.to_ascii_uppercase())] = true;
        }
        Self { words, starts }
    }

    /// The words.
    ///
    /// ```
    /// use layerwise_data::Missing;
    ///
    /// assert_eq!(Missing::words(["-999", " none "]).list(), ["-999", "none"]);
    /// assert_eq!(Missing::words(Missing::default().list()), Missing::default());
    /// ```
    pub fn list(&self) -> &[String] {
        &self.words
    }

    /// Whether a cell is missing.
    #[inline]
    pub fn is(&self, cell: &str) -> bool {
        let cell = trimmed(cell);
        match cell.as_bytes().first() {
            None => true,
            Some(&start) => self.starts[usize::from(start)] && self.is_word(cell),
        }
    }

    fn is_word(&self, cell: &str) -> bool {
        self.words.iter().any(|word| word.eq_ignore_ascii_case(cell))
    }
}
