//! The network and how it is trained, chosen by what is known of the data.

use layerwise_data::{ColumnProfile, DMatrix, Recipe, RecipeOptions, Split, Table, Target, Task};
use layerwise_model::activations::{Identity, Relu, Sigmoid, Softmax};
use layerwise_model::{History, Network};
use serde::{Deserialize, Serialize};

use crate::error::CliError;
use crate::fitting::{Lessons, Watch, fit};
use crate::learn_args::LearnArgs;
use crate::scores::Scores;
use crate::streamed::Streamed;

/// Parameters of the largest network, about 2 GB with its gradients and copies.
const MOST_PARAMETERS: u128 = 100_000_000;

/// Rows to learn from at which a table counts as large.
pub const MANY_ROWS: usize = 2000;

/// Features at which a large table counts as wide.
const MANY_FEATURES: usize = 400;

/// Features beyond which the learning rate falls as they grow.
const FEATURES_AT_FULL_RATE: f64 = 800.0;

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
        let parts = [train, validation];
        fit(settings, target, &mut self.network, (Lessons::Memory, parts), watch)
    }

    /// The same on examples that are in blocks on disk.
    pub fn fit_streamed(
        &mut self,
        examples: &mut Streamed,
        [train, validation, _]: &[Part; 3],
        watch: Watch<'_>,
    ) -> Result<History, CliError> {
        let (settings, target) = (&self.settings, &self.target);
        let parts = [train, validation];
        fit(settings, target, &mut self.network, (Lessons::Blocks(examples), parts), watch)
    }
}
