//! What happened in training.

/// One epoch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EpochRecord {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The mean cost of its mini-batches, each as it was before its update, over examples or, where they have
    /// weights, over these.
    pub cost: f64,
    /// The cost on the validation examples after the epoch, if there are any.
    pub validation_cost: Option<f64>,
    /// The learning rate of its last update.
    pub alpha: f64,
    /// What [`Trainer::metric`](crate::Trainer::metric) asked for, in that order: on the validation
    /// examples, or on those trained on where there are none.
    pub metrics: Vec<f64>,
}

/// One update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepRecord {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The update within the epoch, counted from 1.
    pub step: usize,
    /// Examples of its mini-batch.
    pub examples: usize,
    /// The cost before it.
    pub cost: f64,
    /// Its learning rate.
    pub alpha: f64,
}

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ended {
    /// After as many epochs as it was to have.
    #[default]
    Finished,
    /// By early stopping.
    OutOfPatience,
    /// Because a callback or the flag said so.
    Asked,
    /// At a gradient as small as asked for, or where no step lowers the cost ([`Lbfgs`](crate::Lbfgs)).
    Converged,
}

/// All epochs, first to last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The epochs.
    pub epochs: Vec<EpochRecord>,
    /// The epoch whose parameters the network has: the last, or with early stopping the one of the
    /// best: of the lowest validation cost, if nothing else was asked for.
    pub kept: usize,
    /// The names of the metrics of each epoch.
    pub metrics: Vec<&'static str>,
    /// Updates that the network has on top of epoch `kept`: those of an epoch that was stopped before its
    /// end; 0 otherwise.
    pub steps_beyond: usize,
    /// Why there are no more epochs.
    pub ended: Ended,
}

impl History {
    /// The last epoch, if there was one.
    ///
    /// ```
    /// assert_eq!(layerwise_model::History::default().last(), None);
    /// ```
    pub fn last(&self) -> Option<&EpochRecord> {
        self.epochs.last()
    }
}
