//! The state of a training as a file: safetensors, as model files are.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use layerwise_core::Scalar;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::{TrainingState, Within};
use crate::file::{dtype, read_as, write_bytes};
use crate::{EpochRecord, LayerRecord, ModelError, Result};

/// The metadata entry everything is under.
const METADATA_KEY: &str = "layerwise training";

/// The version of the layout.
const FORMAT: u32 = 1;

/// What the sets of tensors are called: `parameters.0` is the first of the first.
const SETS: [&str; 4] = ["parameters", "optimizer", "good", "best"];

/// The numbers of epochs, a row an epoch.
const EPOCHS: &str = "epochs";

/// What is known of the layers, a row an epoch; not there where nothing was recorded.
const LAYERS: &str = "layers";

/// The metrics of examples trained on, a row an epoch; not there where nothing was recorded.
const TRAINING_METRICS: &str = "training_metrics";

/// Numbers of a layer's record.
const OF_A_LAYER: usize = 3;

/// Cost, validation cost, learning rate, then metrics.
const FIXED: usize = 3;

/// The entry: what the state is, as text, and a sum over it and all tensors, which tells damage.
#[derive(Serialize, Deserialize)]
struct Sealed {
    sum: String,
    state: String,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    updates: u64,
    steps: usize,
    /// Tensors of each of [`SETS`]; none where there is no such set.
    sets: [Option<usize>; 4],
    validates: bool,
    notes: BTreeMap<String, Value>,
}

impl<T: Scalar> TrainingState<T> {
    /// The bytes of a file of it: [safetensors](https://github.com/huggingface/safetensors), with what is not
    /// a tensor in the metadata. The same state gives the same bytes.
    ///
    /// # Errors
    /// [`ModelError::NotAState`] if the notes cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let sets =
            [Some(&self.parameters), Some(&self.optimizer), self.good.as_ref(), self.best.as_ref()];
        let mut tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = vec![];
        for (name, set) in SETS.iter().zip(sets) {
            for (index, values) in set.into_iter().flatten().enumerate() {
                let name = format!("{name}.{index}");
                tensors.push((name, dtype::<T>(), vec![values.len()], bytes_of(values)));
            }
        }
        let Within { steps, sum, total, alpha } = self.within;
        let columns = FIXED + self.epochs.first().map_or(0, |record| record.metrics.len());
        let mut numbers = vec![];
        for record in &self.epochs {
            numbers.extend([record.cost, record.validation_cost.unwrap_or(0.0), record.alpha]);
            numbers.extend(&record.metrics);
        }
        let shape = vec![self.epochs.len(), columns];
        tensors.push((EPOCHS.into(), Dtype::F64, shape, bytes_of(&numbers)));
        let layers: Vec<f64> =
            self.epochs.iter().flat_map(|record| &record.layers).flat_map(of_a_layer).collect();
        let on_training = self.epochs.iter().flat_map(|record| record.training_metrics.clone());
        for (name, numbers) in [(LAYERS, layers), (TRAINING_METRICS, on_training.collect())] {
            if !numbers.is_empty() {
                let shape = vec![self.epochs.len(), numbers.len() / self.epochs.len().max(1)];
                tensors.push((name.into(), Dtype::F64, shape, bytes_of(&numbers)));
            }
        }
        tensors.push(("within".into(), Dtype::F64, vec![3], bytes_of(&[sum, total, alpha])));
        tensors.sort_by(|a, b| a.0.cmp(&b.0));

