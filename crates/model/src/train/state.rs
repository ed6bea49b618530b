//! Where a training stands, to go on from later.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use layerwise_core::Scalar;
use serde_json::Value;

use crate::{EpochRecord, Result, Trainer};

/// Everything a training needs to go on as if it had never stopped: parameters, the best ones so far, what the
/// optimizer remembers, the epochs, and the place within the present one. The order of examples and what layers
/// draw follow from the seed and the place.
///
/// A [`Trainer`] hands it over ([`Trainer::keep_state`]) and goes on from it ([`Trainer::resume`]); the same
/// examples and settings, the same network and optimizer are the caller's to provide.
///
/// ```
/// use std::{ops::ControlFlow, time::Duration};
/// use layerwise_model::{Examples, ModelError, Network, Trainer, TrainingState, core::DMatrix};
/// use layerwise_model::{activations::{Identity, Tanh}, cost::MeanSquaredError, optim::Adam};
///
/// let x = DMatrix::from_fn(1, 40, |_, j| j as f64 / 20.0 - 1.0);
/// let y = x.map(|x| x * x);
/// let network = || Network::<f64>::builder(1).dense(8, Tanh).dense(1, Identity).seed(3).build();
/// let trainer = || Ok::<_, ModelError>(Trainer::new(MeanSquaredError, Adam::new(0.01)?).epochs(20).batch_size(8));
///
/// // Never interrupted.
/// let mut whole = network()?;
/// let history = trainer()?.fit(&mut whole, Examples::new(&x, &y)?, None)?;
///
/// // Ended after seven epochs, kept as a file, and gone on with.
/// let mut bytes = vec![];
/// trainer()?
///     .after_epoch(|epoch| if epoch.epoch == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
///     .keep_state(Duration::from_secs(60), |mut state| {
///         state.notes.insert("data".into(), "parabola".into());
///         bytes = state.to_bytes()?;
///         Ok(())
///     })
///     .fit(&mut network()?, Examples::new(&x, &y)?, None)?;
/// let state = TrainingState::<f64>::from_bytes(&bytes)?;
/// assert_eq!((state.epochs().len(), state.updates()), (7, 7 * 5));
/// assert_eq!(state.notes["data"], "parabola");
/// let mut resumed = network()?;
/// assert_eq!(trainer()?.resume(state).fit(&mut resumed, Examples::new(&x, &y)?, None)?, history);
/// assert_eq!(resumed.predict(&x)?, whole.predict(&x)?);
/// # Ok::<(), ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingState<T: Scalar> {
    /// Anything else to be kept, by name.
    pub notes: BTreeMap<String, Value>,
    pub(super) epochs: Vec<EpochRecord>,
    pub(super) within: Within,
    pub(super) updates: u64,
    pub(super) parameters: Vec<Vec<T>>,
    /// What the optimizer remembers of each.
    pub(super) optimizer: Vec<Vec<T>>,
    /// The parameters after the last whole epoch, where others came after them.
    pub(super) good: Option<Vec<Vec<T>>>,
    /// Those of the best epoch, with early stopping.
    pub(super) best: Option<Vec<Vec<T>>>,
}

impl<T: Scalar> TrainingState<T> {
    /// The epochs that came to their end.
    pub fn epochs(&self) -> &[EpochRecord] {
        &self.epochs
    }

    /// Updates made so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }
}

/// The place within an epoch, and what its record needs of the steps made.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Within {
    pub(super) steps: usize,
    /// Costs by their weights, and these.
    pub(super) sum: f64,
    pub(super) total: f64,
    /// The learning rate of the last step.
    pub(super) alpha: f64,
}

impl Within {
    /// The mean over the steps: each mini-batch's cost is one over its own weights.
    pub(super) fn cost(&self) -> f64 {
        if self.total > 0.0 { self.sum / self.total } else { 0.0 }
    }
}

/// Who is handed the state, and how often.
pub(super) struct Keeping<'a, T: Scalar> {
    every: Duration,
    last: Instant,
    keep: Box<dyn FnMut(TrainingState<T>) -> Result<()> + 'a>,
}

impl<T: Scalar> Keeping<'_, T> {
    pub(super) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.every
    }

    pub(super) fn hand_over(&mut self, state: TrainingState<T>) -> Result<()> {
        (self.keep)(state)?;
        // From the end of the writing on: a slow disk is not to be all that happens.
        self.last = Instant::now();
        Ok(())
    }
}

impl<'a, T: Scalar> Trainer<'a, T> {
    /// Hands over where training stands: after the first step that ends so much time after the last time, and at
    /// the end if training was asked to end before its last epoch. An error of `keep` ends training.
    ///
    /// ```
    /// use std::time::Duration;
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let mut updates = vec![];
    /// Trainer::new(MeanSquaredError, Adam::new(0.1)?)
    ///     .epochs(2)
    ///     .batch_size(2)
    ///     .keep_state(Duration::ZERO, |state| Ok(updates.push(state.updates())))
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(updates, [1, 2, 3]);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn keep_state(
        mut self,
        every: Duration,
        keep: impl FnMut(TrainingState<T>) -> Result<()> + 'a,
    ) -> Self {
        self.keeping = Some(Keeping { every, last: Instant::now(), keep: Box::new(keep) });
        self
    }

    /// Goes on from there: `fit` gives the network the state's parameters, and ends with what a training that
    /// never stopped would have ended with, to the last bit. All else must be the same; what can be told to
    /// differ, `fit` refuses ([`OtherTraining`](crate::ModelError::OtherTraining)). Callbacks see what is yet to
    /// come.
    ///
    /// ```
    /// use std::time::Duration;
    /// use layerwise_model::{Examples, ModelError, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let mut states = vec![];
    /// let trainer = |epochs| Ok::<_, ModelError>(Trainer::new(MeanSquaredError, Adam::new(0.1)?).epochs(epochs));
    /// trainer(3)?
    ///     .keep_state(Duration::ZERO, |state| Ok(states.push(state)))
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// let last = network.predict(&x)?;
    /// trainer(3)?.resume(states.remove(0)).fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(network.predict(&x)?, last);
    ///
    /// let refused = trainer(1)?.resume(states.remove(0)).fit(&mut network, Examples::new(&x, &x)?, None);
    /// assert!(refused.is_err_and(|error| error.to_string().contains("has 2 epochs, this one is to have 1")));
    /// # Ok::<(), ModelError>(())
    /// ```
    pub fn resume(mut self, state: TrainingState<T>) -> Self {
        self.resumed = Some(state);
        self
    }
}
