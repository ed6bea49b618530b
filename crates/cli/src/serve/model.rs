//! A model as it is served: what requests ask of it is found once.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use axum::body::Bytes;
use layerwise_data::{DataError, Encoding, Target, Task};
use layerwise_model::Network;
use sha2::{Digest, Sha256};

use super::error::ServeError;
use super::{about, page};
use crate::bundle::{Bundle, Notes};
use crate::error::CliError;

/// Numbers that an answer gives at most.
const ANSWERED: usize = 1 << 21;

/// A model and what is answered about it.
pub struct Served {
    /// The file, without its folder.
    pub file: String,
    pub network: Network<f32>,
    pub notes: Notes,
    /// The columns it needs, in the order of its features.
    pub columns: Vec<String>,
    /// What an answer says before each class, as JSON.
    pub labels: Vec<String>,
    /// What the numbers of a row that is a list are, if there can be such rows: of arrays and images.
    pub listed: Vec<Named>,
    /// Of `/model`.
    pub about: Bytes,
    /// Of `/`.
    pub page: Bytes,
    places: HashMap<String, usize>,
    /// Columns of the table it was trained on that it makes no use of.
    unused: HashSet<String>,
}

/// What a name in a request stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A column that the model needs, by its place.
    Column(usize),
    /// One that was there in training and is of no use: the target, a key.
    Unused,
    Unknown,
}

impl Served {
    /// Reads a model file.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let Bundle { network, notes } = Bundle::read(path)?;
        let bytes = std::fs::read(path).map_err(ServeError::System)?;
        let digest = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::of(network, notes, name, digest).map_err(|error| ServeError::System(error).into())
    }

    fn of(
        network: Network<f32>,
        notes: Notes,
        file: String,
        digest: String,
    ) -> std::io::Result<Self> {
        let features = notes.recipe.features();
        let columns: Vec<String> = features.iter().map(|f| f.column.clone()).collect();
        let places = columns.iter().enumerate().map(|(i, name)| (name.clone(), i)).collect();
        let unused = notes.data.left_out.iter().map(|(name, _)| name.clone());
        let unused = unused.chain([notes.target.column().to_owned()]).collect();
        let labels = notes.target.labels().iter().map(|l| serde_json::Value::from(l.as_str()));
        let labels = labels.map(|label| label.to_string()).collect();
        let about = Bytes::from(about::json(&notes, &file, &digest)?);
        let page = Bytes::from(page::html(&notes, &file)?);
        let listed = vec![];
        let mut served =
            Self { file, network, notes, columns, labels, listed, about, page, places, unused };
        let length = served.notes.data.example_length().unwrap_or(0);
        served.listed = (0..length).map(|i| served.named(&format!("x{i}"), i)).collect();
        Ok(served)
    }

    /// Whether a list of so many numbers is a row. The target may have been the last of them, which is not needed.
    pub fn has_length(&self, length: usize) -> bool {
        let expected = self.listed.len();
        let is_target = || self.target().column() == format!("x{length}");
        length == expected || (length + 1 == expected && is_target())
    }

    /// What a name stands for; `guess` is the place it is likely to have.
    pub fn named(&self, name: &str, guess: usize) -> Named {
        if self.columns.get(guess).is_some_and(|column| column == name) {
            return Named::Column(guess);
        }
        match self.places.get(name).or_else(|| self.places.get(name.trim())) {
            Some(&place) => Named::Column(place),
            None if self.unused.contains(name.trim()) => Named::Unused,
            None => Named::Unknown,
        }
    }

    /// How a table would write a truth value in this column.
    pub fn truth(&self, column: usize, truth: bool) -> &str {
        let word = if truth { "true" } else { "false" };
        let same = |level: &&String| level.eq_ignore_ascii_case(word);
        match self.notes.recipe.features().get(column).map(|feature| &feature.encoding) {
            Some(Encoding::OneHot { levels, .. }) => {
                levels.iter().find(same).map_or(word, String::as_str)
            }
            _ => word,
        }
    }

    /// What is predicted.
    pub fn target(&self) -> &Target {
        &self.notes.target
    }

    /// Numbers of an answer for each row.
    pub fn n_answered(&self) -> usize {
        if self.target().task() == Task::Regression { 1 } else { self.labels.len() }
    }

    /// Rows of a request, of at most so many, whose answer stays within bounds.
    pub fn most_rows(&self, most: usize) -> usize {
        most.min((ANSWERED / self.n_answered().max(1)).max(1))
    }

    /// What the program says of data that do not fit the model.
    pub fn refused(&self, error: DataError) -> String {
        CliError::of_model(error, Path::new(&self.file)).to_string()
    }
}
