//! Model files: safetensors, with what the network is in the metadata.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write;
use std::path::Path;

use layerwise_core::{DMatrix, LayerSpec, MatrixView, Scalar};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::place::write_whole;
use crate::rebuild::build;
use crate::{ModelError, Network, Result};

/// The metadata entry everything is under: a single one, since safetensors keeps no order of
/// entries and the same model must be the same bytes.
const METADATA_KEY: &str = "layerwise";

/// The version of the metadata's layout.
const FORMAT: u32 = 1;

/// A network and the notes that travel with it (scaling, class labels, …) as one file that other
/// tools can read.
///
/// The file is [safetensors](https://github.com/huggingface/safetensors): each parameter is a
/// tensor, `0.w` and `0.b` for the first layer, `1.0.w` for the first inside a second that is a container, row by row as that format has it, in the number
/// type of the network. The metadata entry `layerwise` is JSON: the format's version, each
/// layer's kind, sizes and settings, and the notes. The same network and notes give the same bytes.
///
/// ```
/// use layerwise_model::{ModelFile, Network, activations::{Relu, Sigmoid}, core::DMatrix};
///
/// let network = Network::<f32>::builder(3).dense(4, Relu).dense(1, Sigmoid).seed(1).build()?;
/// let mut file = ModelFile::new(network);
/// file.notes.insert("classes".into(), serde_json::json!(["benign", "malignant"]));
///
/// let bytes = file.to_bytes()?;
/// let read = ModelFile::<f32>::from_bytes(&bytes)?;
/// assert_eq!(read.notes, file.notes);
/// let x = DMatrix::from_element(3, 2, 0.5);
/// assert_eq!(read.network.predict(&x)?, file.network.predict(&x)?);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct ModelFile<T: Scalar> {
    /// The network.
    pub network: Network<T>,
    /// Anything else to be kept, by name.
    pub notes: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    layers: Vec<LayerEntry>,
    notes: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct LayerEntry {
    pub(crate) kind: String,
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) settings: BTreeMap<String, String>,
    /// The layers of a container.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) inner: Vec<LayerEntry>,
}

impl From<LayerSpec> for LayerEntry {
    fn from(LayerSpec { kind, n_in, n_out, settings, inner }: LayerSpec) -> Self {
        Self { kind, n_in, n_out, settings, inner: inner.into_iter().map(Self::from).collect() }
    }
}

impl<T: Scalar> ModelFile<T> {
    /// A file of this network, without notes.
    pub fn new(network: Network<T>) -> Self {
        Self { network, notes: BTreeMap::new() }
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// [`ModelError::NotSaveable`] if a layer does not say how to build it again.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        Self::bytes_of(&self.network, &self.notes)
    }

    /// Writes a network without notes, as [`write`](ModelFile::write) does.
    pub(crate) fn write_network(network: &Network<T>, path: &Path) -> Result<()> {
        write_bytes(&Self::bytes_of(network, &BTreeMap::new())?, path)
    }

    fn bytes_of(network: &Network<T>, notes: &BTreeMap<String, Value>) -> Result<Vec<u8>> {
        let mut layers = Vec::new();
        let mut tensors = Vec::new();
        for (position, layer) in network.layers().iter().enumerate() {
            let Some(spec) = layer.spec() else {
                return Err(ModelError::NotSaveable { layer: position + 1, kind: layer.kind() });
            };
            layers.push(LayerEntry::from(spec));
            for (index, parameter) in layerwise_core::parameters(layer.as_ref()).enumerate() {
                let name = format!("{position}.{}", layer.parameter_name(index));
                tensors.push((name, parameter.shape(), row_by_row(parameter)));
            }
        }
        let metadata = Metadata { format: FORMAT, layers, notes: notes.clone() };
        let json = serde_json::to_string(&metadata).map_err(|error| {
            ModelError::NotAModel(format!("the notes cannot be written: {error}"))
        })?;
        let mut views = Vec::with_capacity(tensors.len());
        for (name, (nrows, ncols), bytes) in &tensors {
            // A vector is a tensor of one dimension, as other tools expect of a bias.
            let shape = if *ncols == 1 && !name.ends_with(".w") {
                vec![*nrows]
            } else {
                vec![*nrows, *ncols]
            };
            let view = TensorView::new(dtype::<T>(), shape, bytes).map_err(not_a_model)?;
            views.push((name.as_str(), view));
        }
        let entries = HashMap::from([(METADATA_KEY.to_owned(), json)]);
        safetensors::serialize(views, Some(entries)).map_err(not_a_model)
    }