        let metadata = Metadata {
            format: FORMAT,
            updates: self.updates,
            steps,
            sets: sets.map(|set| set.map(Vec::len)),
            validates: self.epochs.iter().all(|record| record.validation_cost.is_some()),
            notes: self.notes.clone(),
        };
        let written = |error| ModelError::NotAState(format!("it cannot be written: {error}"));
        let state = serde_json::to_string(&metadata).map_err(written)?;
        let sum =
            sum_of(&state, tensors.iter().map(|(name, _, _, bytes)| (name.as_str(), &bytes[..])));
        let entry = serde_json::to_string(&Sealed { sum, state }).map_err(written)?;
        let mut views = Vec::with_capacity(tensors.len());
        for (name, dtype, shape, bytes) in &tensors {
            views.push((name, TensorView::new(*dtype, shape.clone(), bytes).map_err(not_a_state)?));
        }
        let entries = HashMap::from([(METADATA_KEY.to_owned(), entry)]);
        safetensors::serialize(views, Some(entries)).map_err(not_a_state)
    }

    /// The state in these bytes.
    ///
    /// # Errors
    /// [`ModelError::NotAState`] with what is wrong, damage of a single bit included.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refused = |what: String| ModelError::NotAState(what);
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_a_state)?;
        let file = SafeTensors::deserialize(bytes).map_err(not_a_state)?;
        let entry = header.metadata().as_ref().and_then(|entries| entries.get(METADATA_KEY));
        let Some(entry) = entry else {
            let what =
                format!("a safetensors file, but without the metadata entry {METADATA_KEY:?}");
            return Err(refused(what));
        };
        let unreadable = |error: serde_json::Error| refused(format!("its metadata: {error}"));
        let Sealed { sum, state } = serde_json::from_str(entry).map_err(unreadable)?;
        let mut tensors: Vec<(&str, TensorView<'_>)> = file.iter().collect();
        tensors.sort_by_key(|(name, _)| *name);
        let found = sum_of(&state, tensors.iter().map(|(name, view)| (*name, view.data())));
        // A fuzzer (`cargo xtask fuzz`) guesses no sum, and is to reach what lies behind it.
        #[allow(unexpected_cfgs)]
        let is_damaged = found != sum && !cfg!(fuzzing);
        if is_damaged {
            return Err(refused("it is damaged: its sum is not that of its contents".into()));
        }
        let metadata: Metadata = serde_json::from_str(&state).map_err(unreadable)?;
        if metadata.format != FORMAT {
            let found = metadata.format;
            return Err(refused(format!(
                "it is version {found}, this program reads version {FORMAT}"
            )));
        }
        let set = |place: usize| -> Result<Option<Vec<Vec<T>>>> {
            let name = |index| format!("{}.{index}", SETS[place]);
            let read = |count| (0..count).map(|index| values(&file, &name(index))).collect();
            metadata.sets[place].map(read).transpose()
        };
        let absent = |place: usize| refused(format!("it has no {}", SETS[place]));
        let [sum, total, alpha] = values::<f64>(&file, "within")?[..] else {
            return Err(refused("its place within an epoch is not three numbers".into()));
        };
        Ok(Self {
            epochs: records(&file, metadata.validates)?,
            within: Within { steps: metadata.steps, sum, total, alpha },
            updates: metadata.updates,
            parameters: set(0)?.ok_or_else(|| absent(0))?,
            optimizer: set(1)?.ok_or_else(|| absent(1))?,
            good: set(2)?,
            best: set(3)?,
            notes: metadata.notes,
        })
    }

    /// Writes the file, by way of a temporary one beside it, so that it is never half there.
    ///
    /// # Errors
    /// As [`to_bytes`](TrainingState::to_bytes); [`ModelError::File`] with the path.
    ///
    /// ```
    /// use std::time::Duration;
    /// use layerwise_model::{Examples, Network, Trainer, TrainingState, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
    ///
    /// let path = std::env::temp_dir().join("layerwise-state-example.safetensors");
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// Trainer::new(MeanSquaredError, Adam::new(0.1)?)
    ///     .epochs(5)
    ///     .keep_state(Duration::ZERO, |state| state.write(&path))
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(TrainingState::<f64>::read(&path)?.epochs().len(), 4);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn write(&self, path: &Path) -> Result<()> {
        write_bytes(&self.to_bytes()?, path)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`ModelError::File`] if it cannot be read, [`ModelError::ModelFile`] if it holds no state; both with the
    /// path.
    ///
    /// ```
    /// use layerwise_model::{ModelError, TrainingState};
    ///
    /// let error = TrainingState::<f32>::read("no/such/file".as_ref()).unwrap_err();
    /// assert!(matches!(error, ModelError::File { .. }));
    /// ```
    pub fn read(path: &Path) -> Result<Self> {
        read_as(path, Self::from_bytes)
    }
}

