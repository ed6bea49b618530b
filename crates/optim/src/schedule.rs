//! The learning rate over a training run.

use std::f64::consts::PI;

use layerwise_core::CoreError;

use crate::Result;

/// Where a training run stands.
///
/// ```
/// use layerwise_optim::{Progress, Schedule};
///
/// // Ten epochs of a hundred updates, over.
/// let end = Progress { step: 1000, steps: 1000, steps_per_epoch: 100 };
/// assert_eq!(Schedule::Cosine.factor(end), 0.0);
/// assert_eq!(Schedule::inverse_time(1.0)?.factor(end), 1.0 / (1.0 + 10.0));
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Updates made so far.
    pub step: u64,
    /// Updates of the whole run; at least 1.
    pub steps: u64,
    /// Updates of an epoch; at least 1.
    pub steps_per_epoch: u64,
}

impl Progress {
    /// The part of the run that is over, in [0, 1].
    fn part(&self) -> f64 {
        (self.step as f64 / self.steps.max(1) as f64).min(1.0)
    }

    /// Epochs that are over, with fractions.
    fn epochs(&self) -> f64 {
        self.step as f64 / self.steps_per_epoch.max(1) as f64
    }
}

/// A factor on the optimizer's learning rate, over a training run.
///
/// ```
/// use layerwise_optim::{Progress, Schedule};
///
/// let half_way = Progress { step: 50, steps: 100, steps_per_epoch: 10 };
/// assert_eq!(Schedule::Constant.factor(half_way), 1.0);
/// assert!((Schedule::Cosine.factor(half_way) - 0.5).abs() < 1e-15);
/// let steps = Schedule::step(2.0, 0.5)?;
/// assert_eq!(steps.factor(half_way), 0.25); // 5 epochs: two halvings
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Schedule {
    /// 1 throughout.
    #[default]
    Constant,
    /// Times `factor` after every `epochs` epochs.
    #[non_exhaustive]
    Step {
        /// Epochs between two changes.
        epochs: f64,
        /// The factor of each.
        factor: f64,
    },
    /// `factor^epochs`, continuously.
    #[non_exhaustive]
    Exponential {
        /// What is left after an epoch.
        factor: f64,
    },
    /// `1/(1 + rate · epochs)` (Robbins and Monro 1951: steps whose sum diverges and whose squares'
    /// sum converges).
    #[non_exhaustive]
    InverseTime {
        /// How fast it falls.
        rate: f64,
    },
    /// `(1 + cos πt)/2` for the part t of the run (Loshchilov and Hutter, "SGDR", 2017, equation 5).
    Cosine,
    /// The cosine from 1 to 0 `cycles` times, each starting anew at 1 (SGDR's warm restarts: `T_cur` of equation
    /// 5 is 0 again where it was `T_i`). At the end of the run no cycle follows, and it is 0.
    #[non_exhaustive]
    CosineRestarts {
        /// How often.
        cycles: u32,
        /// How many times as long as the one before each is.
        growth: f64,
    },
    /// From 0 to 1 over the first part `warm_up` of the run in a straight line, then 1 (Goyal et al.,
    /// "Accurate, Large Minibatch SGD", 2017, section 2.2).
    #[non_exhaustive]
    WarmUp {
        /// The part of the run, in [0, 1).
        warm_up: f64,
    },
    /// From 0 to 1 over the first part `warm_up` of the run in a straight line, then the cosine.
    #[non_exhaustive]
    WarmUpCosine {
        /// The part of the run, in [0, 1).
        warm_up: f64,
    },
    /// Up to 1 and down again, both along a cosine: from `1/div_factor` over the first part `pct_start` of the
    /// run, then to `1/(div_factor · final_div_factor)` (Smith, "A disciplined approach to neural network
    /// hyper-parameters", 2018, section 4.2; Smith and Topin, "Super-Convergence", 2019).
    #[non_exhaustive]
    OneCycle {
        /// The part of the run up to the highest rate, in (0, 1).
        pct_start: f64,
        /// How many times lower than the highest the first rate is.
        div_factor: f64,
        /// How many times lower than the first the last rate is.
        final_div_factor: f64,
    },
    /// `(1 − cos(2π log2(1 + 15 t)))/2` for the part t of the run: four waves, ever longer (Holzmüller,
    /// Grinsztajn and Steinwart, "Better by Default", 2024, section 3: coslog4).
    CosLog4,
}

