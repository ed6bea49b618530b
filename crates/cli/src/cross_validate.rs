//! `layerwise cross-validate`.

use std::io::Write;

use layerwise_data::{Fractions, Split, Task, stratified_split};
use layerwise_model::{Ended, Fold, k_fold, stratified_k_fold};

use crate::args::CrossValidateArgs;
use crate::config::Effective;
use crate::error::CliError;
use crate::fitting::Watch;
use crate::prepared::Prepared;
use crate::report::{self, count, heading, printable, short};
use crate::scores::Scores;
use crate::terminal::{self, Progress};

/// What of the rows that are learned from says when to stop.
const FRACTIONS: Fractions = Fractions { train: 0.9, validation: 0.1, test: 0.0 };

/// Trains once for each part and shows how well the part was predicted.
pub fn run(args: &CrossValidateArgs, out: &mut impl Write) -> Result<(), CliError> {
    let prepared = Prepared::new(&args.learn)?;
    prepared.doubts.iter().for_each(|doubt| terminal::show_warning(doubt));
    let Prepared { learn, target, .. } = &prepared;
    let table = prepared.table();
    let strata = target.strata(table)?;
    // Of three rows or more at least two are left by each fold, unless there are two folds.
    let needed = if args.folds == 2 { 4 } else { 3 };
    prepared.refuse_few(
        &strata,
        needed,
        "each fold leaves one to learn from and one to stop by",
    )?;
    let folds = match target.task() {
        Task::Regression => k_fold(table.n_rows(), args.folds, learn.seed)?,
        _ => stratified_k_fold(&strata, args.folds, learn.seed)?,
    };
    let label = |&row: &usize| target.labels().get(strata[row]).map_or("all rows", String::as_str);
    let split_of = |fold: Fold| -> Result<Split, CliError> {
        let classes: Vec<&str> = fold.train.iter().map(label).collect();
        let inner = stratified_split(&classes, FRACTIONS, learn.seed)?;
        let rows = |part: &[usize]| part.iter().map(|&i| fold.train[i]).collect();
        let (train, validation) = (rows(&inner.train), rows(&inner.validation));
        Ok(Split { train, validation, test: fold.test })
    };
    if learn.print_config {
        // As the first fold has it; the others differ by a row or so.
        let Some(fold) = folds.into_iter().next() else { return Ok(()) };
        let plan = prepared.plan(learn, &split_of(fold)?)?;
        let options = Effective::new(learn, &plan, prepared.input.origin()).with_folds(args.folds);
        return Ok(write!(out, "{}", options.to_toml()?)?);
    }
    writeln!(out, "{}", heading(&printable(table.name())))?;
    writeln!(
        out,
        "{}, target {}: {}; {} folds\n",
        count(table.n_rows(), "row"),
        short(target.column()),
        target.task().words(),
        args.folds
    )?;
    out.flush()?;

    let progress = Progress::counting("fold", args.folds);
    let mut interrupted = false;
    let mut all: Vec<Scores> = Vec::with_capacity(folds.len());
    for fold in folds {
        let split = split_of(fold)?;
        let mut plan = prepared.plan(learn, &split)?;
        let parts = plan.parts(table, &split)?;
        if plan.fit(&parts, Watch::default())?.ended == Ended::Asked {
            interrupted = true;
            break;
        }
        all.push(plan.score(&parts[2])?);
        progress.advance();
    }
    progress.leave();
    if interrupted && all.is_empty() {
        return Err(CliError::Interrupted);
    }
    if interrupted {
        let whole = count(all.len(), "whole fold");
        writeln!(out, "interrupted after {whole} of {}\n", args.folds)?;
    }
    writeln!(out, "{}", report::fold_table(&all))?;
    Ok(())
}
