//! Folders of images.

use std::path::Path;

use layerwise_data::{FileKind, ImageFormat, ImageOptions};

use super::{Input, Opened};
use crate::error::CliError;

/// Reads images, the names of their folders as labels.
#[cfg(feature = "images")]
pub fn to_learn(
    data: &Path,
    kind: FileKind,
    target: Option<&str>,
    options: ImageOptions,
) -> Result<Input, CliError> {
    if kind == FileKind::Image {
        let problem = "it is a single image; give a folder with one sub-folder a class";
        return Err(CliError::input(data, problem.into()));
    }
    if target.is_some_and(|target| target != "label") {
        let problem = "the labels of images are the names of their folders; leave --target out";
        return Err(CliError::input(data, problem.into()));
    }
    let images = layerwise_data::ImageFolder::of_classes(data)?;
    let format = images.format(options)?;
    let table = images.into_reader(format, false).into_table()?;
    Ok(Input { images: Some(format), ..Input::of(table, true) })
}

/// Opens images, brought to what the model was trained on.
#[cfg(feature = "images")]
pub fn open(data: &Path, kind: FileKind, format: Option<ImageFormat>) -> Result<Opened, CliError> {
    let Some(format) = format else {
        let problem = format!("it is {}, but the model was not trained on images", kind.words());
        return Err(CliError::input(data, problem));
    };
    let images = layerwise_data::ImageFolder::of_any(data)?;
    let mut shown = vec!["file".to_owned()];
    shown.extend(images.is_labelled().then(|| "label".to_owned()));
    Ok(Opened { reader: images.into_reader(format, true), shown: Some(shown) })
}

// Without the feature nothing gets here: the kinds of files are not built in.

#[cfg(not(feature = "images"))]
pub fn to_learn(
    data: &Path,
    kind: FileKind,
    _: Option<&str>,
    _: ImageOptions,
) -> Result<Input, CliError> {
    Err(CliError::input(data, format!("it is {}", kind.words())))
}

#[cfg(not(feature = "images"))]
pub fn open(data: &Path, kind: FileKind, _: Option<ImageFormat>) -> Result<Opened, CliError> {
    Err(CliError::input(data, format!("it is {}", kind.words())))
}
