//! The images in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ImageFolder, LabelledImage};
use crate::{DataError, FileKind, Result};

const LAYOUT: &str = "give a folder with one sub-folder a class, and the images of the class in it";

pub(super) fn of_classes(path: &Path) -> Result<ImageFolder> {
    let (folders, files) = entries(path)?;
    if folders.is_empty() {
        let problem =
            if files.is_empty() { "the folder is empty" } else { "it has no sub-folders" };
        return Err(bad(path, format!("{problem}; {LAYOUT}")));
    }
    if let Some(file) = files.first() {
        let problem =
            "it lies beside the folders of the classes; move it into one of them, or away";
        return Err(bad(file, problem));
    }
    let mut images = vec![];
    for folder in folders {
        let label = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        images.extend(images_in(&folder, &label)?);
    }
    Ok(ImageFolder { name: path.display().to_string(), images, labelled: true })
}

pub(super) fn of_any(path: &Path) -> Result<ImageFolder> {
    let name = path.display().to_string();
    let (images, labelled) = if !path.is_dir() {
        check(path)?;
        (vec![LabelledImage { path: path.to_owned(), label: String::new() }], false)
    } else if entries(path)?.0.is_empty() {
        (images_in(path, "")?, false)
    } else {
        return of_classes(path);
    };
    Ok(ImageFolder { name, images, labelled })
}

/// All files of a folder, each of which must be an image.
fn images_in(folder: &Path, label: &str) -> Result<Vec<LabelledImage>> {
    let (folders, files) = entries(folder)?;
    if let Some(inner) = folders.first() {
        let problem = format!("it is a folder within {}; {LAYOUT}", folder.display());
        return Err(bad(inner, problem));
    }
    if files.is_empty() {
        return Err(bad(folder, "the folder has no images; put some into it, or remove it"));
    }
    files
        .into_iter()
        .map(|path| check(&path).map(|()| LabelledImage { path, label: label.to_owned() }))
        .collect()
}

/// Refuses a file that does not start as an image does.
fn check(path: &Path) -> Result<()> {
    match FileKind::of(path)? {
        FileKind::Image => Ok(()),
        _ => Err(bad(path, "it is no PNG or JPEG image; remove it, or save it as one")),
    }
}

/// Folders and files in the order of their names, without those that are hidden.
fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let failed = |reason| DataError::Read { file: folder.display().to_string(), reason };
    let (mut folders, mut files) = (vec![], vec![]);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // What systems leave behind to remember how a folder was shown.
        if name.starts_with('.') || name == "Thumbs.db" || name == "desktop.ini" {
            continue;
        }
        if path.is_dir() { folders.push(path) } else { files.push(path) }
    }
    folders.sort();
    files.sort();
    Ok((folders, files))
}

fn bad(path: &Path, problem: impl Into<String>) -> DataError {
    DataError::BadImage { file: path.display().to_string(), problem: problem.into() }
}
