//! `cargo xtask fuzz`: random bytes for every reader of files.

mod seeds;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::output::say;

/// The targets in `fuzz/fuzz_targets`, each with the length of an input, at most.
const TARGETS: [(&str, usize); 7] = [
    ("csv", 1 << 12),
    ("arrays", 1 << 12),
    ("columnar", 1 << 14),
    ("hdf5", 1 << 14),
    ("images", 1 << 12),
    ("model", 1 << 14),
    ("checkpoint", 1 << 13),
];

/// Gives every reader of files random bytes, starting from small files of its kind (needs a nightly toolchain and
/// cargo-fuzz). What is learned stays in `fuzz/corpus`, and the next run goes on from there.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seconds for each target.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// One target alone.
    #[arg(long, value_parser = TARGETS.map(|(name, _)| name))]
    target: Option<String>,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// A tool that is not there.
    #[error(
        "`cargo +nightly fuzz` does not start: rustup toolchain install nightly, cargo install cargo-fuzz"
    )]
    NoTool,
    /// Files to start from that cannot be made.
    #[error("cannot write {}: {problem}", path.display())]
    Seed {
        /// Where to.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// Targets that found something, or could not be built.
    #[error("failed: {}; what was found is in fuzz/artifacts", .0.join(", "))]
    Failed(Vec<&'static str>),
}

/// Runs the targets, one after the other.
///
/// # Errors
/// [`FuzzError`] if they cannot be run or find something.
pub fn run(args: &Args) -> Result<(), FuzzError> {
    let version = cargo_fuzz(&["--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        return Err(FuzzError::NoTool);
    }
    let mut failed = vec![];
    for (name, longest) in TARGETS {
        if args.target.as_deref().is_some_and(|target| target != name) {
            continue;
        }
        say!("{name}");
        let corpus = Path::new("fuzz/corpus").join(name);
        seeds::write(name, &corpus)?;
        let status = cargo_fuzz(&["run", "--target-dir", "target/fuzz", name])
            .arg(corpus)
            .args(["--", "-rss_limit_mb=2048", "-timeout=20", "-print_final_stats=1"])
            .arg(format!("-max_len={longest}"))
            .arg(format!("-max_total_time={}", args.seconds))
            .status();
        if !status.is_ok_and(|status| status.success()) {
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        return Err(FuzzError::Failed(failed));
    }
    say!("nothing found");
    Ok(())
}

fn cargo_fuzz(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(["+nightly", "fuzz"]).args(args);
    command
}
