//! What travels in a model file beside the network: everything needed to read new data.

use std::path::Path;

use layerwise_data::{Classes, Standardizer};
use layerwise_model::{ModelError, ModelFile, Network};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::CliError;
use crate::scores::Scores;

/// The version of these notes' layout.
pub const NOTES_FORMAT: u32 = 1;

/// The notes of a model file that `layerwise train` writes.
///
/// No time stamps and no paths: the same data, options and seed give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    /// [`NOTES_FORMAT`].
    pub notes_format: u32,
    /// The column that is predicted.
    pub target: String,
    /// The labels of class 0 and class 1.
    pub classes: Classes,
    /// Names of the features in the network's order, and the mean and scale of each.
    pub standardizer: Standardizer,
    /// How it was trained.
    pub training: Settings,
    /// How good it was at the end.
    pub scores: PartScores,
}

/// The options of `layerwise train`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub hidden: Vec<usize>,
    pub epochs: usize,
    pub learning_rate: f64,
    pub batch_size: usize,
    pub seed: u64,
    /// Shares of the training, validation and test part.
    pub split: [f64; 3],
}

/// One of each part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartScores {
    pub train: Scores,
    pub validation: Scores,
    pub test: Scores,
}

/// A network with its notes.
pub struct Bundle {
    pub network: Network<f32>,
    pub notes: Notes,
}

impl Bundle {
    /// The model file of this network and notes.
    pub fn into_file(self) -> Result<ModelFile<f32>, ModelError> {
        let mut file = ModelFile::new(self.network);
        let notes = serde_json::to_value(&self.notes).map_err(|error| {
            ModelError::NotAModel(format!("the notes cannot be written: {error}"))
        })?;
        if let Value::Object(entries) = notes {
            file.notes.extend(entries);
        }
        Ok(file)
    }

    /// Reads a model file and checks that notes and network belong together.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let file = ModelFile::<f32>::read(path)?;
        Self::from_file(file)
            .map_err(|problem| CliError::NotOurs { path: path.to_owned(), problem })
    }

    fn from_file(file: ModelFile<f32>) -> Result<Self, String> {
        let format = file.notes.get("notes_format").and_then(Value::as_u64);
        match format {
            None => return Err("its notes on features and classes are missing".into()),
            Some(format) if format != u64::from(NOTES_FORMAT) => {
                return Err(format!(
                    "its notes are version {format}, this program reads version {NOTES_FORMAT}"
                ));
            }
            Some(_) => {}
        }
        let notes: Notes = serde_json::from_value(Value::Object(file.notes.into_iter().collect()))
            .map_err(|error| format!("its notes: {error}"))?;
        let network = file.network;
        let (noted, n_in) = (notes.standardizer.feature_names().len(), network.n_in());
        if noted != n_in {
            return Err(format!("its notes name {noted} features, its network takes in {n_in}"));
        }
        if network.n_out() != 1 {
            return Err(format!("its network has {} outputs instead of 1", network.n_out()));
        }
        Ok(Self { network, notes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_data::DMatrix;
    use layerwise_model::activations::Sigmoid;

    fn bundle(n_in: usize, n_out: usize) -> Bundle {
        let x = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 0.1, 0.7]);
        let scores = Scores { examples: 2, accuracy: 0.5, auc: None, cost: 0.1 };
        let notes = Notes {
            notes_format: NOTES_FORMAT,
            target: "kind".into(),
            classes: Classes::new("no", "yes").unwrap(),
            standardizer: Standardizer::fit(&x, &["a".into(), "b".into()]).unwrap(),
            training: Settings {
                hidden: vec![3],
                epochs: 5,
                learning_rate: 0.1,
                batch_size: 4,
                seed: u64::MAX,
                split: [0.6, 0.2, 0.2],
            },
            scores: PartScores { train: scores.clone(), validation: scores.clone(), test: scores },
        };
        let network = Network::builder(n_in).dense(n_out, Sigmoid).build().unwrap();
        Bundle { network, notes }
    }

    #[test]
    fn notes_survive_the_file() {
        let bytes = bundle(2, 1).into_file().unwrap().to_bytes().unwrap();
        let read = Bundle::from_file(ModelFile::from_bytes(&bytes).unwrap()).ok().unwrap();
        assert_eq!(read.notes, bundle(2, 1).notes);
        assert_eq!(read.into_file().unwrap().to_bytes().unwrap(), bytes, "the same bytes again");
    }

    fn problem(file: ModelFile<f32>) -> String {
        Bundle::from_file(file).err().unwrap()
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let file = |bundle: Bundle| bundle.into_file().unwrap();
        assert_eq!(
            problem(file(bundle(3, 1))),
            "its notes name 2 features, its network takes in 3"
        );
        assert_eq!(problem(file(bundle(2, 2))), "its network has 2 outputs instead of 1");
        assert!(problem(ModelFile::new(bundle(2, 1).network)).contains("are missing"));

        let mut newer = file(bundle(2, 1));
        newer.notes.insert("notes_format".into(), 2.into());
        assert_eq!(problem(newer), "its notes are version 2, this program reads version 1");
        let mut other = file(bundle(2, 1));
        other.notes.insert("classes".into(), "yes".into());
        assert!(problem(other).starts_with("its notes: "));
    }
}
