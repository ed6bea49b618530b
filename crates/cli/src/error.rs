//! What ends the program before it is done.

use std::io;
use std::path::{Path, PathBuf};

use layerwise_data::DataError;
use layerwise_model::ModelError;

use crate::config::ConfigError;
use crate::interrupt::INTERRUPTED;
use crate::report::{count, short};

/// A reason to stop, in one message.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Data that cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// What is typed does not go with the data.
    #[error("{}: {problem}", data.display())]
    Input {
        /// The file or folder.
        data: PathBuf,
        /// What does not fit, and what to do.
        problem: String,
    },
    /// A model that cannot be built, trained or read.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A config file that cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Options that TOML cannot hold.
    #[error("the options cannot be written as TOML: {0}")]
    WriteConfig(#[from] toml::ser::Error),
    /// Nothing to go on with.
    #[error("there is no checkpoint {} to resume from", path.display())]
    NoCheckpoint {
        /// Where it would be.
        path: PathBuf,
    },
    /// A checkpoint that cannot be read.
    #[error("the checkpoint {} cannot be used: {problem}", path.display())]
    BadCheckpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A checkpoint of another training.
    #[error("the checkpoint {} is of another training: {}", path.display(), differs.join("; "))]
    OtherCheckpoint {
        /// The file.
        path: PathBuf,
        /// What differs.
        differs: Vec<String>,
    },
    /// A search that leaves nothing to choose.
    #[error("nothing is left to search: {} are all given", given.join(", "))]
    NothingToSearch {
        /// The options.
        given: Vec<String>,
    },
    /// A search in which nothing could be trained.
    #[error("all {trials} trials diverged: their costs were no longer numbers")]
    AllDiverged {
        /// How many there were.
        trials: usize,
    },
    /// Data where a model is to be read.
    #[error("{} is {kind}, not a model", path.display())]
    DataAsModel {
        /// The file.
        path: PathBuf,
        /// What it is, in words.
        kind: &'static str,
    },
    /// A model that another program wrote, or that was changed.
    #[error("{} is a layerwise model, but not one that `layerwise train` wrote: {problem}", path.display())]
    NotOurs {
        /// The model file.
        path: PathBuf,
        /// What is missing or wrong.
        problem: String,
    },
    /// Data whose columns are not those the model was trained on.
    #[error("{source} (the model {} needs it)", model.display())]
    MissingColumn {
        /// The model file.
        model: PathBuf,
        /// The column and those there are.
        source: DataError,
    },
    /// A table with too few rows for a number to be predicted.
    #[error("{file} has {rows} row{}, and {needed} are needed: {why}", if *rows == 1 { "" } else { "s" })]
    TooFewRows {
        /// The table.
        file: String,
        /// Its rows.
        rows: usize,
        /// Rows it needs.
        needed: usize,
        /// What for.
        why: &'static str,
    },
    /// Classes with too few rows.
    #[error(
        "{file}, target column {column:?}: {}, and each class needs {needed}: {why}",
        listed(rare)
    )]
    RareClasses {
        /// The table.
        file: String,
        /// The target.
        column: String,
        /// Each of these classes with its rows, the rarest first.
        rare: Vec<(String, usize)>,
        /// Rows it needs.
        needed: usize,
        /// What for.
        why: &'static str,
        /// Whether the classes are numbers, which could be predicted as such.
        numbers: bool,
    },
    /// A network that would not fit into memory.
    #[error("a network of {found} parameters is too large: at most {most} are allowed")]
    TooManyParameters {
        /// Parameters asked for.
        found: u128,
        /// The most allowed.
        most: u128,
    },
    /// Training that ran away.
    #[error(
        "training diverged: in epoch {epoch} the cost was no longer a number; no model was written"
    )]
    Diverged {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The learning rate it was trained with.
        learning_rate: f64,
    },
    /// A place where no file can be written.
    #[error("cannot write to {}: {problem}", path.display())]
    BadOut {
        /// The place.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A model that could not be written.
    #[error("cannot write the model: {0}")]
    WriteModel(ModelError),
    /// Signals that the system does not let the program handle.
    #[error("cannot watch for Ctrl-C: {0}")]
    Signals(io::Error),
    /// Ctrl-C before all was done.
    #[error("interrupted; nothing was written")]
    Interrupted,
    /// A table that could not be written.
    #[error("cannot write {}: {source}", path.display())]
    WriteTable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A service that does not start.
    #[cfg(feature = "serve")]
    #[error(transparent)]
    Serve(#[from] crate::serve::ServeError),
    /// A program that was built without it.
    #[cfg(not(feature = "serve"))]
    #[error("this program was built without the service")]
    NoService,
    /// A page that could not be put together.
    #[error("the report: {0}")]
    Page(#[source] layerwise_report::ReportError),
    /// Standard output that cannot be written to.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// Data that do not fit a model.
    pub fn of_model(error: DataError, model: &Path) -> Self {
        match error {
            DataError::NoSuchColumn { .. } => {
                Self::MissingColumn { model: model.to_owned(), source: error }
            }
            other => other.into(),
        }
    }

    /// What is typed and does not go with the data.
    pub fn input(data: &Path, problem: String) -> Self {
        Self::Input { data: data.to_owned(), problem }
    }

    /// 2 for what the user can correct in what was typed or handed over, 1 for output that could
    /// not be written; after Ctrl-C what a shell gives.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Interrupted => INTERRUPTED,
            #[cfg(feature = "serve")]
            Self::Serve(crate::serve::ServeError::System(_)) => 1,
            Self::WriteModel(_)
            | Self::Signals(_)
            | Self::WriteTable { .. }
            | Self::Page(_)
            | Self::Output(_)
            | Self::Data(DataError::Write { .. }) => 1,
            _ => 2,
        }
    }
}

/// The first of the classes with their rows.
fn listed(rare: &[(String, usize)]) -> String {
    const SHOWN: usize = 5;
    let class =
        |(label, n): &(String, usize)| format!("class {:?} has {}", short(label), count(*n, "row"));
    let mut classes: Vec<String> = rare.iter().take(SHOWN).map(class).collect();
    if rare.len() > SHOWN {
        classes.push(format!("{} more have too few", rare.len() - SHOWN));
    }
    classes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_1_and_all_else_2() {
        let disk = || io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(CliError::from(disk()).exit_code(), 1);
        let write = DataError::Write { file: "t.csv".into(), reason: disk() };
        assert_eq!(CliError::from(write).exit_code(), 1);
        let file = ModelError::File { path: "m".into(), source: disk() };
        assert_eq!(CliError::WriteModel(file).exit_code(), 1);
        let read = ModelError::File { path: "m".into(), source: disk() };
        assert_eq!(CliError::from(read).exit_code(), 2);
        assert_eq!(CliError::Diverged { epoch: 1, learning_rate: 1.0 }.exit_code(), 2);
    }
}
