//! `layerwise report`: the page of a model that is there.

use std::io::Write;

use layerwise_data::{ShippedSet, Table, Target};

use super::{Held, Subject, is_foreign, is_judged, place, write};
use crate::args::ReportArgs;
use crate::bundle::{Bundle, Notes};
use crate::error::CliError;
use crate::fingerprint::Fingerprint;
use crate::input;
use crate::learner::Part;
use crate::prepared::split_of;
use crate::report::{count, printable};
use crate::results::check_page;
use crate::terminal;

/// Writes the page of a model, judged by the data if there are any.
pub fn run(args: &ReportArgs, out: &mut impl Write) -> Result<(), CliError> {
    let Some(path) = place(args.out.as_ref(), false, &args.model) else { return Ok(()) };
    check_page(&path, &args.model, args.data.as_deref())?;
    if args.out.is_none() && is_foreign(&path) {
        let problem = "it is there and no report; --out FILE says where to write one".to_owned();
        return Err(CliError::BadOut { path, problem });
    }
    if args.out.is_none() && args.data.is_none() && is_judged(&path) {
        let problem = "the page that is there says how good the model is, where it fails and why, which needs data: \
                       give the data too, or --out FILE for a page without"
            .to_owned();
        return Err(CliError::BadOut { path, problem });
    }
    let Bundle { network, notes } = Bundle::read(&args.model)?;
    let mut warnings = vec![];
    let mut config = notes.config.clone();
    let read = match &args.data {
        None => None,
        Some(data) => {
            let table = input::to_judge(data, &args.format, args.labels.as_deref(), &notes)?;
            let is_same = Fingerprint::of(&table) == notes.data.fingerprint;
            if is_same {
                config = config_on(args, &notes)?;
            }
            let (words, table, unseen) = judged_by(table, &notes, is_same)?;
            let needs = |error| CliError::of_model(error, &args.model);
            let y = notes.target.encode(&table).map_err(needs)?;
            let encoded = notes.recipe.apply(&table).map_err(needs)?;
            if !unseen {
                warnings.push(
                    "rows it was trained on may be among these; then it looks surer of itself than it is".into(),
                );
            }
            warnings.extend(encoded.unseen.iter().map(ToString::to_string));
            Some((words, table, Part { x: encoded.x, y }))
        }
    };
    let held = match &read {
        Some((words, table, part)) => Some(Held::new(words.clone(), (table, part), &network)?),
        None => None,
    };
    let data = args.data.as_ref().map(|data| data.display().to_string());
    let name = data.clone().unwrap_or_else(|| args.model.display().to_string());
    let shipped = args.data.as_ref().and_then(|data| ShippedSet::find(data.to_str()?));
    let source = shipped.map(|set| set.credit.to_owned());
    let command = terminal::command();
    let (network, notes, warnings, missing) = (&network, &notes, &warnings[..], None);
    let subject =
        Subject { name, data, network, notes, held, warnings, missing, command, config, source };
    write(&subject, &path)?;
    Ok(writeln!(out, "report written to {}", printable(&path.display().to_string()))?)
}

/// The options of a model, with the places of the data it was trained on.
fn config_on(args: &ReportArgs, notes: &Notes) -> Result<Option<String>, CliError> {
    let Some(options) = &notes.config else { return Ok(None) };
    let mut places = toml::Table::new();
    let data = args.data.as_ref().map(|data| data.to_string_lossy().into_owned());
    for (key, place) in [("data", data), ("target", args.labels.clone())] {
        places.extend(place.map(|place| (key.to_owned(), place.into())));
    }
    Ok(Some(format!("{}{options}", toml::to_string(&places)?)))
}

/// Of the table that a model was trained on the rows that were held out; all rows of any other. With what they are,
/// and whether training has surely not seen them.
fn judged_by(
    table: Table,
    notes: &Notes,
    is_same: bool,
) -> Result<(String, Table, bool), CliError> {
    let rows = count(table.n_rows(), "row");
    let scores = &notes.scores;
    let all = [&scores.train, &scores.validation, &scores.test].map(|part| part.examples);
    if !is_same {
        let words = format!("the {rows} of {}", table.name());
        return Ok((words, table, false));
    }
    if all.iter().sum::<usize>() != table.n_rows() {
        let words = format!("the {rows} of {}, which it was trained on", table.name());
        return Ok((words, table, false));
    }
    let target: &Target = &notes.target;
    let split = split_of(&table, target, notes.training.seed)?;
    let mut held = table.emptied();
    held.append_rows(&table, split.test.iter().copied())?;
    Ok((held_out(held.n_rows(), notes), held, true))
}

/// The rows that a training keeps to judge by, in words.
pub fn held_out(rows: usize, notes: &Notes) -> String {
    let one = if super::pixels::format(notes).is_some() { "image" } else { "row" };
    format!("the {} held out for testing, which it never saw", count(rows, one))
}
