//! Threads for one training step after another: woken in about a microsecond, and no result
//! depends on how many there are.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{JoinHandle, Thread};

use crate::parts::Cut;

/// How often a worker looks for work before it goes to sleep: some tens of microseconds, longer
/// than what lies between two parts of a training step.
const SPINS: u32 = 20_000;

/// How often the caller looks whether all are done before it lets others run on its core.
const SPINS_BEFORE_YIELD: u32 = 2_000;

/// A fixed number of threads that share out numbered tasks.
///
/// The calling thread is one of them. Each thread has a run of tasks of its own, the same in every
/// job of as many tasks, so that what a task works on is found in the cache of the core that had it
/// last; whoever is done takes over tasks of others. So a task must depend on nothing but its number:
/// then the result is the same for any number of threads.
///
/// ```
/// use layerwise_linalg::Pool;
///
/// let mut pool = Pool::new(2);
/// let mut squares = [0; 10];
/// pool.for_each_chunk([(&mut squares, 3)], |chunk, [squares]| {
///     for (i, square) in squares.iter_mut().enumerate() {
///         *square = (3 * chunk + i).pow(2);
///     }
/// });
/// assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
/// ```
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<(JoinHandle<()>, Thread)>,
    /// The slices of the job that is being put together; empty between jobs, but keeping its room.
    pub(crate) cuts: Vec<Cut>,
}

/// What the caller and the workers see.
struct Shared {
    /// Raised by one for each job, and to end the workers.
    generation: AtomicU64,
    job: UnsafeCell<Option<Job>>,
    /// How many tasks of each thread's run are taken; the caller's first.
    taken: Vec<Taken>,
    /// Workers that have not finished the present job.
    busy: AtomicUsize,
    stop: AtomicBool,
    asleep: Vec<AtomicBool>,
    panic: std::sync::Mutex<Option<Box<dyn Any + Send>>>,
}

/// A counter in cache lines of its own: each is counted up mostly by one thread.
#[derive(Default)]
#[repr(align(128))]
struct Taken(AtomicUsize);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("workers", &self.asleep.len()).finish_non_exhaustive()
    }
}

/// The closure of the present job, its lifetime forgotten: `Pool::run` does not return before
/// every worker is done with it.
#[derive(Clone, Copy)]
struct Job {
    task: *const (dyn Fn(usize) + Sync + 'static),
    n_tasks: usize,
}

// SAFETY: `job` is written by the caller only while no worker is busy, and read by workers only
// after they saw the generation that was raised (release, acquire) after the write. The closure
// behind it is `Sync`. Everything else is atomic or behind a lock.
unsafe impl Sync for Shared {}
// SAFETY: as above; the pointer in `job` is used only while `Pool::run` keeps its closure alive.
unsafe impl Send for Shared {}

impl Pool {
    /// A pool of `n_threads` threads, the caller's among them; 0 counts as 1.
    ///
    /// If the system refuses a thread, the pool has fewer.
    pub fn new(n_threads: usize) -> Self {
        let n_workers = n_threads.saturating_sub(1);
        let shared = Arc::new(Shared {
            generation: AtomicU64::new(0),
            job: UnsafeCell::new(None),
            taken: (0..=n_workers).map(|_| Taken::default()).collect(),
            busy: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            asleep: (0..n_workers).map(|_| AtomicBool::new(false)).collect(),
            panic: std::sync::Mutex::new(None),
        });
        let workers = (0..n_workers).map_while(|index| {
            let shared = Arc::clone(&shared);
            let name = format!("layerwise-{}", index + 1);
            let spawned =
                std::thread::Builder::new().name(name).spawn(move || shared.worker(index));
            spawned.ok().map(|handle| {
                let thread = handle.thread().clone();
                (handle, thread)
            })
        });
        let workers = workers.collect();
        Self { shared, workers, cuts: Vec::new() }
    }

