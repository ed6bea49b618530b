//! From what is typed as DATA to a table.

mod arrays;
mod image_args;
mod images;

use std::path::Path;

use layerwise_data::{CsvFormat, FileKind, ImageFormat, Part, ShippedSet, Table, TableReader};

pub use arrays::is_array_column;
pub use image_args::ImageArgs;

use crate::bundle::Notes;
use crate::error::CliError;
use crate::table_args::FormatArgs;

/// What the table alone does not tell of where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// As [`Input::labels`].
    pub labels: bool,
    /// As [`Input::images`].
    pub images: Option<ImageFormat>,
}

/// A table to learn from and what is known of where it comes from.
pub struct Input {
    pub table: Table,
    pub shipped: Option<ShippedSet>,
    /// What images were brought to.
    pub images: Option<ImageFormat>,
    /// Whether the last column is labels that were found elsewhere: in a file or an array of their own, or
    /// in the names of folders.
    pub labels: bool,
    /// Numbers of an example, of arrays.
    pub array: Option<usize>,
    /// The size of the images that the examples of an array are.
    pub pixels: Option<ImageFormat>,
}

impl Input {
    /// The column to predict: the one that was named, that of the shipped set, or the last.
    pub fn target<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        match (named, &self.shipped) {
            (Some(target), _) if !self.labels => target,
            (None, Some(set)) => set.target,
            _ => self.table.last_column_name(),
        }
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        Origin { labels: self.labels, images: self.images }
    }

    /// A table of its own.
    pub fn of(table: Table, labels: bool) -> Self {
        Self { table, shipped: None, images: None, labels, array: None, pixels: None }
    }
}

/// Reads what is to be learned from: a shipped set by its name, a folder of images, anything else by what is in
/// it. Of arrays `target` may name the labels: a file, or an array of the same file; they become the last
/// column.
pub fn to_learn(
    data: &Path,
    format: &FormatArgs,
    target: Option<&str>,
    images: &ImageArgs,
) -> Result<Input, CliError> {
    refuse_standard_input(data)?;
    let shipped = data.to_str().and_then(ShippedSet::find);
    let kind = if shipped.is_some() { FileKind::Text } else { FileKind::of(data)? };
    if let (Some(option), false) = (images.typed(), matches!(kind, FileKind::Folder)) {
        let problem = format!("{option} goes with a folder of images, and this is none");
        return Err(CliError::input(data, problem));
    }
    refuse_format(data, (kind, shipped.is_some()), format)?;
    match kind {
        _ if shipped.is_some() => {
            let table = shipped.map(|set| set.table()).transpose()?;
            let input = table.map(|table| Input { shipped, ..Input::of(table, false) });
            input.ok_or_else(|| CliError::input(data, "there is no such set".into()))
        }
        FileKind::Array => arrays::of_array(data, target, "--target"),
        kind @ (FileKind::Npz | FileKind::Hdf5) if kind.is_built_in() => {
            arrays::of_file(data, target, Part::Training)
        }
        kind @ (FileKind::Folder | FileKind::Image) if kind.is_built_in() => {
            images::to_learn(data, kind, target, images.options())
        }
        _ => {
            let table = Table::read(data, &format.format())?;
            arrays::refuse_labels_of_a_table(data, &table, target)?;
            Ok(Input::of(table, false))
        }
    }
}

/// Reads what a model with these notes is to be judged by; `labels` as `target` above.
pub fn to_judge(
    data: &Path,
    format: &FormatArgs,
    labels: Option<&str>,
    model: &Notes,
) -> Result<Table, CliError> {
    refuse_standard_input(data)?;
    if data.to_str().and_then(ShippedSet::find).is_none() {
        let kind = FileKind::of(data)?;
        refuse_format(data, (kind, false), format)?;
        let input = match kind {
            FileKind::Array => Some(arrays::of_array(data, labels, "--labels")?),
            kind @ (FileKind::Npz | FileKind::Hdf5) if kind.is_built_in() => {
                Some(arrays::of_file(data, labels, Part::Testing)?)
            }
            _ => None,
        };
        if let Some(Input { table, array, .. }) = input {
            arrays::refuse_other_width(data, array, model)?;
            return Ok(table);
        }
    }
    if labels.is_some() {
        let problem = "--labels names the labels of an array, and this is none; the labels of a table are \
                       its target column, those of images the names of their folders";
        return Err(CliError::input(data, problem.into()));
    }
    let opened = open(data, format, Some(model))?;
    if opened.shown.is_some_and(|shown| shown.len() == 1) {
        let problem =
            "without labels nothing can be compared: give a folder with one sub-folder a class";
        return Err(CliError::input(data, problem.into()));
    }
    Ok(opened.reader.into_table()?)
}

/// Whether a path names arrays or images, whose labels may lie elsewhere, and not a table.
pub fn is_examples(data: &Path) -> Result<bool, CliError> {
    if data.to_str().and_then(ShippedSet::find).is_some() {
        return Ok(false);
    }
    let kind = FileKind::of(data)?;
    Ok(matches!(
        kind,
        FileKind::Array | FileKind::Npz | FileKind::Hdf5 | FileKind::Folder | FileKind::Image
    ))
}

