//! `layerwise train`.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use layerwise_data::{
    ColumnProfile, Fractions, Split, Table, Target, Task, profile, stratified_split,
};
use layerwise_model::{Ended, History};

use crate::args::TrainArgs;
use crate::bundle::{Bundle, DataNotes, NOTES_FORMAT, Notes, PartScores, costs};
use crate::error::CliError;
use crate::events::Events;
use crate::input::{self, Input};
use crate::learner::{Plan, Settings};
use crate::report::{self, columns, count, heading, printable, shell_word, short};
use crate::terminal::{Progress, program};

/// What of a table to learn from, to stop by and to judge by.
const FRACTIONS: Fractions = Fractions { train: 0.6, validation: 0.2, test: 0.2 };
/// The same of a table with rows enough to stop by fewer.
const FRACTIONS_OF_MANY: Fractions = Fractions { train: 0.7, validation: 0.1, test: 0.2 };
/// Rows from which that holds.
const MANY: usize = 5000;

/// Reads, shows what will be done, trains, writes the model, shows what came of it.
pub fn run(args: &TrainArgs, out: &mut impl Write) -> Result<(), CliError> {
    let start = Instant::now();
    let learn = &args.learn;
    check_out(&args.out, &learn.data)?;
    if let Some(target) = &learn.target {
        check_out(&args.out, Path::new(target))?;
    }
    let input = input::read(&learn.data, &learn.format.format(), learn.target.as_deref())?;
    let target = input.target(learn.target.as_deref());
    let table = &input.table;
    let profiles = profile(table, &learn.columns.missing(), &learn.columns.categories)?;
    let target = Target::find(table, &profiles, target, learn.task.map(Task::from))?;
    let fractions = if table.n_rows() >= MANY { FRACTIONS_OF_MANY } else { FRACTIONS };
    let split = split(table, &target, fractions, learn.seed)?;
    let mut plan = Plan::new(learn, table, &profiles, target, &split)?;
    let left_out =
        columns::left_out(&profiles, &plan.recipe, plan.target.column(), &learn.leave_out);
    let fingerprint = report::fingerprint(table);
    let data = DataNotes { rows: table.n_rows(), left_out, fingerprint };

    let events = Events::new(args.json);
    let talks = !args.quiet && !args.json;
    events.start(out, &plan, &split)?;
    if talks {
        show_data(out, args, &input, &profiles, &plan.target, &data, &split)?;
        show_plan(out, &plan)?;
        out.flush()?;
    }
    let parts = plan.parts(table, &split)?;
    drop(input);

    let progress = Progress::new(plan.settings.epochs, parts[0].x.ncols(), talks);
    let mut written = Ok(());
    let history = plan.fit(&parts, |record| {
        progress.show(record);
        if written.is_ok() {
            written = events.epoch(out, record);
        }
    });
    progress.leave();
    let history = history?;
    written?;
    if talks && history.ended == Ended::Asked {
        let of = count(plan.settings.epochs, "epoch");
        let done = history.epochs.len();
        writeln!(out, "interrupted after {done} of {of}; what was learned so far is kept\n")?;
    }
    let [train, validation, test] = &parts;
    let scores = PartScores {
        train: plan.score(train)?,
        validation: plan.score(validation)?,
        test: plan.score(test)?,
    };

    // The file first: whatever happens to the output, the work is kept.
    let replaced = args.out.exists();
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
    events.end(out, &scores, &history, &args.out, start.elapsed())?;
    if talks {
        show_result(out, &scores, &history)?;
        show_next(out, args, replaced)?;
    }
    Ok(())
}

pub(crate) fn split(
    table: &Table,
    target: &Target,
    fractions: Fractions,
    seed: u64,
) -> Result<Split, CliError> {
    let strata = target.strata(table)?;
    // A class is named as the user wrote it where there are too few of it.
    let label = |class: usize| target.labels().get(class).map_or("all rows", String::as_str);
    let labels: Vec<&str> = strata.into_iter().map(label).collect();
    Ok(stratified_split(&labels, fractions, seed)?)
}

