//! The program `layerwise`: trains, evaluates and predicts from the command line.

mod args;
mod bundle;
mod checkpoint;
mod columns_named;
mod config;
mod cross_validate;
mod distribution;
mod doubts;
mod error;
mod evaluate;
mod events;
mod examples;
mod explain;
mod fingerprint;
mod fitting;
mod hint;
mod input;
mod inspect;
mod interrupt;
mod learn_args;
mod learner;
mod look;
mod manual;
mod page;
mod predict;
mod prepared;
mod report;
mod results;
mod scores;
mod search;
#[cfg(feature = "serve")]
mod serve;
mod streamed;
mod table_args;
mod tensorboard;
mod terminal;
mod train;

use std::io::Write;
use std::process::ExitCode;

use crate::args::{Command, TrainArgs};
use crate::error::CliError;

fn main() -> ExitCode {
    // Prints help, or what is wrong with the arguments, and leaves with exit code 0 or 2.
    let done = config::parse(std::env::args_os().collect())
        .map_err(CliError::from)
        .and_then(|cli| run(cli.command, &mut terminal::standard_output()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::show_error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(command: Option<Command>, out: &mut impl Write) -> Result<(), CliError> {
    match command {
        Some(Command::Look(args)) => look::run(&args, out)?,
        Some(Command::Train(args)) => train::run(&args, out)?,
        Some(Command::Search(args)) => search::run(&args, out)?,
        Some(Command::Predict(args)) => predict::run(&args, out)?,
        Some(Command::Evaluate(args)) => evaluate::run(&args, out)?,
        Some(Command::CrossValidate(args)) => cross_validate::run(&args, out)?,
        Some(Command::Explain(args)) => explain::run(&args, out)?,
        Some(Command::Inspect(args)) => inspect::run(&args, out)?,
        #[cfg(feature = "serve")]
        Some(Command::Serve(args)) => serve::run(&args, out)?,
        #[cfg(not(feature = "serve"))]
        Some(Command::Serve(_)) => return Err(CliError::NoService),
        Some(Command::Report(args)) => page::run(&args, out)?,
        Some(Command::Completions(args)) => manual::completions(&args, out)?,
        Some(Command::Manual(args)) => manual::manual(&args, out)?,
        None => {
            writeln!(
                out,
                "no command given: training on the shipped set; `{} --help` shows all\n",
                terminal::program()
            )?;
            train::run(&TrainArgs::default(), out)?;
        }
    }
    Ok(out.flush()?)
}
