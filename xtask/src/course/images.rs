//! Reading the cat images.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use layerwise::prelude::DMatrix;
use npyz::NpyFile;

use super::CourseError;

/// Images as the exercise wants them: one a column, values divided by 255, with labels.
pub struct Images {
    /// `(12288, m)`: height, width and channel of an image one after the other, in [0, 1].
    pub x: DMatrix<f64>,
    /// `(1, m)`: 1 for a cat.
    pub y: DMatrix<f64>,
}

impl Images {
    /// Reads `{part}_x.npy` and `{part}_y.npy` from a folder.
    ///
    /// # Errors
    /// Files that are absent, damaged, or do not belong together.
    pub fn read(folder: &Path, part: &str) -> Result<Self, CourseError> {
        let (pixels, shape) = read_bytes(&folder.join(format!("{part}_x.npy")))?;
        let path = folder.join(format!("{part}_y.npy"));
        let (labels, _) = read_bytes(&path)?;
        let m = shape.first().map_or(0, |&m| m as usize);
        if m == 0 || labels.len() != m {
            let message =
                format!("expected one label for each of {m} images, found {}", labels.len());
            return Err(CourseError::File { path, message });
        }
        let x = pixels.iter().map(|&pixel| f64::from(pixel) / 255.0);
        let y = labels.iter().map(|&label| f64::from(label));
        Ok(Self {
            x: DMatrix::from_iterator(pixels.len() / m, m, x),
            y: DMatrix::from_iterator(1, m, y),
        })
    }
}

/// The bytes of a uint8 array and its shape, in the order of rows.
fn read_bytes(path: &Path) -> Result<(Vec<u8>, Vec<u64>), CourseError> {
    let wrong = |message: String| CourseError::File { path: path.to_owned(), message };
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let array = NpyFile::new(BufReader::new(file)).map_err(|error| wrong(error.to_string()))?;
    if array.order() != npyz::Order::C {
        return Err(wrong(
            "expected the order of rows (C), found that of columns (Fortran)".into(),
        ));
    }
    let shape = array.shape().to_vec();
    let bytes = array.into_vec::<u8>().map_err(|error| wrong(error.to_string()))?;
    Ok((bytes, shape))
}
