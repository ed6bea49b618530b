//! What a layer is told about the pass it takes part in.

/// The circumstances of one forward pass.
///
/// A layer with randomness (dropout) draws it from `(seed, step, its own index, example, unit)`,
/// never from a generator with a state, so that neither threads nor resuming change a mask.
///
/// ```
/// use layerwise_core::Pass;
///
/// let pass = Pass::training(7, 3);
/// assert_eq!((pass.seed, pass.step, pass.first_example, pass.noise), (7, 3, 0, 1.0));
/// // The same pass over the examples from 64 on.
/// let part = Pass { first_example: 64, ..pass };
/// assert_ne!(part, pass);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pass {
    /// Whether this pass will be followed by a backward pass. In inference a layer keeps nothing
    /// and draws nothing.
    pub training: bool,
    /// The seed of the training run; 0 in inference.
    pub seed: u64,
    /// The update this pass belongs to, from 0.
    pub step: u64,
    /// The position in the mini-batch of the first column handed over, for passes over a range of
    /// examples.
    pub first_example: usize,
    /// A factor in [0, 1] on what layers draw: the probability of dropout, the size of noise.
    pub noise: f64,
}

impl Pass {
    /// A pass that only predicts.
    ///
    /// ```
    /// assert!(!layerwise_core::Pass::inference().training);
    /// ```
    pub fn inference() -> Self {
        Self { training: false, seed: 0, step: 0, first_example: 0, noise: 1.0 }
    }

    /// The forward pass of training step `step` in the run with this seed, over a whole mini-batch.
    ///
    /// ```
    /// let pass = layerwise_core::Pass::training(7, 0);
    /// assert!(pass.training);
    /// ```
    pub fn training(seed: u64, step: u64) -> Self {
        Self { training: true, seed, step, first_example: 0, noise: 1.0 }
    }
}
