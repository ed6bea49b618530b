//! Tasks for people working on the workspace: `cargo xtask <task>`.

mod course;
mod gradcheck;

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
    /// Check every gradient of the workspace numerically.
    Gradcheck(gradcheck::Args),
    /// Train the exercise's two networks on its cat images, beside the published costs.
    Course(course::Args),
}

fn main() -> ExitCode {
    let done = match Tasks::parse().task {
        Task::Gradcheck(args) => gradcheck::run(&args).map_err(|error| error.to_string()),
        Task::Course(args) => {
            course::run(&args).map(|()| ExitCode::SUCCESS).map_err(|error| error.to_string())
        }
    };
    done.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::from(2)
    })
}
