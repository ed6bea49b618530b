//! What lies beside the model while it is trained, to go on from after an interruption.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use layerwise_model::{ModelError, TrainingState};
use serde_json::Value;

use crate::bundle::DataNotes;
use crate::config::Effective;
use crate::error::CliError;
use crate::terminal;

/// Options that may differ: where things lie, not what they are.
const OF_PLACES: [&str; 5] = ["data", "out", "delimiter", "no_header", "header"];

/// The note of the data's fingerprint.
const FINGERPRINT: &str = "data_fingerprint";

/// The note of the program's version.
const VERSION: &str = "version";

/// The file of a training's state, with what the training is.
pub struct Checkpoint {
    path: PathBuf,
    /// Data, options and version, by name.
    training: BTreeMap<String, Value>,
}

impl Checkpoint {
    /// That of the training whose model goes to `out`.
    pub fn beside(out: &Path, options: &Effective, data: &DataNotes) -> Result<Self, CliError> {
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(".checkpoint");
        let mut training = match serde_json::to_value(options).map_err(std::io::Error::from)? {
            Value::Object(entries) => entries.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        training.retain(|key, _| !OF_PLACES.contains(&key.as_str()));
        training.insert(FINGERPRINT.into(), data.fingerprint.as_str().into());
        training.insert(VERSION.into(), env!("CARGO_PKG_VERSION").into());
        Ok(Self { path: out.with_file_name(name), training })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Writes it. A disk that is full is no reason to lose a training.
    pub fn write(&self, mut state: TrainingState<f32>) {
        state.notes.clone_from(&self.training);
        if let Err(error) = state.write(&self.path) {
            terminal::show_warning(&format!("no checkpoint could be written: {error}"));
        }
    }

    /// Reads it, and refuses one of another training.
    pub fn read(&self) -> Result<TrainingState<f32>, CliError> {
        let path = || self.path.clone();
        let bad = |problem: String| CliError::BadCheckpoint { path: path(), problem };
        let mut state = match TrainingState::<f32>::read(&self.path) {
            Ok(state) => state,
            Err(ModelError::File { source, .. })
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                return Err(CliError::NoCheckpoint { path: path() });
            }
            Err(ModelError::File { source, .. }) => return Err(bad(source.to_string())),
            Err(ModelError::ModelFile { source, .. }) => return Err(bad(source.to_string())),
            Err(other) => return Err(other.into()),
        };
        let differs = self.differs(&state.notes);
        if !differs.is_empty() {
            return Err(CliError::OtherCheckpoint { path: path(), differs });
        }
        state.notes.clear();
        Ok(state)
    }

    /// In words, what is other than it was.
    fn differs(&self, then: &BTreeMap<String, Value>) -> Vec<String> {
        let keys: std::collections::BTreeSet<&String> =
            self.training.keys().chain(then.keys()).collect();
        let shown = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "nothing".into(),
        };
        let differs = keys.into_iter().filter_map(|key| {
            let (was, is) = (then.get(key), self.training.get(key));
            match key.as_str() {
                _ if was == is => None,
                FINGERPRINT => Some("the data are not the same".to_owned()),
                VERSION => {
                    Some(format!("layerwise {} wrote it, this is {}", shown(was), shown(is)))
                }
                key => Some(format!("{key} was {}, is {}", shown(was), shown(is))),
            }
        });
        differs.collect()
    }

    /// Takes it away: the training is done.
    pub fn remove(&self) {
        // If it cannot be removed, it is refused or replaced the next time.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_is_told_in_words() {
        let notes = |entries: &[(&str, Value)]| -> BTreeMap<String, Value> {
            entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
        };
        let now = [("version", json!("2.0.0")), ("seed", json!(3)), ("hidden", json!([16, 8]))];
        let checkpoint = Checkpoint { path: "m.checkpoint".into(), training: notes(&now) };
        assert!(checkpoint.differs(&notes(&now)).is_empty());
        let then = notes(&[("version", json!("1.0.0")), ("seed", json!(3)), ("old", json!(true))]);
        let differs = checkpoint.differs(&then);
        let expected = [
            "hidden was nothing, is [16,8]",
            "old was true, is nothing",
            "layerwise 1.0.0 wrote it, this is 2.0.0",
        ];
        assert_eq!(differs, expected);
        let error = CliError::OtherCheckpoint { path: "m.checkpoint".into(), differs };
        assert!(
            error
                .to_string()
                .starts_with("the checkpoint m.checkpoint is of another training: hidden")
        );
    }
}
