//! Tasks for people working on the workspace: `cargo xtask <task>`.

mod bench;
mod course;
mod docs;
mod enlarge;
mod fuzz;
mod gradcheck;
mod memcheck;
mod output;
mod quality;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Tasks for people working on the workspace")]
struct Tasks {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Time a step of every workload.
    Bench(bench::Args),
    /// Time a step of one workload, for comparisons.
    BenchStep(bench::StepArgs),
    /// List the public items whose documentation shows no example.
    Docs(docs::Args),
    /// Make a large table out of a small one.
    Enlarge(enlarge::Args),
    /// Give every reader of files random bytes.
    Fuzz(fuzz::Args),
    /// Check every gradient of the workspace numerically.
    Gradcheck(gradcheck::Args),
    /// Run the tests of the crate with the `unsafe` under AddressSanitizer and valgrind.
    Memcheck(memcheck::Args),
    /// Train on real data and score on held-out parts of it.
    Quality(quality::Args),
    /// Train the exercise's two networks on its cat images, beside the published costs.
    Course(course::Args),
}

fn main() -> ExitCode {
    let ok = |()| ExitCode::SUCCESS;
    let code = |reached| if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let done = match Tasks::parse().task {
        Task::Bench(args) => bench::run(&args).map(ok).map_err(|error| error.to_string()),
        Task::BenchStep(args) => bench::run_step(&args).map(ok).map_err(|error| error.to_string()),
        Task::Docs(args) => docs::run(&args).map(code).map_err(|error| error.to_string()),
        Task::Enlarge(args) => enlarge::run(&args).map(ok).map_err(|error| error.to_string()),
        Task::Fuzz(args) => fuzz::run(&args).map(ok).map_err(|error| error.to_string()),
        Task::Gradcheck(args) => gradcheck::run(&args).map_err(|error| error.to_string()),
        Task::Memcheck(args) => memcheck::run(&args).map(ok).map_err(|error| error.to_string()),
        Task::Quality(args) => quality::run(&args).map(code).map_err(|error| error.to_string()),
        Task::Course(args) => course::run(&args).map(ok).map_err(|error| error.to_string()),
    };
    done.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::from(2)
    })
}