    /// Threads that work, the caller's among them.
    ///
    /// ```
    /// // Nobody but the caller.
    /// assert_eq!(layerwise_linalg::Pool::new(0).n_threads(), 1);
    /// ```
    pub fn n_threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Calls `task(0)`, …, `task(n_tasks − 1)`, each once, on all threads, and returns when all are
    /// done. Allocates nothing.
    ///
    /// # Panics
    /// If a task panics, with its message, after all threads have stopped.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// let sum = AtomicUsize::new(0);
    /// layerwise_linalg::Pool::new(3).run(100, &|task| {
    ///     sum.fetch_add(task, Ordering::Relaxed);
    /// });
    /// assert_eq!(sum.into_inner(), 4950);
    /// ```
    pub fn run(&mut self, n_tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        if self.workers.is_empty() || n_tasks <= 1 {
            (0..n_tasks).for_each(task);
            return;
        }
        let shared = &*self.shared;
        let task: *const (dyn Fn(usize) + Sync + '_) = task;
        // SAFETY: only the lifetime changes. The pointer is used by workers until `busy` is 0, and
        // this function waits for that below, on every path, while its argument is borrowed.
        let task: *const (dyn Fn(usize) + Sync + 'static) = unsafe { std::mem::transmute(task) };
        // SAFETY: no worker is busy (the last call waited for it, and `&mut self` lets in one call
        // at a time), so nobody reads `job`.
        unsafe { *shared.job.get() = Some(Job { task, n_tasks }) };
        shared.taken.iter().for_each(|taken| taken.0.store(0, Ordering::Relaxed));
        shared.busy.store(self.workers.len(), Ordering::Relaxed);
        shared.generation.fetch_add(1, Ordering::SeqCst);
        for (asleep, (_, thread)) in shared.asleep.iter().zip(&self.workers) {
            if asleep.swap(false, Ordering::SeqCst) {
                thread.unpark();
            }
        }
        shared.work(0);
        let mut spins = 0;
        while shared.busy.load(Ordering::Acquire) > 0 {
            spins += 1;
            if spins < SPINS_BEFORE_YIELD {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
        let panic = shared.panic.lock().map_or(None, |mut panic| panic.take());
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.shared.generation.fetch_add(1, Ordering::SeqCst);
        for (handle, thread) in self.workers.drain(..) {
            thread.unpark();
            // A worker catches what its tasks throw; there is nothing to learn from its end.
            let _ = handle.join();
        }
    }
}

impl Shared {
    /// Takes tasks of the present job, those of this thread's run first, until there are none left.
    fn work(&self, thread: usize) {
        // SAFETY: the job was written before the generation was raised, and is not written again
        // before this thread has left `work`.
        let Some(Job { task, n_tasks }) = (unsafe { *self.job.get() }) else { return };
        // SAFETY: `Pool::run` keeps the closure alive until every thread has left `work`.
        let task = unsafe { &*task };
        let all = catch_unwind(AssertUnwindSafe(|| {
            let n_runs = self.taken.len();
            for run in (thread..n_runs).chain(0..thread) {
                let end = (run + 1) * n_tasks / n_runs;
                loop {
                    let taken = self.taken[run].0.fetch_add(1, Ordering::Relaxed);
                    let index = run * n_tasks / n_runs + taken;
                    if index >= end {
                        break;
                    }
                    task(index);
                }
            }
        }));
        if let (Err(panic), Ok(mut slot)) = (all, self.panic.lock()) {
            slot.get_or_insert(panic);
        }
    }

    /// A worker's life: wait, work, say so.
    fn worker(&self, index: usize) {
        let mut seen = 0;
        loop {
            let mut spins = 0;
            loop {
                let generation = self.generation.load(Ordering::Acquire);
                if generation != seen {
                    seen = generation;
                    break;
                }
                spins += 1;
                if spins < SPINS {
                    std::hint::spin_loop();
                    continue;
                }
                // Said before looking once more: a caller that raises the generation after that
                // look finds the word and wakes this thread.
                self.asleep[index].store(true, Ordering::SeqCst);
                if self.generation.load(Ordering::SeqCst) == seen {
                    std::thread::park();
                }
                self.asleep[index].store(false, Ordering::SeqCst);
            }
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            self.work(index + 1);
            self.busy.fetch_sub(1, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_runs_once_for_any_number_of_threads() {
        for n_threads in [0, 1, 2, 3, 8] {
            let mut pool = Pool::new(n_threads);
            for n_tasks in [0, 1, 2, 7, 100] {
                let counts: Vec<_> = (0..n_tasks).map(|_| AtomicUsize::new(0)).collect();
                for _ in 0..20 {
                    pool.run(n_tasks, &|task| {
                        counts[task].fetch_add(1, Ordering::Relaxed);
                    });
                }
                assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 20));
            }
        }
    }

    #[test]
    fn sleeping_workers_wake_up() {
        let mut pool = Pool::new(3);
        for _ in 0..5 {
            std::thread::sleep(std::time::Duration::from_millis(20));
            let mut values = vec![1.0_f64; 1000];
            pool.for_each_chunk([(&mut values, 10)], |i, [values]| values.fill(i as f64));
            assert!(values.iter().enumerate().all(|(at, &value)| value == (at / 10) as f64));
        }
    }

    #[test]
    fn chunks_of_several_slices_go_together() {
        let (mut a, mut b, mut c) = (vec![0; 10], vec![0; 7], [0; 0]);
        Pool::new(2).for_each_chunk([(&mut a, 3), (&mut b, 2), (&mut c, 0)], |i, [a, b, c]| {
            a.fill(i + 1);
            b.fill(10 * (i + 1));
            assert!(c.is_empty());
        });
        assert_eq!(a, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4]);
        assert_eq!(b, [10, 10, 20, 20, 30, 30, 40]);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_pool_lives_on() {
        let mut pool = Pool::new(2);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            pool.run(8, &|task| assert!(task != 5, "task five"));
        }));
        assert!(caught.is_err());
        let done = AtomicUsize::new(0);
        pool.run(8, &|_| {
            done.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(done.into_inner(), 8);
    }
}
