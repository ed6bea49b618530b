//! What travels in a model file beside the network: everything needed to read new data.

use std::path::Path;

use layerwise_data::{FileKind, ImageFormat, Recipe, Target};
use layerwise_model::{EpochRecord, LayerRecord, ModelError, ModelFile, Network};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::distribution::Distribution;
use crate::error::CliError;
use crate::learner::Settings;
use crate::scores::Scores;
use crate::table_args::DatesName;

/// The version of these notes' layout.
pub const NOTES_FORMAT: u32 = 2;

/// The notes of a model file that `layerwise train` writes.
///
/// No time stamps and no paths: the same data, options and seed give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    /// [`NOTES_FORMAT`].
    pub notes_format: u32,
    /// The column that is predicted, and what its outputs mean.
    pub target: Target,
    /// How columns become what the network takes in.
    pub recipe: Recipe,
    /// How it was trained.
    pub training: Settings,
    /// What was trained on.
    pub data: DataNotes,
    /// Training and validation cost of each epoch.
    pub history: Vec<(f64, Option<f64>)>,
    /// What else is known of each epoch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epochs: Vec<EpochNotes>,
    /// The options that it was trained with, as a config without places: not where the data are, and no labels of
    /// arrays, which are places too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// The measure on the validation part of each epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated: Option<String>,
    /// The epoch whose parameters were kept.
    pub kept: usize,
    /// How good it was at the end.
    pub scores: PartScores,
}

/// What a model was trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataNotes {
    /// Rows of the table.
    pub rows: usize,
    /// Columns that were not used, each with why.
    pub left_out: Vec<(String, String)>,
    /// SHA-256 of names and cells, to tell whether a table is the same.
    pub fingerprint: String,
    /// What images were brought to, if it was images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<ImageFormat>,
    /// Numbers of an example, if it was an array: the names of its columns, x0, x1, …, would not tell another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub array: Option<usize>,
    /// The size of the images that an array's examples are, if they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels: Option<ImageFormat>,
    /// `--dates`, if it says other than the default: a config that spells that out gives the same file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<DatesName>,
    /// How the target is spread over the parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
}

#[cfg(feature = "serve")]
impl DataNotes {
    /// Numbers of an example, if it was an array or an image: its columns are x0, x1, …
    pub fn example_length(&self) -> Option<usize> {
        self.array.or(self.images.map(|format| format.n_values()))
    }
}

/// What is known of an epoch beside its costs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EpochNotes {
    /// The learning rate of its last update.
    pub alpha: f64,
    /// The measure on the validation part.
    pub validated: Option<f64>,
    /// The same on some of the examples learned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained: Option<f64>,
    /// How training went inside each layer.
    pub layers: Vec<LayerRecord>,
}

/// The same of all epochs, for the notes. What is no number could not be written.
pub fn epoch_notes(epochs: &[EpochRecord]) -> Vec<EpochNotes> {
    let is_finite = |record: &LayerRecord| {
        let LayerRecord { gradient_norm, weight_norm, update_ratio } = record;
        [gradient_norm, weight_norm, update_ratio].into_iter().all(|number| number.is_finite())
    };
    let first = |metrics: &[f64]| metrics.first().copied().filter(|measure| measure.is_finite());
    let notes = |epoch: &EpochRecord| EpochNotes {
        alpha: epoch.alpha,
        validated: first(&epoch.metrics),
        trained: first(&epoch.training_metrics),
        layers: if epoch.layers.iter().all(is_finite) { epoch.layers.clone() } else { vec![] },
    };
    epochs.iter().map(notes).collect()
}

/// The costs of epochs, for the notes.
pub fn costs(epochs: &[EpochRecord]) -> Vec<(f64, Option<f64>)> {
    epochs.iter().map(|epoch| (epoch.cost, epoch.validation_cost)).collect()
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
        let file = ModelFile::<f32>::read(path).map_err(|error| match data_in(path) {
            Some(kind) => CliError::DataAsModel { path: path.to_owned(), kind },
            None => error.into(),
        })?;
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
        let (noted, n_in) = (notes.recipe.n_rows(), network.n_in());
        if noted != n_in {
            return Err(format!("its notes make {noted} features, its network takes in {n_in}"));
        }
        let (noted, n_out) = (notes.target.n_out(), network.n_out());
        if noted != n_out {
            return Err(format!("its network has {n_out} outputs instead of {noted}"));
        }
        Ok(Self { network, notes })
    }
}

/// What of data is in a file that is no model, in words; `None` where that cannot be told.
fn data_in(path: &Path) -> Option<&'static str> {
    let kind = FileKind::of(path).ok()?;
    match kind {
        FileKind::Text => {
            let text = FileKind::is_plain_text(path).ok()?;
            text.then_some("a text, as a table is")
        }
        FileKind::Other(_) => None,
        kind => Some(kind.words()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_data::{DMatrix, Missing, RecipeOptions, Table, profile};
    use layerwise_model::activations::Sigmoid;

    fn bundle(n_in: usize, n_out: usize) -> Bundle {
        let csv = "a,b,kind\n1,0.1,no\n2,0.7,yes\n";
        let table = Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
        let options = RecipeOptions::default();
        let recipe = Recipe::fit(&table, &columns, "kind", (&[0, 1], &y), &options).unwrap();
        let measures = vec![("accuracy".into(), Some(0.5)), ("AUC".into(), None)];
        let scores = Scores { examples: 2, measures, cost: 0.1 };
        let notes = Notes {
            notes_format: NOTES_FORMAT,
            target: Target::find(&table, &columns, "kind", None).unwrap(),
            recipe,
            training: Settings {
                hidden: vec![3],
                dropout: 0.1,
                epochs: 5,
                patience: 2,
                learning_rate: 0.1,
                weight_decay: 0.0,
                batch_size: 4,
                seed: u64::MAX,
            },
            data: DataNotes {
                rows: 2,
                left_out: vec![],
                fingerprint: "0".into(),
                images: None,
                array: None,
                pixels: None,
                dates: None,
                distribution: None,
            },
            history: vec![(0.7, Some(0.6))],
            epochs: vec![],
            config: None,
            validated: None,
            kept: 1,
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
            "its notes make 2 features, its network takes in 3"
        );
        assert_eq!(problem(file(bundle(2, 2))), "its network has 2 outputs instead of 1");
        assert!(problem(ModelFile::new(bundle(2, 1).network)).contains("are missing"));

        let mut newer = file(bundle(2, 1));
        newer.notes.insert("notes_format".into(), 3.into());
        assert_eq!(problem(newer), "its notes are version 3, this program reads version 2");
        let mut other = file(bundle(2, 1));
        other.notes.insert("target".into(), "yes".into());
        assert!(problem(other).starts_with("its notes: "));
        let mut damaged = file(bundle(2, 1));
        let features = damaged.notes.get_mut("recipe").unwrap().get_mut("features").unwrap();
        let number = &mut features[0]["encoding"]["number"];
        number["scaling"]["standard"]["deviation"] = 0.into();
        assert!(problem(damaged).contains("the encoding of column \"a\" is damaged"));
    }
}
