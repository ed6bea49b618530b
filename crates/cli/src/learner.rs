//! The network and how it is trained, chosen by what is known of the data.

use std::ops::ControlFlow;
use std::time::Duration;

use layerwise_data::{ColumnProfile, DMatrix, Recipe, RecipeOptions, Split, Table, Target, Task};
use layerwise_model::activations::{Identity, Relu, Sigmoid, Softmax};
use layerwise_model::core::MatrixView;
use layerwise_model::optim::AdamW;
use layerwise_model::{
    EpochRecord, Examples, History, ModelError, Network, Patience, Trainer, TrainingState,
    accuracy, class_accuracy, root_mean_squared_error,
};
use serde::{Deserialize, Serialize};

use crate::error::CliError;
use crate::interrupt;
use crate::learn_args::LearnArgs;
use crate::scores::{Scores, cost_of};
use crate::streamed::Streamed;
use crate::terminal;

/// Parameters of the largest network, about 2 GB with its gradients and copies.
const MOST_PARAMETERS: u128 = 100_000_000;

/// Rows to learn from at which a table counts as large.
pub const MANY_ROWS: usize = 2000;

/// Features at which a large table counts as wide.
const MANY_FEATURES: usize = 400;

/// Features beyond which the learning rate falls as they grow.
const FEATURES_AT_FULL_RATE: f64 = 800.0;

/// Examples by which it is recorded how training goes inside the layers.
const RECORDED: usize = 256;

/// The options of a training, all of them decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub hidden: Vec<usize>,
    pub dropout: f64,
    pub epochs: usize,
    pub patience: usize,
    pub learning_rate: f64,
    pub weight_decay: f64,
    pub batch_size: usize,
    pub seed: u64,
}

impl Settings {
    /// What was typed, and for the rest what served well on tables of so many rows to learn from and features.
    pub fn new(args: &LearnArgs, rows: usize, features: usize) -> Self {
        let large = rows >= MANY_ROWS;
        let hidden = match (large, features > MANY_FEATURES) {
            (true, true) => vec![256, 128],
            (true, false) => vec![64, 32],
            (false, _) => vec![32, 16],
        };
        let batch_size = if large { 256 } else { 32 };
        // AdamW moves each weight by about α in a step, and z by the sum over all features.
        let narrowed = (FEATURES_AT_FULL_RATE / features.max(1) as f64).min(1.0);
        let learning_rate = if large { 0.003 } else { 0.002 } * narrowed;
        Self {
            hidden: args.hidden.as_ref().map_or(hidden, |hidden| hidden.0.clone()),
            dropout: args.dropout.unwrap_or(if large { 0.1 } else { 0.2 }),
            epochs: args.epochs,
            patience: args.patience.unwrap_or(if large { 4 } else { 20 }),
            learning_rate: args.learning_rate.unwrap_or(learning_rate),
            weight_decay: args.weight_decay.unwrap_or(if large { 0.01 } else { 0.1 }),
            batch_size: args.batch_size.unwrap_or(batch_size).min(rows),
            seed: args.seed,
        }
    }
}

/// Numbers that stand for one of so many levels.
fn width_of(levels: usize) -> usize {
    // As fastai has it: grows slowly with the levels.
    ((1.6 * (levels as f64).powf(0.56)).round() as usize).clamp(1, 64)
}

/// Units from the embedded input to the output; refused where they would not fit into memory.
fn build(settings: &Settings, recipe: &Recipe, target: &Target) -> Result<Network<f32>, CliError> {
    let codes = recipe.codes();
    let tables: Vec<(usize, usize, usize)> =
        codes.iter().map(|&(row, levels)| (row, levels, width_of(levels))).collect();
    let embedded: usize = tables.iter().map(|&(_, levels, width)| levels * width).sum();
    let widths: usize = tables.iter().map(|&(.., width)| width).sum();
    let n_in = recipe.n_rows() - tables.len() + widths;
    let sizes = [&[n_in], settings.hidden.as_slice(), &[target.n_out()]].concat();
    // Units are below 2^64 and layers few, so the sum can only overflow if the product does.
    let found = sizes.windows(2).fold(embedded as u128, |sum, pair| {
        sum.saturating_add((pair[0] as u128 + 1).saturating_mul(pair[1] as u128))
    });
    if found > MOST_PARAMETERS {
        return Err(CliError::TooManyParameters { found, most: MOST_PARAMETERS });
    }
    let mut network = Network::builder(recipe.n_rows());
    if !tables.is_empty() {
        network = network.embedding(&tables);
    }
    for &units in &settings.hidden {
        network = network.dense(units, Relu);
        if settings.dropout > 0.0 {
            network = network.dropout(settings.dropout);
        }
    }
    let network = match target.task() {
        Task::Binary => network.dense(1, Sigmoid),
        Task::Classes => network.dense(target.n_out(), Softmax),
        Task::Regression => network.dense(1, Identity),
    };
    let mut network = network.seed(settings.seed).build()?;
    if !tables.is_empty() {
        forget_unseen(&mut network);
    }
    Ok(network)
}

