//! HDF5: every array that a file lists, and the table made of them.

#![no_main]

use layerwise_data::{ArrayFile, FileKind, Part};
use layerwise_fuzz::{as_file, read_in_pieces};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if FileKind::of_bytes(data) != FileKind::Hdf5 {
        return Corpus::Reject;
    }
    as_file(data, |path| {
        let Ok(mut file) = ArrayFile::open(path) else { return };
        for (name, shape) in file.arrays().to_vec() {
            if let Ok(array) = file.read(&name) {
                assert_eq!(array.shape(), shape);
                assert_eq!(array.values().len(), shape.iter().product());
            }
        }
        if let Ok(reader) = file.into_reader(None, Part::Training) {
            read_in_pieces(reader, 3);
        }
    });
    Corpus::Keep
});
