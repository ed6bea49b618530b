//! How a network is trained, and who looks on.

use std::ops::ControlFlow;
use std::time::Duration;

use layerwise_data::{Target, Task};
use layerwise_model::core::MatrixView;
use layerwise_model::optim::AdamW;
use layerwise_model::{
    EpochRecord, Examples, History, ModelError, Network, Patience, Trainer, TrainingState,
    accuracy, class_accuracy, root_mean_squared_error,
};

use crate::error::CliError;
use crate::interrupt;
use crate::learner::{Part, Settings};
use crate::scores::cost_of;
use crate::streamed::Streamed;
use crate::terminal;

/// Examples by which it is recorded how training goes inside the layers.
const RECORDED: usize = 256;
/// Examples learned from that are measured beside those for validation, at most as many: they cost time.
const MEASURED: usize = 2000;

/// The measure on the validation part, as it goes from epoch to epoch.
type Validated = fn(MatrixView<'_, f32>, MatrixView<'_, f32>) -> Result<f64, ModelError>;

/// Its name, and what it is.
fn validated(task: Task) -> (&'static str, Validated) {
    match task {
        Task::Binary => ("accuracy", |al, y| accuracy(al, y)),
        Task::Classes => ("accuracy", |al, y| class_accuracy(al, y)),
        Task::Regression => ("RMSE", |al, y| root_mean_squared_error(al, y)),
    }
}

/// Called after each epoch; may end training.
type Shown<'a> = Box<dyn FnMut(&EpochRecord) -> ControlFlow<()> + 'a>;

/// Called after each epoch with the network and the name of the measure; not again after an error, which is told.
pub type Looked<'a> = Box<dyn FnMut(&Network<f32>, &EpochRecord, &str) -> std::io::Result<()> + 'a>;

/// Called with the state of training.
type Kept<'a> = Box<dyn FnMut(TrainingState<f32>) + 'a>;

/// Who looks on, who keeps the state of training, and where to go on from.
#[derive(Default)]
pub struct Watch<'a> {
    pub shown: Option<Shown<'a>>,
    /// Called after each epoch with the network, and the name of the measure on the validation part.
    pub looked: Option<Looked<'a>>,
    /// How often at most, beside where training is ended.
    pub kept: Option<(Duration, Kept<'a>)>,
    pub resumed: Option<TrainingState<f32>>,
}

/// Where the examples to learn from are.
pub enum Lessons<'a> {
    /// In the part itself.
    Memory,
    /// In blocks on disk, of which the part is a sample.
    Blocks(&'a mut Streamed),
}

/// Trains until the validation part gets no better.
pub fn fit(
    settings: &Settings,
    target: &Target,
    network: &mut Network<f32>,
    (lessons, [train, validation]): (Lessons<'_>, [&Part; 2]),
    Watch { mut shown, looked, kept, resumed }: Watch<'_>,
) -> Result<History, CliError> {
    let diverged = |epoch| CliError::Diverged { epoch, learning_rate: settings.learning_rate };
    let (alpha, lambda) = (settings.learning_rate as f32, settings.weight_decay as f32);
    let optimizer = AdamW::new(alpha, lambda).map_err(ModelError::from)?;
    let seen = match &lessons {
        Lessons::Memory => train,
        Lessons::Blocks(_) => validation,
    };
    let n = seen.x.ncols().min(RECORDED);
    let seen = (seen.x.columns(0, n).into_owned(), seen.y.columns(0, n).into_owned());
    // Some of the examples learned from, from all over them.
    let most = validation.x.ncols().clamp(1, MEASURED);
    let step = train.x.ncols().div_ceil(most).max(1);
    let some: Vec<usize> = (0..train.x.ncols()).step_by(step).collect();
    let some = (train.x.select_columns(&some), train.y.select_columns(&some));
    let mut unwritten = None;
    let mut trainer = Trainer::new(cost_of(target.task()), optimizer)
        .epochs(settings.epochs)
        .seed(settings.seed)
        .early_stopping(Patience(settings.patience))
        .metric(validated(target.task()).0, validated(target.task()).1)
        .record_metrics(Examples::new(&some.0, &some.1)?)
        .record_layers(Examples::new(&seen.0, &seen.1)?)
        .stop_flag(interrupt::flag().map_err(CliError::Signals)?)
        .after_epoch(|record| {
            let shown = shown.as_mut().map_or(ControlFlow::Continue(()), |shown| shown(record));
            // Parameters that the last step of an epoch ruined show only here.
            match record.validation_cost {
                Some(cost) if !cost.is_finite() => ControlFlow::Break(()),
                _ => shown,
            }
        });
    if let Some(mut looked) = looked {
        let (name, unwritten) = (validated(target.task()).0, &mut unwritten);
        trainer = trainer.callback(move |network: &Network<f32>, record: &EpochRecord| {
            // Written no further where it could not be once; learning goes on.
            if unwritten.is_none() {
                *unwritten = looked(network, record, name).err();
            }
            Ok(ControlFlow::Continue(()))
        });
    }
    if let Some((every, mut kept)) = kept {
        trainer = trainer.keep_state(every, move |state| {
            kept(state);
            Ok(())
        });
    }
    if let Some(state) = resumed {
        trainer = trainer.resume(state);
    }
    let validation = Examples::new(&validation.x, &validation.y)?;
    let history = match lessons {
        Lessons::Memory => trainer.batch_size(settings.batch_size.min(train.x.ncols())).fit(
            network,
            Examples::new(&train.x, &train.y)?,
            Some(validation),
        ),
        Lessons::Blocks(examples) => {
            // One processor makes the mini-batches ready.
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            let trainer = trainer.threads((processors - 1).max(1));
            trainer.fit_source(network, examples, Some(validation))
        }
    };
    if let Some(error) = unwritten {
        terminal::show_warning(&format!("the event file for TensorBoard is not whole: {error}"));
    }
    match history {
        Err(ModelError::Diverged { epoch, .. }) => Err(diverged(epoch)),
        Err(error) => Err(error.into()),
        Ok(history) => match history.last() {
            Some(last) if last.validation_cost.is_some_and(|cost| !cost.is_finite()) => {
                Err(diverged(last.epoch))
            }
            _ => Ok(history),
        },
    }
}