    /// The model in these bytes. Numbers stored in the other precision are converted.
    ///
    /// # Errors
    /// [`ModelError::NotAModel`] with what is wrong; never a panic, whatever the bytes are.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_a_model)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(not_a_model)?;
        let entry = header.metadata().as_ref().and_then(|entries| entries.get(METADATA_KEY));
        let Some(json) = entry else {
            return Err(ModelError::NotAModel(
                "a safetensors file, but without the metadata entry \"layerwise\"".into(),
            ));
        };
        let metadata: Metadata = serde_json::from_str(json)
            .map_err(|error| ModelError::NotAModel(format!("its metadata: {error}")))?;
        if metadata.format != FORMAT {
            return Err(ModelError::NotAModel(format!(
                "its format is version {}, this program reads version {FORMAT}",
                metadata.format
            )));
        }
        let mut layers = Vec::with_capacity(metadata.layers.len());
        for (position, entry) in metadata.layers.iter().enumerate() {
            layers.push(build(&position.to_string(), entry, &tensors)?);
        }
        let network = Network::new(layers)?;
        Ok(Self { network, notes: metadata.notes })
    }

    /// Writes the file, by way of a temporary one beside it, so that a crash leaves either the old
    /// file or the new one.
    ///
    /// # Errors
    /// As [`to_bytes`](ModelFile::to_bytes); [`ModelError::File`] with the path.
    ///
    /// ```
    /// use layerwise_model::{ModelFile, Network, activations::Sigmoid};
    ///
    /// let path = std::env::temp_dir().join("layerwise-write-example.safetensors");
    /// let network = Network::<f32>::builder(3).dense(1, Sigmoid).seed(1).build()?;
    /// let file = ModelFile::new(network);
    /// file.write(&path)?;
    /// assert_eq!(std::fs::read(&path).ok(), Some(file.to_bytes()?));
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn write(&self, path: &Path) -> Result<()> {
        write_bytes(&self.to_bytes()?, path)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`ModelError::File`] if it cannot be read, [`ModelError::ModelFile`] if it holds no model;
    /// both with the path.
    ///
    /// ```
    /// use layerwise_model::{ModelFile, Network, activations::Sigmoid};
    ///
    /// let path = std::env::temp_dir().join("layerwise-read-example.safetensors");
    /// let network = Network::<f32>::builder(3).dense(1, Sigmoid).seed(1).build()?;
    /// let file = ModelFile::new(network);
    /// file.write(&path)?;
    /// let read = ModelFile::<f32>::read(&path)?;
    /// assert_eq!(read.to_bytes()?, file.to_bytes()?);
    /// // The other precision will do.
    /// assert_eq!(ModelFile::<f64>::read(&path)?.network.n_parameters(), 4);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn read(path: &Path) -> Result<Self> {
        read_as(path, Self::from_bytes)
    }
}

/// Reads a file and makes something of its bytes; errors name the path.
pub(crate) fn read_as<R>(path: &Path, from_bytes: impl Fn(&[u8]) -> Result<R>) -> Result<R> {
    let bytes =
        fs::read(path).map_err(|source| ModelError::File { path: path.to_owned(), source })?;
    from_bytes(&bytes)
        .map_err(|source| ModelError::ModelFile { path: path.to_owned(), source: Box::new(source) })
}

fn not_a_model(error: safetensors::SafeTensorError) -> ModelError {
    ModelError::NotAModel(error.to_string())
}

pub(crate) fn dtype<T: Scalar>() -> Dtype {
    if size_of::<T>() == 4 { Dtype::F32 } else { Dtype::F64 }
}

/// The values row by row, little end first, as safetensors has them.
fn row_by_row<T: Scalar>(matrix: MatrixView<'_, T>) -> Vec<u8> {
    let (nrows, ncols) = matrix.shape();
    let positions = (0..nrows).flat_map(|i| (0..ncols).map(move |j| (i, j)));
    let values = positions.map(|position| matrix[position].to_f64());
    if dtype::<T>() == Dtype::F32 {
        values.flat_map(|value| (value as f32).to_le_bytes()).collect()
    } else {
        values.flat_map(f64::to_le_bytes).collect()
    }
}

