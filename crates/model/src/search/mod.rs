//! Choosing settings by trying them.

mod space;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use space::{Candidate, Space, Value};

use crate::{ModelError, Result};

/// A candidate that was tried.
///
/// ```
/// use layerwise_model::{ModelError, Space, search};
///
/// let candidates = Space::new().numbers("x", &[3.0, 1.0, 2.0])?.grid(1);
/// let trials = search(candidates, 1, |_, candidate| match candidate.number("x")? {
///     2.0 => Err(ModelError::NoLayers),
///     x => Ok(x),
/// })?;
/// assert_eq!((trials[0].number, trials[0].candidate.number("x")?), (0, 3.0));
/// assert!(trials[2].score.is_err());
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct Trial {
    /// Its place among the candidates, from 0.
    pub number: usize,
    /// Its settings.
    pub candidate: Candidate,
    /// Its score, or what went wrong: a diverged training is no reason to end a search.
    pub score: Result<f64>,
}

/// Tries every candidate and gives the trials, best first; failed ones and NaN come last, and of equal scores
/// the earlier candidate is the better.
///
/// `score(number, candidate)` trains and measures; more is better. At most `threads` are tried at a
/// time, and never more than the machine has cores (0: as many), so each should train on one thread
/// ([`Trainer::threads`](crate::Trainer::threads)). The result is the
/// same for any number of threads, as long as `score` depends on its arguments alone.
///
/// # Errors
/// [`ModelError::AtLeastOne`] if there are no candidates.
///
/// ```
/// use layerwise_model::{Space, search};
///
/// let space = Space::new().uniform("x", -1.0, 1.0)?;
/// let trials = search(space.random(200, 1), 2, |_, candidate| {
///     let x = candidate.number("x")?;
///     Ok(1.0 - (x - 0.3).powi(2))
/// })?;
/// assert!((trials[0].candidate.number("x")? - 0.3).abs() < 0.05);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn search(
    candidates: Vec<Candidate>,
    threads: usize,
    score: impl Fn(usize, &Candidate) -> Result<f64> + Sync,
) -> Result<Vec<Trial>> {
    if candidates.is_empty() {
        return Err(ModelError::AtLeastOne { what: "the number of candidates" });
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if threads == 0 { cores } else { threads.min(cores) };
    let next = AtomicUsize::new(0);
    let trials = Mutex::new(Vec::with_capacity(candidates.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(candidates.len()) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(candidate) = candidates.get(number) else { break };
                    let score = score(number, candidate);
                    if let Ok(mut trials) = trials.lock() {
                        trials.push(Trial { number, candidate: candidate.clone(), score });
                    }
                }
            });
        }
    });
    // A panic of `score` reaches the caller when the scope ends, so the lock is not poisoned here.
    let mut trials = trials.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    trials.sort_by(|a, b| {
        let of = |trial: &Trial| match trial.score {
            Ok(score) if !score.is_nan() => score,
            _ => f64::NEG_INFINITY,
        };
        of(b).total_cmp(&of(a)).then(a.number.cmp(&b.number))
    });
    Ok(trials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_for_any_number_of_threads_and_failures_come_last() {
        let candidates = || Space::new().integers("n", 0, 9).map(|space| space.grid(10)).unwrap();
        let run = |threads| {
            let trials = search(candidates(), threads, |number, candidate| {
                let n = candidate.number("n")?;
                match number {
                    3 => Err(ModelError::NoLayers),
                    4 => Ok(f64::NAN),
                    _ => Ok((n % 3.0) * 2.0),
                }
            });
            trials.unwrap().iter().map(|trial| trial.number).collect::<Vec<_>>()
        };
        assert_eq!(run(1), [2, 5, 8, 1, 7, 0, 6, 9, 3, 4]);
        assert_eq!(run(3), run(1));
        assert_eq!(run(0), run(1));
        assert!(search(vec![], 1, |_, _| Ok(0.0)).is_err());
    }
}
