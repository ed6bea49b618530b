//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::examples::*;
use crate::input::ImageArgs;
use crate::learn_args::{LearnArgs, at_least_one, at_least_two, minutes, trials};
use crate::streamed::Memory;
use crate::table_args::{ColumnArgs, FormatArgs};

/// Feed-forward neural networks for tables: train, predict, evaluate.
///
/// Without a command it trains on the shipped data set `breast-cancer`, as
/// `layerwise train breast-cancer` does.
#[derive(Debug, Parser)]
#[command(name = "layerwise", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what is in a table: columns, kinds, gaps, and what would be made of them
    #[command(after_help = LOOK_EXAMPLES)]
    Look(LookArgs),
    /// Train a network on a table and write it to a model file
    #[command(after_help = TRAIN_EXAMPLES)]
    Train(TrainArgs),
    /// Choose a network and how it is trained by trying many
    #[command(after_help = SEARCH_EXAMPLES)]
    Search(SearchArgs),
    /// Judge what would be learned by several parts of a table in turn
    #[command(after_help = CROSS_VALIDATE_EXAMPLES)]
    CrossValidate(CrossValidateArgs),
    /// Add a prediction to each row of a table
    #[command(after_help = PREDICT_EXAMPLES)]
    Predict(PredictArgs),
    /// Compare a model's predictions with the truth in a table
    #[command(after_help = EVALUATE_EXAMPLES)]
    Evaluate(EvaluateArgs),
    /// Show which columns a model relies on
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Show what a model file holds
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
    /// Answer requests for predictions over HTTP
    #[cfg(feature = "serve")]
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(crate::serve::ServeArgs),
    /// Answer requests for predictions over HTTP: not in this program
    #[cfg(not(feature = "serve"))]
    #[command(hide = true)]
    Serve(NoService),
    /// Write a page about a model: what it is, how good it is, where it fails and why
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Print the completions of a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Write the manual pages of all verbs into a folder
    #[command(after_help = MANUAL_EXAMPLES)]
    Manual(ManualArgs),
}

pub const DATA_HELP: &str = "A CSV file with a header, an array (.npy, .npz, IDX; .gz too), a file or folder of \
                             another format, or a shipped set: breast-cancer";

pub const DATA_LONG_HELP: &str = "\
A CSV file with a header, an array of NumPy or in IDX (all packed with gzip or not), several arrays in NumPy's \
.npz, or the name of a shipped set: breast-cancer. For a file of that name write ./breast-cancer. Built with \
the feature of that name, also: a Parquet or Arrow file (`parquet`), an HDF5 file (`hdf5`), a folder of images \
with one sub-folder a class (`images`).";

/// Arguments of `look`.
#[derive(Debug, Args)]
pub struct LookArgs {
    #[arg(help = DATA_HELP)]
    pub data: PathBuf,
    /// Column that would be predicted
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    #[command(flatten)]
    pub format: FormatArgs,
    #[command(flatten)]
    pub columns: ColumnArgs,
    #[command(flatten)]
    pub images: ImageArgs,
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    #[command(flatten)]
    pub learn: LearnArgs,
    #[command(flatten)]
    pub results: ResultArgs,
    /// Go on with a training that was interrupted: the same data and options end in the same model
    #[arg(long)]
    pub resume: bool,
    /// Seconds between checkpoints during training
    #[arg(long, value_name = "S", default_value_t = CHECKPOINT_EVERY, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub checkpoint_every: u64,
    /// Write how training goes into this folder, as event files for TensorBoard
    #[arg(long, value_name = "DIR")]
    pub tensorboard: Option<PathBuf>,
    /// Learn from a table larger than memory, with about so much of it, as 512MB or 2GB; at least 68MB
    #[arg(long, value_name = "SIZE", value_parser = Memory::parse, long_help = MEMORY_HELP)]
    pub memory: Option<Memory>,
}

const MEMORY_HELP: &str = "Learn from a table larger than memory, with about so much of it, as 512MB or 2GB; at least \
    68MB. The data are read twice: once to see what is in them, once to pack them into files beside the model, which vanish \
    when training ends; these take eight bytes for a number and four for a category. A random sample of at most \
    200,000 rows decides how columns are made ready, and a part of it validates and tests; all other rows are \
    learned from, in an order that is shuffled anew in each epoch";

