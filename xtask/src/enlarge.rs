//! `cargo xtask enlarge`: a large table out of a small one, to train and to predict on.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use layerwise::model::{Stream, generator};
use rand::RngExt;
use rand::seq::SliceRandom;

use crate::output::say;

/// Writes a CSV file with the rows of a smaller one again and again, in a new order each time, until there are
/// as many as asked for. Whole numbers of some columns can be shifted at random, so that rows differ.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A CSV file with a header, commas and no quotes.
    table: PathBuf,
    /// Rows to write.
    #[arg(long)]
    rows: usize,
    /// Where to.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Adds a random whole number from 0 to MOST to every whole number of the column.
    #[arg(long, value_name = "COLUMN=MOST", value_parser = shift)]
    shift: Vec<(String, u32)>,
    /// What order and shifts follow from.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum EnlargeError {
    /// A file that cannot be read or written.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        problem: io::Error,
    },
    /// A table that cannot be enlarged.
    #[error("{}: {message}", path.display())]
    Table {
        /// The table.
        path: PathBuf,
        /// What is the matter with it.
        message: String,
    },
}

fn shift(text: &str) -> Result<(String, u32), String> {
    let (column, most) = text.split_once('=').ok_or("expected COLUMN=MOST, as in age=2")?;
    let most = most.parse().map_err(|_| format!("expected a whole number, found {most:?}"))?;
    Ok((column.to_owned(), most))
}

/// Writes the larger table.
///
/// # Errors
/// Files that cannot be read or written, quotes, no rows, and columns that are not there.
pub fn run(args: &Args) -> Result<(), EnlargeError> {
    let table = |message: String| EnlargeError::Table { path: args.table.clone(), message };
    let text = fs::read_to_string(&args.table)
        .map_err(|problem| EnlargeError::File { path: args.table.clone(), problem })?;
    if text.contains('"') {
        return Err(table("quotes are not understood here".into()));
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').map(str::trim).collect();
    let mut rows: Vec<Vec<&str>> =
        lines.map(|line| line.split(',').map(str::trim).collect()).collect();
    if rows.is_empty() {
        return Err(table("there are no rows below the header".into()));
    }
    let mut shifts = vec![None; header.len()];
    for (column, most) in &args.shift {
        match header.iter().position(|name| name == column) {
            Some(place) => shifts[place] = Some(*most),
            None => {
                let known = header.join(", ");
                return Err(table(format!("no column is called {column:?}; there are {known}")));
            }
        }
    }
    let failed = |problem| EnlargeError::File { path: args.out.clone(), problem };
    let mut write = || -> io::Result<u64> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&args.out)?);
        writeln!(out, "{}", header.join(","))?;
        let mut rng = generator(args.seed, Stream::Shuffling);
        let mut left = args.rows;
        while left > 0 {
            rows.shuffle(&mut rng);
            for row in rows.iter().take(left) {
                for (place, cell) in row.iter().enumerate() {
                    let between = if place == 0 { "" } else { "," };
                    let shifted =
                        shifts.get(place).copied().flatten().zip(cell.parse::<i64>().ok());
                    match shifted {
                        Some((most, number)) => {
                            let number = number.saturating_add(rng.random_range(0..=most).into());
                            write!(out, "{between}{number}")?;
                        }
                        None => write!(out, "{between}{cell}")?,
                    }
                }
                writeln!(out)?;
            }
            left = left.saturating_sub(rows.len());
        }
        out.into_inner().map_err(io::IntoInnerError::into_error)?.metadata().map(|file| file.len())
    };
    let bytes = write().map_err(failed)?;
    say!("{}: {} rows, {bytes} bytes", args.out.display(), args.rows);
    Ok(())
}
