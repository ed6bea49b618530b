//! `layerwise predict`.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use layerwise_data::{DataError, TableWriter, Target, Task, Unseen};
use layerwise_model::Predictor;
use layerwise_model::core::MatrixView;

use crate::args::PredictArgs;
use crate::bundle::Bundle;
use crate::error::CliError;
use crate::input;
use crate::terminal;

/// Rows that are read, predicted and written together.
const ROWS: usize = 16_384;

/// Writes the table with predictions in more columns: to a file only once all of it is there.
pub fn run(args: &PredictArgs, out: &mut impl Write) -> Result<(), CliError> {
    let Some(path) = &args.out else { return write(args, out, CliError::Output) };
    let failed = |source| CliError::WriteTable { path: path.clone(), source };
    for read in [&args.data, &args.model] {
        if let (Ok(path), Ok(read)) = (path.canonicalize(), read.canonicalize())
            && path == read
        {
            let problem = "it is the data or the model that is read";
            return Err(CliError::BadOut { path, problem });
        }
    }
    // A file of that name stays as it is until the new one is whole.
    let mut beside = path.clone().into_os_string();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let file = File::create(&beside).map_err(failed)?;
    let done = write(args, &mut io::BufWriter::new(file), failed)
        .and_then(|()| std::fs::rename(&beside, path).map_err(failed));
    if done.is_err() {
        // What went wrong is told; that the piece cannot be removed would add nothing.
        let _ = std::fs::remove_file(&beside);
    }
    done
}

fn write(
    args: &PredictArgs,
    out: &mut impl Write,
    failed: impl Fn(io::Error) -> CliError,
) -> Result<(), CliError> {
    let Bundle { network, notes } = Bundle::read(&args.model)?;
    let (recipe, target) = (&notes.recipe, &notes.target);
    let mut reader = input::open(&args.data, &args.format.format())?;
    let mut table = reader
        .next_rows(ROWS)?
        .ok_or_else(|| DataError::HeaderOnly { file: name_of(&args.data) })?;
    let writing = |error| match error {
        DataError::Write { reason, .. } => failed(reason),
        other => other.into(),
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut predictor = Predictor::new(&network, ROWS)?.with_threads(threads);
    let mut unseen: Vec<Unseen> = vec![];
    let encode =
        |table: &_| recipe.apply(table).map_err(|error| CliError::of_model(error, &args.model));
    // Nothing is written where nothing can be predicted.
    let mut encoded = encode(&table)?;
    let mut writer = TableWriter::new(out, &table, &names_of(target)).map_err(writing)?;
    loop {
        let al = predictor.predict(&network, (&encoded.x).into())?;
        let mut cells = Cells { target, al };
        writer.write(&table, |row, added| cells.write(row, added)).map_err(writing)?;
        Unseen::add(&mut unseen, encoded.unseen);
        match reader.next_rows(ROWS)? {
            Some(next) => (encoded, table) = (encode(&next)?, next),
            None => break,
        }
    }
    writer.finish().map_err(writing)?;
    for unseen in unseen {
        terminal::show_warning(&unseen.to_string());
    }
    Ok(())
}

/// A file as messages name it.
fn name_of(data: &Path) -> String {
    if data.as_os_str() == "-" { "standard input".into() } else { data.display().to_string() }
}

/// The columns that are added.
fn names_of(target: &Target) -> Vec<String> {
    let probability = |label: &String| format!("probability_{label}");
    let labels = match target.task() {
        Task::Binary => &target.labels()[1..],
        _ => target.labels(),
    };
    std::iter::once("predicted".to_owned()).chain(labels.iter().map(probability)).collect()
}

/// The cells that are added to rows.
struct Cells<'a> {
    target: &'a Target,
    al: MatrixView<'a, f32>,
}

impl Cells<'_> {
    /// Writes those of a row, each followed by the end of its cell.
    fn write(&mut self, row: usize, added: &mut layerwise_data::AddedCells<'_>) {
        let al = self.al.column(row);
        let labels = self.target.labels();
        match self.target.task() {
            Task::Binary => {
                added.text(&labels[usize::from(al[0] > 0.5)]);
                added.display(format_args!("{:.6}", al[0]));
            }
            Task::Classes => {
                let best = (0..al.len()).max_by(|&i, &j| al[i].total_cmp(&al[j]).then(j.cmp(&i)));
                added.text(best.map_or("", |best| &labels[best]));
                al.iter().for_each(|a| added.display(format_args!("{a:.6}")));
            }
            Task::Regression => {
                let number = self.target.number(al[0]);
                added.display(format_args!("{number:.*}", decimals(self.target.deviation())));
            }
        }
    }
}

/// Decimals that a network in single precision can mean: its outputs are numbers in standard deviations, with
/// seven digits.
fn decimals(deviation: f64) -> usize {
    (6.0 - deviation.abs().log10().floor()).clamp(0.0, 17.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_spread() {
        assert_eq!([decimals(77.0), decimals(1.0), decimals(0.002)], [5, 6, 9]);
        assert_eq!([decimals(1e9), decimals(0.0)], [0, 17]);
    }
}
