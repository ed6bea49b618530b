//! `cargo xtask gradcheck`: every gradient of the workspace against numbers.

mod cases;
mod elementwise;
mod faults;
mod kernels;
mod networks;
mod penalty;
mod table;

use std::process::ExitCode;
use std::time::Instant;

use layerwise::gradcheck::{CheckOptions, GradcheckError, Report};

/// Checks kernels, activations, layers, costs and whole networks, in both precisions.
///
/// Exit code 0 if everything is right, 1 if a gradient is wrong (or a fault was not caught), 2 if
/// the check could not be made.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only the cases whose name has this in it, such as `dense relu` or `network`.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Seeds every drawn number.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Print the reports as JSON.
    #[arg(long)]
    json: bool,
    /// Wrap layers and costs in faulty ones instead; succeeds only if every fault is caught.
    #[arg(long)]
    faults: bool,
}

/// What kept the check from being made.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// Nothing to do.
    #[error("no case has {0:?} in its name")]
    NoCase(String),
    /// A case that could not be checked.
    #[error("{case}: {error}")]
    Case {
        /// Which.
        case: String,
        /// Why.
        error: GradcheckError,
    },
    /// Reports that could not be written.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Something to check: a name, and how.
struct Case {
    name: String,
    check: Box<Check>,
}

type Check = dyn Fn(&CheckOptions) -> Result<Report, GradcheckError>;

impl Case {
    fn new(
        name: String,
        check: impl Fn(&CheckOptions) -> Result<Report, GradcheckError> + 'static,
    ) -> Self {
        Self { name, check: Box::new(check) }
    }
}

/// Runs the task and prints what it found.
///
/// # Errors
/// [`TaskError`] if the check could not be made.
pub fn run(args: &Args) -> Result<ExitCode, TaskError> {
    let start = Instant::now();
    let mut cases = if args.faults { faults::all() } else { cases::all() };
    if let Some(text) = &args.filter {
        cases.retain(|case| case.name.contains(text));
        if cases.is_empty() {
            return Err(TaskError::NoCase(text.clone()));
        }
    }
    let options = CheckOptions { seed: args.seed, ..CheckOptions::default() };
    let mut reports = vec![];
    for case in &cases {
        let made = (case.check)(&options);
        let report = made.map_err(|error| TaskError::Case { case: case.name.clone(), error })?;
        reports.push(Report { case: case.name.clone(), ..report });
    }
    let seconds = start.elapsed().as_secs_f64();
    let good = match (args.json, args.faults) {
        (true, _) => {
            println!("{}", serde_json::to_string_pretty(&reports)?);
            reports.iter().all(|report| report.passed() != args.faults)
        }
        (false, true) => table::print_faults(&reports, args.seed, seconds),
        (false, false) => table::print_reports(&reports, args.seed, seconds),
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
