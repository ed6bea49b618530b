//! How the work of a step is shared out between threads.
//!
//! Nothing here changes a result: examples pass through a layer one by one, each column of a
//! gradient is a sum of its own, and an optimizer sees the same parts with the same state.

use std::sync::Mutex;

use layerwise_core::CoreError;

/// Floating-point operations of a step below which a second thread costs more than it brings:
/// waking it and waiting for it takes some microseconds for each layer.
const FLOP_WORTH_A_THREAD: usize = 2_000_000;

/// How many of `available` threads a step with this many parameters and examples is worth.
///
/// A step takes about six operations for each parameter and example: multiply and add, forward,
/// for the gradient and for `dA_prev`.
pub(crate) fn threads_for(n_parameters: usize, m: usize, available: usize) -> usize {
    let flop = n_parameters.saturating_mul(m).saturating_mul(6);
    available.clamp(1, (flop / FLOP_WORTH_A_THREAD).max(1))
}

/// Into how long parts `n` columns are cut for this many threads: as even as can be.
pub(super) fn share_of(n: usize, threads: usize) -> usize {
    n.div_ceil(threads.max(1)).max(1)
}

/// The first error of several threads.
#[derive(Default)]
pub(crate) struct FirstError(Mutex<Option<CoreError>>);

impl FirstError {
    /// Keeps the error, if this is one and there was none before.
    pub(crate) fn keep(&self, result: Result<(), CoreError>) {
        if let (Err(error), Ok(mut first)) = (result, self.0.lock()) {
            first.get_or_insert(error);
        }
    }

    /// The error that was kept.
    pub(crate) fn into_result(self) -> Result<(), CoreError> {
        match self.0.into_inner() {
            Ok(None) => Ok(()),
            Ok(Some(error)) => Err(error),
            // A lock is poisoned by a panic while it is held, and nothing above panics.
            Err(poisoned) => poisoned.into_inner().map_or(Ok(()), Err),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_steps_stay_on_one_thread() {
        assert_eq!(threads_for(4_097, 32, 8), 1, "the small table");
        assert_eq!(threads_for(235_146, 128, 8), 8, "the digits");
        assert_eq!(threads_for(235_146, 128, 0), 1);
        assert_eq!(threads_for(usize::MAX, usize::MAX, 2), 2);
    }

    #[test]
    fn shares_cover_everything() {
        for (n, threads) in [(1, 1), (209, 2), (128, 3), (5, 8), (0, 2), (7, 0)] {
            let share = share_of(n, threads);
            assert!(share * threads.max(1) >= n, "{n} in shares of {share}");
        }
    }
}
