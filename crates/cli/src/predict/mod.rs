//! `layerwise predict`.

pub mod cells;
mod line;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use layerwise_data::{DataError, Unseen};
use layerwise_model::write_whole;

use crate::args::PredictArgs;
use crate::bundle::Bundle;
use crate::error::CliError;
use crate::input::Opened;
use crate::predict::line::{Line, Predicted};
use crate::{input, interrupt, terminal};

/// Writes the table with predictions in more columns: to a file only once all of it is there.
pub fn run(args: &PredictArgs, out: &mut impl Write) -> Result<(), CliError> {
    let Some(path) = &args.out else {
        return write(args, out, CliError::Output, &Arc::default());
    };
    let failed = |source| CliError::WriteTable { path: path.clone(), source };
    for read in [&args.data, &args.model] {
        if let (Ok(path), Ok(read)) = (path.canonicalize(), read.canonicalize())
            && path == read
        {
            let problem = "it is the data or the model that is read";
            return Err(CliError::BadOut { path, problem: problem.to_owned() });
        }
    }
    let interrupted = interrupt::flag().map_err(CliError::Signals)?;
    // What is there and no file, such as /dev/null, is written to as it is.
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        let mut file = File::create(path).map_err(failed)?;
        return write(args, &mut file, failed, &interrupted);
    }
    // A file of that name stays as it is until the new one is whole.
    write_whole(path, |file| write(args, file, failed, &interrupted), failed)
}

fn write(
    args: &PredictArgs,
    out: &mut impl Write,
    failed: impl Fn(io::Error) -> CliError,
    interrupted: &AtomicBool,
) -> Result<(), CliError> {
    let Bundle { network, notes } = Bundle::read(&args.model)?;
    let Opened { mut reader, shown } = input::open(&args.data, &args.format, Some(&notes))?;
    let (recipe, target, model) = (&notes.recipe, &notes.target, args.model.as_path());
    let line = Line { network: &network, recipe, target, model, shown: shown.as_deref() };
    let most = line.rows_of_a_piece(reader.column_names().len());
    let (mut unseen, mut empty) = (vec![], true);
    let next = || match interrupted.load(Ordering::Relaxed) {
        true => Err(CliError::Interrupted),
        false => Ok(reader.next_rows(most)?),
    };
    line.run(most, next, |predicted| {
        let Predicted { csv, unseen: new } = predicted;
        empty = false;
        Unseen::add(&mut unseen, new);
        out.write_all(&csv).map_err(&failed)
    })?;
    if empty {
        return Err(DataError::HeaderOnly { file: name_of(&args.data) }.into());
    }
    out.flush().map_err(failed)?;
    for unseen in unseen {
        terminal::show_warning(&unseen.to_string());
    }
    Ok(())
}

/// A file as messages name it.
fn name_of(data: &Path) -> String {
    if data.as_os_str() == "-" { "standard input".into() } else { data.display().to_string() }
}
