//! What can be wrong with a config file.

use std::io;
use std::path::PathBuf;

/// A config file that cannot be used, with the place.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that cannot be read.
    #[error("cannot read the config {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Text that is no TOML.
    #[error("{}, line {line}: {problem}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the reader of TOML says.
        problem: String,
    },
    /// A key that no option has.
    #[error(
        "{}, line {line}: unknown key {key:?}{}",
        path.display(),
        nearest.as_ref().map_or(String::new(), |near| format!("; did you mean {near:?}?"))
    )]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// The one that was probably meant.
        nearest: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// A value of another type than the option has.
    #[error("{}, line {line}: {key} must be {expected}, found {found}", path.display())]
    WrongType {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// The type it needs.
        expected: &'static str,
        /// The type it has.
        found: String,
    },
    /// A value that the option refuses.
    #[error("{}, line {line}: {key} = {value}: {problem}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// The value as it was written.
        value: String,
        /// In the words of the option.
        problem: String,
    },
    /// No data, neither typed nor in the file.
    #[error("no data to learn from: {} has no key \"data\", and none were typed", path.display())]
    NoData {
        /// The file.
        path: PathBuf,
    },
}
