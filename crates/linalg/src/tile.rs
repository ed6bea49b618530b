//! The innermost loop: a tile of `C` held in registers while `k` runs.

use crate::pack::LINE;
use crate::simd::Simd;
use crate::start::{Start, StartKind, read};

/// Memory that is asked for, with every line of terms, before it is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ahead<T> {
    pub(crate) from: *const T,
    /// How many places, how far apart.
    pub(crate) count: usize,
    pub(crate) step: usize,
    /// From there to the places of the next terms.
    pub(crate) next: usize,
}

impl<T> Ahead<T> {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        Self { from: std::ptr::null(), count: 0, step: 0, next: 0 }
    }
}

/// Tiles of `C := alpha A B + start`: panels of columns, in each of which tiles lie one below the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile<'a, T> {
    /// How many panels.
    pub(crate) panels: usize,
    /// From the `B` of a panel to that of the next.
    pub(crate) b_panel: usize,
    /// How many tiles in a panel; only a single one may end within a register.
    pub(crate) count: usize,
    /// Terms of each sum.
    pub(crate) k: usize,
    /// `A[i, p] = a[i + p * a_step]`.
    pub(crate) a: *const T,
    pub(crate) a_step: usize,
    /// From the `A` of a tile to that of the next.
    pub(crate) a_next: usize,
    /// `B[p, j] = b[p * b_step + j * b_next]`.
    pub(crate) b: *const T,
    pub(crate) b_step: usize,
    pub(crate) b_next: usize,
    /// `C[i, j] = c[i + j * c_next]`.
    pub(crate) c: *mut T,
    pub(crate) c_next: usize,
    /// Rows in the last register of a column, `1..=LANES`.
    pub(crate) last: usize,
    pub(crate) alpha: T,
    pub(crate) start: Start<'a, T>,
    /// Whether entries below 0 become 0.
    pub(crate) rectified: bool,
    /// Whether the sums go on from what `C` has.
    pub(crate) resumes: bool,
    /// Numbers that lie to each other as those of `C` and will be written: asked for before the sums are
    /// made. Null for none.
    pub(crate) ask: *const T,
    /// What is asked for while the sums of the first tile are made; nothing where there are several panels.
    pub(crate) ahead: Ahead<T>,
}

