//! Arrays with their labels: files of one, files of several.

use std::path::Path;

use layerwise_data::{Array, ArrayFile, FileKind, ImageFormat, Part, Table};

use super::Input;
use crate::bundle::Notes;
use crate::error::CliError;

/// Reads an array; `labels` is a column of it or the file of its labels, as `option` said.
pub fn of_array(data: &Path, labels: Option<&str>, option: &str) -> Result<Input, CliError> {
    let labels = labels.filter(|labels| !is_array_column(labels));
    let labels = labels.map(|labels| labels_of(labels, option)).transpose()?;
    let array = Array::read(data)?;
    let pixels = pixels(array.shape());
    let table = array.into_table(labels.as_ref())?;
    Ok(Input { pixels, ..input(table, labels.is_some()) })
}

/// Reads features and labels of a file of several arrays; `labels` is one of these, a file, or a column of the
/// features.
pub fn of_file(data: &Path, labels: Option<&str>, part: Part) -> Result<Input, CliError> {
    let file = ArrayFile::open(data)?;
    let shapes: Vec<Vec<usize>> = file.arrays().iter().map(|(_, shape)| shape.clone()).collect();
    let known = |name: &str| file.arrays().iter().any(|(array, _)| array == name);
    let found = match labels {
        Some(labels) if !known(labels) && is_array_column(labels) => {
            let table = file.features(part)?.into_table(None)?;
            Ok(input(table, false))
        }
        Some(labels) if !known(labels) && Path::new(labels).is_file() => {
            let labels = Array::read(labels)?;
            Ok(input(file.features(part)?.into_table(Some(&labels))?, true))
        }
        labels => {
            let table = file.into_reader(labels, part)?.into_table()?;
            let labels = table.last_column_name() == "label";
            Ok(input(table, labels))
        }
    };
    // The one size of images that arrays of the file have, if it is that of what was taken.
    let mut sizes: Vec<ImageFormat> = shapes.iter().filter_map(|shape| pixels(shape)).collect();
    sizes.dedup();
    let size = |input: &Input| match sizes[..] {
        [size] if input.array == Some(size.n_values()) => Some(size),
        _ => None,
    };
    found.map(|input| Input { pixels: size(&input), ..input })
}

/// The size of images that an array is by its shape: examples, rows, pixels of a row, and perhaps colours.
fn pixels(shape: &[usize]) -> Option<ImageFormat> {
    const LEAST: usize = 4;
    let (height, width, channels) = match *shape {
        [_, height, width] => (height, width, 1),
        [_, height, width, channels @ (1 | 3)] => (height, width, channels),
        _ => return None,
    };
    let [height, width, channels] = [height, width, channels].map(|n| u32::try_from(n).ok());
    let format = ImageFormat::new(width?, height?, channels?).ok()?;
    (height? as usize >= LEAST && width? as usize >= LEAST).then_some(format)
}

/// A table made of an array, its last column labels or not.
fn input(table: Table, labels: bool) -> Input {
    let width = table.column_names().len() - usize::from(labels);
    Input { array: Some(width), ..Input::of(table, labels) }
}

/// Refuses an array whose examples have another number of numbers than those a model was trained on.
pub fn refuse_other_width(
    data: &Path,
    found: Option<usize>,
    model: &Notes,
) -> Result<(), CliError> {
    let (Some(found), Some(expected)) = (found, model.data.array) else { return Ok(()) };
    // The target may have been the last column, which need not be there for a prediction.
    let without_target = model.target.column() == format!("x{found}") && found + 1 == expected;
    if found == expected || without_target {
        return Ok(());
    }
    let problem = format!(
        "its examples have {found} numbers each, but the model was trained on an array with {expected}"
    );
    Err(CliError::input(data, problem))
}

/// Labels that go with an array are no use beside a table, which has a column for them.
pub fn refuse_labels_of_a_table(
    data: &Path,
    table: &Table,
    target: Option<&str>,
) -> Result<(), CliError> {
    let Some(target) = target.filter(|target| table.column(target).is_err()) else {
        return Ok(());
    };
    let is_labels =
        Path::new(target).is_file() && matches!(FileKind::of(target), Ok(FileKind::Array));
    if !is_labels {
        return Ok(());
    }
    let problem = format!(
        "{target} is a file of labels, which goes with an array (.npy, IDX), but this is a table: \
         --target names one of its columns, such as {:?}",
        table.last_column_name()
    );
    Err(CliError::input(data, problem))
}

/// Columns of an array are called x0, x1, …; anything else is a file.
pub fn is_array_column(name: &str) -> bool {
    name.strip_prefix('x').is_some_and(|index| index.parse::<usize>().is_ok())
}

fn labels_of(path: &str, option: &str) -> Result<Array, CliError> {
    match FileKind::of(path) {
        Ok(FileKind::Array) => Ok(Array::read(path)?),
        Ok(kind) => {
            let problem = format!(
                "{option} names the labels of an array, but this is {}; give a file of labels (.npy, IDX)",
                kind.words()
            );
            Err(CliError::input(Path::new(path), problem))
        }
        Err(error) => Err(error.into()),
    }
}
