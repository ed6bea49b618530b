//! Where a file that is asked for gets written.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The files that writing to a path touches.
///
/// ```
/// use layerwise_model::{Place, place_of};
///
/// let Place { file, part } = place_of("model.safetensors".as_ref());
/// assert_ne!(file, part);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file in the end: of a link what it leads to, be it there or not.
    pub file: PathBuf,
    /// What is written first and then renamed: beside `file`, with `.part` after its name.
    pub part: PathBuf,
}

/// Where a model for this path gets written, as [`ModelFile::write`](crate::ModelFile::write) does.
///
/// A link stays and what it leads to is written. Nothing has to be there, and nothing is changed.
///
/// ```
/// use std::path::Path;
/// use layerwise_model::place_of;
///
/// let place = place_of(Path::new("new/model.safetensors"));
/// assert_eq!(place.file, Path::new("new/model.safetensors"));
/// assert_eq!(place.part, Path::new("new/model.safetensors.part"));
/// ```
pub fn place_of(path: &Path) -> Place {
    let found = fs::canonicalize(path).or_else(|_| {
        let target = fs::read_link(path)?;
        Ok::<_, io::Error>(path.parent().unwrap_or(Path::new("")).join(target))
    });
    let file = found.unwrap_or_else(|_| path.to_owned());
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = file.with_file_name(name);
    Place { file, part }
}

/// Writes a file by way of its [`Place::part`]: whoever reads it finds what was there or all of the new, never a
/// piece. Who may read it stays as it was.
///
/// # Errors
/// What `write` says, and for the file itself what `failed` makes of it; then what was there is still there.
///
/// ```
/// use std::io::Write;
/// use layerwise_model::write_whole;
///
/// let path = std::env::temp_dir().join("layerwise-write-whole.txt");
/// write_whole(&path, |file| file.write_all(b"all of it"), |error| error)?;
/// assert_eq!(std::fs::read(&path)?, b"all of it");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_whole<E>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
    failed: impl Fn(io::Error) -> E,
) -> Result<(), E> {
    let Place { file, part } = &place_of(path);
    let begin = || {
        let out = File::create(part)?;
        // What is replaced may be kept from others, who are not to see the new one either.
        if let Ok(replaced) = fs::metadata(file) {
            out.set_permissions(replaced.permissions())?;
        }
        Ok(out)
    };
    let done = begin()
        .map_err(&failed)
        .and_then(|mut out| write(&mut out))
        .and_then(|()| fs::rename(part, file).map_err(&failed));
    if done.is_err() {
        // What is left of an attempt that failed; if it cannot be removed, it was not there.
        let _ = fs::remove_file(part);
    }
    done
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_cannot_be_written_to_its_end_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        fs::write(&path, "old").unwrap();
        let broken = write_whole(&path, |_| Err("half way".to_owned()), |error| error.to_string());
        assert_eq!(broken, Err("half way".to_owned()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left");
    }

    #[test]
    fn a_link_is_followed_be_its_end_there_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        fs::create_dir(folder.join("far")).unwrap();
        let (link, file) = (folder.join("latest"), folder.join("far/v1"));
        symlink("far/v1", &link).unwrap();
        let expected = Place { file: file.clone(), part: folder.join("far/v1.part") };
        assert_eq!(place_of(&link), expected, "not there yet");
        fs::write(&file, "model").unwrap();
        assert_eq!(place_of(&link), expected, "there");
        // Of two links in turn to what is there, the end.
        symlink("latest", folder.join("newest")).unwrap();
        assert_eq!(place_of(&folder.join("newest")), expected);
    }
}
