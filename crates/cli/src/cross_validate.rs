//! `layerwise cross-validate`.

use std::io::Write;

use layerwise_data::{Fractions, Split, Target, Task, profile, stratified_split};
use layerwise_model::{Ended, k_fold, stratified_k_fold};

use crate::args::CrossValidateArgs;
use crate::error::CliError;
use crate::input;
use crate::learner::Plan;
use crate::report::{self, count, heading, printable, short};
use crate::scores::Scores;
use crate::terminal::Progress;

/// What of the rows that are learned from says when to stop.
const FRACTIONS: Fractions = Fractions { train: 0.9, validation: 0.1, test: 0.0 };

/// Trains once for each part and shows how well the part was predicted.
pub fn run(args: &CrossValidateArgs, out: &mut impl Write) -> Result<(), CliError> {
    let learn = &args.learn;
    let input = input::read(&learn.data, &learn.format.format(), learn.target.as_deref())?;
    let table = &input.table;
    let name = input.target(learn.target.as_deref());
    let profiles = profile(table, &learn.columns.missing(), &learn.columns.categories)?;
    let target = Target::find(table, &profiles, name, learn.task.map(Task::from))?;
    let strata = target.strata(table)?;
    let folds = match target.task() {
        Task::Regression => k_fold(table.n_rows(), args.folds, learn.seed)?,
        _ => stratified_k_fold(&strata, args.folds, learn.seed)?,
    };
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

    let progress = Progress::new(args.folds, table.n_rows(), true);
    let mut interrupted = false;
    let mut all: Vec<Scores> = Vec::with_capacity(folds.len());
    for fold in folds {
        let label =
            |&row: &usize| target.labels().get(strata[row]).map_or("all rows", String::as_str);
        let classes: Vec<&str> = fold.train.iter().map(label).collect();
        let inner = stratified_split(&classes, FRACTIONS, learn.seed)?;
        let rows = |part: &[usize]| part.iter().map(|&i| fold.train[i]).collect();
        let (train, validation) = (rows(&inner.train), rows(&inner.validation));
        let split = Split { train, validation, test: fold.test };
        let mut plan = Plan::new(learn, table, &profiles, target.clone(), &split)?;
        let parts = plan.parts(table, &split)?;
        if plan.fit(&parts, |_| {})?.ended == Ended::Asked {
            interrupted = true;
            break;
        }
        all.push(plan.score(&parts[2])?);
        progress.advance();
    }
    progress.leave();
    if interrupted {
        let whole = count(all.len(), "whole fold");
        writeln!(out, "interrupted after {whole} of {}\n", args.folds)?;
    }
    writeln!(out, "{}", report::fold_table(&all))?;
    Ok(())
}