/// What is done with what was learned.
#[derive(Debug, Args)]
pub struct ResultArgs {
    /// Where to write the model; a file that is there is replaced
    #[arg(long, value_name = "FILE", default_value = OUT)]
    pub out: PathBuf,
    /// Where to write the page about the model [default: beside it, as .html]
    #[arg(long, value_name = "FILE", conflicts_with = "no_report")]
    pub report: Option<PathBuf>,
    /// Write no page about the model
    #[arg(long)]
    pub no_report: bool,
    /// Print nothing but what goes wrong, or may have been read wrong
    #[arg(long, conflicts_with = "json")]
    pub quiet: bool,
    /// Print what happens as lines of JSON, for other programs
    #[arg(long)]
    pub json: bool,
}

const OUT: &str = "model.safetensors";
const CHECKPOINT_EVERY: u64 = 60;

impl Default for TrainArgs {
    /// The shipped set with the defaults of every option.
    fn default() -> Self {
        Self {
            learn: LearnArgs::default(),
            results: ResultArgs {
                out: OUT.into(),
                report: None,
                no_report: false,
                quiet: false,
                json: false,
            },
            resume: false,
            checkpoint_every: CHECKPOINT_EVERY,
            tensorboard: None,
            memory: None,
        }
    }
}

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    #[command(flatten)]
    pub learn: LearnArgs,
    /// Networks to train, at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = trials, allow_negative_numbers = true)]
    pub trials: usize,
    /// Minutes after which no other is begun, and the present one ends [default: no limit]
    #[arg(long, value_name = "M", value_parser = minutes, allow_negative_numbers = true)]
    pub minutes: Option<f64>,
    /// Where to write the options of the best, for `train --config`
    #[arg(long, value_name = "FILE")]
    pub save_config: Option<PathBuf>,
    #[command(flatten)]
    pub results: ResultArgs,
}

/// Arguments of `cross-validate`.
#[derive(Debug, Args)]
pub struct CrossValidateArgs {
    #[command(flatten)]
    pub learn: LearnArgs,
    /// Parts, each of which judges once what the others taught
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = at_least_two, allow_negative_numbers = true)]
    pub folds: usize,
}

/// Arguments of `predict`.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// A model file that `layerwise train` wrote
    pub model: PathBuf,
    #[arg(
        help = "A file of any format that `train` reads, a folder of images or one, a shipped set, or - for \
                  CSV from standard input"
    )]
    pub data: PathBuf,
    /// Where to write the table [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// A model file that `layerwise train` wrote
    pub model: PathBuf,
    #[arg(help = DATA_HELP)]
    pub data: PathBuf,
    /// The labels of an array: a file, or an array of the same file
    #[arg(long, value_name = "LABELS")]
    pub labels: Option<String>,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A model file that `layerwise train` wrote
    pub model: PathBuf,
    #[arg(help = DATA_HELP)]
    pub data: PathBuf,
    /// The labels of an array: a file, or an array of the same file
    #[arg(long, value_name = "LABELS")]
    pub labels: Option<String>,
    /// How often each column is shuffled
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_one, allow_negative_numbers = true)]
    pub repeats: usize,
    /// Rows to shuffle, drawn at random [default: all, of large data as many as have three million cells]
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    pub rows: Option<usize>,
    /// Seed of the shuffles
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// A model file that `layerwise train` wrote
    pub model: PathBuf,
    /// What to judge it by: data with the truth in them; of those it was trained on the rows held out
    pub data: Option<PathBuf>,
    /// The labels of an array: a file, or an array of the same file
    #[arg(long, value_name = "LABELS", requires = "data")]
    pub labels: Option<String>,
    /// Where to write the page [default: beside the model, as .html]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Arguments of `serve` in a program that has no service, whatever they are.
#[cfg(not(feature = "serve"))]
#[derive(Debug, Args)]
pub struct NoService {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub all: Vec<std::ffi::OsString>,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Arguments of `manual`.
#[derive(Debug, Args)]
pub struct ManualArgs {
    /// The folder, which must be there
    pub folder: PathBuf,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// A model file that `layerwise train` wrote
    pub model: PathBuf,
    /// Print the notes of the file as JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_put_together_right() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn defaults_are_the_same_with_and_without_a_command() {
        let cli = Cli::try_parse_from(["layerwise", "train", "breast-cancer"]).unwrap();
        let Some(Command::Train(typed)) = cli.command else { panic!("train") };
        assert_eq!(format!("{typed:?}"), format!("{:?}", TrainArgs::default()));
    }
}
