//! What can be typed.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Layers of hidden units a network may have: more are a slip of the keyboard.
const MOST_LAYERS: usize = 100;

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
  layerwise train customers.csv --target churned       train on a file of your own
  layerwise predict model.safetensors new.csv          add predictions to a table
  layerwise evaluate model.safetensors labelled.csv    compare predictions with labels

Exit codes: 0 success; 2 something to correct (arguments, data, model file); 1 output that could
not be written. Colours are left out when the output is piped or NO_COLOR is set.";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a network on a table and write it to a model file
    #[command(after_help = TRAIN_EXAMPLES)]
    Train(TrainArgs),
    /// Add a predicted class and its probability to each row of a table
    #[command(after_help = PREDICT_EXAMPLES)]
    Predict(PredictArgs),
    /// Compare a model's predictions with the labels of a table
    #[command(after_help = EVALUATE_EXAMPLES)]
    Evaluate(EvaluateArgs),
}

const TRAIN_EXAMPLES: &str = "\
Examples:
  layerwise train breast-cancer
  layerwise train customers.csv --target churned --out churn.safetensors
  layerwise train customers.csv --hidden 32,16,8 --epochs 300 --learning-rate 0.05 --seed 7
  layerwise train customers.csv --hidden none          (logistic regression)

The rows are split at random into 60 % for training, 20 % for validation and 20 % for testing, with
the same share of each class in all parts. Features are standardized with mean and standard
deviation of the training part; the model file keeps both. The same data, options and seed give the
same file, byte for byte.";

const PREDICT_EXAMPLES: &str = "\
Examples:
  layerwise predict model.safetensors new.csv
  layerwise predict model.safetensors new.csv --out predicted.csv
  layerwise predict model.safetensors breast-cancer | head

Prints the table as CSV with two columns added: `predicted`, the label of the more probable class,
and `probability_…` with the label of class 1 in its name. Columns are found by name, in any order;
the target need not be there.";

const EVALUATE_EXAMPLES: &str = "\
Examples:
  layerwise evaluate model.safetensors labelled.csv
  layerwise evaluate model.safetensors breast-cancer

The table needs the target column the model was trained on, with the same two labels.";

const DATA_HELP: &str = "A CSV file with a header, or the name of a shipped set: breast-cancer";

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    #[arg(help = DATA_HELP, long_help = "A CSV file with a header (numeric features, a target of \
        two classes as numbers or text), or the name of a shipped set: breast-cancer. For a file of \
        that name write ./breast-cancer")]
    pub data: PathBuf,
    /// Column to predict [default: the last; for a shipped set, its own]
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// Units of each hidden layer (ReLU), from the first to the last, or `none`
    #[arg(long, value_name = "UNITS", default_value_t = Hidden::default(), value_parser = hidden)]
    pub hidden: Hidden,
    /// How often all training examples are gone through
    #[arg(long, value_name = "N", default_value_t = EPOCHS, value_parser = at_least_one, allow_negative_numbers = true)]
    pub epochs: usize,
    /// Learning rate α of gradient descent, W := W − α dW
    #[arg(long, value_name = "A", default_value_t = LEARNING_RATE, value_parser = learning_rate, allow_negative_numbers = true)]
    pub learning_rate: f64,
    /// Examples in a mini-batch
    #[arg(long, value_name = "N", default_value_t = BATCH_SIZE, value_parser = at_least_one, allow_negative_numbers = true)]
    pub batch_size: usize,
    /// Seed of the split, the starting weights and the order of examples
    #[arg(long, value_name = "S", default_value_t = SEED)]
    pub seed: u64,
    /// Where to write the model; a file that is there is replaced
    #[arg(long, value_name = "FILE", default_value = OUT)]
    pub out: PathBuf,
}

// Chosen on the validation parts of 40 splits of the shipped set: between 50 and 100 epochs the mean
// validation accuracy is level, and the validation cost begins to rise.
const EPOCHS: usize = 60;
const LEARNING_RATE: f64 = 0.05;
const BATCH_SIZE: usize = 32;
const SEED: u64 = 0;
const OUT: &str = "model.safetensors";

impl Default for TrainArgs {
    /// The shipped set with the defaults of every option.
    fn default() -> Self {
        Self {
            data: "breast-cancer".into(),
            target: None,
            hidden: Hidden::default(),
            epochs: EPOCHS,
            learning_rate: LEARNING_RATE,
            batch_size: BATCH_SIZE,
            seed: SEED,
            out: OUT.into(),
        }
    }
}

/// Arguments of `predict`.
#[derive(Debug, Args)]
pub struct PredictArgs {
    /// A model file that `layerwise train` wrote
    pub model: PathBuf,
    #[arg(help = DATA_HELP)]
    pub data: PathBuf,
    /// Where to write the table [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// A model file that `layerwise train` wrote
    pub model: PathBuf,
    #[arg(help = DATA_HELP)]
    pub data: PathBuf,
}

/// Units of the hidden layers; none is logistic regression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden(pub Vec<usize>);

impl Default for Hidden {
    fn default() -> Self {
        Self(vec![16, 8])
    }
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let units: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&units.join(","))
    }
}

fn hidden(text: &str) -> Result<Hidden, String> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(Hidden(Vec::new()));
    }
    let units =
        text.split(',').map(|units| at_least_one(units.trim())).collect::<Result<Vec<_>, _>>();
    let units = units.map_err(|problem| format!("{problem}; write units as in 16,8, or none"))?;
    if units.len() > MOST_LAYERS {
        return Err(format!("{} layers, at most {MOST_LAYERS} are allowed", units.len()));
    }
    Ok(Hidden(units))
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("{text:?} is not a whole number of at least 1")),
    }
}

fn learning_rate(text: &str) -> Result<f64, String> {
    let alpha: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    // Training computes in f32: what is 0 or infinite there is no learning rate.
    let single = alpha as f32;
    if single > 0.0 && single.is_finite() {
        Ok(alpha)
    } else {
        Err("must be above 0 and finite (in f32)".into())
    }
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

    #[test]
    fn hidden_units() {
        assert_eq!(hidden("16,8"), Ok(Hidden(vec![16, 8])));
        assert_eq!(hidden(" 4 , 2 "), Ok(Hidden(vec![4, 2])));
        assert_eq!(hidden("None"), Ok(Hidden(vec![])));
        for wrong in ["", "16,", "16;8", "0", "8,0", "-3", "1.5", "99999999999999999999999"] {
            assert!(hidden(wrong).is_err(), "{wrong:?}");
        }
        assert!(hidden(&vec!["1"; 101].join(",")).unwrap_err().contains("101 layers"));
        assert_eq!(Hidden(vec![]).to_string(), "none");
        assert_eq!(Hidden(vec![3, 2]).to_string(), "3,2");
    }

    #[test]
    fn learning_rates() {
        assert_eq!(learning_rate("0.5"), Ok(0.5));
        for wrong in ["0", "-1", "nan", "inf", "1e39", "1e-60", "fast"] {
            assert!(learning_rate(wrong).is_err(), "{wrong:?}");
        }
    }
}
