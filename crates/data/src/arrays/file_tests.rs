#![cfg(feature = "npz")]

use std::fs;
use std::io::Write;
use std::path::Path;

use super::*;
use crate::Table;

/// A `.npy` of version 1 with these bytes.
fn npy(shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn write_npz(path: &Path, arrays: &[(&str, Vec<u8>)], packed: bool) {
    let mut writer = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let way =
        if packed { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    let options = zip::write::SimpleFileOptions::default().compression_method(way);
    for (name, bytes) in arrays {
        writer.start_file(format!("{name}.npy"), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
}

fn table(path: &Path, labels: Option<&str>, part: Part) -> Result<Table> {
    ArrayFile::open(path)?.into_reader(labels, part)?.into_table()
}

fn message(path: &Path, labels: Option<&str>) -> String {
    table(path, labels, Part::Training).unwrap_err().to_string()
}

#[test]
fn features_and_labels_of_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.npz");
    for packed in [false, true] {
        let arrays = [("y", npy("(2,)", &[7, 8])), ("X", npy("(2, 2)", &[1, 2, 3, 4]))];
        write_npz(&path, &arrays, packed);
        let read = table(&path, None, Part::Training).unwrap();
        assert_eq!(read.column_names(), ["x0", "x1", "label"]);
        assert_eq!(read.cells(1).collect::<Vec<_>>(), ["3", "4", "8"]);
        assert!(read.name().ends_with("d.npz: X"), "{}", read.name());
    }
    let arrays = [("pixels", npy("(2, 2)", &[1, 2, 3, 4])), ("kinds", npy("(2,)", &[7, 8]))];
    write_npz(&path, &arrays, false);
    assert_eq!(table(&path, Some("kinds"), Part::Testing).unwrap().n_rows(), 2);
    let said = message(&path, None);
    assert!(said.ends_with("its arrays are: pixels (2, 2), kinds (2)"), "{said}");
    assert!(message(&path, Some("kind")).contains("it has no array \"kind\""));
    assert_eq!(ArrayFile::open(&path).unwrap().read("kinds").unwrap().shape(), [2]);
}

#[test]
fn damaged_archives_say_so_and_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.npz");
    let arrays = [("x", npy("(50, 2)", &[3; 100])), ("y", npy("(50,)", &[1; 50]))];
    write_npz(&path, &arrays, true);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(message(&path, None).contains("d.npz is a NumPy archive that cannot be read"));
    for i in 0..600_usize {
        let mut changed = whole.clone();
        changed[35 + i * 7919 % (whole.len() - 35)] ^= 1 << (i % 8);
        fs::write(&path, &changed).unwrap();
        drop(table(&path, None, Part::Training));
    }
    // A shape that is not that of the data.
    write_npz(&path, &[("x", npy("(50, 2)", &[3; 10]))], true);
    assert!(message(&path, None).contains("d.npz: x: it has 10 bytes of data instead of 100"));
}
