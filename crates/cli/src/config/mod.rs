//! `--config FILE`: options from a file, by the names they have when typed.
//!
//! The file is made into arguments, each of which goes through the option's own checks, and what was typed goes
//! before it. So a new option can be said in the file without a line here.

mod effective;
mod error;
mod file;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, CommandFactory, FromArgMatches, parser::ValueSource};

pub use effective::Effective;
pub use error::ConfigError;

use crate::args::Cli;

/// The verbs whose options can be in a file. One file serves all of them: what only another verb knows is checked
/// and otherwise passed over.
const VERBS: [&str; 3] = ["train", "cross-validate", "search"];

/// Options that are about the file, or about this one run.
const NOT_IN_FILES: [&str; 5] = ["help", "version", "config", "print_config", "resume"];

/// Of each of these only one may be said; what is typed leaves no room for the other.
const APART: [[&str; 2]; 2] = [["quiet", "json"], ["header", "no_header"]];

/// What was typed, and what the config says where nothing was. Ends the program, as clap does, for `--help` and
/// for what is wrong with the arguments.
pub fn parse(mut arguments: Vec<OsString>) -> Result<Cli, ConfigError> {
    let command = Cli::command();
    let mut matches = command.clone().get_matches_from(&arguments);
    if let Some((verb, typed)) = matches.subcommand()
        && VERBS.contains(&verb)
        && let Some(path) = typed.get_one::<PathBuf>("config")
    {
        let entries = file::read(path, &command, verb)?;
        // Asked of the command: what was matched tells only in debug builds which options there are.
        let own = command.find_subcommand(verb);
        let has =
            |key: &str| own.is_some_and(|verb| verb.get_arguments().any(|a| a.get_id() == key));
        let is_there = |key: &str| entries.iter().any(|entry| entry.key == key);
        if !is_typed(typed, "data") && !is_there("data") {
            return Err(ConfigError::NoData { path: path.clone() });
        }
        let ruled_out = |key: &str| {
            let of = APART.iter().find(|keys| keys.contains(&key));
            of.is_some_and(|keys| keys.iter().any(|key| has(key) && is_typed(typed, key)))
        };
        let wanted = entries.into_iter().filter(|entry| {
            has(&entry.key) && !is_typed(typed, &entry.key) && !ruled_out(&entry.key)
        });
        // After the verb, so that a `--` among what was typed changes nothing.
        let added: Vec<OsString> =
            wanted.flat_map(|entry| entry.arguments).map(Into::into).collect();
        arguments.splice(2..2, added);
        matches = command.get_matches_from(&arguments);
    }
    Ok(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
}

fn is_typed(matches: &ArgMatches, key: &str) -> bool {
    matches.value_source(key) == Some(ValueSource::CommandLine)
}
