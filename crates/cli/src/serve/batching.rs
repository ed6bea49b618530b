//! Threads that predict: each takes what waits, makes X of it and gives every request its part back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use layerwise_data::RowEncoder;
use layerwise_model::core::{CoreError, MatrixView};
use layerwise_model::{ModelError, Predictor};

use super::Shared;
use super::json_rows::REQUEST;
use super::model::Served;
use super::queue::{Done, Job};

/// Numbers in X at most.
const CELLS: usize = 1 << 20;

/// Takes jobs until there are no more.
pub fn work(shared: &Shared) {
    let mut next = shared.take();
    while let Some(batch) = next {
        let Some(model) = batch.first().map(|job| Arc::clone(&job.model)) else { break };
        // A fault in one batch is no reason to answer nothing any more: its requests see that nobody answers.
        let served = catch_unwind(AssertUnwindSafe(|| with_model(shared, &model, batch)));
        next = served.unwrap_or_else(|_| shared.take());
    }
}

/// Predicts this batch and all later ones of the same model; gives the first of another.
fn with_model(shared: &Shared, model: &Arc<Served>, first: Vec<Job>) -> Option<Vec<Job>> {
    let n = model.notes.recipe.n_rows();
    let capacity = shared.limits.batch_rows.min(CELLS / n.max(1)).max(1);
    let Ok(predictor) = Predictor::new(&model.network, capacity) else { return shared.take() };
    let encoder = RowEncoder::new(&model.notes.recipe);
    let (x, owners) = (vec![0.0; n * capacity], Vec::with_capacity(capacity));
    let mut worker = Worker { model, encoder, predictor, x, n, capacity, owners };
    let mut batch = first;
    loop {
        let rows = batch.iter().map(|job| job.rows.n_read()).sum();
        shared.metrics.batch(rows, shared.queue.rows());
        // Only where shapes do not fit, which were checked when the model was read; then nobody answers.
        let _ = worker.predict(batch);
        batch = shared.take()?;
        if !batch.first().is_some_and(|job| Arc::ptr_eq(&job.model, model)) {
            return Some(batch);
        }
    }
}

struct Worker<'m> {
    model: &'m Served,
    encoder: RowEncoder<'m>,
    predictor: Predictor<f32>,
    /// The columns of X, and of which job each is.
    x: Vec<f32>,
    n: usize,
    capacity: usize,
    owners: Vec<usize>,
}

impl Worker<'_> {
    fn predict(&mut self, jobs: Vec<Job>) -> Result<(), ModelError> {
        // Whoever went away needs no answer.
        let jobs = jobs.into_iter().filter(|job| !job.answer.is_closed());
        let (answers, mut done): (Vec<_>, Vec<_>) = jobs
            .map(|Job { rows, answer, .. }| (answer, Done { rows, al: vec![], unseen: vec![] }))
            .unzip();
        self.owners.clear();
        let n_out = self.model.network.n_out();
        for owner in 0..done.len() {
            let n_rows = done[owner].rows.n_read();
            done[owner].al.reserve(n_rows * n_out);
            for row in 0..n_rows {
                let Done { rows, unseen, .. } = &mut done[owner];
                let from = self.owners.len() * self.n;
                let x = &mut self.x[from..from + self.n];
                let place = (REQUEST, rows.number(row));
                match self.encoder.encode(|column| rows.cell(row, column), place, x, unseen) {
                    Ok(()) => self.owners.push(owner),
                    Err(error) => rows.refuse(row, error.to_string()),
                }
                if self.owners.len() == self.capacity {
                    self.flush(&mut done)?;
                    // Nor does whoever went away meanwhile, or was told that it takes too long.
                    if answers[owner].is_closed() {
                        break;
                    }
                }
            }
        }
        self.flush(&mut done)?;
        for (answer, done) in answers.into_iter().zip(done) {
            // Whoever went away meanwhile needs no answer either.
            let _ = answer.send(done);
        }
        Ok(())
    }

    /// Predicts the columns of X that there are, and gives each job its part.
    fn flush(&mut self, done: &mut [Done]) -> Result<(), ModelError> {
        let m = self.owners.len();
        if m > 0 {
            let x = MatrixView::new(&self.x[..m * self.n], self.n, m).map_err(CoreError::from)?;
            let al = self.predictor.predict(&self.model.network, x)?;
            for (column, &owner) in self.owners.iter().enumerate() {
                done[owner].al.extend_from_slice(al.column(column));
            }
        }
        self.owners.clear();
        Ok(())
    }
}
