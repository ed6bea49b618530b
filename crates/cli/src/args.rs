//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use layerwise_data::{CsvFormat, Missing, Numbers, Task};

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
  layerwise look customers.csv                         what is in a table
  layerwise train customers.csv --target churned       train on a file of your own
  layerwise predict model.safetensors new.csv          add predictions to a table
  layerwise evaluate model.safetensors labelled.csv    compare predictions with the truth
  layerwise inspect model.safetensors                  what a model is and how it came about

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
    /// Add a prediction to each row of a table
    #[command(after_help = PREDICT_EXAMPLES)]
    Predict(PredictArgs),
    /// Compare a model's predictions with the truth in a table
    #[command(after_help = EVALUATE_EXAMPLES)]
    Evaluate(EvaluateArgs),
    /// Show what a model file holds
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
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

What is predicted follows from the target: texts and a few whole numbers are classes, other numbers
are predicted as numbers; --task says otherwise. Columns of numbers, categories and dates are used,
missing values filled in; what is left out is said. The rows are split at random into parts for
training, validation and testing, classes with the same share in each. Everything is learned from
the training part, training stops when the validation part gets no better, and the test part only
judges the result. The same data, options and seed give the same file, byte for byte.";

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

const INSPECT_EXAMPLES: &str = "\
Examples:
  layerwise inspect model.safetensors
  layerwise inspect model.safetensors --json";

const DATA_HELP: &str =
    "A CSV file with a header (.gz too), or the name of a shipped set: breast-cancer";

/// How a file is to be read.
#[derive(Debug, Clone, Default, Args)]
pub struct FormatArgs {
    /// What parts the cells, one character [default: found by looking at the file]
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// The first row is data; columns are called column_1, column_2, …
    #[arg(long)]
    pub no_header: bool,
}

impl FormatArgs {
    /// The same for the data crate.
    pub fn format(&self) -> CsvFormat {
        CsvFormat { delimiter: self.delimiter, header: !self.no_header }
    }
}

/// What is to be made of columns.
#[derive(Debug, Clone, Default, Args)]
pub struct ColumnArgs {
    /// Words that stand for a missing value, besides an empty cell
    /// [default: ?,NA,N/A,NaN,null,None]
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub missing: Option<Vec<String>>,
    /// Columns that hold categories, though their values are numbers
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub categories: Vec<String>,
}

impl ColumnArgs {
    /// The same for the data crate.
    pub fn missing(&self) -> Missing {
        self.missing.as_ref().map_or_else(Missing::default, Missing::words)
    }
}

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
    #[arg(help = DATA_HELP, long_help = "A CSV file with a header, packed with gzip or not, or the \
        name of a shipped set: breast-cancer. For a file of that name write ./breast-cancer")]
    pub data: PathBuf,
    /// Column to predict [default: the last; for a shipped set, its own]
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// What is predicted [default: follows from the target]
    #[arg(long, value_name = "TASK")]
    pub task: Option<TaskName>,
    /// Columns not to learn from
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub leave_out: Vec<String>,
    /// How numbers are made ready [default: in bins from 2000 rows on, standardized below]
    #[arg(long, value_name = "WAY")]
    pub numbers: Option<NumbersName>,
    /// Units of each hidden layer, from the first to the last, or `none` [default: by the number of rows]
    #[arg(long, value_name = "UNITS", value_parser = hidden)]
    pub hidden: Option<Hidden>,
    /// Share of hidden units left out at random in each step [default: by the number of rows]
    #[arg(long, value_name = "P", value_parser = share, allow_negative_numbers = true)]
    pub dropout: Option<f64>,
    /// How often all training examples are gone through, at most
    #[arg(long, value_name = "N", default_value_t = EPOCHS, value_parser = at_least_one, allow_negative_numbers = true)]
    pub epochs: usize,
    /// Epochs without a better validation cost after which training ends [default: by the number of rows]
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    pub patience: Option<usize>,
    /// Learning rate α of AdamW [default: by the number of rows]
    #[arg(long, value_name = "A", value_parser = learning_rate, allow_negative_numbers = true)]
    pub learning_rate: Option<f64>,
    /// Decoupled weight decay λ of AdamW [default: by the number of rows]
    #[arg(long, value_name = "L", value_parser = weight_decay, allow_negative_numbers = true)]
    pub weight_decay: Option<f64>,
    /// Examples in a mini-batch [default: by the number of rows]
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    pub batch_size: Option<usize>,
    /// Seed of the split, the starting weights and the order of examples
    #[arg(long, value_name = "S", default_value_t = SEED)]
    pub seed: u64,
    /// Where to write the model; a file that is there is replaced
    #[arg(long, value_name = "FILE", default_value = OUT)]
    pub out: PathBuf,
    /// Print nothing but what goes wrong
    #[arg(long, conflicts_with = "json")]
    pub quiet: bool,
    /// Print what happens as lines of JSON, for other programs
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub format: FormatArgs,
    #[command(flatten)]
    pub columns: ColumnArgs,
}

