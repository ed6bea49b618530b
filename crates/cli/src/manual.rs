//! `layerwise completions` and `layerwise manual`.

use std::io::Write;

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs, ManualArgs};
use crate::error::CliError;

/// Prints what makes a shell complete verbs and options.
pub fn completions(args: &CompletionsArgs, out: &mut impl Write) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "layerwise", &mut script);
    Ok(out.write_all(&script)?)
}

/// Writes a manual page for the program and one for each verb.
pub fn manual(args: &ManualArgs, out: &mut impl Write) -> Result<(), CliError> {
    clap_mangen::generate_to(Cli::command(), &args.folder)
        .map_err(|source| CliError::WriteTable { path: args.folder.clone(), source })?;
    writeln!(out, "manual pages written to {}", args.folder.display())?;
    Ok(())
}