/// The tensor of this name as a matrix of this shape.
pub(crate) fn tensor<T: Scalar>(
    tensors: &SafeTensors<'_>,
    name: &str,
    nrows: usize,
    ncols: usize,
) -> Result<DMatrix<T>> {
    let view = tensors.tensor(name).map_err(not_a_model)?;
    let fits = view.shape() == [nrows, ncols] || (ncols == 1 && view.shape() == [nrows]);
    if !fits || nrows == 0 || ncols == 0 {
        return Err(ModelError::NotAModel(format!(
            "tensor {name} has shape {:?}, its layer needs ({nrows}, {ncols})",
            view.shape()
        )));
    }
    let values: Vec<T> = match view.dtype() {
        Dtype::F32 => {
            let (numbers, _) = view.data().as_chunks::<4>();
            numbers.iter().map(|bytes| T::of(f64::from(f32::from_le_bytes(*bytes)))).collect()
        }
        Dtype::F64 => {
            let (numbers, _) = view.data().as_chunks::<8>();
            numbers.iter().map(|bytes| T::of(f64::from_le_bytes(*bytes))).collect()
        }
        other => {
            return Err(ModelError::NotAModel(format!(
                "tensor {name} holds {other:?}, expected F32 or F64"
            )));
        }
    };
    Ok(DMatrix::from_row_slice(nrows, ncols, &values))
}

