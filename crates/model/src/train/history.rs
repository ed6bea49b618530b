//! What happened in training.

/// One epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochRecord {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The mean cost of its mini-batches, each as it was before its update.
    pub cost: f64,
    /// The cost on the validation examples after the epoch, if there are any.
    pub validation_cost: Option<f64>,
}

/// All epochs, first to last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The epochs.
    pub epochs: Vec<EpochRecord>,
    /// The epoch whose parameters the network has: the last, or with early stopping the one of the
    /// lowest validation cost.
    pub kept: usize,
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
