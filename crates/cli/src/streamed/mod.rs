//! `train --memory`: a table larger than memory. It is gone through twice before training: once to find out what
//! is in it, with a sample kept, and once to pack the rows to learn from into blocks on disk.

mod batches;
mod memory;
mod rare;
mod sample;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use layerwise_data::{BlockWriter, Blocks, Profiler, Split, Table, TableReader};

pub use batches::Streamed;
pub use memory::Memory;

use self::rare::FirstRows;
use self::sample::Sample;
use crate::columns_named::columns_named;
use crate::error::CliError;
use crate::fingerprint::Fingerprint;
use crate::input;
use crate::interrupt;
use crate::learn_args::LearnArgs;
use crate::learner::Plan;
use crate::terminal::Reading;

/// Cells of a piece, at most.
const CELLS: usize = 1 << 18;

/// What is known of a table after it went by once.
pub struct Survey {
    /// Rows of the table.
    pub rows: usize,
    pub fingerprint: String,
    memory: Memory,
    sample: Sample,
}

/// A table some rows at a time, until Ctrl-C.
struct Pieces {
    reader: TableReader<'static>,
    most: usize,
    reading: Reading,
    interrupted: Arc<AtomicBool>,
}

impl Pieces {
    fn open(learn: &LearnArgs, what: &str, talks: bool) -> Result<Self, CliError> {
        if learn.data.as_os_str() == "-" {
            let problem = "it is read twice with --memory, which standard input cannot be";
            return Err(CliError::input(&learn.data, problem.into()));
        }
        if input::is_examples(&learn.data)? {
            let problem =
                "--memory is for tables (CSV, Parquet, Arrow); arrays and images are read whole";
            return Err(CliError::input(&learn.data, problem.into()));
        }
        let reader = input::open(&learn.data, &learn.format, None)?.reader;
        let most = (CELLS / reader.column_names().len().max(1)).clamp(16, 1 << 14);
        let interrupted = interrupt::flag().map_err(CliError::Signals)?;
        Ok(Self { reader, most, reading: Reading::new(what, talks), interrupted })
    }

    fn next(&mut self) -> Result<Option<Table>, CliError> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(CliError::Interrupted);
        }
        let piece = self.reader.next_rows(self.most)?;
        self.reading.add(piece.as_ref().map_or(0, Table::n_rows));
        Ok(piece)
    }

    /// Works on each piece, told how many rows come before it, while the next is read. `first` was read before.
    /// Returns the number of rows.
    fn each(
        mut self,
        first: Option<Table>,
        mut work: impl FnMut(&Table, usize) -> Result<(), CliError> + Send,
    ) -> Result<usize, CliError> {
        let mut before = 0;
        let mut piece = match first {
            Some(first) => Some(first),
            None => self.next()?,
        };
        while let Some(table) = piece {
            let next = std::thread::scope(|scope| {
                let working = scope.spawn(|| work(&table, before));
                let next = self.next();
                match working.join() {
                    Ok(done) => done.and(next),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            });
            before += table.n_rows();
            piece = next?;
        }
        Ok(before)
    }
}

impl Survey {
    /// Goes through the data once: kinds of columns, a sample that takes a quarter of the memory, the fingerprint.
    pub fn new(
        learn: &mut LearnArgs,
        memory: Memory,
        talks: bool,
    ) -> Result<(Self, Table, Vec<layerwise_data::ColumnProfile>), CliError> {
        let mut pieces = Pieces::open(learn, "looking at", talks)?;
        let Some(first) = pieces.next()? else {
            // The reader that takes all says what is wrong with a table of no rows.
            return Err(Table::read_csv_with(&learn.data, &learn.format.format())
                .err()
                .map_or_else(
                    || CliError::input(&learn.data, "it has no rows".into()),
                    Into::into,
                ));
        };
        for names in [&mut learn.leave_out, &mut learn.columns.categories] {
            *names = columns_named(names, first.column_names());
        }
        let missing = learn.columns.missing();
        let mut profiler = Profiler::new(&first, &missing, &learn.columns.categories)?;
        let mut fingerprint = Fingerprint::default();
        let (mut sample, mut kept) = Sample::new(&first, memory.bytes() / 4, learn.seed);
        let target = input::target_of(&learn.data, learn.target.as_deref(), &first);
        // What is wrong with the name of a target is said when all of the table is known.
        let mut classes = first.column(target).is_ok().then(|| FirstRows::new(&first, target));
        let rows = pieces.each(Some(first), |table, before| {
            std::thread::scope(|scope| {
                scope.spawn(|| fingerprint.add(table));
                profiler.look_at(table);
                if let Some(classes) = &mut classes {
                    classes.add(table, before)?;
                }
                sample.add(&mut kept, table, before)
            })
        })?;
        if let Some(classes) = &classes {
            sample.complete(&mut kept, classes)?;
        }
        let survey = Self { rows, fingerprint: fingerprint.finish(), memory, sample };
        Ok((survey, kept, profiler.finish()?))
    }

    /// Rows of the sample, and of the table, that are not to learn from.
    pub fn rows_to_learn(&self, split: &Split) -> usize {
        self.rows - split.validation.len() - split.test.len()
    }

    /// Goes through the data again: all rows but those of the sample that validate and test go to blocks of at most
    /// half of the memory, in files without a name beside the model.
    pub fn blocks(
        &self,
        learn: &LearnArgs,
        plan: &Plan,
        split: &Split,
        folder: &Path,
        talks: bool,
    ) -> Result<Blocks, CliError> {
        let width = BlockWriter::bytes_of_a_row(&plan.recipe) + size_of::<usize>();
        let bytes = (self.rows_to_learn(split) as u64).saturating_mul(width as u64);
        let n_blocks = bytes.div_ceil((self.memory.bytes() / 2).max(1)).clamp(1, MOST_BLOCKS);
        let mut writer =
            BlockWriter::new(&plan.recipe, &plan.target, folder, n_blocks as usize, learn.seed)?;
        let sampled = [&split.train, &split.validation, &split.test].map(Vec::len).iter().sum();
        let mut held_out = vec![false; sampled];
        split.validation.iter().chain(&split.test).for_each(|&row| held_out[row] = true);
        let mut sampled = 0;
        let rows = Pieces::open(learn, "packing", talks)?.each(None, |table, before| {
            let mut learned = vec![true; table.n_rows()];
            for (row, learned) in learned.iter_mut().enumerate() {
                if self.sample.has(before + row) {
                    *learned = !held_out.get(sampled).copied().unwrap_or(false);
                    sampled += 1;
                }
            }
            Ok(writer.add(table, |row| learned[row])?)
        })?;
        if rows != self.rows {
            let problem = format!("it had {} rows a moment ago, now {rows}", self.rows);
            return Err(CliError::input(&learn.data, problem));
        }
        Ok(writer.finish()?)
    }
}

/// Files that are open at the same time; more memory a block is what more rows need.
const MOST_BLOCKS: u64 = 500;
