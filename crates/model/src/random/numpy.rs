//! NumPy's `RandomState`, for the published figures.

use rand_mt::Mt;

/// The stream of `numpy.random.RandomState(seed).randn`, to the last bit: the Mersenne Twister
/// MT19937 (Matsumoto and Nishimura 1998) with 53-bit doubles, made normal by Marsaglia's polar
/// method (Marsaglia and Bray 1964), two draws at a time.
///
/// For the exercise's figures; new networks draw from [`generator`](crate::generator).
///
/// ```
/// use layerwise_model::NumpyRandom;
/// // numpy.random.seed(3); numpy.random.randn(2)
/// let mut rng = NumpyRandom::new(3);
/// assert_eq!([rng.randn(), rng.randn()], [1.7886284734303186, 0.43650985051198943]);
/// ```
#[derive(Debug, Clone)]
pub struct NumpyRandom {
    twister: Mt,
    /// The second draw of the last pair, not handed out yet.
    kept: Option<f64>,
}

impl NumpyRandom {
    /// The generator that `numpy.random.seed(seed)` starts.
    pub fn new(seed: u32) -> Self {
        Self { twister: Mt::new(seed), kept: None }
    }

    /// `random_sample()`: uniform in [0, 1), a multiple of 2^−53.
    ///
    /// ```
    /// // numpy.random.seed(1); numpy.random.random_sample()
    /// assert_eq!(layerwise_model::NumpyRandom::new(1).random_sample(), 0.417022004702574);
    /// ```
    pub fn random_sample(&mut self) -> f64 {
        let high = f64::from(self.twister.next_u32() >> 5);
        let low = f64::from(self.twister.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// `randn()`: one draw from N(0, 1).
    pub fn randn(&mut self) -> f64 {
        if let Some(draw) = self.kept.take() {
            return draw;
        }
        loop {
            let x1 = 2.0 * self.random_sample() - 1.0;
            let x2 = 2.0 * self.random_sample() - 1.0;
            let r2 = x1 * x1 + x2 * x2;
            if r2 < 1.0 && r2 != 0.0 {
                let factor = (-2.0 * r2.ln() / r2).sqrt();
                self.kept = Some(factor * x1);
                return factor * x2;
            }
        }
    }
}
