//! What comes of a training: the model file, and what is shown of it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use layerwise_data::Table;
use layerwise_model::{Ended, History, Network, Place, place_of};

use crate::args::ResultArgs;
use crate::bundle::{Bundle, DataNotes, NOTES_FORMAT, Notes, PartScores, costs, epoch_notes};
use crate::error::CliError;
use crate::events::Events;
use crate::learn_args::LearnArgs;
use crate::learner::{Part, Plan};
use crate::page::{self, Held, Subject};
use crate::report::{self, count, heading, printable, shell_word};
use crate::terminal::{self, command, program};

/// A plan that was carried out.
pub struct Trained {
    pub plan: Plan,
    pub parts: [Part; 3],
    pub history: History,
    /// Its options as a config, without places.
    pub config: String,
}

impl Trained {
    /// Judges it, the test part for the first time; writes the model; shows what came of it.
    pub fn finish(
        self,
        (args, learn): (&ResultArgs, &LearnArgs),
        data: DataNotes,
        told: Option<Told>,
        start: Instant,
        out: &mut impl Write,
    ) -> Result<(), CliError> {
        let Self { plan, parts: [train, validation, test], history, config } = self;
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
            epochs: epoch_notes(&history.epochs),
            config: Some(config),
            validated: history.metrics.first().map(|name| (*name).to_owned()),
            kept: history.kept,
            scores: scores.clone(),
        };
        let said = told.is_some().then(|| notes.clone());
        let file = Bundle { network: plan.network, notes }.into_file()?;
        file.write(&args.out).map_err(CliError::WriteModel)?;
        let took = start.elapsed();
        if args.talks() {
            show_result(out, (&scores, rows), &history)?;
            show_next(out, (&args.out, &learn.data, labels), replaced)?;
        }
        let page = match (told, said) {
            (Some(mut told), Some(notes)) => {
                if history.ended == Ended::Asked {
                    let epochs = count(history.epochs.len(), "epoch");
                    told.warnings.insert(
                        0,
                        format!(
                            "training was ended by hand after {epochs}; --resume goes on with it"
                        ),
                    );
                }
                told.write((&file.network, &notes), &test, args, out)
            }
            _ => Ok(None),
        };
        // Last, so that the page is there; the model is there in any case.
        let written = page.as_ref().ok().and_then(Option::as_deref);
        Events::new(args.json).end(out, &scores, &history, (&args.out, written), took)?;
        page.map(|_| ())
    }
}

/// What a report says beside what a model file holds.
pub struct Told {
    pub path: PathBuf,
    /// The rows to judge by.
    pub held: Table,
    pub warnings: Vec<String>,
    /// Columns with how many of their values are missing.
    pub missing: Vec<(String, usize)>,
    pub config: String,
    /// Where the data come from, if that is known.
    pub source: Option<String>,
}

impl Told {
    /// Writes the page; gives where it is, if there is one.
    fn write(
        self,
        (network, notes): (&Network<f32>, &Notes),
        test: &Part,
        args: &ResultArgs,
        out: &mut impl Write,
    ) -> Result<Option<PathBuf>, CliError> {
        let Self { path, held, warnings, missing, config, source } = self;
        if args.report.is_none() && page::is_foreign(&path) {
            terminal::show_warning(&format!(
                "{} is there and no report: it stays as it is; --report FILE says where to write one",
                path.display()
            ));
            return Ok(None);
        }
        let words = page::held_out(held.n_rows(), notes);
        let name = held.name().to_owned();
        let data = Some(name.clone());
        let held = Some(Held::new(words, (&held, test), network)?);
        let (command, config) = (command(), Some(config));
        let (warnings, missing) = (&warnings[..], Some(&missing[..]));
        let subject = Subject {
            name,
            data,
            network,
            notes,
            held,
            warnings,
            missing,
            command,
            config,
            source,
        };
        match page::write(&subject, &path) {
            // The model is there all the same.
            Err(error @ CliError::Page(_)) => {
                terminal::show_warning(&error.to_string());
                return Ok(None);
            }
            written => written?,
        }
        if args.talks() {
            let page = printable(&path.display().to_string());
            writeln!(out, "\nhow good it is, where it fails and why: {page}")?;
        }
        Ok(Some(path))
    }
}

impl ResultArgs {
    /// Whether there is anything to print for people.
    pub fn talks(&self) -> bool {
        !self.quiet && !self.json
    }
}

/// Refuses a place where the model could not be written, before any time is spent.
pub fn check_model(path: &Path, learn: &LearnArgs) -> Result<(), CliError> {
    if page::is_named_so(path) {
        let problem = "this is the name of a page, and --out names the model, as in model.safetensors; --report \
                       names its page";
        return Err(CliError::BadOut { path: path.to_owned(), problem: problem.to_owned() });
    }
    check_out(path, learn)
}

/// Refuses a place where a file could not be written, before any time is spent.
pub fn check_out(path: &Path, learn: &LearnArgs) -> Result<(), CliError> {
    let data = "it is the data file itself";
    let read = [
        (Some(learn.data.as_path()), data),
        (learn.target.as_deref().map(Path::new), data),
        (learn.config.as_deref(), "it is the config that is read"),
    ];
    check_place(path, &read)
}

/// The same of the page about a model that is written with it.
pub fn check_report(path: &Path, args: &ResultArgs, learn: &LearnArgs) -> Result<(), CliError> {
    let whole = |path: &Path| {
        let file = place_of(path).file;
        std::path::absolute(&file).unwrap_or(file)
    };
    if whole(path) == whole(&args.out) {
        let problem = "the model and its report cannot be one file".to_owned();
        return Err(CliError::BadOut { path: path.to_owned(), problem });
    }
    check_out(path, learn)
}

/// The same of the page about a model that is there.
pub fn check_page(path: &Path, model: &Path, data: Option<&Path>) -> Result<(), CliError> {
    check_place(path, &[(Some(model), "it is the model"), (data, "it is the data file itself")])
}

/// Refuses a place where a file could not be written, or that is one of the files that are read.
fn check_place(path: &Path, read: &[(Option<&Path>, &str)]) -> Result<(), CliError> {
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
        if let Some((_, problem)) = read.iter().find(|(other, _)| is(*other)) {
            return refused(problem);
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
