//! When training has gone on long enough.

use layerwise_core::{CoreError, Scalar};

use crate::{EpochRecord, ModelError, Result};

/// Epochs without a lower validation cost after which early stopping ends training; at least 1.
///
/// ```
/// use layerwise_model::Patience;
///
/// // What is lower by less than a ten-thousandth is not lower.
/// let stopping = Patience(15).at_least(1e-4);
/// // Or by a metric of the trainer, here one of which more is better.
/// let stopping = Patience(15).highest("accuracy");
/// // Or of which less is.
/// assert_ne!(stopping, Patience(15).lowest("accuracy"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(pub usize);

impl Patience {
    /// Only a gain of more than this counts, at least 0.
    pub fn at_least(self, gain: f64) -> EarlyStopping {
        EarlyStopping::from(self).at_least(gain)
    }

    /// Until the metric of this name ([`Trainer::metric`](crate::Trainer::metric)) gets no higher.
    pub fn highest(self, metric: &'static str) -> EarlyStopping {
        EarlyStopping::from(self).by(metric, -1.0)
    }

    /// Until the metric of this name ([`Trainer::metric`](crate::Trainer::metric)) gets no lower.
    pub fn lowest(self, metric: &'static str) -> EarlyStopping {
        EarlyStopping::from(self).by(metric, 1.0)
    }
}

/// What early stopping waits for: made of a [`Patience`].
///
/// ```
/// use layerwise_model::{EarlyStopping, Patience};
///
/// assert_eq!(EarlyStopping::from(Patience(3)), Patience(3).at_least(0.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "early stopping is given to a trainer"]
pub struct EarlyStopping {
    patience: usize,
    gain: f64,
    /// The metric, and the factor that makes less of it better.
    metric: Option<(&'static str, f64)>,
}

impl From<Patience> for EarlyStopping {
    fn from(Patience(patience): Patience) -> Self {
        Self { patience, gain: 0.0, metric: None }
    }
}

impl EarlyStopping {
    /// Only a gain of more than this counts, at least 0. The parameters kept are those of the best epoch
    /// all the same.
    pub fn at_least(mut self, gain: f64) -> Self {
        self.gain = gain;
        self
    }

    fn by(mut self, metric: &'static str, sign: f64) -> Self {
        self.metric = Some((metric, sign));
        self
    }

    /// Refuses numbers that make no sense and a metric that is not there.
    pub(super) fn check(&self, metrics: &[&'static str]) -> Result<()> {
        if self.patience == 0 {
            return Err(ModelError::AtLeastOne { what: "the patience of early stopping" });
        }
        if !(self.gain >= 0.0 && self.gain.is_finite()) {
            let (what, expected) = ("the gain of early stopping", "at least 0");
            return Err(CoreError::Setting { what, expected, found: self.gain }.into());
        }
        match self.metric {
            Some((name, _)) if !metrics.contains(&name) => Err(ModelError::NoMetric {
                name,
                there: metrics.iter().map(|&name| name.to_owned()).collect(),
            }),
            _ => Ok(()),
        }
    }
}

/// The best epoch so far.
pub(super) struct Best<T> {
    stopping: EarlyStopping,
    /// Its value, of which less is better, the epoch and its parameters.
    pub(super) kept: Option<(f64, usize, Vec<Vec<T>>)>,
    /// The value and the epoch of the last gain.
    gained: (f64, usize),
}

impl<T: Scalar> Best<T> {
    pub(super) fn new(stopping: EarlyStopping) -> Self {
        Self { stopping, kept: None, gained: (f64::INFINITY, 0) }
    }

    /// Takes note of an epoch, with its parameters if it is the best; whether patience is at an end.
    pub(super) fn observe(
        &mut self,
        record: &EpochRecord,
        metrics: &[&'static str],
        parameters: impl FnOnce() -> Vec<Vec<T>>,
    ) -> bool {
        let value = match self.stopping.metric {
            None => record.validation_cost,
            Some((name, sign)) => {
                let place = metrics.iter().position(|&own| own == name);
                place.and_then(|place| record.metrics.get(place)).map(|value| value * sign)
            }
        };
        // NaN is no lower than anything.
        let value = value.filter(|value| !value.is_nan()).unwrap_or(f64::INFINITY);
        if self.kept.as_ref().is_none_or(|(lowest, ..)| value < *lowest) {
            self.kept = Some((value, record.epoch, parameters()));
        }
        if self.gained.1 == 0 || value < self.gained.0 - self.stopping.gain {
            self.gained = (value, record.epoch);
        }
        record.epoch - self.gained.1 >= self.stopping.patience
    }
}
