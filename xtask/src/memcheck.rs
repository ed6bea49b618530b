//! `cargo xtask memcheck`: the crate with the `unsafe` under AddressSanitizer and valgrind.

use std::path::PathBuf;
use std::process::Command;

use crate::output::say;

/// The crate that is checked.
const CRATE: &str = "layerwise-linalg";

/// Runs the tests of `layerwise-linalg` under AddressSanitizer (needs a nightly toolchain) and a
/// small selection of them under valgrind memcheck.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Leave AddressSanitizer out.
    #[arg(long)]
    no_asan: bool,
    /// Leave valgrind out.
    #[arg(long)]
    no_valgrind: bool,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum MemcheckError {
    /// A program that is not there.
    #[error("cannot start {program}: {error} ({hint})")]
    Start {
        /// Which.
        program: String,
        /// Why.
        error: std::io::Error,
        /// Where it can be had.
        hint: &'static str,
    },
    /// A check that found something.
    #[error("{0} failed")]
    Failed(&'static str),
    /// Tests that could not be built.
    #[error("no test program was built for {CRATE}")]
    NoTests,
}

/// Runs the checks.
///
/// # Errors
/// [`MemcheckError`] if one cannot be run or fails.
pub fn run(args: &Args) -> Result<(), MemcheckError> {
    if !args.no_asan {
        say!("AddressSanitizer");
        let mut command = Command::new("cargo");
        // Another target folder: instrumented code fits no other.
        command
            .args(["+nightly", "test", "--package", CRATE, "--lib", "--tests"])
            .args(["--target", "x86_64-unknown-linux-gnu", "--target-dir", "target/asan"])
            .env("RUSTFLAGS", "-Zsanitizer=address");
        check(command, "AddressSanitizer", "rustup toolchain install nightly")?;
    }
    if !args.no_valgrind {
        for test in test_programs()? {
            say!("valgrind {}", test.display());
            let mut command = Command::new("valgrind");
            command.args(["--quiet", "--error-exitcode=1"]).arg(test).env("PROPTEST_CASES", "3");
            // Twenty thousand exponentials tell valgrind no more than a few.
            command.args(["--skip", "exponential"]);
            check(command, "valgrind", "apt-get install valgrind")?;
        }
    }
    say!("nothing found");
    Ok(())
}

fn check(
    mut command: Command,
    name: &'static str,
    hint: &'static str,
) -> Result<(), MemcheckError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| MemcheckError::Start { program, error, hint })?;
    if status.success() { Ok(()) } else { Err(MemcheckError::Failed(name)) }
}

/// Builds the tests and asks where they are.
fn test_programs() -> Result<Vec<PathBuf>, MemcheckError> {
    let output = Command::new("cargo")
        .args(["test", "--package", CRATE, "--lib", "--tests", "--no-run"])
        .args(["--message-format", "json"])
        .output()
        .map_err(|error| MemcheckError::Start { program: "cargo".into(), error, hint: "rustup" })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    let programs: Vec<PathBuf> = messages
        .filter_map(|message: serde_json::Value| message["executable"].as_str().map(PathBuf::from))
        .collect();
    if programs.is_empty() { Err(MemcheckError::NoTests) } else { Ok(programs) }
}