const EPOCHS: usize = 200;
const SEED: u64 = 0;
const OUT: &str = "model.safetensors";

impl Default for TrainArgs {
    /// The shipped set with the defaults of every option.
    fn default() -> Self {
        Self {
            data: "breast-cancer".into(),
            target: None,
            task: None,
            leave_out: vec![],
            numbers: None,
            hidden: None,
            dropout: None,
            epochs: EPOCHS,
            patience: None,
            learning_rate: None,
            weight_decay: None,
            batch_size: None,
            seed: SEED,
            out: OUT.into(),
            quiet: false,
            json: false,
            format: FormatArgs::default(),
            columns: ColumnArgs::default(),
        }
    }
}

/// What `--task` may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TaskName {
    /// One of two classes.
    Binary,
    /// One of several classes.
    Classes,
    /// A number.
    Regression,
}

impl From<TaskName> for Task {
    fn from(name: TaskName) -> Self {
        match name {
            TaskName::Binary => Self::Binary,
            TaskName::Classes => Self::Classes,
            TaskName::Regression => Self::Regression,
        }
    }
}

/// What `--numbers` may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum NumbersName {
    /// Mean 0 and variance 1.
    Standard,
    /// From 0 to 1.
    MinMax,
    /// By rank, spread out as the normal distribution.
    Quantile,
    /// Piecewise linear, in bins at the splits of a small tree on the target.
    Bins,
}

impl From<NumbersName> for Numbers {
    fn from(name: NumbersName) -> Self {
        match name {
            NumbersName::Standard => Self::Standard,
            NumbersName::MinMax => Self::MinMax,
            NumbersName::Quantile => Self::Quantile,
            NumbersName::Bins => Self::Bins,
        }
    }
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
    #[command(flatten)]
    pub format: FormatArgs,
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

/// Units of the hidden layers; none is logistic regression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden(pub Vec<usize>);

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

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" | b"tab" => Ok(b'\t'),
        &[byte] if byte != b'"' && byte != b'\n' && byte != b'\r' => Ok(byte),
        _ => Err("must be one ASCII character, such as ; or |, or the word tab".into()),
    }
}

/// A number from 0 to below 1.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.0..1.0).contains(&share) { Ok(share) } else { Err("must be from 0 to below 1".into()) }
}

fn weight_decay(text: &str) -> Result<f64, String> {
    let lambda: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    let usable = lambda >= 0.0 && lambda <= f64::from(f32::MAX);
    if usable { Ok(lambda) } else { Err("must be at least 0 and finite".into()) }
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
    }

    #[test]
    fn delimiters_shares_and_decays() {
        assert_eq!([delimiter(";"), delimiter("tab"), delimiter("\\t")], [Ok(b';'), Ok(9), Ok(9)]);
        assert!(["", "é", ",,", "\""].iter().all(|wrong| delimiter(wrong).is_err()));
        assert_eq!((share("0"), share("0.5"), weight_decay("0")), (Ok(0.0), Ok(0.5), Ok(0.0)));
        assert!(["1", "-0.1", "nan", "half"].iter().all(|wrong| share(wrong).is_err()));
        assert!(["-1", "inf", "nan", "1e39"].iter().all(|wrong| weight_decay(wrong).is_err()));
    }

    #[test]
    fn learning_rates() {
        assert_eq!(learning_rate("0.5"), Ok(0.5));
        for wrong in ["0", "-1", "nan", "inf", "1e39", "1e-60", "fast"] {
            assert!(learning_rate(wrong).is_err(), "{wrong:?}");
        }
    }
}
