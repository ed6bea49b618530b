//! Arrays of numbers from files of other programs: NumPy's `.npy` and the IDX of the MNIST database; by name
//! from NumPy's `.npz` and from HDF5.

mod choice;
mod file;
#[cfg(feature = "hdf5")]
mod hdf5;
mod idx;
mod npy;
#[cfg(feature = "npz")]
mod npz;
mod rows;

pub use choice::Part;
pub use file::ArrayFile;

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::{DataError, Result, Table, TableReader};

/// The first bytes of a file packed with gzip.
const GZIP: &[u8] = b"\x1f\x8b";

/// Numbers in as many dimensions as there are, the last running fastest (NumPy's order C).
///
/// ```
/// use layerwise_data::Array;
///
/// // IDX: two zeros, the type (8: bytes), one dimension, its size, the data.
/// let bytes = [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9];
/// let array = Array::from_bytes(&bytes, "labels.idx")?;
/// assert_eq!((array.shape(), array.values()), (&[3][..], &[7.0, 8.0, 9.0][..]));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    name: String,
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Array {
    /// Whether a file is an array, by its first bytes.
    ///
    /// # Errors
    /// [`DataError::Read`].
    ///
    /// ```
    /// assert!(layerwise_data::Array::is_in("no-such-file.npy").is_err());
    /// ```
    pub fn is_in(path: impl AsRef<Path>) -> Result<bool> {
        let path = path.as_ref();
        let failed = |reason| DataError::Read { file: path.display().to_string(), reason };
        let mut start = Vec::new();
        fs::File::open(path)
            .and_then(|file| file.take(1 << 10).read_to_end(&mut start))
            .map_err(failed)?;
        Ok(is_array(&start))
    }

    /// Reads a file, packed with gzip or not.
    ///
    /// # Errors
    /// [`DataError::Read`], [`BadArray`](DataError::BadArray).
    ///
    /// ```
    /// assert!(layerwise_data::Array::read("no-such-file.npy").is_err());
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let name = path.as_ref().display().to_string();
        let failed = |reason| DataError::Read { file: name.clone(), reason };
        let mut bytes = fs::read(path.as_ref()).map_err(failed)?;
        if bytes.starts_with(GZIP) {
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).map_err(failed)?;
            bytes = unpacked;
        }
        Self::from_bytes(&bytes, name)
    }

    /// Reads the bytes of a file. `name` stands for it in messages.
    ///
    /// # Errors
    /// [`DataError::BadArray`] for bytes that are no array, or of a type that holds no numbers.
    pub fn from_bytes(bytes: &[u8], name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let read = if npy::is(bytes) { npy::read(bytes) } else { idx::read(bytes) };
        match read {
            Ok((shape, values)) => Ok(Self { name, shape, values }),
            Err(problem) => Err(DataError::BadArray { file: name, problem }),
        }
    }

    /// The size of each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All numbers.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// A table with an example in each row: the first dimension counts examples, all others become columns,
    /// `x0`, `x1`, …, and `labels`, one number for each example, a last column `label`.
    ///
    /// # Errors
    /// [`DataError::BadArray`] for an array without examples or numbers, and labels that are not as many.
    ///
    /// ```
    /// use layerwise_data::Array;
    ///
    /// let x = Array::from_bytes(&[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4], "x.idx")?;
    /// let y = Array::from_bytes(&[0, 0, 8, 1, 0, 0, 0, 2, 7, 8], "y.idx")?;
    /// let table = x.into_table(Some(&y))?;
    /// assert_eq!(table.column_names(), ["x0", "x1", "label"]);
    /// assert_eq!(table.column("x1")?.collect::<Vec<_>>(), ["2", "4"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn into_table(self, labels: Option<&Array>) -> Result<Table> {
        self.into_reader(labels.cloned())?.into_table()
    }

    /// The same table in pieces.
    ///
    /// # Errors
    /// As [`into_table`](Array::into_table).
    ///
    /// ```
    /// use layerwise_data::Array;
    ///
    /// let x = Array::from_bytes(&[0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 1, 1, 2, 3], "x.idx")?;
    /// let mut reader = x.into_reader(None)?;
    /// assert_eq!(reader.next_rows(2)?.map(|rows| rows.n_rows()), Some(2));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn into_reader(self, labels: Option<Array>) -> Result<TableReader<'static>> {
        rows::reader(self, labels)
    }
}

