//! Draws from N(0, 1).

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::NumpyRandom;

/// A source of independent draws from N(0, 1).
///
/// Every generator of the `rand` crate is one (by the ziggurat method of `rand_distr`), and
/// [`NumpyRandom`] is one that gives NumPy's own draws.
///
/// ```
/// use layerwise_model::{NumpyRandom, StandardNormals};
/// assert_eq!(NumpyRandom::new(1).next_normal(), 1.6243453636632417);
/// ```
pub trait StandardNormals {
    /// The next draw.
    fn next_normal(&mut self) -> f64;
}

impl<R: Rng> StandardNormals for R {
    fn next_normal(&mut self) -> f64 {
        StandardNormal.sample(self)
    }
}

impl StandardNormals for NumpyRandom {
    fn next_normal(&mut self) -> f64 {
        self.randn()
    }
}
