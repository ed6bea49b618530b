//! A block of the left side times panels of columns: tiles below each other.

use crate::blocked::Kernel;
use crate::plan::Panels;
use crate::simd::Simd;
use crate::start::Start;
use crate::tile::{Ahead, Tile};

/// So many numbers on, where there is something.
#[inline(always)]
pub(crate) fn below<T>(numbers: *const T, count: usize) -> *const T {
    if numbers.is_null() { numbers } else { numbers.wrapping_add(count) }
}

/// Panels of columns of the right side.
pub(crate) struct Right<T> {
    pub(crate) at: *const T,
    /// From a term to the next, and from a column to the next.
    pub(crate) step: usize,
    pub(crate) next: usize,
    /// From a panel to the next.
    pub(crate) panel: usize,
    /// Columns of each, and how many there are.
    pub(crate) width: usize,
    pub(crate) panels: usize,
}

/// A block of the left side.
#[derive(Clone, Copy)]
pub(crate) enum Left<T> {
    /// Panels, one after the other.
    Packed(*const T),
    /// Where it lies in `A`, whose columns are `step` apart.
    InPlace { at: *const T, step: usize },
}

/// A block of `A` with the rows of `C` it makes.
pub(crate) struct Stack<'a, T> {
    pub(crate) k: usize,
    pub(crate) rows: usize,
    pub(crate) panels: Panels,
    pub(crate) left: Left<T>,
    pub(crate) alpha: T,
    pub(crate) start: Start<'a, T>,
    pub(crate) rectified: bool,
    pub(crate) ask: *const T,
}

impl<T: Copy + Default> Stack<'_, T> {
    /// Whether all tiles of a panel are of one height, and made in one call.
    pub(crate) fn is_one(&self, lanes: usize) -> bool {
        let Panels { height, tall, short } = self.panels;
        short == 0 && (tall == 1 || tall * height * lanes <= self.rows)
    }

    /// Multiplies it by columns of `B`, tile below tile. `(c, at)` is where the result goes, `ahead` what
    /// the first tile asks for, which only a single panel does.
    ///
    /// # Safety
    /// As [`blocked::gemm`](crate::blocked::gemm), for this part of the matrices.
    #[inline(always)]
    pub(crate) unsafe fn multiply<K: Kernel<Register: Simd<Number = T>>>(
        &self,
        right: &Right<T>,
        ahead: Ahead<T>,
        (c, at): (*mut T, usize),
        c_next: usize,
    ) {
        let Self { k, rows, panels, left, alpha, start, rectified, ask } = *self;
        let Panels { height: tallest, tall, short } = panels;
        let lanes = K::Register::LANES;
        let (mut mv, mut left_of, mut done) = (tallest, tall, 0);
        loop {
            if left_of == 0 {
                if mv < tallest || short == 0 {
                    break;
                }
                (mv, left_of) = (tallest - 1, short);
            }
            let (i, height) = (done * lanes, mv * lanes);
            // Only a tile by itself may end within a register.
            let whole = left_of * height <= rows - i;
            let count = if whole { left_of } else { (left_of - 1).max(1) };
            let last = (rows - i).min(height) - (mv - 1) * lanes;
            // SAFETY: within the block.
            unsafe {
                let (a, a_step, a_next, edge) = match left {
                    Left::Packed(at) => (at.add(i * k), height, height * k, false),
                    Left::InPlace { at, step } => (at.add(i), step, height, last < lanes),
                };
                let (c, start) = (c.add(at + i), start.below(i));
                let tile = Tile {
                    panels: right.panels,
                    b_panel: right.panel,
                    count,
                    k,
                    a,
                    a_step,
                    a_next,
                    b: right.at,
                    b_step: right.step,
                    b_next: right.next,
                    c,
                    c_next,
                    last,
                    alpha,
                    start,
                    rectified,
                    resumes: false,
                    ask: below(ask, at + i),
                    ahead: if done == 0 { ahead } else { Ahead::nothing() },
                };
                K::tile(mv, right.width, edge)(&tile);
            }
            done += mv * count;
            left_of -= count;
        }
    }
}