impl Schedule {
    /// [`Schedule::Step`].
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless `epochs` is above 0 and `factor` in (0, 1].
    pub fn step(epochs: f64, factor: f64) -> Result<Self> {
        check("epochs of a step schedule", "above 0", epochs, epochs > 0.0 && epochs.is_finite())?;
        check("the factor of a step schedule", "in (0, 1]", factor, factor > 0.0 && factor <= 1.0)?;
        Ok(Self::Step { epochs, factor })
    }

    /// [`Schedule::Exponential`].
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless `factor` is in (0, 1].
    ///
    /// ```
    /// use layerwise_optim::{Progress, Schedule};
    /// let after_two_epochs = Progress { step: 20, steps: 100, steps_per_epoch: 10 };
    /// assert_eq!(Schedule::exponential(0.5)?.factor(after_two_epochs), 0.25);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn exponential(factor: f64) -> Result<Self> {
        let right = factor > 0.0 && factor <= 1.0;
        check("the factor of an exponential schedule", "in (0, 1]", factor, right)?;
        Ok(Self::Exponential { factor })
    }

    /// [`Schedule::InverseTime`].
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless `rate` is finite and at least 0.
    ///
    /// ```
    /// use layerwise_optim::{Progress, Schedule};
    /// let after_two_epochs = Progress { step: 20, steps: 100, steps_per_epoch: 10 };
    /// assert_eq!(Schedule::inverse_time(0.5)?.factor(after_two_epochs), 1.0 / (1.0 + 0.5 * 2.0));
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn inverse_time(rate: f64) -> Result<Self> {
        let right = rate >= 0.0 && rate.is_finite();
        check("the rate of an inverse-time schedule", "at least 0", rate, right)?;
        Ok(Self::InverseTime { rate })
    }

    /// [`Schedule::CosineRestarts`].
    ///
    /// # Errors
    /// [`CoreError::Setting`] if `cycles` is 0.
    ///
    /// ```
    /// use layerwise_optim::{Progress, Schedule};
    /// let schedule = Schedule::cosine_restarts(2)?;
    /// let at = |step| schedule.factor(Progress { step, steps: 100, steps_per_epoch: 10 });
    /// assert!(at(49) < 0.01);
    /// assert_eq!(at(50), 1.0);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn cosine_restarts(cycles: u32) -> Result<Self> {
        Self::growing_restarts(cycles, 1.0)
    }

    /// [`Schedule::CosineRestarts`] in which each cycle is `growth` times as long as the one before (SGDR's
    /// T_mult).
    ///
    /// # Errors
    /// [`CoreError::Setting`] if `cycles` is 0, or `growth` below 1 or no number.
    ///
    /// ```
    /// use layerwise_optim::{Progress, Schedule};
    ///
    /// // A third of the run, then two thirds.
    /// let schedule = Schedule::growing_restarts(2, 2.0)?;
    /// let at = |step| schedule.factor(Progress { step, steps: 30, steps_per_epoch: 1 });
    /// assert!((at(5) - 0.5).abs() < 1e-12 && (at(10) - 1.0).abs() < 1e-12 && (at(20) - 0.5).abs() < 1e-12);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn growing_restarts(cycles: u32, growth: f64) -> Result<Self> {
        check("the cycles of a cosine schedule", "at least 1", f64::from(cycles), cycles > 0)?;
        let right = growth >= 1.0 && growth.is_finite();
        check("the growth of a cosine schedule's cycles", "at least 1", growth, right)?;
        Ok(Self::CosineRestarts { cycles, growth })
    }

    /// [`Schedule::WarmUp`].
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless `warm_up` is in [0, 1).
    ///
    /// ```
    /// use layerwise_optim::{Progress, Schedule};
    ///
    /// let schedule = Schedule::warm_up(0.4)?;
    /// let at = |step| schedule.factor(Progress { step, steps: 10, steps_per_epoch: 1 });
    /// assert_eq!([0, 1, 2, 3, 4, 9].map(at), [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn warm_up(warm_up: f64) -> Result<Self> {
        check("the warm-up", "in [0, 1)", warm_up, (0.0..1.0).contains(&warm_up))?;
        Ok(Self::WarmUp { warm_up })
    }

    /// [`Schedule::WarmUpCosine`].
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless `warm_up` is in [0, 1).
    ///
    /// ```
    /// use layerwise_optim::{Progress, Schedule};
    /// let schedule = Schedule::warm_up_cosine(0.1)?;
    /// let at = |step| schedule.factor(Progress { step, steps: 100, steps_per_epoch: 10 });
    /// assert_eq!((at(0), at(4), at(10)), (0.1, 0.5, 1.0));
    /// assert!((at(55) - 0.5).abs() < 1e-12);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn warm_up_cosine(warm_up: f64) -> Result<Self> {
        check("the warm-up", "in [0, 1)", warm_up, (0.0..1.0).contains(&warm_up))?;
        Ok(Self::WarmUpCosine { warm_up })
    }

    /// [`Schedule::OneCycle`] with the numbers of PyTorch's OneCycleLR: from 1/25 to 1 over the first 30 % of the
    /// run, and down to 1e-4/25.
    ///
    /// ```
    /// use layerwise_optim::{Progress, Schedule};
    /// let schedule = Schedule::one_cycle();
    /// let at = |step| schedule.factor(Progress { step, steps: 100, steps_per_epoch: 10 });
    /// assert_eq!((at(0), at(30)), (1.0 / 25.0, 1.0));
    /// assert!((at(100) - 1e-4 / 25.0).abs() < 1e-12);
    /// ```
    pub fn one_cycle() -> Self {
        Self::OneCycle { pct_start: 0.3, div_factor: 25.0, final_div_factor: 1e4 }
    }

    /// [`Schedule::OneCycle`] with numbers of one's own, called as in PyTorch's OneCycleLR.
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless `pct_start` is in (0, 1) and both factors are finite and at least 1.
    ///
    /// ```
    /// use layerwise_optim::{Progress, Schedule};
    /// let schedule = Schedule::one_cycle_with(0.5, 10.0, 100.0)?;
    /// let at = |step| schedule.factor(Progress { step, steps: 100, steps_per_epoch: 10 });
    /// assert_eq!((at(0), at(50)), (0.1, 1.0));
    /// assert!((at(25) - 0.55).abs() < 1e-12 && (at(100) - 0.001).abs() < 1e-12);
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn one_cycle_with(pct_start: f64, div_factor: f64, final_div_factor: f64) -> Result<Self> {
        let right = pct_start > 0.0 && pct_start < 1.0;
        check("pct_start of one cycle", "in (0, 1)", pct_start, right)?;
        let right = |factor: f64| factor >= 1.0 && factor.is_finite();
        check("div_factor of one cycle", "at least 1", div_factor, right(div_factor))?;
        let found = final_div_factor;
        check("final_div_factor of one cycle", "at least 1", found, right(found))?;
        Ok(Self::OneCycle { pct_start, div_factor, final_div_factor })
    }

    /// The factor on the learning rate of the next update, in [0, 1].
    pub fn factor(&self, progress: Progress) -> f64 {
        let (t, epochs) = (progress.part(), progress.epochs());
        let cosine = |t: f64| (1.0 + (PI * t).cos()) / 2.0;
        match *self {
            Self::Constant => 1.0,
            Self::Step { epochs: every, factor } => factor.powf((epochs / every).floor()),
            Self::Exponential { factor } => factor.powf(epochs),
            Self::InverseTime { rate } => 1.0 / (1.0 + rate * epochs),
            Self::Cosine => cosine(t),
            Self::CosineRestarts { cycles, growth } => cosine(part_of_cycle(t, cycles, growth)),
            // The first step is not 0, which would be lost.
            Self::WarmUp { warm_up } | Self::WarmUpCosine { warm_up } if t < warm_up => {
                ((progress.step as f64 + 1.0) / (warm_up * progress.steps as f64)).min(1.0)
            }
            Self::WarmUp { .. } => 1.0,
            Self::WarmUpCosine { warm_up } => cosine((t - warm_up) / (1.0 - warm_up)),
            Self::OneCycle { pct_start, div_factor, final_div_factor } => {
                let start = 1.0 / div_factor;
                let end = start / final_div_factor;
                if t < pct_start {
                    start + (1.0 - start) * (1.0 - cosine(t / pct_start))
                } else {
                    end + (1.0 - end) * cosine((t - pct_start) / (1.0 - pct_start))
                }
            }
            Self::CosLog4 => (1.0 - (2.0 * PI * (1.0 + 15.0 * t).log2()).cos()) / 2.0,
        }
    }
}

