//! What is told of every epoch.

use std::ops::ControlFlow;
use std::path::PathBuf;

use layerwise_core::Scalar;

use crate::{EpochRecord, History, ModelFile, Network, Result, StepRecord};

/// Something that looks on during training, and may end it.
///
/// Closures of network and epoch are callbacks; [`Trainer::after_epoch`](crate::Trainer::after_epoch)
/// takes simpler ones. The history, early stopping and the schedules are the trainer's own.
///
/// ```
/// use std::ops::ControlFlow;
/// use layerwise_model::{Callback, Ended, EpochRecord, Examples, Network, Result, Trainer};
/// use layerwise_model::core::{DMatrix, Scalar};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
///
/// /// Ends training where the cost is low enough.
/// struct Enough(f64);
///
/// impl<T: Scalar> Callback<T> for Enough {
///     fn after_epoch(&mut self, _: &Network<T>, epoch: &EpochRecord) -> Result<ControlFlow<()>> {
///         let enough = epoch.cost < self.0;
///         Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
///     }
/// }
///
/// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let history = Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?)
///     .epochs(1000)
///     .callback(Enough(1e-3))
///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
/// assert_eq!(history.ended, Ended::Asked);
/// assert!(history.last().is_some_and(|epoch| epoch.cost < 1e-3 && epoch.epoch < 1000));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub trait Callback<T: Scalar> {
    /// Called after each epoch, with the parameters it left. `Break` ends training there.
    ///
    /// # Errors
    /// Whatever goes wrong; training ends with it.
    fn after_epoch(&mut self, network: &Network<T>, epoch: &EpochRecord)
    -> Result<ControlFlow<()>>;

    /// Called before the first step, when nothing was refused. Does nothing unless a callback says
    /// otherwise.
    ///
    /// # Errors
    /// As [`after_epoch`](Callback::after_epoch).
    ///
    /// ```
    /// use layerwise_model::{Callback, EpochRecord, Examples, History, Network, Result, StepRecord, Trainer};
    /// use layerwise_model::{activations::Identity, core::DMatrix, cost::MeanSquaredError, optim::Adam};
    /// use std::ops::ControlFlow;
    ///
    /// #[derive(Default)]
    /// struct Order(Vec<&'static str>);
    ///
    /// impl Callback<f64> for &mut Order {
    ///     fn before_training(&mut self, _: &Network<f64>) -> Result<()> {
    ///         Ok(self.0.push("before"))
    ///     }
    ///     fn after_step(&mut self, _: &StepRecord) -> Result<ControlFlow<()>> {
    ///         self.0.push("step");
    ///         Ok(ControlFlow::Continue(()))
    ///     }
    ///     fn after_epoch(&mut self, _: &Network<f64>, _: &EpochRecord) -> Result<ControlFlow<()>> {
    ///         self.0.push("epoch");
    ///         Ok(ControlFlow::Continue(()))
    ///     }
    ///     fn at_end(&mut self, _: &Network<f64>, _: &History) -> Result<()> {
    ///         Ok(self.0.push("end"))
    ///     }
    /// }
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let mut order = Order::default();
    /// Trainer::new(MeanSquaredError, Adam::new(0.1)?)
    ///     .epochs(1)
    ///     .batch_size(2)
    ///     .callback(&mut order)
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(order.0, ["before", "step", "step", "epoch", "end"]);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    fn before_training(&mut self, network: &Network<T>) -> Result<()> {
        let _ = network;
        Ok(())
    }

    /// Called after each update. `Break` ends training there. Goes on unless a callback says otherwise.
    ///
    /// # Errors
    /// As [`after_epoch`](Callback::after_epoch).
    ///
    /// ```
    /// use layerwise_model::{Callback, Network, activations::Identity};
    /// # use layerwise_model::{EpochRecord, History, Result, StepRecord};
    /// # use std::ops::ControlFlow;
    ///
    /// struct Mine;
    /// impl Callback<f64> for Mine {
    ///     fn after_epoch(&mut self, _: &Network<f64>, _: &EpochRecord) -> Result<ControlFlow<()>> {
    ///         Ok(ControlFlow::Break(()))
    ///     }
    /// }
    /// // Unless it says otherwise.
    /// let step = StepRecord { epoch: 1, step: 1, examples: 32, cost: 0.7, alpha: 0.1 };
    /// assert!(Mine.after_step(&step)?.is_continue());
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    fn after_step(&mut self, step: &StepRecord) -> Result<ControlFlow<()>> {
        let _ = step;
        Ok(ControlFlow::Continue(()))
    }

    /// Called at the end of a training without an error, with the parameters that are kept. Does nothing
    /// unless a callback says otherwise.
    ///
    /// # Errors
    /// As [`after_epoch`](Callback::after_epoch).
    ///
    /// ```
    /// use layerwise_model::{Callback, Network, activations::Identity};
    /// # use layerwise_model::{EpochRecord, History, Result, StepRecord};
    /// # use std::ops::ControlFlow;
    ///
    /// struct Mine;
    /// impl Callback<f64> for Mine {
    ///     fn after_epoch(&mut self, _: &Network<f64>, _: &EpochRecord) -> Result<ControlFlow<()>> {
    ///         Ok(ControlFlow::Break(()))
    ///     }
    /// }
    /// // Unless it says otherwise.
    /// let network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// assert_eq!(Mine.at_end(&network, &History::default())?, ());
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    fn at_end(&mut self, network: &Network<T>, history: &History) -> Result<()> {
        let _ = (network, history);
        Ok(())
    }
}

impl<T: Scalar, F: FnMut(&Network<T>, &EpochRecord) -> Result<ControlFlow<()>>> Callback<T> for F {
    fn after_epoch(
        &mut self,
        network: &Network<T>,
        epoch: &EpochRecord,
    ) -> Result<ControlFlow<()>> {
        self(network, epoch)
    }
}

/// Writes the network to a file after each epoch with a lower cost than any before: on the validation
/// examples, or on those trained on where there are none.
///
/// ```
/// use layerwise_model::{Checkpoint, Examples, ModelFile, Network, Trainer, core::DMatrix};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
///
/// let path = std::env::temp_dir().join("layerwise-checkpoint-example.safetensors");
/// let x = DMatrix::from_row_slice(1, 4, &[0.0, 1.0, 2.0, 3.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?)
///     .epochs(20)
///     .callback(Checkpoint::new(&path))
///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
/// let kept = ModelFile::<f64>::read(&path)?.network;
/// assert_eq!(kept.predict(&x)?, network.predict(&x)?);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    lowest: f64,
}

impl Checkpoint {
    /// A checkpoint to this file, which is replaced as a whole each time.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), lowest: f64::INFINITY }
    }
}

impl<T: Scalar> Callback<T> for Checkpoint {
    fn after_epoch(
        &mut self,
        network: &Network<T>,
        epoch: &EpochRecord,
    ) -> Result<ControlFlow<()>> {
        let cost = epoch.validation_cost.unwrap_or(epoch.cost);
        if cost < self.lowest {
            self.lowest = cost;
            ModelFile::write_network(network, &self.path)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}
