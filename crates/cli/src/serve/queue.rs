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
pub struct Job<M = Served> {
    pub model: Arc<M>,
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
pub struct Queue<M = Served> {
    state: Mutex<State<M>>,
    /// There are jobs.
    ready: Condvar,
    /// There are more for the thread that gathers.
    more: Condvar,
    /// Requests that are being read and will be jobs.
    coming: AtomicUsize,
    most: usize,
}

struct State<M> {
    jobs: VecDeque<Job<M>>,
    rows: usize,
    /// Whether a thread has taken jobs and waits for more.
    gathering: bool,
    closed: bool,
}

/// A request that will be a job, or refused.
pub struct Coming<'a, M = Served>(&'a Queue<M>);

impl<M> Drop for Coming<'_, M> {
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

impl<M> Queue<M> {
    /// A queue in which so many rows may wait.
    pub fn new(most: usize) -> Self {
        let (ready, more) = (Condvar::new(), Condvar::new());
        let state = State { jobs: VecDeque::new(), rows: 0, gathering: false, closed: false };
        Self { state: Mutex::new(state), ready, more, coming: AtomicUsize::new(0), most }
    }

    fn state(&self) -> MutexGuard<'_, State<M>> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Announces a job.
    pub fn announce(&self) -> Coming<'_, M> {
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
    pub fn push(&self, job: Job<M>) -> Result<(), Job<M>> {
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
    pub fn take(&self, most: usize, wait: Duration) -> Option<Vec<Job<M>>> {
        let mut state = self.state();
        while state.gathering || (state.jobs.is_empty() && !state.closed) {
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (mut batch, mut rows, mut until) = (Vec::<Job<M>>::new(), 0, None);
        loop {
            let fits = |job: &Job<M>, batch: &[Job<M>], rows| {
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

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Rows of one request of this model; nobody waits for an answer.
    fn job(model: &Arc<()>, rows: u64) -> Job<()> {
        let mut all = Rows::new(0, 0);
        (1..=rows).for_each(|number| all.push(number, &[]));
        Job { model: Arc::clone(model), rows: all, answer: oneshot::channel().0 }
    }

    fn sizes(batch: Option<Vec<Job<()>>>) -> Vec<usize> {
        batch.unwrap_or_default().iter().map(|job| job.rows.n_read()).collect()
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_is_coming_is_waited_for_and_no_longer_than_said() {
        let (queue, model) = (Queue::new(100), Arc::new(()));
        let push = |rows| assert!(queue.push(job(&model, rows)).is_ok());
        // Nobody is coming.
        push(1);
        let begun = Instant::now();
        assert_eq!(sizes(queue.take(10, LONG)), [1]);
        // One is, and comes.
        push(2);
        let coming = queue.announce();
        thread::scope(|scope| {
            let taken = scope.spawn(|| queue.take(10, LONG));
            thread::sleep(Duration::from_millis(50));
            assert!(queue.push(job(&model, 3)).is_ok());
            drop(coming);
            assert_eq!(sizes(taken.join().unwrap_or_default()), [2, 3]);
        });
        assert!(begun.elapsed() < LONG / 2);
        // One is, and does not come.
        push(4);
        let _coming = queue.announce();
        let (wait, begun) = (Duration::from_millis(20), Instant::now());
        assert_eq!(sizes(queue.take(10, wait)), [4]);
        let took = begun.elapsed();
        assert!(took >= wait && took < LONG / 2, "{took:?}");
    }

    #[test]
    fn a_batch_has_one_model_and_a_bound_and_what_has_no_room_is_given_back() {
        let (queue, model, other) = (Queue::new(10), Arc::new(()), Arc::new(()));
        for (model, rows) in [(&model, 3), (&model, 4), (&other, 1)] {
            assert!(queue.push(job(model, rows)).is_ok());
        }
        assert!(queue.push(job(&other, 3)).is_err(), "eight of ten wait");
        assert!(queue.push(job(&other, 2)).is_ok() && queue.is_full());
        let take = || sizes(queue.take(6, LONG));
        assert_eq!([take(), take(), take()], [vec![3], vec![4], vec![1, 2]]);
        // Alone it has room however large it is; at the end what is there is taken.
        assert!(queue.push(job(&model, 50)).is_ok() && queue.push(job(&model, 1)).is_err());
        queue.close();
        assert!(queue.push(job(&model, 1)).is_err());
        assert_eq!(take(), [50]);
        assert!(queue.take(6, LONG).is_none());
    }
}
