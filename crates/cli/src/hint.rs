//! What may help where the program ends before it is done.

use std::io;

use layerwise_data::{DataError, Missing, SHIPPED_SETS};
use layerwise_model::ModelError;

use crate::config::ConfigError;
use crate::error::CliError;
use crate::input;
use crate::report::shell_word;

/// Verbs that take a model, and data after it.
const VERBS_OF_BOTH: [&str; 4] = ["predict", "evaluate", "explain", "report"];

impl CliError {
    /// What may help, if there is more to say than the message does.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Data(DataError::Read { reason, .. })
                if reason.kind() == io::ErrorKind::NotFound =>
            {
                let names: Vec<&str> = SHIPPED_SETS.iter().map(|set| set.name).collect();
                Some(format!(
                    "give the path of a CSV file, or the name of a shipped set: {}",
                    names.join(", ")
                ))
            }
            Self::Data(DataError::NotADate { .. }) => Some(
                "dates are read in the order of those that were learned from: where that is wrong, train with \
                 --dates day-first or --dates month-first"
                    .into(),
            ),
            Self::Data(DataError::NotBuiltIn { feature, .. }) => Some(format!(
                "install the program with it: `cargo install --path crates/cli --features {feature}`"
            )),
            Self::Data(DataError::OtherFormat { file, .. }) if file == "standard input" => Some(
                "standard input is read as CSV; of other formats give the path of a file".into(),
            ),
            Self::Data(DataError::WhichArrays { .. }) => Some(
                "--target NAME says which array holds the labels (--labels for `evaluate`)".into(),
            ),
            Self::Data(DataError::DuplicateColumn { name, .. })
                if name == "predicted" || name.starts_with("probability_") =>
            {
                Some("a prediction adds this column; rename or remove the one in the data".into())
            }
            Self::Data(DataError::DuplicateColumn { .. } | DataError::BlankColumnName { .. }) => {
                Some("if the first row is data and names no columns, --no-header reads it so".into())
            }
            Self::MissingColumn { source: DataError::NoSuchColumn { column, columns, .. }, .. }
                if column == "label" && columns.iter().all(|name| input::is_array_column(name)) =>
            {
                Some("--labels FILE gives the labels of an array".into())
            }
            Self::MissingColumn { source: DataError::NoSuchColumn { columns, .. }, .. }
                if columns.iter().all(|name| name.parse::<f64>().is_ok()) =>
            {
                Some("the first row should name the columns, as in the table that was learned from".into())
            }
            Self::MissingColumn { source: DataError::NoSuchColumn { column, .. }, .. }
                if column.starts_with("column_") =>
            {
                Some("a model that was trained with --no-header wants it here as well".into())
            }
            Self::Data(DataError::OneClass { .. } | DataError::BadTarget { .. }) => {
                Some("--target COLUMN chooses another column to predict".into())
            }
            Self::Data(DataError::MissingLabel { word, .. }) if !word.is_empty() => {
                let default = Missing::default();
                let kept = default.list().iter().filter(|other| !other.eq_ignore_ascii_case(word));
                let kept: Vec<&str> = kept.map(String::as_str).collect();
                Some(format!(
                    "if it is a class, --missing {} keeps it: only these words and empty cells are missing then",
                    shell_word(&kept.join(","))
                ))
            }
            Self::Data(DataError::DecimalComma { column, .. }) => {
                Some(format!("--categories {column} makes categories of all"))
            }
            Self::Data(
                DataError::TextAmongNumbers { column, value, .. }
                | DataError::TextAmongDates { column, value, .. },
            ) => Some(format!(
                "--missing {value} counts it as missing, --categories {column} makes categories of all"
            )),
            Self::Data(DataError::NoUsefulColumn { .. } | DataError::NoFeatures { .. }) => {
                Some("`layerwise look DATA` shows what is in each column".into())
            }
            Self::TooFewRows { .. } => Some("add rows".into()),
            Self::RareClasses { numbers, .. } => {
                let or = if *numbers { "; --task regression predicts them as numbers" } else { "" };
                Some(format!(
                    "add rows of such a class, remove those it has, or give them another class{or}"
                ))
            }
            Self::Model(ModelError::File { .. }) => {
                Some("`layerwise train` writes a model file".into())
            }
            Self::Model(ModelError::ModelFile { .. })
            | Self::DataAsModel { .. }
            | Self::Data(DataError::ModelAsData { .. }) => {
                let verb = std::env::args().nth(1);
                let verb = verb.filter(|verb| VERBS_OF_BOTH.contains(&verb.as_str()));
                Some(format!(
                    "the model comes first, then the data: `layerwise {} MODEL DATA`",
                    verb.as_deref().unwrap_or("predict")
                ))
            }
            Self::NotOurs { .. } => {
                Some("train a new model with `layerwise train`, or check the version".into())
            }
            Self::Config(ConfigError::UnknownKey { known, .. }) => {
                Some(format!("the keys are: {}", known.join(", ")))
            }
            Self::NoCheckpoint { .. } => {
                Some("Ctrl-C leaves one beside the model; without --resume training starts anew".into())
            }
            Self::BadCheckpoint { .. } => {
                Some("without --resume training starts anew and replaces it".into())
            }
            Self::OtherCheckpoint { .. } => Some(
                "resume with the same data and options; without --resume training starts anew and replaces it".into(),
            ),
            #[cfg(feature = "serve")]
            Self::Serve(error) => error.hint(),
            #[cfg(not(feature = "serve"))]
            Self::NoService => Some(
                "install the program with it: `cargo install --path crates/cli --features serve`".into(),
            ),
            Self::NothingToSearch { .. } => Some("leave one of them out".into()),
            Self::TooManyParameters { .. } => Some("choose fewer units with --hidden".into()),
            Self::Diverged { learning_rate, .. } => Some(format!(
                "try a smaller learning rate: --learning-rate {}",
                learning_rate / 10.0
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_away_training_is_told_how_to_slow_down() {
        let hint = CliError::Diverged { epoch: 3, learning_rate: 5.0 }.hint().unwrap();
        assert!(hint.ends_with("--learning-rate 0.5"), "{hint}");
    }
}
