//! How thoroughly to check.

use crate::{GradcheckError, Result};

/// The settings of a check; the defaults are right for nearly every layer.
///
/// ```
/// use layerwise_gradcheck::CheckOptions;
/// let options = CheckOptions { batch: 32, ..CheckOptions::default() };
/// assert_eq!(options.tolerance, 1e-7);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheckOptions {
    /// Seeds the drawn inputs, the weights of the sum and the sample of coordinates; also the
    /// seed of the [`Pass`](layerwise_core::Pass), so that a mask stays put. Default 1.
    pub seed: u64,
    /// Examples drawn where the input is not given. Default 5.
    pub batch: usize,
    /// Largest relative error of a coordinate, `f64` against the numeric derivative. Default 1e-7.
    pub tolerance: f64,
    /// Largest error of an `f32` gradient against `f64`, as a fraction of the largest entry of the
    /// same gradient. Default 1e-4: some thousand roundings of `f32` (6e-8 each).
    pub tolerance_f32: f64,
    /// Up to this many coordinates all are checked, beyond it a seeded sample of this many.
    /// Default 4000.
    pub limit: usize,
    /// Largest share of coordinates that may be left out because the function has a corner there
    /// or is too noisy to tell. Default 0.05.
    pub kink_share: f64,
    /// Whether ∂/∂input is checked. `false` for layers whose input is no number (categories).
    /// Default true.
    pub input: bool,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            batch: 5,
            tolerance: 1e-7,
            tolerance_f32: 1e-4,
            limit: 4000,
            kink_share: 0.05,
            input: true,
        }
    }
}

impl CheckOptions {
    pub(crate) fn check(&self) -> Result<()> {
        let between = |what, value: f64| {
            if value > 0.0 && value < 1.0 {
                Ok(())
            } else {
                Err(GradcheckError::Option { what, value })
            }
        };
        between("tolerance", self.tolerance)?;
        between("tolerance_f32", self.tolerance_f32)?;
        if !(0.0..=1.0).contains(&self.kink_share) {
            let what = "kink_share";
            return Err(GradcheckError::Option { what, value: self.kink_share });
        }
        if self.limit == 0 {
            return Err(GradcheckError::Empty { what: "the sample (limit = 0)" });
        }
        Ok(())
    }
}
