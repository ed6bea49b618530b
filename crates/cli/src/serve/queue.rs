//! What waits to be predicted, at most so many rows of it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use layerwise_data::Unseen;
use tokio::sync::oneshot;

use super::model::Served;
use super::rows::Rows;

/// Rows that are worth to be gone on with at once.
const GATHERED: usize = 256;

/// The rows of one request.
pub struct Job {
    pub model: Arc<Served>,
    pub rows: Rows,
    pub answer: oneshot::Sender<Done>,
}

/// The same with the outputs of the network for those that are not refused, one behind the other.
pub struct Done {
    pub rows: Rows,
    pub al: Vec<f32>,
    pub unseen: Vec<Unseen>,
}

/// Jobs in their order.
pub struct Queue {
    state: Mutex<State>,
    /// There are jobs.
    ready: Condvar,
    /// There are more for the thread that gathers.
    more: Condvar,
    /// Requests that are being read and will be jobs.
    coming: AtomicUsize,
    most: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    rows: usize,
    /// Whether a thread has taken jobs and waits for more.
    gathering: bool,
    closed: bool,
}

/// A request that will be a job, or refused.
pub struct Coming<'a>(&'a Queue);

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        if self.0.coming.fetch_sub(1, Ordering::Relaxed) == 1 {
            // Under the lock, so that nobody begins to wait between having counted and being told.
            let gathering = self.0.state().gathering;
            if gathering {
                self.0.more.notify_one();
            }
        }
    }
}

impl Queue {
    /// A queue in which so many rows may wait.
    pub fn new(most: usize) -> Self {
        let (ready, more) = (Condvar::new(), Condvar::new());
        Self { state: Mutex::default(), ready, more, coming: AtomicUsize::new(0), most }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Announces a job.
    pub fn announce(&self) -> Coming<'_> {
        self.coming.fetch_add(1, Ordering::Relaxed);
        Coming(self)
    }

    /// Rows that wait.
    pub fn rows(&self) -> usize {
        self.state().rows
    }

    /// Whether not even one row has room.
    pub fn is_full(&self) -> bool {
        self.rows() >= self.most
    }

    /// Adds a job, or gives it back where there is no room. One alone has room however large it is.
    pub fn push(&self, job: Job) -> Result<(), Job> {
        let rows = job.rows.n_read();
        let mut state = self.state();
        if state.closed || (state.rows > 0 && state.rows + rows > self.most) {
            return Err(job);
        }
        state.rows += rows;
        state.jobs.push_back(job);
        // Who gathers is told when the last that was coming is there.
        if !state.gathering {
            self.ready.notify_one();
        } else if state.rows >= GATHERED {
            self.more.notify_one();
        }
        Ok(())
    }

    /// No more jobs; those that are there are still taken.
    pub fn close(&self) {
        self.state().closed = true;
        self.ready.notify_all();
        self.more.notify_all();
    }

    /// The next jobs of one model with at most so many rows, though at least one; `None` at the end. Waits for a
    /// first one as long as it takes; then, if others are on their way, at most `wait` for them.
    pub fn take(&self, most: usize, wait: Duration) -> Option<Vec<Job>> {
        let mut state = self.state();
        while state.gathering || (state.jobs.is_empty() && !state.closed) {
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (mut batch, mut rows, mut until) = (Vec::<Job>::new(), 0, None);
        loop {
            let fits = |job: &Job, batch: &[Job], rows| {
                batch.first().is_none_or(|first| {
                    Arc::ptr_eq(&first.model, &job.model) && rows + job.rows.n_read() <= most
                })
            };
            while state.jobs.front().is_some_and(|job| fits(job, &batch, rows)) {
                let Some(job) = state.jobs.pop_front() else { break };
                state.rows -= job.rows.n_read();
                rows += job.rows.n_read();
                batch.push(job);
            }
            let others = self.coming.load(Ordering::Relaxed) > 0;
            if batch.is_empty() || rows >= most || !state.jobs.is_empty() || state.closed || !others
            {
                break;
            }
            let now = Instant::now();
            let until = *until.get_or_insert(now + wait);
            if now >= until {
                break;
            }
            state.gathering = true;
            let waited = self.more.wait_timeout(state, until - now);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.gathering = false;
        }
        if !state.jobs.is_empty() || state.closed {
            self.ready.notify_one();
        }
        (!batch.is_empty()).then_some(batch)
    }
}
