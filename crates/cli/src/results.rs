//! What comes of a training: the model file, and what is shown of it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use layerwise_model::{History, Place, place_of};

use crate::args::ResultArgs;
use crate::bundle::{Bundle, DataNotes, NOTES_FORMAT, Notes, PartScores, costs};
use crate::error::CliError;
use crate::events::Events;
use crate::learn_args::LearnArgs;
use crate::learner::{Part, Plan};
use crate::report::{self, heading, printable, shell_word};
use crate::terminal::program;

/// A plan that was carried out.
pub struct Trained {
    pub plan: Plan,
    pub parts: [Part; 3],
    pub history: History,
}

impl Trained {
    /// Judges it, the test part for the first time; writes the model; shows what came of it.
    pub fn finish(
        self,
        (args, learn): (&ResultArgs, &LearnArgs),
        data: DataNotes,
        start: Instant,
        out: &mut impl Write,
    ) -> Result<(), CliError> {
        let Self { plan, parts: [train, validation, test], history } = self;
        let scores = PartScores {
            train: plan.score(&train)?,
            validation: plan.score(&validation)?,
            test: plan.score(&test)?,
        };

        // A target that is none of the columns named the labels of an array.
        let labels = learn.target.as_deref().filter(|name| name.trim() != plan.target.column());
        // The file first: whatever happens to the output, the work is kept.
        let (replaced, rows) = (args.out.exists(), data.rows);
        let notes = Notes {
            notes_format: NOTES_FORMAT,
            target: plan.target,
            recipe: plan.recipe,
            training: plan.settings,
            data,
            history: costs(&history.epochs),
            kept: history.kept,
            scores: scores.clone(),
        };
        let file = Bundle { network: plan.network, notes }.into_file()?;
        file.write(&args.out).map_err(CliError::WriteModel)?;
        Events::new(args.json).end(out, &scores, &history, &args.out, start.elapsed())?;
        if args.talks() {
            show_result(out, (&scores, rows), &history)?;
            show_next(out, (&args.out, &learn.data, labels), replaced)?;
        }
        Ok(())
    }
}

impl ResultArgs {
    /// Whether there is anything to print for people.
    pub fn talks(&self) -> bool {
        !self.quiet && !self.json
    }
}

/// Refuses a place where a file could not be written, before any time is spent.
pub fn check_out(path: &Path, learn: &LearnArgs) -> Result<(), CliError> {
    let refused = |problem: &str| {
        Err(CliError::BadOut { path: path.to_owned(), problem: problem.to_owned() })
    };
    if path.file_name().is_none() || path.is_dir() {
        return refused("it is a folder; name a file");
    }
    if path.exists() {
        if !path.is_file() {
            return refused("it is not a regular file");
        }
        let is = |other: Option<&Path>| {
            let same = other.map(|other| (path.canonicalize(), other.canonicalize()));
            matches!(same, Some((Ok(path), Ok(other))) if path == other)
        };
        if is(Some(&learn.data)) || is(learn.target.as_deref().map(Path::new)) {
            return refused("it is the data file itself");
        }
        if is(learn.config.as_deref()) {
            return refused("it is the config that is read");
        }
    }
    let Place { file: place, part } = place_of(path);
    let leads = if path.is_symlink() {
        format!("it leads to {}, and ", place.display())
    } else {
        String::new()
    };
    if place.is_symlink() {
        return refused(&format!("{leads}that is no file"));
    }
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return refused(&format!("{leads}its folder does not exist"));
    }
    if place.metadata().is_ok_and(|file| file.permissions().readonly()) {
        return refused(&format!("{leads}it may only be read"));
    }
    match File::options().write(true).create_new(true).open(&part) {
        Ok(_) => {
            // What cannot be removed is written over later.
            let _ = std::fs::remove_file(&part);
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => refused(&format!("{leads}nothing can be written there ({error})")),
    }
}

fn show_result(
    out: &mut impl Write,
    (scores, rows): (&PartScores, usize),
    history: &History,
) -> Result<(), CliError> {
    writeln!(out, "{}\n{}\n", heading("Result"), report::score_table(scores))?;
    if let Some(line) = report::sample_line(scores, rows) {
        writeln!(out, "{line}\n")?;
    }
    let curve = report::curve(&history.epochs);
    if !curve.is_empty() {
        writeln!(out, "{curve}")?;
    }
    if history.kept < history.epochs.len() {
        writeln!(out, "kept: epoch {}, the best on the validation part\n", history.kept)?;
    }
    Ok(())
}

fn show_next(
    out: &mut impl Write,
    (model, data, labels): (&Path, &Path, Option<&str>),
    replaced: bool,
) -> Result<(), CliError> {
    let replaced = if replaced { " (replacing the file that was there)" } else { "" };
    writeln!(out, "model written to {}{replaced}\n", printable(&model.display().to_string()))?;
    let program = program();
    let [model, data] = [model, data].map(|path| shell_word(&path.display().to_string()));
    writeln!(out, "{}", heading("What to type next"))?;
    writeln!(out, "  {program} predict {model} {data}")?;
    let labels = labels.map(|labels| format!(" --labels {}", shell_word(labels)));
    writeln!(out, "  {program} evaluate {model} {data}{}", labels.unwrap_or_default())?;
    writeln!(out, "  {program} inspect {model}")?;
    Ok(())
}
