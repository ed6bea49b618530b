//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::learn_args::{ColumnArgs, FormatArgs, LearnArgs, at_least_one, at_least_two, minutes};

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

const EXAMPLES: &str = "\
Examples:
  layerwise                                            train on the shipped set
  layerwise look customers.csv                         what is in a table
  layerwise train customers.csv --target churned       train on a file of your own
  layerwise predict model.safetensors new.csv          add predictions to a table
  layerwise evaluate model.safetensors labelled.csv    compare predictions with the truth
  layerwise inspect model.safetensors                  what a model is and how it came about
  layerwise search customers.csv --target churned      choose the options by trying them

Exit codes: 0 success; 2 something to correct (arguments, data, model file); 1 output that could
not be written. Colours are left out when the output is piped or NO_COLOR is set.";

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
    /// Print the completions of a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Write the manual pages of all verbs into a folder
    #[command(after_help = MANUAL_EXAMPLES)]
    Manual(ManualArgs),
}

const LOOK_EXAMPLES: &str = "\
Examples:
  layerwise look customers.csv
  layerwise look customers.csv --target churned
  layerwise look breast-cancer";

const TRAIN_EXAMPLES: &str = "\
Examples:
  layerwise train breast-cancer
  layerwise train customers.csv --target churned --out churn.safetensors
  layerwise train houses.csv --target price --leave-out address,seller
  layerwise train customers.csv --hidden 32,16,8 --epochs 300 --learning-rate 0.005 --seed 7
  layerwise train customers.csv --hidden none          (logistic or linear regression)
  layerwise train images.npy --target labels.npy
  layerwise train customers.csv --target churned --print-config > churn.toml
  layerwise train --config churn.toml --seed 7
  layerwise train customers.csv --target churned --resume     (after Ctrl-C)

What is predicted follows from the target: texts and a few whole numbers are classes, other numbers
are predicted as numbers; --task says otherwise. Columns of numbers, categories and dates are used,
missing values filled in; what is left out is said. The rows are split at random into parts for
training, validation and testing, classes with the same share in each. Everything is learned from
the training part, training stops when the validation part gets no better, and the test part only
judges the result. The same data, options and seed give the same file, byte for byte.

Ctrl-C ends training and keeps what was learned; beside the model lies a checkpoint then, from which
--resume goes on to the very model an uninterrupted training gives. It is written during long trainings
too, so that little is lost to a power cut. Ctrl-C twice ends at once.";

const SEARCH_EXAMPLES: &str = "\
Examples:
  layerwise search customers.csv --target churned
  layerwise search customers.csv --target churned --trials 100 --minutes 30 --save-config best.toml
  layerwise search customers.csv --target churned --hidden 64,32    (only the rest is searched)

Hidden layers, dropout, learning rate, weight decay, mini-batches and how numbers are made ready are
drawn at random, but for those that are given; the first trial is what `train` would have done. Each is
judged by its cost on the validation part, the one with the lowest is kept, and the test part judges it
once, at the end. Ctrl-C ends the search and keeps the best so far. The same seed draws the same trials.";

const PREDICT_EXAMPLES: &str = "\
Examples:
  layerwise predict model.safetensors new.csv
  layerwise predict model.safetensors new.csv --out predicted.csv
  cat new.csv | layerwise predict model.safetensors - | head

Prints the table as CSV with columns added: `predicted`, the more probable class or the number, and
for classes `probability_…`, of two classes that of the second. Columns are found by name, in any
order; the target need not be there. Rows are read, predicted and written some thousands at a time,
so a table may be larger than memory.";

const EVALUATE_EXAMPLES: &str = "\
Examples:
  layerwise evaluate model.safetensors labelled.csv
  layerwise evaluate model.safetensors breast-cancer

The table needs the target column the model was trained on.";

const CROSS_VALIDATE_EXAMPLES: &str = "\
Examples:
  layerwise cross-validate customers.csv --target churned
  layerwise cross-validate houses.csv --target price --folds 10 --hidden 64

Each part judges once a network that the others taught; a tenth of these say when to stop. Everything
is learned anew each time, also how columns are made ready. No model is written.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  layerwise explain model.safetensors labelled.csv
  layerwise explain model.safetensors breast-cancer --repeats 20

A column is shuffled among the rows, and what the model then does worse is what it relies on the
column (permutation importance). Columns that say the same share what they are worth.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  layerwise completions bash > ~/.local/share/bash-completion/completions/layerwise
  layerwise completions fish > ~/.config/fish/completions/layerwise.fish";

const MANUAL_EXAMPLES: &str = "\
Examples:
  layerwise manual ~/.local/share/man/man1";

const INSPECT_EXAMPLES: &str = "\
Examples:
  layerwise inspect model.safetensors
  layerwise inspect model.safetensors --json";

pub const DATA_HELP: &str =
    "A CSV file with a header, an array (.npy, IDX; .gz too), or a shipped set: breast-cancer";

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
}

/// What is done with what was learned.
#[derive(Debug, Args)]
pub struct ResultArgs {
    /// Where to write the model; a file that is there is replaced
    #[arg(long, value_name = "FILE", default_value = OUT)]
    pub out: PathBuf,
    /// Print nothing but what goes wrong
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
            results: ResultArgs { out: OUT.into(), quiet: false, json: false },
            resume: false,
            checkpoint_every: CHECKPOINT_EVERY,
        }
    }
}

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    #[command(flatten)]
    pub learn: LearnArgs,
    /// Networks to train, at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = at_least_one, allow_negative_numbers = true)]
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
    #[arg(help = "A CSV file with a header (.gz too), a shipped set, or - for standard input")]
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
    /// The file of labels of an array
    #[arg(long, value_name = "FILE")]
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
    /// The file of labels of an array
    #[arg(long, value_name = "FILE")]
    pub labels: Option<String>,
    /// How often each column is shuffled
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_one, allow_negative_numbers = true)]
    pub repeats: usize,
    /// Seed of the shuffles
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    pub format: FormatArgs,
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
