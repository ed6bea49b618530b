//! `layerwise train`.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use layerwise_data::{Split, Task};
use layerwise_model::{Ended, EpochRecord};

use crate::args::TrainArgs;
use crate::bundle::DataNotes;
use crate::checkpoint::Checkpoint;
use crate::config::Effective;
use crate::error::CliError;
use crate::events::Events;
use crate::fitting::{Looked, Watch};
use crate::learner::{Plan, Settings};
use crate::page;
use crate::prepared::Prepared;
use crate::report::{self, columns, count, heading, printable, short};
use crate::results::{Trained, check_model, check_report};
use crate::streamed::Streamed;
use crate::tensorboard::EventFile;
use crate::terminal::{self, Progress};

/// Reads, shows what will be done, trains, writes the model, shows what came of it.
pub fn run(args: &TrainArgs, out: &mut impl Write) -> Result<(), CliError> {
    let start = Instant::now();
    let results = &args.results;
    check_model(&results.out, &args.learn)?;
    let page = page::place(results.report.as_ref(), results.no_report, &results.out);
    if let Some(path) = &page {
        check_report(path, results, &args.learn)?;
    }
    let talks = results.talks();
    let prepared = match &args.memory {
        Some(memory) => Prepared::surveyed(&args.learn, memory.clone(), talks)?,
        None => Prepared::new(&args.learn)?,
    };
    if !talks || args.learn.print_config {
        prepared.doubts.iter().for_each(|doubt| terminal::show_warning(doubt));
    }
    let split = prepared.split()?;
    let mut plan = prepared.plan(&prepared.learn, &split)?;
    let options = Effective::new(&prepared.learn, &plan, prepared.input.origin())
        .with_memory(args.memory.as_ref())
        .with_out(&results.out);
    if args.learn.print_config {
        return Ok(write!(out, "{}", options.to_toml()?)?);
    }
    let data = prepared.notes(&plan, &split)?;
    let checkpoint = Checkpoint::beside(&results.out, &options, &data)?;
    let resumed = args.resume.then(|| checkpoint.read()).transpose()?;
    if resumed.is_none() && checkpoint.exists() {
        terminal::show_warning(&format!(
            "{} holds a training that was interrupted; --resume would have gone on with it, this one starts anew",
            checkpoint.path().display()
        ));
    }

    let events = Events::new(results.json);
    events.start(out, &plan, prepared.rows_of(&split))?;
    if talks {
        show_data(out, args, &prepared, &data, &split)?;
        show_plan(out, &plan)?;
        if let Some(state) = &resumed {
            let done = count(state.epochs().len(), "epoch");
            writeln!(out, "resumed after {done}, {} updates\n", state.updates())?;
        }
        out.flush()?;
    }
    let parts = plan.parts(prepared.table(), &split)?;
    let told = match page {
        Some(path) => Some(prepared.told(path, &split, options.to_toml()?)?),
        None => None,
    };
    let config = options.without_places(prepared.input.origin()).to_toml()?;
    let Prepared { learn, input, survey, .. } = prepared;
    // The table itself is needed no more.
    drop(input);
    let folder = results.out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut streamed = match &survey {
        Some(survey) => {
            let folder = folder.unwrap_or(Path::new("."));
            let blocks = survey.blocks(&learn, &plan, &split, folder, talks)?;
            // The same but for the ranges, which were those of the sample.
            plan.recipe.clone_from(blocks.recipe());
            Some(Streamed::new(blocks, plan.settings.batch_size))
        }
        None => None,
    };
    if let (Some(streamed), true) = (&streamed, talks) {
        let blocks = count(streamed.n_blocks(), "block");
        writeln!(out, "learning from {} rows on disk, in {blocks}\n", streamed.m())?;
        out.flush()?;
    }

    let done = resumed.as_ref().map_or(0, |state| state.epochs().len());
    let examples = streamed.as_ref().map_or(parts[0].x.ncols(), Streamed::m);
    let progress = Progress::new(plan.settings.epochs, examples, talks).after(done);
    streamed = streamed.map(|streamed| {
        let progress = progress.clone();
        streamed.showing(move |epoch, examples| progress.within(epoch, examples))
    });
    let mut written = Ok(());
    let shown = |record: &EpochRecord| {
        progress.show(record);
        if written.is_ok() {
            written = events.epoch(out, record);
        }
        ControlFlow::Continue(())
    };
    let mut event_file = match &args.tensorboard {
        Some(folder) => Some(
            EventFile::new(folder)
                .map_err(|source| CliError::WriteTable { path: folder.clone(), source })?,
        ),
        None => None,
    };
    let every = Duration::from_secs(args.checkpoint_every);
    let watch = Watch {
        shown: Some(Box::new(shown)),
        looked: event_file.as_mut().map(|file| -> Looked<'_> {
            Box::new(|network, record, validated| file.epoch(network, record, validated))
        }),
        kept: Some((every, Box::new(|state| checkpoint.write(state)))),
        resumed,
    };
    let history = match &mut streamed {
        Some(streamed) => plan.fit_streamed(streamed, &parts, watch),
        None => plan.fit(&parts, watch),
    };
    progress.leave();
    if matches!(history, Err(CliError::Diverged { .. })) {
        checkpoint.remove();
    }
    let history = history?;
    written?;
    if talks && history.ended == Ended::Asked {
        let of = count(plan.settings.epochs, "epoch");
        let done = history.epochs.len();
        writeln!(
            out,
            "interrupted after {done} of {of}; what was learned so far is kept, --resume goes on with it\n"
        )?;
    }
    let is_done = history.ended != Ended::Asked;
    let trained = Trained { plan, parts, history, config };
    trained.finish((results, &learn), data, told, start, out)?;
    // Not before there is a model in its place.
    if is_done {
        checkpoint.remove();
    }
    Ok(())
}

fn show_data(
    out: &mut impl Write,
    args: &TrainArgs,
    prepared: &Prepared,
    data: &DataNotes,
    split: &Split,
) -> Result<(), CliError> {
    let Prepared { input, profiles, target, .. } = prepared;
    let rows = prepared.rows();
    writeln!(out, "{}", heading("Data"))?;
    match &input.shipped {
        Some(set) => {
            writeln!(out, "{}: {}", set.name, set.description)?;
            writeln!(out, "{}", report::wrapped(&format!("credit: {}", set.credit)))?;
        }
        None => writeln!(out, "{}", printable(input.table.name()))?,
    }
    if let Some(format) = &input.images {
        writeln!(out, "images, each brought to {format}")?;
    }
    writeln!(out, "{}", columns::overview(rows, profiles))?;
    let chosen = match (&args.learn.target, &input.shipped) {
        (None, None) if !input.labels => " (the last column; --target chooses another)",
        _ => "",
    };
    let name = short(target.column());
    writeln!(out, "target {name}{chosen}: {}", target.task().words())?;
    writeln!(out, "{}", columns::target_line(rows, profiles, target))?;
    for line in columns::left_out_lines(&data.left_out) {
        writeln!(out, "{line}")?;
    }
    for doubt in &prepared.doubts {
        writeln!(out, "{} {doubt}", report::warning())?;
    }
    for warning in report::warnings((&input.table, rows), profiles, Some(target)) {
        writeln!(out, "{} {warning}", report::warning())?;
    }
    let [train, validation, test] = prepared.rows_of(split);
    writeln!(
        out,
        "split at random: {train} to learn from, {validation} to stop by, {test} to judge by\n"
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
