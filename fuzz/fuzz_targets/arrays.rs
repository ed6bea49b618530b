//! Arrays: `.npy`, IDX and `.npz`, packed with gzip or not.
//!
//! The first byte says what the others are: an array, a whole file, or an array to be put into a ZIP file or packed
//! with gzip, so that their check sums are right.

#![no_main]

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use layerwise_data::{Array, ArrayFile, FileKind, Part};
use layerwise_fuzz::{as_file, read_in_pieces};
use libfuzzer_sys::fuzz_target;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fuzz_target!(|data: &[u8]| {
    let Some((&what, bytes)) = data.split_first() else { return };
    match what % 4 {
        0 => use_array(Array::from_bytes(bytes, "a").ok()),
        1 => as_file(bytes, |path| match FileKind::of(path) {
            Ok(FileKind::Array) => use_array(Array::read(path).ok()),
            _ => use_archive(path),
        }),
        2 => as_file(&zipped(bytes), use_archive),
        _ => as_file(&gzipped(bytes), |path| use_array(Array::read(path).ok())),
    }
});

fn use_array(array: Option<Array>) {
    let Some(array) = array else { return };
    assert_eq!(array.values().len(), array.shape().iter().product());
    let labels = array.clone();
    if let Ok(reader) = array.clone().into_reader(Some(labels)) {
        read_in_pieces(reader, 2);
    }
    if let Ok(reader) = array.into_reader(None) {
        read_in_pieces(reader, 3);
    }
}

fn use_archive(path: &std::path::Path) {
    let Ok(mut file) = ArrayFile::open(path) else { return };
    for (name, shape) in file.arrays().to_vec() {
        if let Ok(array) = file.read(&name) {
            assert_eq!(array.shape(), shape);
            use_array(Some(array));
        }
    }
    if let Ok(reader) = file.into_reader(None, Part::Training) {
        read_in_pieces(reader, 3);
    }
}

/// A file of two arrays, parted by the first `|` that there may be.
fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    for (array, name) in bytes.splitn(2, |&byte| byte == b'|').zip(["x.npy", "y.npy"]) {
        archive.start_file(name, SimpleFileOptions::default()).expect("a short name");
        archive.write_all(array).expect("memory takes everything");
    }
    archive.finish().expect("memory takes everything").into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(vec![], Compression::fast());
    packer.write_all(bytes).expect("memory takes everything");
    packer.finish().expect("memory takes everything")
}
