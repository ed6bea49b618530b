//! How good trained networks are, on real data with one protocol: `cargo xtask quality`.

mod digits;
mod measure;
mod recipe;
mod tables;

use std::path::PathBuf;

use layerwise::data::DataError;
use layerwise::prelude::*;

use measure::{Score, summary};
use recipe::{Recipe, recipes};

use crate::output::say;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The data sets: breast_cancer, adult, mnist, diabetes; all of them if none is named.
    sets: Vec<String>,
    /// The folder with a folder for each data set.
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// Runs, each with a seed of its own: it splits, initializes and shuffles anew.
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    /// The first of the seeds. Recipes are chosen on others than they are judged on.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Bins of the piecewise linear encoding, instead of the recipe's; 0 for none.
    #[arg(long)]
    bins: Option<usize>,
    /// Whether one-hot columns are standardized too, instead of the recipe's.
    #[arg(long)]
    scaled_categories: Option<bool>,
    /// Units of the hidden layers, instead of the recipe's.
    #[arg(long, value_delimiter = ',')]
    hidden: Option<Vec<usize>>,
    /// The deviation of starting weights as a part of He's, instead of the recipe's.
    #[arg(long)]
    start: Option<f64>,
    /// Probability of dropout, instead of the recipe's.
    #[arg(long)]
    dropout: Option<f64>,
    /// Learning rate of AdamW, instead of the recipe's.
    #[arg(long)]
    learning_rate: Option<f64>,
    /// Weight decay of AdamW, instead of the recipe's.
    #[arg(long)]
    weight_decay: Option<f64>,
    /// Epochs, instead of the recipe's.
    #[arg(long)]
    epochs: Option<usize>,
    /// Examples of a mini-batch, instead of the recipe's.
    #[arg(long)]
    batch_size: Option<usize>,
}

impl Args {
    /// The recipe with whatever was said instead.
    fn change(&self, recipe: &Recipe) -> Recipe {
        Recipe {
            bins: self.bins.unwrap_or(recipe.bins),
            scaled_categories: self.scaled_categories.unwrap_or(recipe.scaled_categories),
            hidden: self.hidden.clone().unwrap_or_else(|| recipe.hidden.clone()),
            start: self.start.unwrap_or(recipe.start),
            dropout: self.dropout.unwrap_or(recipe.dropout),
            learning_rate: self.learning_rate.unwrap_or(recipe.learning_rate),
            weight_decay: self.weight_decay.unwrap_or(recipe.weight_decay),
            epochs: self.epochs.unwrap_or(recipe.epochs),
            batch_size: self.batch_size.unwrap_or(recipe.batch_size),
            ..recipe.clone()
        }
    }
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// No such data set.
    #[error("no data set is called {0:?}; there are breast_cancer, adult, mnist, diabetes")]
    Unknown(String),
    /// A file that is not what it should be.
    #[error("{path}: {problem}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The data crate's.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The model crate's.
    #[error(transparent)]
    Model(#[from] layerwise::model::ModelError),
}

/// Examples of one data set: every feature a number.
pub struct Data {
    /// `(features, m)`.
    x: DMatrix<f32>,
    /// `(outputs, m)`: 0 and 1, one-hot classes, or a number.
    y: DMatrix<f32>,
    /// Rows of `x` that say whether an example is of a category.
    categories: Vec<usize>,
    task: Task,
}

/// What is to be predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Yes or no.
    Binary,
    /// One of several classes.
    Classes,
    /// A number.
    Regression,
}

/// Trains and scores, and says where a goal was missed. Returns whether all were reached.
pub fn run(args: &Args) -> Result<bool, QualityError> {
    let recipes = recipes();
    if let Some(unknown) = args.sets.iter().find(|set| recipes.iter().all(|r| r.set != **set)) {
        return Err(QualityError::Unknown(unknown.clone()));
    }
    say!("mean over {} seeds of a stratified split: 80 % to train, 20 % to test\n", args.seeds);
    let mut reached = true;
    for recipe in &recipes {
        if !args.sets.is_empty() && args.sets.iter().all(|set| set != recipe.set) {
            continue;
        }
        let folder = args.data.join(recipe.set);
        if !folder.exists() {
            say!("{}: skipped, its data are not at {}", recipe.set, folder.display());
            continue;
        }
        let data = match recipe.set {
            "mnist" => digits::read(&folder)?,
            "diabetes" => tables::read(&folder.join("diabetes.csv"), "progression", None)?,
            "adult" => tables::read(&folder.join("adult.csv"), "income", Some(">50K"))?,
            _ => tables::read(&folder.join("breast_cancer.csv"), "diagnosis", Some("malignant"))?,
        };
        let recipe = args.change(recipe);
        let scores: Vec<Score> = (args.first_seed..args.first_seed.saturating_add(args.seeds))
            .map(|seed| measure::fit(&data, &recipe, seed))
            .collect::<Result<_, _>>()?;
        let (lines, all) = summary(&recipe, &data, &scores);
        say!("{lines}");
        reached &= all;
    }
    Ok(reached)
}