/// Refuses `-` where the data are read as a whole.
fn refuse_standard_input(data: &Path) -> Result<(), CliError> {
    if data.as_os_str() != "-" {
        return Ok(());
    }
    let problem = "only `predict` reads standard input; give a file, or ./- for one of this name";
    Err(CliError::input(data, problem.into()))
}

/// Refuses what is typed of a text where there is none, or one that is known.
fn refuse_format(
    data: &Path,
    (kind, shipped): (FileKind, bool),
    format: &FormatArgs,
) -> Result<(), CliError> {
    let option = match format {
        FormatArgs { delimiter: Some(_), .. } => "--delimiter",
        FormatArgs { no_header: true, .. } => "--no-header",
        FormatArgs { header: true, .. } => "--header",
        _ => return Ok(()),
    };
    let problem = match kind {
        _ if shipped => format!(
            "{option} goes with a file, and this is a shipped set, which is read as it is; leave the option out, or \
             write {} for a file of this name",
            Path::new(".").join(data).display()
        ),
        FileKind::Text => return Ok(()),
        kind => format!("{option} goes with CSV, and this is {}", kind.words()),
    };
    Err(CliError::input(data, problem))
}

/// The column of a table to predict: as [`Input::target`].
pub fn target_of<'a>(data: &Path, named: Option<&'a str>, table: &'a Table) -> &'a str {
    let shipped = data.to_str().and_then(ShippedSet::find);
    named.or(shipped.map(|set| set.target)).unwrap_or(table.last_column_name())
}

/// Whether the names of the columns are the first row of a text, and nobody said that they are.
pub fn has_header(data: &Path, format: &FormatArgs) -> Result<bool, CliError> {
    if data.to_str().and_then(ShippedSet::find).is_some() {
        return Ok(false);
    }
    Ok(FileKind::of(data)? == FileKind::Text && !format.header && !format.no_header)
}

/// A table that is read some rows at a time.
pub struct Opened {
    pub reader: TableReader<'static>,
    /// The columns to show beside predictions; all where it is `None`.
    pub shown: Option<Vec<String>>,
}

/// Opens a file, a shipped set, images or, for `-`, standard input; what a model with these notes can take in.
pub fn open(data: &Path, format: &FormatArgs, model: Option<&Notes>) -> Result<Opened, CliError> {
    if data.as_os_str() == "-" {
        let reader = TableReader::new(std::io::stdin().lock(), "standard input", &format.format())?;
        return Ok(Opened { reader, shown: None });
    }
    if let Some(set) = data.to_str().and_then(ShippedSet::find) {
        refuse_format(data, (FileKind::Text, true), format)?;
        let mut csv = Vec::new();
        set.table()?.write_csv(&mut csv)?;
        let csv = std::io::Cursor::new(csv);
        let reader = TableReader::new(csv, set.name, &CsvFormat::default())?;
        return Ok(Opened { reader, shown: None });
    }
    let kind = FileKind::of(data)?;
    refuse_format(data, (kind, false), format)?;
    let reader = match kind {
        FileKind::Array => layerwise_data::Array::read(data)?.into_reader(None)?,
        kind @ (FileKind::Npz | FileKind::Hdf5) if kind.is_built_in() => {
            layerwise_data::ArrayFile::open(data)?.features(Part::Testing)?.into_reader(None)?
        }
        kind @ (FileKind::Folder | FileKind::Image) if kind.is_built_in() => {
            return images::open(data, kind, model.and_then(|notes| notes.data.images));
        }
        _ => return Ok(Opened { reader: TableReader::open(data, &format.format())?, shown: None }),
    };
    if let Some(model) = model {
        arrays::refuse_other_width(data, Some(reader.column_names().len()), model)?;
    }
    Ok(Opened { reader, shown: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_data::DataError;

    fn read(path: &Path, target: Option<&str>) -> Result<Input, CliError> {
        to_learn(path, &FormatArgs::default(), target, &ImageArgs::default())
    }

    #[test]
    fn a_file_of_labels_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.idx");
        std::fs::write(&path, [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 9]).unwrap();
        let message = read(&path, Some("nope.npy")).err().unwrap().to_string();
        assert!(message.starts_with("cannot read nope.npy: "));
        let input = read(&path, Some("x0")).unwrap();
        assert_eq!(input.target(Some("x0")), "x0");
    }

    #[test]
    fn a_shipped_name_is_no_file() {
        let input = read(Path::new("breast-cancer"), None).unwrap();
        assert_eq!(input.table.n_rows(), 569);
        assert!(input.shipped.is_some());
        let file = read(Path::new("./breast-cancer"), None);
        assert!(matches!(file, Err(CliError::Data(DataError::Read { .. }))));
        let mut pieces =
            open(Path::new("breast-cancer"), &FormatArgs::default(), None).unwrap().reader;
        assert_eq!(pieces.next_rows(500).unwrap().unwrap().n_rows(), 500);
        assert_eq!(pieces.next_rows(500).unwrap().unwrap().n_rows(), 69);
    }
}
