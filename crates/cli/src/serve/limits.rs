//! How much is in hand at a time.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that requests may take together.
pub struct Budget {
    most: usize,
    taken: AtomicUsize,
}

/// Some of it; given back when dropped.
pub struct Share<'a> {
    budget: &'a Budget,
    bytes: usize,
}

impl Budget {
    /// So many bytes.
    pub fn new(most: usize) -> Self {
        Self { most, taken: AtomicUsize::new(0) }
    }

    /// Whether as many can be taken now.
    pub fn has(&self, bytes: usize) -> bool {
        let taken = self.taken.load(Ordering::Relaxed);
        taken == 0 || taken.saturating_add(bytes) <= self.most
    }

    /// Takes some, if there are as many; whoever is alone has as many as it takes.
    pub fn take(&self, bytes: usize) -> Option<Share<'_>> {
        let more = |taken: usize| match taken {
            0 => Some(bytes),
            taken => taken.checked_add(bytes).filter(|&taken| taken <= self.most),
        };
        let taken = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        // Not made where nothing was taken: it would be given back.
        taken.is_ok().then(|| Share { budget: self, bytes })
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.budget.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let budget = Budget::new(10);
        let first = budget.take(7);
        assert!(first.is_some() && budget.take(4).is_none());
        let second = budget.take(3);
        assert!(second.is_some() && budget.take(1).is_none() && !budget.has(1));
        drop((first, second));
        let alone = budget.take(11);
        assert!(alone.is_some() && budget.take(1).is_none() && budget.take(usize::MAX).is_none());
        drop(alone);
        assert!(budget.has(11));
        assert_eq!(budget.taken.load(Ordering::Relaxed), 0);
    }
}