fn check(what: &'static str, expected: &'static str, found: f64, right: bool) -> Result<()> {
    if right { Ok(()) } else { Err(CoreError::Setting { what, expected, found }.into()) }
}

/// The part of the present cycle that is over at the part t of the run, where the first of `cycles` is of
/// length 1 and each `growth` times as long as the one before.
fn part_of_cycle(t: f64, cycles: u32, growth: f64) -> f64 {
    // No cycle begins at the end of the run.
    let last = f64::from(cycles) - 1.0;
    if growth <= 1.0 {
        let position = t * f64::from(cycles);
        return position - position.floor().min(last);
    }
    let before = |cycle: f64| (growth.powf(cycle) - 1.0) / (growth - 1.0);
    let position = t * before(f64::from(cycles));
    let cycle = (1.0 + position * (growth - 1.0)).log(growth);
    // A cycle that is over but for rounding is over.
    let cycle = (cycle + 1e-12).floor().min(last);
    ((position - before(cycle)) / growth.powf(cycle)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(schedule: Schedule, step: u64) -> f64 {
        schedule.factor(Progress { step, steps: 1000, steps_per_epoch: 100 })
    }

    #[test]
    fn known_points() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        near(at(Schedule::step(3.0, 0.1).unwrap(), 299), 1.0);
        near(at(Schedule::step(3.0, 0.1).unwrap(), 300), 0.1);
        near(at(Schedule::exponential(0.5).unwrap(), 200), 0.25);
        near(at(Schedule::inverse_time(1.0).unwrap(), 300), 0.25);
        near(at(Schedule::Cosine, 0), 1.0);
        near(at(Schedule::Cosine, 1000), 0.0);
        near(at(Schedule::cosine_restarts(2).unwrap(), 250), 0.5);
        near(at(Schedule::cosine_restarts(2).unwrap(), 500), 1.0);
        // No restart at the end, nor after it.
        near(at(Schedule::cosine_restarts(2).unwrap(), 1000), 0.0);
        near(at(Schedule::cosine_restarts(3).unwrap(), 1100), 0.0);
        near(at(Schedule::growing_restarts(3, 2.0).unwrap(), 1000), 0.0);
        let warm_up = Schedule::warm_up_cosine(0.1).unwrap();
        near(at(warm_up, 0), 0.01);
        near(at(warm_up, 99), 1.0);
        near(at(warm_up, 550), 0.5);
        near(at(Schedule::one_cycle(), 0), 0.04);
        near(at(Schedule::one_cycle(), 300), 1.0);
        near(at(Schedule::one_cycle(), 1000), 4e-6);
        near(at(Schedule::CosLog4, 0), 0.0);
        // 1 + 15 t = 3.
        near(Schedule::CosLog4.factor(Progress { step: 2, steps: 15, steps_per_epoch: 1 }), {
            let wave: f64 = (2.0 * PI * 3.0_f64.log2()).cos();
            (1.0 - wave) / 2.0
        });
        near(at(Schedule::CosLog4, 1000), 0.0);
    }

    #[test]
    fn never_outside_zero_and_one_and_nonsense_is_refused() {
        for schedule in [
            Schedule::Cosine,
            Schedule::one_cycle(),
            Schedule::one_cycle_with(0.9, 1.0, 1.0).unwrap(),
            Schedule::CosLog4,
            Schedule::warm_up_cosine(0.05).unwrap(),
            Schedule::cosine_restarts(3).unwrap(),
            Schedule::growing_restarts(4, 2.0).unwrap(),
            Schedule::warm_up(0.1).unwrap(),
        ] {
            for step in 0..1200 {
                let factor = at(schedule, step);
                assert!((0.0..=1.0).contains(&factor), "{schedule:?}: {factor} in step {step}");
            }
        }
        let error = Schedule::step(0.0, 0.5).unwrap_err().to_string();
        assert_eq!(error, "expected epochs of a step schedule above 0, found 0");
        assert!(Schedule::exponential(f64::NAN).is_err());
        assert!(Schedule::warm_up_cosine(1.0).is_err());
        assert!(Schedule::cosine_restarts(0).is_err());
        assert!(Schedule::growing_restarts(3, 0.5).is_err() && Schedule::warm_up(1.0).is_err());
        assert!(Schedule::inverse_time(-1.0).is_err());
        for (part, start, end) in [(0.0, 25.0, 10.0), (0.3, 0.5, 10.0), (0.3, 25.0, f64::NAN)] {
            assert!(Schedule::one_cycle_with(part, start, end).is_err());
        }
    }
}
