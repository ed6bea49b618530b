//! Images in IDX, packed with gzip, as MNIST is published.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use layerwise::prelude::*;

use super::{Data, QualityError, Task};

/// The images in [0, 1] and their classes one-hot.
pub fn read(folder: &Path) -> Result<Data, QualityError> {
    let (shape, pixels) = idx(&folder.join("t10k-images-idx3-ubyte.gz"))?;
    let (_, labels) = idx(&folder.join("t10k-labels-idx1-ubyte.gz"))?;
    let (m, n) = (shape[0], shape[1..].iter().product());
    let x = DMatrix::from_iterator(n, m, pixels.iter().map(|&p| f32::from(p) / 255.0));
    let y =
        DMatrix::from_fn(10, m, |class, j| f32::from(u8::from(usize::from(labels[j]) == class)));
    Ok(Data { x, y, categories: vec![], task: Task::Classes })
}

/// Sizes and bytes of an IDX file of bytes: two zeros, the type 8, the number of dimensions, each size
/// in four bytes with the big end first, the data.
fn idx(path: &Path) -> Result<(Vec<usize>, Vec<u8>), QualityError> {
    let file = |source| QualityError::File { path: path.to_owned(), source };
    let mut bytes = vec![];
    flate2::read::GzDecoder::new(File::open(path).map_err(file)?)
        .read_to_end(&mut bytes)
        .map_err(file)?;
    let wrong =
        |problem: &str| QualityError::Format { path: path.to_owned(), problem: problem.into() };
    let &[0, 0, 8, dimensions, ref rest @ ..] = bytes.as_slice() else {
        return Err(wrong("no IDX file of bytes"));
    };
    let (sizes, data) = rest
        .split_at_checked(4 * usize::from(dimensions))
        .ok_or_else(|| wrong("it ends within its header"))?;
    let sizes: Vec<usize> =
        sizes.as_chunks().0.iter().map(|&size| u32::from_be_bytes(size) as usize).collect();
    if sizes.iter().product::<usize>() != data.len() {
        return Err(wrong(&format!(
            "its header says {sizes:?}, its data are {} bytes",
            data.len()
        )));
    }
    Ok((sizes, data.to_vec()))
}