/// What stands for levels that were never seen starts at 0: where nothing teaches it, it should say nothing.
fn forget_unseen(network: &mut Network<f32>) {
    if let Some(embedding) = network.layers_mut().first_mut() {
        embedding.parameters_mut(&mut |mut table| {
            let last = table.ncols() - 1;
            table.column_mut(last).fill(0.0);
        });
    }
}

/// X and Y of one part.
pub struct Part {
    pub x: DMatrix<f32>,
    pub y: DMatrix<f32>,
}

/// All that is decided before the first step, learned from the rows to train on.
pub struct Plan {
    pub target: Target,
    pub recipe: Recipe,
    pub settings: Settings,
    pub network: Network<f32>,
    y: DMatrix<f32>,
}

impl Plan {
    /// How columns are made ready, which network, and how it is trained.
    pub fn new(
        args: &LearnArgs,
        table: &Table,
        profiles: &[ColumnProfile],
        mut target: Target,
        split: &Split,
    ) -> Result<Self, CliError> {
        target.fit(table, &split.train)?;
        let y = target.encode(table)?;
        let options = RecipeOptions {
            numbers: args.numbers.map(Into::into).unwrap_or_default(),
            missing: args.columns.missing(),
            left_out: args.leave_out.clone(),
            ..RecipeOptions::default()
        };
        let train = (&split.train[..], &y.select_columns(&split.train));
        let recipe = Recipe::fit(table, profiles, target.column(), train, &options)?;
        let settings = Settings::new(args, split.train.len(), recipe.n_rows());
        let network = build(&settings, &recipe, &target)?;
        Ok(Self { target, recipe, settings, network, y })
    }

    /// The examples of each part: to learn from, to stop by, to judge by.
    pub fn parts(&self, table: &Table, split: &Split) -> Result<[Part; 3], CliError> {
        let x = self.recipe.apply(table)?.x;
        let part =
            |rows: &Vec<usize>| Part { x: x.select_columns(rows), y: self.y.select_columns(rows) };
        Ok([&split.train, &split.validation, &split.test].map(part))
    }

    /// The measures on a part.
    pub fn score(&self, part: &Part) -> Result<Scores, CliError> {
        Ok(Scores::of(&self.target, &self.network.predict(&part.x)?, &part.y)?)
    }

    /// Trains until the validation part gets no better, and keeps the best.
    pub fn fit(
        &mut self,
        [train, validation, _]: &[Part; 3],
        watch: Watch<'_>,
    ) -> Result<History, CliError> {
        let (settings, target) = (&self.settings, &self.target);
        fit(settings, target, &mut self.network, (Lessons::Memory(train), validation), watch)
    }

    /// The same on examples that are in blocks on disk.
    pub fn fit_streamed(
        &mut self,
        examples: &mut Streamed,
        [_, validation, _]: &[Part; 3],
        watch: Watch<'_>,
    ) -> Result<History, CliError> {
        let (settings, target) = (&self.settings, &self.target);
        fit(settings, target, &mut self.network, (Lessons::Blocks(examples), validation), watch)
    }
}

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
enum Lessons<'a> {
    Memory(&'a Part),
    Blocks(&'a mut Streamed),
}

fn fit(
    settings: &Settings,
    target: &Target,
    network: &mut Network<f32>,
    (lessons, validation): (Lessons<'_>, &Part),
    Watch { mut shown, looked, kept, resumed }: Watch<'_>,
) -> Result<History, CliError> {
    let diverged = |epoch| CliError::Diverged { epoch, learning_rate: settings.learning_rate };
    let (alpha, lambda) = (settings.learning_rate as f32, settings.weight_decay as f32);
    let optimizer = AdamW::new(alpha, lambda).map_err(ModelError::from)?;
    let seen = match &lessons {
        Lessons::Memory(train) => *train,
        Lessons::Blocks(_) => validation,
    };
    let n = seen.x.ncols().min(RECORDED);
    let seen = (seen.x.columns(0, n).into_owned(), seen.y.columns(0, n).into_owned());
    let mut unwritten = None;
    let mut trainer = Trainer::new(cost_of(target.task()), optimizer)
        .epochs(settings.epochs)
        .seed(settings.seed)
        .early_stopping(Patience(settings.patience))
        .metric(validated(target.task()).0, validated(target.task()).1)
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
    let history =
        match lessons {
            Lessons::Memory(train) => trainer
                .batch_size(settings.batch_size.min(train.x.ncols()))
                .fit(network, Examples::new(&train.x, &train.y)?, Some(validation)),
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
