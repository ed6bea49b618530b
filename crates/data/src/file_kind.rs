//! What a file is, by its first bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::arrays::is_array;
use crate::{DataError, Result};

/// Bytes of the start of a file that are looked at.
const LOOKED_AT: u64 = 1 << 10;

/// What a file is, by its first bytes: names and their endings say nothing.
///
/// ```
/// use layerwise_data::FileKind;
///
/// assert_eq!(FileKind::of_bytes(b"age,size\n31,1.7\n"), FileKind::Text);
/// assert_eq!(FileKind::of_bytes(b"PAR1\x15\x04"), FileKind::Parquet);
/// assert_eq!(FileKind::Parquet.feature(), Some("parquet"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A folder.
    Folder,
    /// Text, as far as can be seen, or packed with gzip: read as CSV.
    Text,
    /// An array: NumPy's `.npy` or IDX, packed with gzip or not.
    Array,
    /// Arrays by name: NumPy's `.npz`.
    Npz,
    /// Arrays by name: HDF5.
    Hdf5,
    /// A Parquet file.
    Parquet,
    /// Arrow's own file (Feather).
    Arrow,
    /// The same as a stream.
    ArrowStream,
    /// A PNG or JPEG image.
    Image,
    /// Something else, in words.
    Other(&'static str),
}

impl FileKind {
    /// Looks at the start of a file. A pipe counts as text and is not looked at.
    ///
    /// # Errors
    /// [`DataError::Read`].
    ///
    /// ```
    /// use layerwise_data::FileKind;
    ///
    /// assert!(FileKind::of("no-such-file.csv").is_err());
    /// ```
    pub fn of(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let failed = |reason| DataError::Read { file: path.display().to_string(), reason };
        let found = path.metadata().map_err(failed)?;
        if found.is_dir() {
            return Ok(Self::Folder);
        }
        if !found.is_file() {
            // What is read from a pipe is gone.
            return Ok(Self::Text);
        }
        Ok(Self::of_bytes(&start_of(path)?))
    }

    /// Whether a file starts as a text that a person could read; one without a byte does not.
    ///
    /// # Errors
    /// [`DataError::Read`].
    ///
    /// ```
    /// use layerwise_data::FileKind;
    ///
    /// assert!(FileKind::is_plain_text("Cargo.toml")?);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn is_plain_text(path: impl AsRef<Path>) -> Result<bool> {
        let start = start_of(path.as_ref())?;
        Ok(!start.is_empty() && is_plain_text(&start))
    }

    /// What starts with these bytes.
    ///
    /// ```
    /// use layerwise_data::FileKind;
    ///
    /// assert_eq!(FileKind::of_bytes(b"%PDF-1.7"), FileKind::Other("a PDF document"));
    /// ```
    pub fn of_bytes(start: &[u8]) -> Self {
        const KINDS: [(&[u8], FileKind); 11] = [
            (b"PAR1", FileKind::Parquet),
            (b"ARROW1", FileKind::Arrow),
            (b"\xff\xff\xff\xff", FileKind::ArrowStream),
            (b"\x89HDF\r\n\x1a\n", FileKind::Hdf5),
            (b"\x89PNG", FileKind::Image),
            (b"\xff\xd8\xff", FileKind::Image),
            (b"PK\x03\x04", FileKind::Other("a ZIP or Excel file")),
            (b"PK\x05\x06", FileKind::Other("an empty ZIP file")),
            (b"PARE", FileKind::Other("an encrypted Parquet file")),
            (b"FEA1", FileKind::Other("a Feather file of version 1")),
            (b"%PDF", FileKind::Other("a PDF document")),
        ];
        if is_model(start) {
            return Self::Other(MODEL);
        }
        if is_npz(start) {
            return Self::Npz;
        }
        if is_array(start) {
            return Self::Array;
        }
        KINDS
            .iter()
            .find(|(magic, _)| start.starts_with(magic))
            // A table may well have a first column PARENT.
            .filter(|(magic, _)| *magic == b"%PDF" || !magic.is_ascii() || !is_plain_text(start))
            .map_or(Self::Text, |&(_, kind)| kind)
    }

    /// The feature of this crate that reads it; `None` for what is always read, or never.
    ///
    /// ```
    /// assert_eq!(layerwise_data::FileKind::Text.feature(), None);
    /// ```
    pub fn feature(self) -> Option<&'static str> {
        match self {
            Self::Npz => Some("npz"),
            Self::Hdf5 => Some("hdf5"),
            Self::Parquet | Self::Arrow | Self::ArrowStream => Some("parquet"),
            Self::Folder | Self::Image => Some("images"),
            Self::Text | Self::Array | Self::Other(_) => None,
        }
    }

    /// Whether this build has what it takes.
    ///
    /// ```
    /// use layerwise_data::FileKind;
    ///
    /// assert!(FileKind::Array.is_built_in());
    /// assert_eq!(FileKind::Hdf5.is_built_in(), cfg!(feature = "hdf5"));
    /// ```
    pub fn is_built_in(self) -> bool {
        match self.feature() {
            Some("npz") => cfg!(feature = "npz"),
            Some("hdf5") => cfg!(feature = "hdf5"),
            Some("parquet") => cfg!(feature = "parquet"),
            Some("images") => cfg!(feature = "images"),
            _ => !matches!(self, Self::Other(_)),
        }
    }

    /// The kind in words, with its article.
    ///
    /// ```
    /// assert_eq!(layerwise_data::FileKind::Hdf5.words(), "an HDF5 file");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Self::Folder => "a folder",
            Self::Text => "text",
            Self::Array => "an array",
            Self::Npz => "a NumPy archive",
            Self::Hdf5 => "an HDF5 file",
            Self::Parquet => "a Parquet file",
            Self::Arrow => "an Arrow file",
            Self::ArrowStream => "an Arrow stream",
            Self::Image => "an image",
            Self::Other(words) => words,
        }
    }

    /// Why a file of this kind is not what was to be read: it takes a feature, or is something else.
    pub(crate) fn refused(self, file: &str) -> DataError {
        let (file, format) = (file.to_owned(), self.words());
        match self.feature() {
            Some(feature) if !self.is_built_in() => DataError::NotBuiltIn { file, format, feature },
            _ if format == MODEL => DataError::ModelAsData { file },
            _ => DataError::OtherFormat { file, format },
        }
    }
}

