//! Images in IDX, packed with gzip, as MNIST is published.

use std::path::Path;

use layerwise::data::{Array, DataError};
use layerwise::prelude::*;

use super::{Data, Task};

/// The images in [0, 1] and their classes one-hot.
pub fn read(folder: &Path) -> Result<Data, DataError> {
    let images = Array::read(folder.join("t10k-images-idx3-ubyte.gz"))?;
    let labels = Array::read(folder.join("t10k-labels-idx1-ubyte.gz"))?;
    let (m, labels) = (images.shape()[0], labels.values());
    let n = images.values().len() / m.max(1);
    let x = DMatrix::from_iterator(n, m, images.values().iter().map(|&p| p as f32 / 255.0));
    let is = |class: usize, j: usize| labels.get(j).is_some_and(|&label| label == class as f64);
    let y = DMatrix::from_fn(10, m, |class, j| f32::from(u8::from(is(class, j))));
    Ok(Data { x, y, task: Task::Classes, categories: vec![] })
}
