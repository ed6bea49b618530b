//! Everything drawn at random, each from its own stream of the seed.

use layerwise_core::DMatrix;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

/// What a stream is for: draws for one purpose do not move when another draws more.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Input = 1,
    Weights,
    Sample,
    Promises,
}

pub(crate) fn stream(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose as u64);
    rng
}

/// Standard normal entries.
pub(crate) fn normal(nrows: usize, ncols: usize, seed: u64, purpose: Purpose) -> DMatrix<f64> {
    let mut rng = stream(seed, purpose);
    DMatrix::from_fn(nrows, ncols, |_, _| rng.sample(StandardNormal))
}

/// Entries between 0.5 and 1.5 in size, of either sign: no unit may hide behind a small weight.
pub(crate) fn weights(nrows: usize, ncols: usize, seed: u64, purpose: Purpose) -> DMatrix<f64> {
    let mut rng = stream(seed, purpose);
    DMatrix::from_fn(nrows, ncols, |_, _| {
        let size = rng.random_range(0.5..1.5);
        if rng.random_bool(0.5) { size } else { -size }
    })
}

/// All of `0..total`, or `limit` of them in order.
pub(crate) fn sample(total: usize, limit: usize, seed: u64) -> Vec<usize> {
    if total <= limit {
        return (0..total).collect();
    }
    let mut rng = stream(seed, Purpose::Sample);
    let mut chosen = rand::seq::index::sample(&mut rng, total, limit).into_vec();
    chosen.sort_unstable();
    chosen
}
