//! A learning rate that falls when the cost does not.

use layerwise_core::CoreError;

use crate::Result;

/// Multiplies the learning rate by `factor` each time the cost has not fallen by more than `tolerance`
/// below its lowest for `patience` epochs, down to `lowest` times the rate it started with.
///
/// ```
/// use layerwise_optim::Plateau;
///
/// let mut plateau = Plateau::new(0.5, 2)?;
/// assert_eq!(plateau.observe(1.0), 1.0);
/// assert_eq!(plateau.observe(1.0), 1.0); // one epoch without a gain
/// assert_eq!(plateau.observe(1.0), 0.5); // two
/// assert_eq!(plateau.observe(0.8), 0.5);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plateau {
    factor: f64,
    patience: usize,
    tolerance: f64,
    lowest: f64,
    rate: f64,
    best: f64,
    without_gain: usize,
}

impl Plateau {
    /// A plateau of `patience` epochs (at least 1), a `factor` in (0, 1), a tolerance of 0 and a rate of at
    /// least a thousandth.
    ///
    /// # Errors
    /// [`CoreError::Setting`] with what lies outside.
    pub fn new(factor: f64, patience: usize) -> Result<Self> {
        setting("the factor of a plateau", "in (0, 1)", factor, factor > 0.0 && factor < 1.0)?;
        setting("the patience of a plateau", "at least 1", patience as f64, patience > 0)?;
        Ok(Self {
            factor,
            patience,
            tolerance: 0.0,
            lowest: 1e-3,
            rate: 1.0,
            best: f64::INFINITY,
            without_gain: 0,
        })
    }

    /// scikit-learn's `learning_rate="adaptive"`: a fifth whenever the cost fails twice in a row to fall by
    /// 1e-4, down to 1e-6 of the rate.
    ///
    /// ```
    /// use layerwise_optim::Plateau;
    ///
    /// let mut plateau = Plateau::adaptive();
    /// plateau.observe(1.0);
    /// // A gain of less than 1e-4 is none.
    /// assert_eq!(plateau.observe(0.99995), 1.0);
    /// assert_eq!(plateau.observe(0.99995), 0.2);
    /// ```
    pub fn adaptive() -> Self {
        Self {
            factor: 0.2,
            patience: 2,
            tolerance: 1e-4,
            lowest: 1e-6,
            rate: 1.0,
            best: f64::INFINITY,
            without_gain: 0,
        }
    }

    /// A gain is a cost lower than the lowest by more than this, at least 0.
    ///
    /// # Errors
    /// [`CoreError::Setting`] with a tolerance below it.
    ///
    /// ```
    /// use layerwise_optim::Plateau;
    ///
    /// let mut plateau = Plateau::new(0.5, 1)?.with_tolerance(0.1)?;
    /// plateau.observe(1.0);
    /// assert_eq!(plateau.observe(0.95), 0.5);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn with_tolerance(mut self, tolerance: f64) -> Result<Self> {
        let right = tolerance >= 0.0 && tolerance.is_finite();
        setting("the tolerance of a plateau", "at least 0", tolerance, right)?;
        self.tolerance = tolerance;
        Ok(self)
    }

    /// The factor on the learning rate now.
    ///
    /// ```
    /// use layerwise_optim::Plateau;
    ///
    /// let mut plateau = Plateau::new(0.5, 1)?;
    /// for cost in [1.0, 2.0, 2.0] {
    ///     plateau.observe(cost);
    /// }
    /// assert_eq!(plateau.rate(), 0.25);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Takes note of an epoch's cost and returns the factor for the next. NaN is no gain.
    pub fn observe(&mut self, cost: f64) -> f64 {
        if cost < self.best - self.tolerance || (self.best.is_infinite() && cost.is_finite()) {
            self.without_gain = 0;
        } else {
            self.without_gain += 1;
        }
        self.best = self.best.min(cost);
        if self.without_gain >= self.patience {
            self.rate = (self.rate * self.factor).max(self.lowest);
            self.without_gain = 0;
        }
        self.rate
    }
}

fn setting(what: &'static str, expected: &'static str, found: f64, right: bool) -> Result<()> {
    if right { Ok(()) } else { Err(CoreError::Setting { what, expected, found }.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_to_its_floor_and_no_further() {
        let mut plateau = Plateau::new(0.1, 1).unwrap();
        let rates: Vec<f64> = (0..6).map(|_| plateau.observe(1.0)).collect();
        assert_eq!(rates[0], 1.0);
        assert!((rates[3] - 1e-3).abs() < 1e-18 && rates[5] == 1e-3);
        assert_eq!(plateau.observe(f64::NAN), 1e-3);
    }

    #[test]
    fn small_gains_are_none_when_adaptive() {
        let mut plateau = Plateau::adaptive();
        assert_eq!([1.0, 0.99995, 0.9999].map(|cost| plateau.observe(cost)), [1.0, 1.0, 0.2]);
        assert_eq!([0.5, 0.4, 0.3].map(|cost| plateau.observe(cost)), [0.2; 3]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Plateau::new(1.0, 3).is_err() && Plateau::new(0.5, 0).is_err());
        assert!(Plateau::adaptive().with_tolerance(-1.0).is_err());
    }
}