fn not_a_state(error: safetensors::SafeTensorError) -> ModelError {
    ModelError::NotAState(error.to_string())
}

/// The values, little end first, in their own precision.
fn bytes_of<T: Scalar>(values: &[T]) -> Vec<u8> {
    let values = values.iter().map(|value| value.to_f64());
    if dtype::<T>() == Dtype::F32 {
        values.flat_map(|value| (value as f32).to_le_bytes()).collect()
    } else {
        values.flat_map(f64::to_le_bytes).collect()
    }
}

/// The values of a tensor, which must have the precision of `T`.
fn values<T: Scalar>(file: &SafeTensors<'_>, name: &str) -> Result<Vec<T>> {
    let view = file.tensor(name).map_err(not_a_state)?;
    if view.dtype() != dtype::<T>() {
        let (found, expected) = (view.dtype(), dtype::<T>());
        return Err(ModelError::NotAState(format!(
            "{name} holds {found:?}, expected {expected:?}"
        )));
    }
    Ok(if view.dtype() == Dtype::F32 {
        let (numbers, _) = view.data().as_chunks::<4>();
        numbers.iter().map(|bytes| T::of(f64::from(f32::from_le_bytes(*bytes)))).collect()
    } else {
        let (numbers, _) = view.data().as_chunks::<8>();
        numbers.iter().map(|bytes| T::of(f64::from_le_bytes(*bytes))).collect()
    })
}

fn of_a_layer(record: &LayerRecord) -> [f64; OF_A_LAYER] {
    [record.gradient_norm, record.weight_norm, record.update_ratio]
}

fn layer_of(numbers: &[f64]) -> LayerRecord {
    let [gradient_norm, weight_norm, update_ratio] = [0, 1, 2].map(|i| numbers[i]);
    LayerRecord { gradient_norm, weight_norm, update_ratio }
}

fn records(file: &SafeTensors<'_>, validates: bool) -> Result<Vec<EpochRecord>> {
    let shape = file.tensor(EPOCHS).map_err(not_a_state)?.shape().to_vec();
    let numbers = values::<f64>(file, EPOCHS)?;
    let columns = match shape[..] {
        [_, columns] if columns >= FIXED => columns,
        _ => return Err(ModelError::NotAState(format!("{EPOCHS} has shape {shape:?}"))),
    };
    // What was recorded of each epoch, if anything was.
    let of_epochs = |name: &str| -> Result<Vec<Vec<f64>>> {
        match file.names().contains(&name) {
            true => Ok(rows_of(values::<f64>(file, name)?, shape[0])),
            false => Ok(vec![vec![]; shape[0]]),
        }
    };
    let (layers, on_training) = (of_epochs(LAYERS)?, of_epochs(TRAINING_METRICS)?);
    let record = |(index, row): (usize, &[f64])| EpochRecord {
        epoch: index + 1,
        cost: row[0],
        validation_cost: validates.then_some(row[1]),
        alpha: row[2],
        metrics: row[FIXED..].to_vec(),
        training_metrics: on_training[index].clone(),
        layers: layers[index].chunks_exact(OF_A_LAYER).map(layer_of).collect(),
    };
    Ok(numbers.chunks_exact(columns).enumerate().map(record).collect())
}

/// As many rows of numbers as asked for, each as long as the others.
fn rows_of(numbers: Vec<f64>, rows: usize) -> Vec<Vec<f64>> {
    let width = numbers.len().checked_div(rows).unwrap_or(0);
    (0..rows).map(|row| numbers[row * width..(row + 1) * width].to_vec()).collect()
}

/// FNV-1a (Fowler, Noll and Vo) over eight bytes at a time: enough to tell damage, not to tell malice.
fn sum_of<'a>(state: &str, tensors: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        let mut take = |word: u64| sum = (sum ^ word).wrapping_mul(0x0100_0000_01b3);
        take(bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| take(u64::from_le_bytes(*word)));
        rest.iter().for_each(|&byte| take(byte.into()));
    };
    add(state.as_bytes());
    for (name, bytes) in tensors {
        add(name.as_bytes());
        add(bytes);
    }
    format!("{sum:016x}")
}
