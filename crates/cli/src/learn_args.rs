//! What can be typed where something is learned: the data, the target, the network, the training.

use std::path::PathBuf;

use clap::Args;
use layerwise_data::{Numbers, Task};

use crate::args::{DATA_HELP, DATA_LONG_HELP};
use crate::input::ImageArgs;
use crate::table_args::{ColumnArgs, FormatArgs};

/// Layers of hidden units a network may have: more are a slip of the keyboard.
const MOST_LAYERS: usize = 100;

/// What to learn, from what, and how.
#[derive(Debug, Clone, Args)]
pub struct LearnArgs {
    #[arg(required = false, required_unless_present = "config", help = DATA_HELP, long_help = DATA_LONG_HELP)]
    pub data: PathBuf,
    /// Column to predict, or the labels of an array: a file, or an array of the same file [default: the last; for a shipped set, its own]
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// What is predicted [default: follows from the target]
    #[arg(long, value_name = "TASK")]
    pub task: Option<TaskName>,
    /// Columns not to learn from; can be repeated, and a name with a comma in it is taken as a whole where a
    /// column has it
    #[arg(long, value_name = "COLUMNS")]
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
    #[command(flatten)]
    pub format: FormatArgs,
    #[command(flatten)]
    pub columns: ColumnArgs,
    /// A TOML file of options by their names, as learning_rate = 0.01; what is typed goes before it
    #[arg(long, value_name = "FILE", long_help = CONFIG_HELP)]
    pub config: Option<PathBuf>,
    /// Print all options with their values, those decided by the data too, as a config; and do nothing else
    #[arg(long)]
    pub print_config: bool,
    #[command(flatten)]
    pub images: ImageArgs,
}

const CONFIG_HELP: &str = "A TOML file of options by their names with _ for -, as learning_rate = 0.01; data is the \
    name of DATA. What is typed goes before it. Lists are arrays: leave_out = [\"name\", \"last, first\"], \
    hidden = [16, 8]. Paths mean what they mean when typed: they start from the current folder";

const EPOCHS: usize = 200;
const SEED: u64 = 0;

impl Default for LearnArgs {
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
            format: FormatArgs::default(),
            columns: ColumnArgs::default(),
            config: None,
            print_config: false,
            images: ImageArgs::default(),
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

impl From<Task> for TaskName {
    fn from(task: Task) -> Self {
        match task {
            Task::Binary => Self::Binary,
            Task::Classes => Self::Classes,
            Task::Regression => Self::Regression,
        }
    }
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
    /// In bins from 2000 rows on, standardized below; one scale for all of very many.
    Automatic,
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
            NumbersName::Automatic => Self::Automatic,
            NumbersName::Standard => Self::Standard,
            NumbersName::MinMax => Self::MinMax,
            NumbersName::Quantile => Self::Quantile,
            NumbersName::Bins => Self::Bins,
        }
    }
}

/// Units of the hidden layers; none is logistic regression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden(pub Vec<usize>);

pub(super) fn hidden(text: &str) -> Result<Hidden, String> {
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

pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("{text:?} is not a whole number of at least 1")),
    }
}

pub(super) fn at_least_two(text: &str) -> Result<usize, String> {
    match at_least_one(text)? {
        1 => Err("must be at least 2".into()),
        number => Ok(number),
    }
}

/// A number from 0 to below 1.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.0..1.0).contains(&share) { Ok(share) } else { Err("must be from 0 to below 1".into()) }
}

/// A number of trials: all are drawn before the first, so there is an end to them.
pub(super) fn trials(text: &str) -> Result<usize, String> {
    const MOST: usize = 100_000;
    match at_least_one(text)? {
        number if number > MOST => Err(format!("must be at most {MOST}")),
        number => Ok(number),
    }
}

pub(super) fn minutes(text: &str) -> Result<f64, String> {
    let minutes: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    // A year is enough, and no more than a clock can add up.
    let usable = minutes > 0.0 && minutes <= 525_600.0;
    if usable { Ok(minutes) } else { Err("must be above 0, and at most a year of them".into()) }
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
    fn shares_and_decays() {
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
