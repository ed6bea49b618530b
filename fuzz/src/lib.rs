//! What the targets share: an input as a file, for readers that take a path.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

/// Writes the bytes to a file, the same for every input of this process, and gives its path to `read`.
pub fn as_file<T>(bytes: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    let path: PathBuf = std::env::temp_dir().join(format!("layerwise-fuzz-{}", process::id()));
    fs::write(&path, bytes).expect("the temporary folder can be written to");
    let result = read(&path);
    let _ = fs::remove_file(&path);
    result
}

/// Reads a table some rows at a time, then all there is; what is wrong is an answer like any other.
pub fn read_in_pieces(mut reader: layerwise_data::TableReader<'_>, most: usize) -> usize {
    let mut rows = 0;
    while let Ok(Some(piece)) = reader.next_rows(most) {
        let cells: usize = (0..piece.n_rows()).map(|row| piece.cells(row).count()).sum();
        assert_eq!(cells, piece.n_rows() * piece.column_names().len());
        rows += piece.n_rows();
    }
    rows
}

/// A safetensors file: its header up to the first zero, whose length is put in front, and the data behind.
pub fn with_length(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let mut file = (end as u64).to_le_bytes().to_vec();
    file.extend(&bytes[..end]);
    file.extend(bytes.get(end + 1..).unwrap_or_default());
    file
}
