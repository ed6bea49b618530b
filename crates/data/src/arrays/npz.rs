//! NumPy's `.npz`: a ZIP file with a `.npy` for each array.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::file::Source;
use super::npy;

pub(super) fn open(path: &Path) -> Result<Npz, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let archive = ZipArchive::new(BufReader::new(file))
        .map_err(|error| format!("{error}; if it was copied or downloaded, do that again"))?;
    Ok(Npz { archive })
}

pub(super) struct Npz {
    archive: ZipArchive<BufReader<File>>,
}

impl Source for Npz {
    fn list(&mut self) -> Result<Vec<(String, Vec<usize>)>, String> {
        let mut arrays = vec![];
        for index in 0..self.archive.len() {
            let entry = self.archive.by_index(index).map_err(|error| error.to_string())?;
            let name = entry.name().map_err(|error| error.to_string())?;
            let Some(name) = name.strip_suffix(".npy").map(str::to_owned) else { continue };
            let mut start = vec![];
            let read = entry.take(npy::LONGEST_HEADER as u64).read_to_end(&mut start);
            read.map_err(|error| format!("{name}: {error}"))?;
            let (header, _) =
                npy::header(&start).map_err(|problem| format!("{name}: {problem}"))?;
            let shape =
                header.shape().iter().map(|&size| usize::try_from(size).unwrap_or(usize::MAX));
            arrays.push((name, shape.collect()));
        }
        Ok(arrays)
    }

    fn read(&mut self, name: &str) -> Result<(Vec<usize>, Vec<f64>), String> {
        let entry = self.archive.by_name(&format!("{name}.npy"));
        let mut entry = entry.map_err(|error| error.to_string())?;
        let mut bytes = vec![];
        entry.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        npy::read(&bytes)
    }
}
