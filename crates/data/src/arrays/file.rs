//! A file of several arrays, each with a name.

use std::path::Path;

use super::choice::{self, Choice};
use crate::{Array, DataError, FileKind, Part, Result, TableReader};

/// A file of arrays by name: NumPy's `.npz` (feature `npz`) or HDF5 (feature `hdf5`).
///
/// ```
/// use layerwise_data::ArrayFile;
///
/// assert!(ArrayFile::open("no-such-file.npz").is_err());
/// ```
pub struct ArrayFile {
    name: String,
    arrays: Vec<(String, Vec<usize>)>,
    source: Box<dyn Source>,
}

impl std::fmt::Debug for ArrayFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, arrays, .. } = self;
        f.debug_struct("ArrayFile")
            .field("name", name)
            .field("arrays", arrays)
            .finish_non_exhaustive()
    }
}

/// What a format must do. Problems are said without the file.
pub(super) trait Source {
    /// Names and shapes, in the order of the file.
    fn list(&mut self) -> std::result::Result<Vec<(String, Vec<usize>)>, String>;

    /// Shape and values of an array, the last dimension running fastest.
    fn read(&mut self, name: &str) -> std::result::Result<(Vec<usize>, Vec<f64>), String>;
}

/// Opens a file of a kind that is built in.
#[cfg_attr(not(any(feature = "npz", feature = "hdf5")), allow(unused_variables))]
fn source(path: &Path, kind: FileKind) -> Option<std::result::Result<Box<dyn Source>, String>> {
    match kind {
        #[cfg(feature = "npz")]
        FileKind::Npz => Some(super::npz::open(path).map(|source| Box::new(source) as _)),
        #[cfg(feature = "hdf5")]
        FileKind::Hdf5 => Some(super::hdf5::open(path).map(|source| Box::new(source) as _)),
        _ => None,
    }
}

impl ArrayFile {
    /// Opens a file and lists its arrays.
    ///
    /// # Errors
    /// [`DataError::Read`], [`Damaged`](DataError::Damaged), [`NotBuiltIn`](DataError::NotBuiltIn), and
    /// [`OtherFormat`](DataError::OtherFormat) for any other file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let kind = FileKind::of(path)?;
        let Some(source) = source(path, kind) else { return Err(kind.refused(&name)) };
        let listed = source.and_then(|mut source| Ok((source.list()?, source)));
        match listed {
            Ok((arrays, source)) => Ok(Self { name, arrays, source }),
            Err(problem) => Err(DataError::Damaged { file: name, format: kind.words(), problem }),
        }
    }

    /// Names and shapes of the arrays, in the order of the file.
    ///
    /// ```
    /// # if !cfg!(feature = "npz") { return Ok(()) }
    /// let file = layerwise_data::ArrayFile::open("tests/data/small.npz")?;
    /// assert_eq!(file.arrays()[0], ("X".to_owned(), vec![4, 2]));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn arrays(&self) -> &[(String, Vec<usize>)] {
        &self.arrays
    }

    /// Reads an array.
    ///
    /// # Errors
    /// [`DataError::BadArray`] for one that holds no numbers or is damaged;
    /// [`WhichArrays`](DataError::WhichArrays) if there is none of this name.
    ///
    /// ```
    /// # if !cfg!(feature = "npz") { return Ok(()) }
    /// let y = layerwise_data::ArrayFile::open("tests/data/small.npz")?.read("y")?;
    /// assert_eq!(y.values(), [0.0, 1.0, 0.0, 1.0]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn read(&mut self, name: &str) -> Result<Array> {
        if !self.arrays.iter().any(|(known, _)| known == name) {
            return Err(self.which(format!("it has no array {name:?}")));
        }
        let file = format!("{}: {name}", self.name);
        match self.source.read(name) {
            Ok((shape, values)) => Ok(Array { name: file, shape, values }),
            Err(problem) => Err(DataError::BadArray { file, problem }),
        }
    }

    /// A table of the features and, where there are such, the labels as a last column `label`; chosen by
    /// their names.
    ///
    /// A single array is the features. Otherwise they are called `X`, `data`, `features`, `inputs` or
    /// `images`, and the labels `y`, `target`, `labels` or `classes`, in any case, and both alike but for
    /// that: `x_train` with `y_train`, `train_set_x` with `train_set_y`. Of several `part` says which is
    /// wanted. With `labels`, the name of an array, the features are those that go with it.
    ///
    /// # Errors
    /// [`DataError::WhichArrays`], [`BadArray`](DataError::BadArray).
    ///
    /// ```
    /// use layerwise_data::{ArrayFile, Part};
    ///
    /// # if !cfg!(feature = "npz") { return Ok(()) }
    /// let file = ArrayFile::open("tests/data/small.npz")?;
    /// let table = file.into_reader(None, Part::Training)?.into_table()?;
    /// assert_eq!(table.column_names(), ["x0", "x1", "label"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn into_reader(mut self, labels: Option<&str>, part: Part) -> Result<TableReader<'static>> {
        let chosen = choice::choose(&self.arrays, labels, part);
        let Choice { features, labels } = chosen.map_err(|problem| self.which(problem))?;
        let x = self.read(&features)?;
        let labels = labels.map(|labels| self.read(&labels)).transpose()?;
        x.into_reader(labels)
    }

    /// The features alone, chosen in the same way: for labels that are elsewhere, or not needed.
    ///
    /// # Errors
    /// As [`into_reader`](ArrayFile::into_reader).
    ///
    /// ```
    /// use layerwise_data::{ArrayFile, Part};
    ///
    /// # if !cfg!(feature = "npz") { return Ok(()) }
    /// let x = ArrayFile::open("tests/data/small.npz")?.features(Part::Training)?;
    /// assert_eq!(x.shape(), [4, 2]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn features(mut self, part: Part) -> Result<Array> {
        let chosen = choice::features(&self.arrays, part);
        let features = chosen.map_err(|problem| self.which(problem))?;
        self.read(&features)
    }

    fn which(&self, problem: String) -> DataError {
        const MOST: usize = 40;
        let mut arrays: Vec<String> = self
            .arrays
            .iter()
            .take(MOST)
            .map(|(name, shape)| {
                let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
                format!("{name} ({})", sizes.join(", "))
            })
            .collect();
        if self.arrays.len() > MOST {
            arrays.push(format!("{} more", self.arrays.len() - MOST));
        }
        DataError::WhichArrays { file: self.name.clone(), problem, arrays }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
