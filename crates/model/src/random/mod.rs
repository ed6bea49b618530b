//! Where random numbers come from.

mod normals;
mod numpy;
mod streams;

pub use normals::StandardNormals;
pub use numpy::NumpyRandom;
pub use streams::{Stream, generator};