/// Writes a file by way of a temporary one beside it.
pub(crate) fn write_bytes(bytes: &[u8], path: &Path) -> Result<()> {
    let failed = |source| ModelError::File { path: path.to_owned(), source };
    write_whole(path, |file| file.write_all(bytes).map_err(failed), failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Gelu, Identity, LeakyRelu, Relu, Sigmoid, Silu, Tanh};
    use proptest::prelude::*;

    fn model(n: (usize, usize, usize), seed: u64) -> ModelFile<f32> {
        let builder = Network::builder(n.0).dense(n.1, Relu).dense(n.2, Tanh);
        let network = builder.dense(1, Sigmoid).seed(seed).build().unwrap();
        let mut file = ModelFile::new(network);
        for key in ["b", "a", "c"] {
            file.notes.insert(key.into(), serde_json::json!({ "seed": seed, "x": 0.1 }));
        }
        file
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_points_to_is_written_and_the_link_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("latest"), folder.path().join("v1"));
        std::os::unix::fs::symlink("v1", &link).unwrap();
        // First it is not there, then it is replaced.
        for seed in [1, 2] {
            let file = model((2, 2, 2), seed);
            file.write(&link).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read(&target).unwrap(), file.to_bytes().unwrap());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn round_trip(n in (1usize..20, 1usize..20, 1usize..20), seed in 0u64..1000) {
            let file = model(n, seed);
            let bytes = file.to_bytes().unwrap();
            let read = ModelFile::<f32>::from_bytes(&bytes).unwrap();
            prop_assert_eq!(&read.notes, &file.notes);
            prop_assert_eq!(read.network.snapshot(), file.network.snapshot());
            prop_assert_eq!(read.to_bytes().unwrap(), bytes, "the same bytes again");
            // Wider numbers hold the same values.
            let wide = ModelFile::<f64>::from_bytes(&file.to_bytes().unwrap()).unwrap();
            let narrow: Vec<f64> = file.network.snapshot().concat().iter().map(|&v| v.into()).collect();
            prop_assert_eq!(wide.network.snapshot().concat(), narrow);
        }

        /// Damaged files are refused or read, but never end in a panic.
        #[test]
        fn damage_is_no_panic(position in 0usize..2000, byte in any::<u8>(), cut in 0usize..2000) {
            let mut bytes = model((3, 4, 2), 1).to_bytes().unwrap();
            let position = position % bytes.len();
            bytes[position] = byte;
            let _ = ModelFile::<f32>::from_bytes(&bytes);
            bytes.truncate(cut);
            let _ = ModelFile::<f32>::from_bytes(&bytes);
        }
    }

    #[test]
    fn every_kind_of_layer_comes_back() {
        // A third has no decimal fraction, and must come back to the last bit.
        let edges = vec![vec![-1.0, 1.0 / 3.0, 7.0], vec![0.0, 1e-300], vec![2.0], vec![0.5, 1e9]];
        let builder = Network::<f64>::builder(4).piecewise_linear(edges).feature_scale();
        let builder = builder.dense(6, LeakyRelu::new(0.2).unwrap());
        let builder = builder.layer_norm().dropout(0.1).dense(5, Identity).prelu().dense(3, Gelu);
        let builder = builder.gaussian_noise(0.1).batch_norm().dense(4, Identity).mixed(Silu);
        let builder = builder.periodic(2, 0.1).periodic_linear(3, 2, 0.1);
        let file = ModelFile::new(builder.dense(1, Sigmoid).seed(3).build().unwrap());
        let read = ModelFile::<f64>::from_bytes(&file.to_bytes().unwrap()).unwrap();
        for (layer, again) in file.network.layers().iter().zip(read.network.layers()) {
            assert_eq!(layer.spec(), again.spec());
        }
        let x = DMatrix::from_fn(4, 3, |i, j| i as f64 - j as f64);
        assert_eq!(read.network.n_parameters(), file.network.n_parameters());
        assert_eq!(file.network.predict(&x).unwrap(), read.network.predict(&x).unwrap());
    }

    #[test]
    fn stacks_within_stacks_come_back() {
        let builder = Network::<f32>::builder(3).dense(4, Relu).residual(|stack| {
            let stack = stack.dense(6, Relu).dropout(0.2).batch_norm();
            stack.residual(|stack| stack.dense(6, Tanh)).dense(4, Identity)
        });
        let file = ModelFile::new(builder.dropout(0.2).dense(1, Sigmoid).seed(3).build().unwrap());
        let bytes = file.to_bytes().unwrap();
        let read = ModelFile::<f32>::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes().unwrap(), bytes);
        assert!(SafeTensors::deserialize(&bytes).unwrap().tensor("1.3.0.w").is_ok());
        let spec = read.network.layers()[1].spec().unwrap();
        assert_eq!(Some(&spec), file.network.layers()[1].spec().as_ref());
        // Each layer that draws has a number of its own.
        assert_eq!(spec.inner[1].settings["number"], "3");
        assert_eq!(read.network.layers()[2].spec().unwrap().settings["number"], "8");
        let x = DMatrix::from_fn(3, 5, |i, j| i as f32 - j as f32);
        let al = file.network.predict(&x).unwrap();
        assert_eq!(read.network.predict(&x).unwrap(), al);
        let mut predictor = crate::Predictor::new(&read.network, 5).unwrap();
        assert_eq!(predictor.predict(&read.network, (&x).into()).unwrap().to_matrix(), al);
    }

    #[test]
    fn tables_of_categories_come_back() {
        let builder = Network::<f32>::builder(12).embedding(&[(2, 4, 3), (10, 300, 2)]);
        let file = ModelFile::new(builder.dense(1, Sigmoid).seed(3).build().unwrap());
        let read = ModelFile::<f32>::from_bytes(&file.to_bytes().unwrap()).unwrap();
        let x = DMatrix::from_fn(12, 4, |i, j| if i == 10 { 299.0 } else { (i + j) as f32 % 4.0 });
        assert_eq!(file.network.predict(&x).unwrap(), read.network.predict(&x).unwrap());
        let unknown = DMatrix::from_element(12, 1, 4.0);
        let error = read.network.predict(&unknown).unwrap_err().to_string();
        assert_eq!(error, "embedding: row 2 holds 4, expected one of the codes 0 to 3");
    }

    #[test]
    fn what_is_no_model_is_named() {
        let message = |bytes: &[u8]| ModelFile::<f32>::from_bytes(bytes).unwrap_err().to_string();
        assert!(message(b"").starts_with("not a layerwise model: "));
        assert!(message(b"a,b,c\n1,2,3\n").starts_with("not a layerwise model: "));
        let tensors: [(&str, TensorView<'_>); 0] = [];
        let other = safetensors::serialize(tensors, None).unwrap();
        assert!(message(&other).contains("without the metadata entry"));
        let error = ModelFile::<f32>::read(Path::new("no/such/file")).unwrap_err();
        assert!(error.to_string().starts_with("no/such/file: "), "{error}");
    }

    #[test]
    fn tensors_lie_row_by_row() {
        let bytes = model((2, 3, 1), 1).to_bytes().unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let w = tensors.tensor("0.w").unwrap();
        assert_eq!(w.shape(), [3, 2]);
        assert_eq!(tensors.tensor("0.b").unwrap().shape(), [3]);
        let network = model((2, 3, 1), 1).network;
        let second = f32::from_le_bytes(w.data()[4..8].try_into().unwrap());
        assert_eq!(second, network.layers()[0].parameter(0).unwrap()[(0, 1)]);
    }

    #[test]
    fn writing_leaves_no_part_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.safetensors");
        model((2, 3, 1), 1).write(&path).unwrap();
        assert!(ModelFile::<f32>::read(&path).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let error = model((2, 3, 1), 1).write(&folder.path().join("no/m")).unwrap_err();
        assert!(error.to_string().contains("no/m: "), "{error}");
    }
}