/// A compiled tile.
pub(crate) type TileFn<T> = unsafe fn(&Tile<'_, T>);

/// Computes tiles of `MV` registers by `NR` columns. `A` is read in whole registers unless `EDGE`;
/// `C` never beyond `last`.
///
/// Every element is `Σ_p` in the order of p, one multiply-add after another, from the bias on if that comes
/// first, then times alpha, and the bias or the old value added if that comes after: the same bits in a tile of
/// any size.
///
/// # Safety
/// The processor has the instructions of `V`; the pointers are good for the elements named in
/// [`Tile`], `A` for whole registers unless `EDGE`.
#[inline(always)]
pub(crate) unsafe fn compute<V: Simd, const MV: usize, const NR: usize, const EDGE: bool>(
    tile: &Tile<'_, V::Number>,
) {
    let mut tile = *tile;
    for _ in 0..tile.panels {
        for number in 0..tile.count {
            // SAFETY: offsets stay within what the caller vouches for.
            unsafe {
                if !tile.ask.is_null() {
                    // What the sums will be added to, or what is written after them, while they are made.
                    for j in 0..NR {
                        let at = tile.ask.wrapping_add(number * MV * V::LANES + j * tile.c_next);
                        let line = LINE / size_of::<V::Number>();
                        for i in (0..MV * V::LANES).step_by(line) {
                            V::prefetch_to_write(at.wrapping_add(i));
                        }
                        V::prefetch_to_write(at.wrapping_add(MV * V::LANES - 1));
                    }
                }
                let sums = sums::<V, MV, NR, EDGE>(&tile, number);
                write::<V, MV, NR>(&tile, number * MV * V::LANES, &sums);
            }
        }
        tile.b = tile.b.wrapping_add(tile.b_panel);
        tile.c = tile.c.wrapping_add(NR * tile.c_next);
        if !tile.ask.is_null() {
            tile.ask = tile.ask.wrapping_add(NR * tile.c_next);
        }
    }
}

/// The sums of tile `number` of those below each other.
///
/// # Safety
/// As [`compute`].
#[inline(always)]
unsafe fn sums<V: Simd, const MV: usize, const NR: usize, const EDGE: bool>(
    tile: &Tile<'_, V::Number>,
    number: usize,
) -> [[V; MV]; NR] {
    let Tile { k, a_step, b_step, b_next, c, c_next, last, ahead, .. } = *tile;
    // SAFETY: offsets stay within what the caller vouches for.
    unsafe {
        let mut sums = [[V::zero(); MV]; NR];
        if tile.start.is_bias() {
            let mut first = [V::zero(); MV];
            for (v, first_v) in first.iter_mut().enumerate() {
                let count = if v + 1 < MV { V::LANES } else { last };
                *first_v = tile.start.first((number * MV + v) * V::LANES, count);
            }
            sums = [first; NR];
        } else if tile.resumes {
            for (j, sums_j) in sums.iter_mut().enumerate() {
                for (v, sum) in sums_j.iter_mut().enumerate() {
                    let from = c.add((number * MV + v) * V::LANES + j * c_next);
                    *sum = read(from, if v + 1 < MV { V::LANES } else { last });
                }
            }
        }
        let (mut a, mut b) = (tile.a.add(number * tile.a_next), tile.b);
        let ask = ahead.count > 0 && number == 0;
        let mut asked = ahead.from;
        let line = LINE / size_of::<V::Number>();
        let mut left = k;
        while left > 0 {
            if ask {
                for j in 0..ahead.count {
                    V::prefetch::<true>(asked.wrapping_add(j * ahead.step));
                }
                asked = asked.wrapping_add(ahead.next);
            }
            let terms = if ask { left.min(line) } else { left };
            for _ in 0..terms {
                let mut a_p = [V::zero(); MV];
                for (v, a_pv) in a_p.iter_mut().enumerate() {
                    let from = a.add(v * V::LANES);
                    let edge = EDGE && v + 1 == MV;
                    *a_pv = if edge { V::load_first(from, last) } else { V::load(from) };
                }
                for (j, sums_j) in sums.iter_mut().enumerate() {
                    let b_pj = V::splat(*b.add(j * b_next));
                    for v in 0..MV {
                        sums_j[v] = a_p[v].mul_add(b_pj, sums_j[v]);
                    }
                }
                (a, b) = (a.wrapping_add(a_step), b.wrapping_add(b_step));
            }
            left -= terms;
        }
        sums
    }
}

/// `C := alpha sums`, and what is added to it, from `row` on, and 0 instead of what is below it where that is
/// asked for.
///
/// # Safety
/// As [`compute`].
#[inline(always)]
unsafe fn write<V: Simd, const MV: usize, const NR: usize>(
    tile: &Tile<'_, V::Number>,
    row: usize,
    sums: &[[V; MV]; NR],
) {
    // What is done is decided here, once for all registers.
    // SAFETY: as the caller's.
    unsafe {
        let start = |kind| tile.start.of_kind(kind);
        match (tile.start.kind, tile.alpha == V::ONE) {
            (StartKind::Old, _) => {
                write_each::<V, MV, NR, true>(tile, row, sums, start(StartKind::Old));
            }
            (StartKind::BiasAfter, _) => {
                write_each::<V, MV, NR, true>(tile, row, sums, start(StartKind::BiasAfter));
            }
            (_, false) => write_each::<V, MV, NR, true>(tile, row, sums, start(StartKind::Zero)),
            (_, true) => write_each::<V, MV, NR, false>(tile, row, sums, start(StartKind::Zero)),
        }
    }
}

/// [`write`] with a start whose kind the compiler knows; the sums as they are unless it `CHANGES` them.
///
/// # Safety
/// As [`compute`].
#[inline(always)]
unsafe fn write_each<V: Simd, const MV: usize, const NR: usize, const CHANGES: bool>(
    tile: &Tile<'_, V::Number>,
    row: usize,
    sums: &[[V; MV]; NR],
    start: Start<'_, V::Number>,
) {
    let Tile { c, c_next, last, alpha, rectified, .. } = *tile;
    // SAFETY: offsets stay within what the caller vouches for.
    unsafe {
        let alpha = V::splat(alpha);
        for (j, sums_j) in sums.iter().enumerate() {
            for (v, &sum) in sums_j.iter().enumerate() {
                let at = c.add(row + j * c_next + v * V::LANES);
                let count = if v + 1 < MV { V::LANES } else { last };
                let rows = (row + v * V::LANES, count);
                let value = if CHANGES { start.add(alpha, sum, rows, at) } else { sum };
                let value = if rectified { value.rectified() } else { value };
                if count == V::LANES { value.store(at) } else { value.store_first(at, count) }
            }
        }
    }
}
