//! `layerwise search`.

mod space;

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use layerwise_model::{Ended, History};

use crate::args::SearchArgs;
use crate::config::Effective;
use crate::error::CliError;
use crate::events::Events;
use crate::fitting::Watch;
use crate::interrupt;
use crate::learn_args::LearnArgs;
use crate::page;
use crate::prepared::Prepared;
use crate::report::{self, TrialRow, count, heading, printable, short};
use crate::results::{Trained, check_model, check_out, check_report};
use crate::terminal;

/// Trials in the table of the best.
const SHOWN: usize = 5;

/// The best so far.
struct Best {
    cost: f64,
    learn: LearnArgs,
    trained: Trained,
}

/// Trains with options drawn at random, keeps the best on the validation part, judges it by the test part.
pub fn run(args: &SearchArgs, out: &mut impl Write) -> Result<(), CliError> {
    let start = Instant::now();
    let results = &args.results;
    check_model(&results.out, &args.learn)?;
    if let Some(path) = &args.save_config {
        check_out(path, &args.learn)?;
    }
    let page = page::place(results.report.as_ref(), results.no_report, &results.out);
    if let Some(path) = &page {
        check_report(path, results, &args.learn)?;
    }
    if args.save_config.as_ref() == Some(&results.out) {
        let problem = "the model and its config cannot be one file";
        return Err(CliError::BadOut { path: results.out.clone(), problem: problem.to_owned() });
    }
    let prepared = Prepared::new(&args.learn)?;
    prepared.doubts.iter().for_each(|doubt| terminal::show_warning(doubt));
    let split = prepared.split()?;
    let (trials, searched) = space::trials(&prepared, &split, args.trials)?;
    if args.learn.print_config {
        let plan = prepared.plan(&prepared.learn, &split)?;
        let options =
            Effective::new(&prepared.learn, &plan, prepared.input.origin()).with_out(&results.out);
        let options = options.searching(&searched, args.trials, args.minutes);
        return Ok(write!(out, "{}", options.to_toml()?)?);
    }
    let events = Events::new(results.json);
    let talks = results.talks();
    if talks {
        show_start(out, args, &prepared, &searched)?;
    }
    let deadline = args.minutes.map(|minutes| start + Duration::from_secs_f64(60.0 * minutes));
    let is_over = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
    let flag = interrupt::flag().map_err(CliError::Signals)?;

    let origin = prepared.input.origin();
    let mut best: Option<Best> = None;
    let mut rows: Vec<TrialRow> = vec![];
    let (mut tried, mut cut) = (0, false);
    for (index, learn) in trials.into_iter().enumerate() {
        // Of the first trial there is always something to keep.
        let has_best = best.is_some();
        cut = index > 0 && (is_over() || flag.load(Ordering::Relaxed));
        if cut {
            break;
        }
        let mut plan = prepared.plan(&learn, &split)?;
        let parts = plan.parts(prepared.table(), &split)?;
        if index == 0 {
            events.start(out, &plan, prepared.rows_of(&split))?;
        }
        let ends = |_: &_| {
            if has_best && is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let watch = Watch { shown: Some(Box::new(ends)), ..Watch::default() };
        let history = match plan.fit(&parts, watch) {
            Ok(history) => Some(history),
            Err(CliError::Diverged { .. }) => None,
            Err(error) => return Err(error),
        };
        cut = history.as_ref().is_some_and(|history| history.ended == Ended::Asked);
        if cut && !has_best && history.as_ref().is_some_and(|history| history.epochs.is_empty()) {
            // Nothing was learned yet.
            return Err(CliError::Interrupted);
        }
        if cut && has_best {
            // What had less time than others cannot be compared with them.
            break;
        }
        tried += 1;
        let cost = history.as_ref().map_or(f64::INFINITY, cost_of);
        let is_best = history.is_some() && best.as_ref().is_none_or(|best| cost < best.cost);
        let options = Effective::new(&learn, &plan, origin);
        let row = TrialRow::new(tried, history.as_ref().map(|_| cost), &options);
        events.trial(out, &row, args.trials, is_best)?;
        if talks {
            writeln!(out, "{}", row.line(args.trials, is_best))?;
            out.flush()?;
        }
        rows.push(row);
        if let (Some(history), true) = (history, is_best) {
            let config = options.without_places(origin).to_toml()?;
            best = Some(Best { cost, learn, trained: Trained { plan, parts, history, config } });
        }
        if cut {
            break;
        }
    }

    let Some(Best { learn, trained, .. }) = best else {
        return Err(CliError::AllDiverged { trials: tried });
    };
    let options = Effective::new(&learn, &trained.plan, origin).with_out(&results.out).to_toml()?;
    if let Some(path) = &args.save_config {
        fs::write(path, &options)
            .map_err(|source| CliError::WriteTable { path: path.clone(), source })?;
    }
    if talks {
        if cut {
            writeln!(out, "\nended after {} of {}", count(tried, "trial"), args.trials)?;
        }
        rows.sort_by(|a, b| a.order().total_cmp(&b.order()));
        rows.truncate(SHOWN);
        writeln!(out, "\n{}\n{}\n", heading("The best"), report::trial_table(&rows))?;
        writeln!(out, "{}\n{options}", heading("As a config, for `train --config`"))?;
        out.flush()?;
    }
    let data = prepared.notes(&trained.plan, &split)?;
    let told = match page {
        Some(path) => Some(prepared.told(path, &split, options)?),
        None => None,
    };
    trained.finish((results, &learn), data, told, start, out)
}

/// The validation cost of the epoch that was kept.
fn cost_of(history: &History) -> f64 {
    let kept = history.kept.checked_sub(1).and_then(|kept| history.epochs.get(kept));
    kept.and_then(|epoch| epoch.validation_cost).unwrap_or(f64::INFINITY)
}

fn show_start(
    out: &mut impl Write,
    args: &SearchArgs,
    prepared: &Prepared,
    searched: &[&str],
) -> Result<(), CliError> {
    writeln!(out, "{}", heading(&printable(prepared.table().name())))?;
    let limit =
        args.minutes.map_or(String::new(), |minutes| format!(", {minutes} minutes at most"));
    writeln!(
        out,
        "{}, target {}: {}\n{}{limit}, seed {}; searched: {}\n",
        count(prepared.table().n_rows(), "row"),
        short(prepared.target.column()),
        prepared.target.task().words(),
        count(args.trials, "trial"),
        prepared.learn.seed,
        searched.join(", ")
    )?;
    Ok(out.flush()?)
}
