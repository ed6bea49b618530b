//! `cargo xtask bench` and `bench-step`: how long a training step takes.

mod runner;
mod scaling;
mod timing;
mod workload;

use layerwise::core::Scalar;
use layerwise::model::ModelError;
use serde::Serialize;

use runner::Runner;
use timing::{Times, Timing};
use workload::{ALL, OptimizerName, Precision, Workload};

use crate::output::say;

/// Times one workload and prints a line of JSON.
#[derive(Debug, clap::Args)]
pub struct StepArgs {
    /// cat, tabular, mnist, wide, tabular-infer1, tabular-infer4096, mnist-infer1, mnist-infer4096.
    #[arg(value_parser = Workload::named)]
    workload: Workload<'static>,
    /// Threads the step may use; with 1 the process uses no second core.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// What changes the parameters: sgd or adam, and none for predictions [default: sgd or none]
    #[arg(long, value_enum)]
    optimizer: Option<OptimizerName>,
    /// How long to time, after three tenths of it to warm up.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// The number type.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    dtype: Precision,
}

/// Times every workload and prints a table.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only the workloads whose name has this in it.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How long to time each.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Time networks of growing width, depth and batch instead, and fit the exponent.
    #[arg(long)]
    scaling: bool,
    /// The largest number of threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

#[derive(Serialize)]
struct Line {
    workload: &'static str,
    threads: usize,
    dtype: &'static str,
    optimizer: &'static str,
    #[serde(flatten)]
    times: Times,
}

fn measure<T: Scalar>(
    workload: Workload<'static>,
    optimizer: OptimizerName,
    threads: usize,
    seconds: f64,
) -> Result<Line, ModelError> {
    let mut runner = Runner::<T>::new(workload, optimizer, threads)?;
    let mut timing = Timing::new(seconds);
    runner.run(|loss| timing.after_step(loss))?;
    let times = timing.times();
    let optimizer = match optimizer {
        _ if workload.inference => "none",
        OptimizerName::Adam => "adam",
        _ => "sgd",
    };
    Ok(Line { workload: workload.name, threads, dtype: T::NAME, optimizer, times })
}

/// Runs `bench-step`.
///
/// # Errors
/// Whatever the model or the writer of JSON refuses.
pub fn run_step(args: &StepArgs) -> Result<(), Box<dyn std::error::Error>> {
    let StepArgs { workload, threads, optimizer, seconds, dtype } = *args;
    let usual = if workload.inference { OptimizerName::None } else { OptimizerName::Sgd };
    let optimizer = optimizer.unwrap_or(usual);
    if workload.inference != (optimizer == OptimizerName::None) {
        let takes = if workload.inference { "none" } else { "sgd or adam" };
        return Err(format!("{} takes --optimizer {takes}", workload.name).into());
    }
    let line = match dtype {
        Precision::F32 => measure::<f32>(workload, optimizer, threads, seconds)?,
        Precision::F64 => measure::<f64>(workload, optimizer, threads, seconds)?,
    };
    say!("{}", serde_json::to_string(&line)?);
    Ok(())
}

/// Runs `bench`.
///
/// # Errors
/// Whatever the model refuses.
pub fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    if args.scaling {
        return Ok(scaling::run(args.seconds, args.threads)?);
    }
    say!(
        "{:18} {:9} {:>7}  {:>12} {:>12} {:>12} {:>9}",
        "workload",
        "optimizer",
        "threads",
        "median µs",
        "p10",
        "p90",
        "steps"
    );
    for workload in ALL {
        if args.filter.as_ref().is_some_and(|text| !workload.name.contains(text.as_str())) {
            continue;
        }
        let optimizers = match (workload.inference, workload.name) {
            (true, _) => &[OptimizerName::None][..],
            (_, "tabular" | "mnist") => &[OptimizerName::Sgd, OptimizerName::Adam][..],
            _ => &[OptimizerName::Sgd][..],
        };
        for &optimizer in optimizers {
            for threads in 1..=args.threads.max(1) {
                let line = measure::<f32>(workload, optimizer, threads, args.seconds)?;
                let Times { median_step_us, p10, p90, steps, .. } = line.times;
                say!(
                    "{:18} {:9} {threads:7}  {median_step_us:12.2} {p10:12.2} {p90:12.2} {steps:9}",
                    line.workload,
                    line.optimizer
                );
            }
        }
    }
    Ok(())
}
