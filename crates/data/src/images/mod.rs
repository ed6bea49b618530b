//! Images in folders: one sub-folder a class, its name the label.

mod folder;
mod pixels;
mod shared_format;

use std::path::{Path, PathBuf};

use crate::table_reader::Rows;
use crate::{DataError, ImageFormat, ImageOptions, Result, Table, TableReader};

/// Image files, with their labels where they lie in sub-folders.
///
/// Each image becomes a row: every pixel a column `x0`, `x1`, …, from the top left, row by row (of colour
/// images red, green and blue of each pixel in turn), from 0 to 255; all of one size and in as many colours.
///
/// ```
/// use layerwise_data::{ImageFolder, ImageOptions};
///
/// // pets/cat/1.png, pets/cat/2.png, pets/dog/1.png, …
/// let images = ImageFolder::of_classes("tests/data/pets")?;
/// let format = images.format(ImageOptions::default())?;
/// let table = images.into_reader(format, false).into_table()?;
/// assert_eq!(table.last_column_name(), "label");
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFolder {
    name: String,
    images: Vec<LabelledImage>,
    labelled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct LabelledImage {
    path: PathBuf,
    /// The name of the sub-folder; blank where there is none.
    label: String,
}

impl LabelledImage {
    fn bad(&self, problem: impl Into<String>) -> DataError {
        DataError::BadImage { file: self.path.display().to_string(), problem: problem.into() }
    }
}

impl ImageFolder {
    /// Finds the images of a folder with one sub-folder a class.
    ///
    /// Files whose names start with a dot are passed over; anything else must be an image.
    ///
    /// # Errors
    /// [`DataError::Read`]; [`DataError::BadImage`] for a folder without sub-folders or with images beside
    /// them, an empty class, a folder within a class and a file that is no image.
    ///
    /// ```
    /// assert!(layerwise_data::ImageFolder::of_classes("no-such-folder").is_err());
    /// ```
    pub fn of_classes(path: impl AsRef<Path>) -> Result<Self> {
        folder::of_classes(path.as_ref())
    }

    /// Finds the images of a folder with or without sub-folders, or takes a single file.
    ///
    /// # Errors
    /// As [`of_classes`](ImageFolder::of_classes).
    ///
    /// ```
    /// assert!(layerwise_data::ImageFolder::of_any("no-such-folder").is_err());
    /// ```
    pub fn of_any(path: impl AsRef<Path>) -> Result<Self> {
        folder::of_any(path.as_ref())
    }

    /// How many images there are.
    ///
    /// ```
    /// let images = layerwise_data::ImageFolder::of_classes("tests/data/pets")?;
    /// assert_eq!(images.n_images(), 4);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn n_images(&self) -> usize {
        self.images.len()
    }

    /// Whether the images lie in sub-folders that name their classes.
    ///
    /// ```
    /// assert!(layerwise_data::ImageFolder::of_classes("tests/data/pets")?.is_labelled());
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn is_labelled(&self) -> bool {
        self.labelled
    }

    /// The size and colours that all images are brought to. What is left open follows from the images,
    /// of which only the beginnings are read: their own size if they share one of at most 64 x 64,
    /// otherwise 32 x 32; grey if all are, otherwise colour.
    ///
    /// # Errors
    /// [`DataError::BadImage`], with the file's name.
    ///
    /// ```
    /// use layerwise_data::{ImageFolder, ImageOptions};
    ///
    /// let images = ImageFolder::of_classes("tests/data/pets")?;
    /// let options = ImageOptions { size: Some((48, 32)), channels: Some(1) };
    /// assert_eq!(images.format(options)?.to_string(), "48 x 32, grey");
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn format(&self, options: ImageOptions) -> Result<ImageFormat> {
        let ImageOptions { size, channels } = options;
        if let (Some((width, height)), Some(channels)) = (size, channels) {
            return ImageFormat::new(width, height, channels);
        }
        shared_format::of(&self.images, options)
    }

    /// Reads an image a row, in the order of their names. With `files` a first column `file` names each.
    ///
    /// ```
    /// use layerwise_data::{ImageFolder, ImageFormat};
    ///
    /// let reader = ImageFolder::of_any("tests/data/pets/cat/1.png")?
    ///     .into_reader(ImageFormat::new(32, 32, 3)?, true);
    /// assert_eq!(reader.column_names()[0], "file");
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn into_reader(self, format: ImageFormat, files: bool) -> TableReader<'static> {
        let mut columns: Vec<String> = files.then(|| "file".to_owned()).into_iter().collect();
        columns.extend((0..format.n_values()).map(|i| format!("x{i}")));
        columns.extend(self.labelled.then(|| "label".to_owned()));
        let name = self.name.clone();
        let rows = ImageRows { folder: self, format, files, next: 0 };
        TableReader::of_rows(name, columns, Box::new(rows))
    }
}

struct ImageRows {
    folder: ImageFolder,
    format: ImageFormat,
    files: bool,
    next: usize,
}

impl Rows for ImageRows {
    fn fill(&mut self, table: &mut Table, most: usize) -> Result<()> {
        use std::fmt::Write;
        for image in self.folder.images[self.next..].iter().take(most - table.n_rows()) {
            let pixels = pixels::read(image, &self.format)?;
            let mut cell = |value: std::fmt::Arguments<'_>| {
                let written = table.push_cell(|text| text.write_fmt(value));
                written.map_err(|error| image.bad(error.to_string()))
            };
            if self.files {
                cell(format_args!("{}", image.path.display()))?;
            }
            for value in pixels {
                cell(format_args!("{value}"))?;
            }
            if self.folder.labelled {
                cell(format_args!("{}", image.label))?;
            }
            table.end_row(self.next as u64);
            self.next += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
