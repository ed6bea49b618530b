//! One seed, one independent stream a purpose.

use rand::{SeedableRng, rngs::ChaCha8Rng};

/// What random numbers are drawn for. Each purpose has a stream of its own, so that drawing more
/// for one changes nothing in another.
///
/// ```
/// use layerwise_model::{StandardNormals, Stream, generator};
///
/// // What is drawn for one purpose says nothing about another.
/// let first = |stream| generator(1, stream).next_normal();
/// assert_ne!(first(Stream::Folds), first(Stream::Search));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Starting values of parameters.
    Initialization,
    /// The order of examples in an epoch.
    Shuffling,
    /// Which examples are held out together.
    Folds,
    /// Features shuffled to see what they are worth.
    Importance,
    /// Candidates of a search.
    Search,
    /// Training examples kept back for validation.
    HoldOut,
    /// Examples drawn again, to see how far a measure might have been off.
    Bootstrap,
}

/// A ChaCha generator (Bernstein 2008), the same on every platform, for this seed and purpose.
///
/// ```
/// use layerwise_model::{Stream, generator, rand::Rng};
///
/// let mut a = generator(7, Stream::Initialization);
/// let mut b = generator(7, Stream::Initialization);
/// let mut c = generator(7, Stream::Shuffling);
/// let first = a.next_u64();
/// assert_eq!(first, b.next_u64());
/// assert_ne!(first, c.next_u64());
/// ```
pub fn generator(seed: u64, stream: Stream) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(match stream {
        Stream::Initialization => 0,
        Stream::Shuffling => 1,
        Stream::Folds => 2,
        Stream::Importance => 3,
        Stream::Search => 4,
        Stream::HoldOut => 5,
        Stream::Bootstrap => 6,
    });
    rng
}