/// Whether a file that starts with these bytes is an array, packed with gzip or not.
pub(crate) fn is_array(start: &[u8]) -> bool {
    if !start.starts_with(GZIP) {
        return npy::is(start) || idx::is(start);
    }
    let mut unpacked = [0; 8];
    // What cannot be unpacked is no array; who reads it as a table will say what is wrong.
    let read = MultiGzDecoder::new(start).read(&mut unpacked).unwrap_or(0);
    npy::is(&unpacked[..read]) || idx::is(&unpacked[..read])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `.npy` file of version 1.
    fn npy(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn header(descr: &str, fortran: bool, shape: &str) -> String {
        let order = if fortran { "True" } else { "False" };
        format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n")
    }

    fn read(bytes: &[u8]) -> std::result::Result<(Vec<usize>, Vec<f64>), String> {
        Array::from_bytes(bytes, "a")
            .map(|array| (array.shape, array.values))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn arrays_of_numpy_in_both_orders_and_all_types() {
        let ints: Vec<u8> = [1_i16, -2, 3, 4, 5, 6].iter().flat_map(|v| v.to_be_bytes()).collect();
        let rows = read(&npy(&header(">i2", false, "(2, 3)"), &ints)).unwrap();
        assert_eq!(rows, (vec![2, 3], vec![1.0, -2.0, 3.0, 4.0, 5.0, 6.0]));
        let columns = read(&npy(&header(">i2", true, "(2, 3)"), &ints)).unwrap();
        assert_eq!(columns, (vec![2, 3], vec![1.0, 3.0, 5.0, -2.0, 4.0, 6.0]));
        let floats: Vec<u8> = [0.5_f32, 2.5].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(read(&npy(&header("<f4", false, "(2,)"), &floats)).unwrap().1, [0.5, 2.5]);
        // 1, −2, the least above 0, the largest, and an infinity.
        let halves: Vec<u8> = [0x3c00_u16, 0xc000, 0x0001, 0x7bff, 0x7c00]
            .iter()
            .flat_map(|half| half.to_le_bytes())
            .collect();
        let halves = read(&npy(&header("<f2", false, "(5,)"), &halves)).unwrap().1;
        assert_eq!(halves, [1.0, -2.0, 2.0_f64.powi(-24), 65504.0, f64::INFINITY]);
        let turned = read(&npy(&header(">f2", false, "(1,)"), &[0x3c, 0x00])).unwrap().1;
        assert_eq!(turned, [1.0]);
        assert_eq!(read(&npy(&header("|b1", false, "(2,)"), &[1, 0])).unwrap().1, [1.0, 0.0]);
        assert_eq!(
            read(&npy(&header("|u1", false, "(3,)"), &[9, 8, 7])).unwrap().1,
            [9.0, 8.0, 7.0]
        );
    }

    #[test]
    fn arrays_that_are_damaged_say_how() {
        let message = |bytes: &[u8]| read(bytes).unwrap_err();
        let cut = npy(&header("<f8", false, "(4,)"), &[0; 31]);
        assert!(message(&cut).contains("31 bytes of data instead of 32"), "{}", message(&cut));
        let vast = npy(&header("<f8", false, "(4000000000, 4000000000)"), &[0; 8]);
        assert!(message(&vast).contains("more than fit"), "{}", message(&vast));
        // The product of a shape, or of a part of it, that no number can hold, however it is written.
        for shape in [
            "(4294967296, 4294967296, 4294967296)",
            "(0, 4294967296, 4294967296)",
            "(99999999999999999999999, 1)",
            "(9223372036854775807+9223372036854775807, 2)",
            "(0xffffffffff, 0xffffffffff)",
            "(4_294_967_296, 4294967296)",
        ] {
            let vast = npy(&header("<f8", false, shape), &[0; 8]);
            assert!(message(&vast).contains("more than fit"), "{}", message(&vast));
        }
        let text = npy(&header("<U4", false, "(1,)"), &[0; 16]);
        assert!(message(&text).contains("<U4"), "{}", message(&text));
        assert!(message(b"\x93NUMPY\x01\0\x05\0{'a'}").contains("its header"));
        // Four gigabytes of header, and brackets that a parser would follow for years.
        let long = message(b"\x93NUMPY\x02\0\xff\xff\xff\xff{'descr'");
        assert!(long.contains("too many"), "{long}");
        let deep = message(&npy(&"(".repeat(200), &[]));
        assert!(deep.contains("brackets within brackets"), "{deep}");
        assert!(message(&[0, 0, 8, 1, 0, 0, 0, 9, 1]).contains("1 bytes of data instead of 9"));
        assert!(message(&[0, 0, 8, 200, 0]).contains("ends within its header"));
        assert!(message(&[0, 0, 7, 1]).contains("type 7"));
        assert!(message(b"age,town").contains("neither"));
    }

    #[test]
    fn numbers_of_idx_have_their_big_end_first() {
        let bytes = [0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0, 0, 0];
        assert_eq!(read(&bytes).unwrap(), (vec![1], vec![0.5]));
        let bytes = [0, 0, 0x0b, 1, 0, 0, 0, 1, 0xff, 0xfe];
        assert_eq!(read(&bytes).unwrap(), (vec![1], vec![-2.0]));
    }

    #[test]
    fn labels_must_be_as_many() {
        let x = Array::from_bytes(&[0, 0, 8, 1, 0, 0, 0, 2, 1, 2], "x").unwrap();
        let y = Array::from_bytes(&[0, 0, 8, 1, 0, 0, 0, 1, 1], "y").unwrap();
        assert_eq!(
            x.into_table(Some(&y)).unwrap_err().to_string(),
            "y: expected a label for each of 2 examples of x, found 1"
        );
    }
}
