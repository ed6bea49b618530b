//! `cargo xtask gradcheck`: every gradient of the workspace against numbers.

mod cases;
mod controls;
mod elementwise;
mod faults;
mod kernels;
mod networks;
mod penalty;
mod table;

use std::process::ExitCode;
use std::time::Instant;

use layerwise::gradcheck::{CheckOptions, GradcheckError, Report};

use crate::output::say;

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
    /// Wrap layers and costs in faulty ones instead; succeeds only if every fault is caught, and the same
    /// wrappers without a fault (the controls) pass.
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

    /// The check made, under the case's name.
    fn report(&self, options: &CheckOptions) -> Result<Report, TaskError> {
        let case = self.name.clone();
        match (self.check)(options) {
            Ok(report) => Ok(Report { case, ..report }),
            Err(error) => Err(TaskError::Case { case, error }),
        }
    }
}

/// Runs the task and prints what it found.
///
/// # Errors
/// [`TaskError`] if the check could not be made.
pub fn run(args: &Args) -> Result<ExitCode, TaskError> {
    let start = Instant::now();
    let options = CheckOptions { seed: args.seed, ..CheckOptions::default() };
    let wanted = |case: &Case| args.filter.as_ref().is_none_or(|text| case.name.contains(text));
    let made = |mut cases: Vec<Case>| {
        cases.retain(wanted);
        cases.iter().map(|case| case.report(&options)).collect::<Result<Vec<_>, _>>()
    };
    let reports = made(if args.faults { faults::all() } else { cases::all() })?;
    let controls = made(if args.faults { controls::all() } else { vec![] })?;
    if let (Some(text), true) = (&args.filter, reports.is_empty() && controls.is_empty()) {
        return Err(TaskError::NoCase(text.clone()));
    }
    let seconds = start.elapsed().as_secs_f64();
    let good = match (args.json, args.faults) {
        (true, _) => {
            let all: Vec<&Report> = reports.iter().chain(&controls).collect();
            say!("{}", serde_json::to_string_pretty(&all)?);
            reports.iter().all(|report| report.passed() != args.faults)
        }
        (false, true) => table::print_faults(&reports, &controls, args.seed, seconds),
        (false, false) => table::print_reports(&reports, args.seed, seconds),
    } && controls.iter().all(Report::passed);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
