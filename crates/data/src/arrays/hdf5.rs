//! HDF5, read with the crate `hdf5-pure`.

use std::path::Path;

use hdf5_pure::{DType, Dataset, File, Group, Layout};

use super::file::Source;

/// Groups within groups that are looked into.
const DEEPEST: usize = 16;

/// More bytes than deflate can make of one.
const LARGEST_RATIO: u64 = 1100;

pub(super) fn open(path: &Path) -> Result<Hdf5, String> {
    File::open_streaming(path).map(|file| Hdf5 { file }).map_err(|error| error.to_string())
}

pub(super) struct Hdf5 {
    file: File,
}

impl Source for Hdf5 {
    fn list(&mut self) -> Result<Vec<(String, Vec<usize>)>, String> {
        let mut arrays = vec![];
        list(&self.file.root(), "", DEEPEST, &mut arrays)?;
        Ok(arrays)
    }

    fn read(&mut self, name: &str) -> Result<(Vec<usize>, Vec<f64>), String> {
        let data = self.file.dataset(name).map_err(|error| error.to_string())?;
        let shape = shape(&data)?;
        let size = data.element_size().map_err(|error| error.to_string())?;
        // A few bytes can ask for more numbers than there is memory for.
        if !could_hold(self.file.file_size(), size, shape.iter().map(|&n| n as u64)) {
            return Err(format!("its shape {shape:?} asks for more than the file can hold"));
        }
        check_chunks(&data, size, self.file.file_size())?;
        let dtype = data.dtype().map_err(|error| error.to_string())?;
        let values = match dtype {
            // Truth values are levels called FALSE and TRUE.
            DType::Enum(_) if size == 1 => {
                data.read_raw().map(|bytes| bytes.into_iter().map(f64::from).collect())
            }
            DType::F32 | DType::F64 => data.read_f64(),
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => data.read_f64(),
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => data.read_f64(),
            other => {
                let problem = "not numbers; number classes 0, 1, …";
                return Err(format!("it holds values of type {other}, {problem}"));
            }
        };
        let values: Vec<f64> = values.map_err(|error| error.to_string())?;
        let expected = shape.iter().fold(1, |count: usize, &size| count.saturating_mul(size));
        if values.len() != expected {
            return Err(format!("it has {} values instead of {expected}", values.len()));
        }
        Ok((shape, values))
    }
}

fn list(
    group: &Group,
    path: &str,
    depth: usize,
    arrays: &mut Vec<(String, Vec<usize>)>,
) -> Result<(), String> {
    let failed = |error: hdf5_pure::Error| error.to_string();
    for name in group.datasets().map_err(failed)? {
        let data = group.dataset(&name).map_err(failed)?;
        arrays.push((format!("{path}{name}"), shape(&data)?));
    }
    if depth > 0 {
        for name in group.groups().map_err(failed)? {
            let below = group.group(&name).map_err(failed)?;
            list(&below, &format!("{path}{name}/"), depth - 1, arrays)?;
        }
    }
    Ok(())
}

/// Whether an array of `shape`, of values of `size` bytes, could have been packed into `file_size` bytes.
fn could_hold(file_size: u64, size: u64, shape: impl IntoIterator<Item = u64>) -> bool {
    let bytes = shape.into_iter().try_fold(size, |bytes, n| bytes.checked_mul(n));
    bytes.is_some_and(|bytes| bytes <= file_size.saturating_mul(LARGEST_RATIO))
}

/// Errs where the pieces `data` is stored in cannot all be in the file: the parser would make room for one of
/// them before it finds that out.
fn check_chunks(data: &Dataset, size: u64, file_size: u64) -> Result<(), String> {
    let failed = |error: hdf5_pure::Error| error.to_string();
    let Layout::Chunked { chunk_shape, .. } = data.layout().map_err(failed)? else {
        return Ok(());
    };
    if !could_hold(file_size, size, chunk_shape.iter().copied()) {
        return Err(format!("its pieces of shape {chunk_shape:?} are more than the file can hold"));
    }
    for chunk in data.chunks().map_err(failed)? {
        let (start, length) = (chunk.address, chunk.storage_size);
        if start.checked_add(length).is_none_or(|end| end > file_size) {
            let place = format!("a piece of {length} bytes at byte {start}");
            return Err(format!(
                "{place} is not within the file's {file_size}; the file is damaged"
            ));
        }
    }
    Ok(())
}

fn shape(data: &Dataset) -> Result<Vec<usize>, String> {
    let shape = data.shape().map_err(|error| error.to_string())?;
    Ok(shape.into_iter().map(|size| usize::try_from(size).unwrap_or(usize::MAX)).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::{ArrayFile, Part, Result, Table};

    /// Written by h5py: `X` (6, 2) big-endian f4, `y` (6,) truth values, `names` of texts, and in the group
    /// `deep` `data` (6, 2) f8 in chunks of (4, 1), shuffled and packed, and `target` (6,) u1.
    const SMALL: &[u8] = include_bytes!("../../tests/data/small.h5");

    fn table(bytes: &[u8], labels: Option<&str>) -> Result<Table> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        ArrayFile::open(file.path())?.into_reader(labels, Part::Training)?.into_table()
    }

    #[test]
    fn arrays_of_all_layouts() {
        let flat = table(SMALL, Some("y")).unwrap();
        assert_eq!(flat.cells(1).collect::<Vec<_>>(), ["1", "1.5", "1"]);
        let deep = table(SMALL, Some("deep/target")).unwrap();
        assert_eq!(deep.cells(5).collect::<Vec<_>>(), ["50", "55.5", "5"]);
        let said = table(SMALL, None).unwrap_err().to_string();
        assert!(said.contains("deep/data (6, 2)"), "{said}");
        let said = table(SMALL, Some("names")).unwrap_err().to_string();
        assert!(said.contains("no other array"), "{said}");
    }

    /// The B-tree of `deep/data` says of each piece how many bytes it has, 32 bytes before it says where it is.
    #[test]
    fn pieces_beyond_the_file_are_refused_before_memory_is_asked_for() {
        let place = 10_110_u64.to_le_bytes();
        let at = SMALL.windows(8).position(|bytes| bytes == place).unwrap();
        let (mut long, mut far) = (SMALL.to_vec(), SMALL.to_vec());
        assert_eq!(SMALL[at - 32..at - 28], 18_u32.to_le_bytes());
        long[at - 32..at - 28].copy_from_slice(&u32::MAX.to_le_bytes());
        let said = table(&long, Some("deep/target")).unwrap_err().to_string();
        assert!(said.contains("4294967295 bytes at byte 10110"), "{said}");
        far[at..at + 8].copy_from_slice(&(SMALL.len() as u64 - 17).to_le_bytes());
        let said = table(&far, Some("deep/target")).unwrap_err().to_string();
        assert!(said.contains("18 bytes") && said.contains("deep/data"), "{said}");
    }

    #[test]
    fn what_is_damaged_never_panics() {
        for cut in [8, 100, SMALL.len() / 2, SMALL.len() - 1] {
            drop(table(&SMALL[..cut], Some("deep/target")));
        }
        for i in 0..2000_usize {
            let mut changed = SMALL.to_vec();
            let at = 8 + i * 7919 % (changed.len() - 8);
            changed[at] ^= 1 << (i % 8);
            drop(table(&changed, Some(if i % 2 == 0 { "y" } else { "deep/target" })));
        }
    }
}