/// The first bytes of a file.
fn start_of(path: &Path) -> Result<Vec<u8>> {
    let failed = |reason| DataError::Read { file: path.display().to_string(), reason };
    let mut start = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LOOKED_AT).read_to_end(&mut start).map_err(failed)?;
    Ok(start)
}

/// Whether these are letters and line ends alone: binary formats soon have a zero, a small number or half a letter.
fn is_plain_text(start: &[u8]) -> bool {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // A letter that is cut off at the end of what was looked at.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    text.chars().all(|letter| !letter.is_control() || matches!(letter, '\t' | '\n' | '\r'))
}

/// What a model is written to.
const MODEL: &str = "a model (safetensors)";

/// Whether this is a safetensors file: the length of a header, and the header in JSON.
fn is_model(start: &[u8]) -> bool {
    /// Bytes that a header takes at most.
    const LONGEST: u64 = 100_000_000;
    let length = start.first_chunk().map(|length| u64::from_le_bytes(*length));
    length.is_some_and(|length| length <= LONGEST)
        && start.get(8..).is_some_and(|header| header.starts_with(b"{\""))
}

/// Whether this is a ZIP file whose first entry is an array.
fn is_npz(start: &[u8]) -> bool {
    let name = || {
        let length = u16::from_le_bytes(*start.get(26..)?.first_chunk()?);
        start.get(30..)?.get(..usize::from(length))
    };
    start.starts_with(b"PK\x03\x04") && name().is_some_and(|name| name.ends_with(b".npy"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_file_of_arrays_is_one_of_numpy() {
        let mut start = b"PK\x03\x04".to_vec();
        start.resize(26, 0);
        start.extend([5, 0, 0, 0]);
        start.extend(b"x.npyrest");
        assert_eq!(FileKind::of_bytes(&start), FileKind::Npz);
        start[30..35].copy_from_slice(b"x.xml");
        assert_eq!(FileKind::of_bytes(&start), FileKind::Other("a ZIP or Excel file"));
        for cut in 0..start.len() {
            FileKind::of_bytes(&start[..cut]);
        }
    }

    #[test]
    fn a_model_is_none_of_data() {
        let mut start = 300_u64.to_le_bytes().to_vec();
        start.extend(br#"{"__metadata__":{"layerwise":"#);
        let kind = FileKind::of_bytes(&start);
        assert!(!kind.is_built_in());
        let message = kind.refused("m.safetensors").to_string();
        assert_eq!(message, "m.safetensors is a model (safetensors), not data");
        assert_eq!(FileKind::of_bytes(b"{\"a\": 1}{\"b\": 2}"), FileKind::Text);
    }

    #[test]
    fn a_table_may_start_with_the_letters_of_another_format() {
        for name in ["PARENT", "PAR1", "ARROW1", "FEA1"] {
            let csv = format!("{name},town\n1,Züri");
            assert_eq!(FileKind::of_bytes(csv.as_bytes()), FileKind::Text);
            // Cut off within a letter.
            assert_eq!(FileKind::of_bytes(&csv.as_bytes()[..csv.len() - 3]), FileKind::Text);
        }
        assert_eq!(FileKind::of_bytes(b"ARROW1\0\0"), FileKind::Arrow);
        let encrypted = FileKind::Other("an encrypted Parquet file");
        assert_eq!(FileKind::of_bytes(b"PARE\x20\x02\0\0"), encrypted);
    }

    #[test]
    fn what_is_not_built_in_names_its_feature() {
        let message = FileKind::Parquet.refused("t.parquet").to_string();
        let built_in = cfg!(feature = "parquet");
        assert_eq!(message.contains("feature `parquet`"), !built_in, "{message}");
        assert!(FileKind::Other("a PDF document").refused("t").to_string().contains("as CSV"));
    }
}