/// Refuses a place where the model could not be written, before any time is spent.
fn check_out(path: &Path, data: &Path) -> Result<(), CliError> {
    let refused = |problem| Err(CliError::BadOut { path: path.to_owned(), problem });
    if path.file_name().is_none() || path.is_dir() {
        return refused("it is a folder; name a file");
    }
    if path.exists() {
        if !path.is_file() {
            return refused("it is not a regular file");
        }
        if let (Ok(path), Ok(data)) = (path.canonicalize(), data.canonicalize())
            && path == data
        {
            return refused("it is the data file itself");
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return refused("its folder does not exist");
    }
    Ok(())
}

fn show_data(
    out: &mut impl Write,
    args: &TrainArgs,
    input: &Input,
    profiles: &[ColumnProfile],
    target: &Target,
    data: &DataNotes,
    split: &Split,
) -> Result<(), CliError> {
    writeln!(out, "{}", heading("Data"))?;
    match &input.shipped {
        Some(set) => {
            writeln!(out, "{}: {}", set.name, set.description)?;
            writeln!(out, "{}", report::wrapped(&format!("credit: {}", set.credit)))?;
        }
        None => writeln!(out, "{}", printable(input.table.name()))?,
    }
    writeln!(out, "{}", columns::overview(&input.table, profiles))?;
    let chosen = match (&args.learn.target, &input.shipped) {
        (None, None) => " (the last column; --target chooses another)",
        _ => "",
    };
    let name = short(target.column());
    writeln!(out, "target {name}{chosen}: {}", target.task().words())?;
    writeln!(out, "{}", columns::target_line(&input.table, profiles, target))?;
    for line in columns::left_out_lines(&data.left_out) {
        writeln!(out, "{line}")?;
    }
    for warning in columns::warnings(&input.table, profiles, Some(target)) {
        writeln!(out, "{} {warning}", report::warning())?;
    }
    writeln!(
        out,
        "split at random: {} to learn from, {} to stop by, {} to judge by\n",
        split.train.len(),
        split.validation.len(),
        split.test.len()
    )?;
    Ok(())
}

fn show_plan(out: &mut impl Write, plan: &Plan) -> Result<(), CliError> {
    let Plan { recipe, network, settings, target, .. } = plan;
    let columns = count(recipe.features().len(), "column");
    let title = format!("Network, on {} made of {columns}", count(recipe.n_rows(), "feature"));
    writeln!(out, "{}\n{}\n", heading(&title), report::layer_table(network))?;
    let cost = match target.task() {
        Task::Binary => "binary cross-entropy",
        Task::Classes => "cross-entropy",
        Task::Regression => "mean squared error",
    };
    let Settings { epochs, patience, batch_size, learning_rate, weight_decay, seed, .. } = settings;
    writeln!(
        out,
        "{}\nAdamW on {cost}: learning rate {learning_rate}, weight decay {weight_decay}, mini-batches of \
         {batch_size},\nat most {}, until {patience} are no better; seed {seed}\n",
        heading("Training"),
        count(*epochs, "epoch"),
    )?;
    Ok(())
}

fn show_result(
    out: &mut impl Write,
    scores: &PartScores,
    history: &History,
) -> Result<(), CliError> {
    writeln!(out, "{}\n{}\n", heading("Result"), report::score_table(scores))?;
    let curve = report::curve(&history.epochs);
    if !curve.is_empty() {
        writeln!(out, "{curve}")?;
    }
    if history.kept < history.epochs.len() {
        writeln!(out, "kept: epoch {}, the best on the validation part\n", history.kept)?;
    }
    Ok(())
}

fn show_next(out: &mut impl Write, args: &TrainArgs, replaced: bool) -> Result<(), CliError> {
    let replaced = if replaced { " (replacing the file that was there)" } else { "" };
    writeln!(out, "model written to {}{replaced}\n", printable(&args.out.display().to_string()))?;
    let program = program();
    let [model, data] =
        [&args.out, &args.learn.data].map(|path| shell_word(&path.display().to_string()));
    writeln!(out, "{}", heading("What to type next"))?;
    writeln!(out, "  {program} predict {model} {data}")?;
    writeln!(out, "  {program} evaluate {model} {data}")?;
    writeln!(out, "  {program} inspect {model}")?;
    Ok(())
}
