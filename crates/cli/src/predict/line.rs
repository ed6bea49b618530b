//! From pieces of a table to pieces of CSV: read and written in order here, encoded, predicted and spelled out by
//! as many threads as there are processors.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use layerwise_data::{Recipe, Table, TableWriter, Target, Unseen};
use layerwise_model::{Network, Predictor};

use super::cells::{Cells, names_of};
use crate::error::CliError;

/// Cells of a piece, in the table and in X, at most.
const CELLS: usize = 1 << 20;

/// Rows of a piece: large enough that handing it over costs nothing, small enough for the caches.
const ROWS: usize = 4096;

/// What a model does with rows.
pub struct Line<'a> {
    pub network: &'a Network<f32>,
    pub recipe: &'a Recipe,
    pub target: &'a Target,
    /// The model's file, for messages.
    pub model: &'a Path,
    /// The columns to show beside predictions; all where it is `None`.
    pub shown: Option<&'a [String]>,
}

/// A piece that was predicted.
pub struct Predicted {
    pub csv: Vec<u8>,
    pub unseen: Vec<Unseen>,
}

struct Job {
    table: Table,
    /// Whether it is the first piece.
    header: bool,
    answer: Sender<Result<Predicted, CliError>>,
}

type Answers = VecDeque<Receiver<Result<Predicted, CliError>>>;

impl Line<'_> {
    /// Rows that are read, predicted and written together, of a table with so many columns.
    pub fn rows_of_a_piece(&self, columns: usize) -> usize {
        (CELLS / self.recipe.n_rows().max(columns).max(1)).clamp(16, ROWS)
    }

    /// Takes pieces of at most `most` rows from `next` until there are no more, and gives them to `done` in the
    /// same order. What comes before an error is given first.
    pub fn run(
        &self,
        most: usize,
        mut next: impl FnMut() -> Result<Option<Table>, CliError>,
        mut done: impl FnMut(Predicted) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (jobs, work) = channel::<Job>();
        let work = Mutex::new(work);
        std::thread::scope(|scope| {
            // Dropped when this closure ends, so that the threads end too.
            let jobs = jobs;
            for _ in 0..threads {
                scope.spawn(|| self.work(most, &work));
            }
            let (mut answers, mut header) = (Answers::new(), true);
            let last = loop {
                let table = match next() {
                    Ok(Some(table)) => table,
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                };
                let (answer, answered) = channel();
                // Without threads to take it, what is waiting below is without answer too.
                let _ = jobs.send(Job { table, header, answer });
                answers.push_back(answered);
                header = false;
                if answers.len() > 2 * threads {
                    give_first(&mut answers, &mut done)?;
                }
            };
            while !answers.is_empty() {
                give_first(&mut answers, &mut done)?;
            }
            last
        })
    }

    fn work(&self, most: usize, work: &Mutex<Receiver<Job>>) {
        let mut predictor = None;
        loop {
            // One thread waits for work, the others for it to have some.
            let job = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { table, header, answer }) = job else { break };
            // Whoever stopped at an error waits for no more answers.
            let _ = answer.send(self.predict(&mut predictor, most, &table, header));
        }
    }

    fn predict(
        &self,
        predictor: &mut Option<Predictor<f32>>,
        most: usize,
        table: &Table,
        header: bool,
    ) -> Result<Predicted, CliError> {
        let refused = |error| CliError::of_model(error, self.model);
        let predictor = match predictor {
            Some(predictor) => predictor,
            None => predictor.insert(Predictor::new(self.network, most)?),
        };
        let encoded = self.recipe.apply(table).map_err(refused)?;
        let al = predictor.predict(self.network, (&encoded.x).into())?;
        let selected =
            self.shown.map(|columns| table.select(columns)).transpose().map_err(refused)?;
        let table = selected.as_ref().unwrap_or(table);
        let mut csv = Vec::new();
        let mut writer = if header {
            TableWriter::new(&mut csv, table, &names_of(self.target)).map_err(refused)?
        } else {
            TableWriter::continued(&mut csv, table)
        };
        let cells = Cells { target: self.target, al };
        writer.write(table, |row, added| cells.write(row, added)).map_err(refused)?;
        writer.finish().map_err(refused)?;
        Ok(Predicted { csv, unseen: encoded.unseen })
    }
}

/// Waits for the first answer. There is none only if a thread panicked, which the scope then does as well.
fn give_first(
    answers: &mut Answers,
    done: &mut impl FnMut(Predicted) -> Result<(), CliError>,
) -> Result<(), CliError> {
    match answers.pop_front().map(|answer| answer.recv()) {
        Some(Ok(predicted)) => done(predicted?),
        _ => Ok(()),
    }
}
