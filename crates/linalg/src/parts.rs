//! Slices cut into chunks that the threads of a pool take.

use std::marker::PhantomData;
use std::slice;

use crate::Pool;

/// Where a slice is and how long its chunks are; the type of its numbers forgotten, so that a pool can keep
/// the list from job to job.
#[derive(Debug)]
pub(crate) struct Cut {
    start: *mut u8,
    len: usize,
    chunk: usize,
}

// SAFETY: a `Cut` by itself only says where a slice is. Slices are made of it by `Chunks` alone, in a job of
// `Parts`, whose numbers may be sent to other threads.
unsafe impl Send for Cut {}
// SAFETY: as above.
unsafe impl Sync for Cut {}

/// Any number of slices, each cut into chunks of a length of its own, for one job of a [`Pool`].
///
/// ```
/// use layerwise_linalg::Pool;
///
/// let (mut a, mut b) = ([0; 4], [0; 2]);
/// let mut pool = Pool::new(2);
/// let mut parts = pool.parts();
/// parts.push(&mut a, 2);
/// parts.push(&mut b, 1);
/// parts.run(2, |task, chunks| {
///     for chunk in chunks {
///         chunk.fill(task + 1);
///     }
/// });
/// assert_eq!((a, b), ([1, 1, 2, 2], [1, 2]));
/// ```
#[derive(Debug)]
pub struct Parts<'p, 's, T> {
    pool: &'p mut Pool,
    slices: PhantomData<&'s mut [T]>,
}

impl Pool {
    /// No slices yet; they come with [`push`](Parts::push).
    ///
    /// ```
    /// use layerwise_linalg::Pool;
    ///
    /// let mut w = [1.0, 2.0, 3.0];
    /// let mut pool = Pool::new(2);
    /// let mut parts = pool.parts();
    /// parts.push(&mut w, 2);
    /// parts.run(2, |_, chunks| chunks.flatten().for_each(|w| *w *= 10.0));
    /// assert_eq!(w, [10.0, 20.0, 30.0]);
    /// ```
    pub fn parts<'s, T: Send>(&mut self) -> Parts<'_, 's, T> {
        self.cuts.clear();
        Parts { pool: self, slices: PhantomData }
    }

    /// Cuts each slice into chunks of its own length and calls `f(i, [chunk i of each])` for every
    /// `i`, each once, on all threads. The last chunk of a slice may be shorter; a slice with fewer
    /// chunks than the first gives empty ones at the end.
    ///
    /// # Panics
    /// If the first slice has a chunk length of 0 and is not empty; if `f` panics.
    pub fn for_each_chunk<T: Send, const K: usize>(
        &mut self,
        slices: [(&mut [T], usize); K],
        f: impl Fn(usize, [&mut [T]; K]) + Sync,
    ) {
        let n_chunks = slices.first().map_or(0, |(slice, chunk)| slice.len().div_ceil(*chunk));
        let mut parts = self.parts();
        for (slice, chunk) in slices {
            parts.push(slice, chunk);
        }
        parts.run(n_chunks, |i, mut chunks| {
            f(i, std::array::from_fn(|_| chunks.next().unwrap_or_default()));
        });
    }
}

impl<'s, T: Send> Parts<'_, 's, T> {
    /// One more slice, in chunks of this length.
    pub fn push(&mut self, slice: &'s mut [T], chunk: usize) {
        self.pool.cuts.push(Cut { start: slice.as_mut_ptr().cast(), len: slice.len(), chunk });
    }

    /// Calls `f(i, chunks)` for every task `i` below `n_tasks`, each once, on all threads of the pool, with
    /// chunk `i` of every slice in the order in which they were pushed. Where a slice has no such chunk,
    /// it is empty.
    ///
    /// Allocates nothing that an earlier job of as many slices did not.
    ///
    /// # Panics
    /// If `f` panics.
    pub fn run(self, n_tasks: usize, f: impl Fn(usize, Chunks<'_, T>) + Sync) {
        let cuts = std::mem::take(&mut self.pool.cuts);
        self.pool.run(n_tasks, &|i| f(i, Chunks { cuts: cuts.iter(), i, numbers: PhantomData }));
        self.pool.cuts = cuts;
    }
}

/// The chunks of one task, one of each slice, in order.
///
/// ```
/// use layerwise_linalg::Pool;
///
/// let (mut w, mut dw) = ([0; 3], [5, 6, 7]);
/// let mut pool = Pool::new(2);
/// let mut parts = pool.parts();
/// parts.push(&mut w, 2);
/// parts.push(&mut dw, 2);
/// parts.run(2, |_, mut chunks| {
///     let (Some(w), Some(dw)) = (chunks.next(), chunks.next()) else { return };
///     w.copy_from_slice(dw);
/// });
/// assert_eq!(w, [5, 6, 7]);
/// ```
#[derive(Debug)]
pub struct Chunks<'a, T> {
    cuts: slice::Iter<'a, Cut>,
    i: usize,
    numbers: PhantomData<&'a mut [T]>,
}

impl<'a, T> Iterator for Chunks<'a, T> {
    type Item = &'a mut [T];

    fn next(&mut self) -> Option<Self::Item> {
        let &Cut { start, len, chunk } = self.cuts.next()?;
        let from = self.i.saturating_mul(chunk).min(len);
        let to = from.saturating_add(chunk).min(len);
        // SAFETY: `Parts` holds the slice mutably borrowed until its job is done, and it is one of `T`.
        // from <= to <= len, so the range lies inside; chunks of different tasks do not overlap, each
        // task is handed out once, and it comes to each slice once.
        Some(unsafe { slice::from_raw_parts_mut(start.cast::<T>().add(from), to - from) })
    }
}
