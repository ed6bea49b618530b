//! Copies of parts of a matrix in the order in which the tile reads them.

use crate::scalar::Side;
use crate::simd::Simd;

/// Bytes that come from memory together.
pub(crate) const LINE: usize = 64;
/// Rows or columns that are asked for before they are copied.
const AHEAD: usize = 4;
/// Columns whose rows are copied together; a multiple of three, four, six and eight.
const ROWS_OF: usize = 240;

/// Copies `rows x k` of a side from `(row, column)` on into panels of `heights` rows, `k` running
/// slowest within a panel. Missing rows of the last panel are zeros.
///
/// # Safety
/// The processor has the instructions of `V`; the part lies within the side; `to` is good for
/// `k` times the sum of `heights`.
#[inline(always)]
pub(crate) unsafe fn pack<V: Simd>(
    side: &Side<'_, V::Number>,
    (row, column): (usize, usize),
    (rows, k): (usize, usize),
    heights: impl Iterator<Item = usize> + Clone,
    mut to: *mut V::Number,
) {
    let Side { row_stride, column_stride, .. } = *side;
    if row_stride == 1 {
        // SAFETY: the caller vouches for the part.
        unsafe {
            let from = side.values.as_ptr().add(row + column * column_stride);
            return copy_columns::<V>(from, column_stride, (rows, k), heights, to);
        }
    }
    debug_assert_eq!(column_stride, 1, "a side is straight or transposed");
    let mut done = 0;
    for height in heights {
        let present = height.min(rows - done);
        // SAFETY: the caller vouches for the part, and `to` moves on by what was written.
        unsafe {
            let from = side.values.as_ptr().add((row + done) * row_stride + column);
            turn_around::<V>(from, row_stride, (present, height, k), to);
            to = to.add(height * k);
        }
        done += present;
    }
}

/// Rows lie side by side in memory: columns, which may be a page apart, are gone through once.
///
/// # Safety
/// As [`pack`].
#[inline(always)]
unsafe fn copy_columns<V: Simd>(
    from: *const V::Number,
    column_stride: usize,
    (rows, k): (usize, usize),
    heights: impl Iterator<Item = usize> + Clone,
    to: *mut V::Number,
) {
    for p in 0..k {
        // SAFETY: `rows` numbers are there to be read, and `heights` to be written.
        unsafe {
            let from = from.add(p * column_stride);
            prefetch::<V, false>(from.wrapping_add(AHEAD * column_stride), rows);
            let (mut done, mut panel) = (0, to);
            for height in heights.clone() {
                let (from, to) = (from.add(done), panel.add(p * height));
                let present = height.min(rows - done);
                let mut i = 0;
                while i + V::LANES <= present {
                    V::load(from.add(i)).store(to.add(i));
                    i += V::LANES;
                }
                while i < height {
                    let register = V::load_first(from.add(i), (present.max(i) - i).min(V::LANES));
                    register.store_first(to.add(i), (height - i).min(V::LANES));
                    i += V::LANES;
                }
                (done, panel) = (done + present, panel.add(height * k));
            }
        }
    }
}

/// Columns lie side by side in memory: square blocks are turned around in registers.
///
/// # Safety
/// As [`pack`].
#[inline(always)]
unsafe fn turn_around<V: Simd>(
    from: *const V::Number,
    row_stride: usize,
    (present, height, k): (usize, usize, usize),
    to: *mut V::Number,
) {
    let (whole_rows, whole_k) = (present - present % V::LANES, k - k % V::LANES);
    // SAFETY: blocks lie within `present x k`, and what is left is copied one by one.
    unsafe {
        for i in (0..whole_rows).step_by(V::LANES) {
            for p in (0..whole_k).step_by(V::LANES) {
                let block = from.add(i * row_stride + p);
                V::transpose(block, row_stride, to.add(p * height + i), height);
            }
        }
        let right = to.add(whole_k * height);
        let of = (whole_rows, height, k - whole_k);
        copy_each::<V>(from.add(whole_k), row_stride, of, right);
        if whole_rows < height {
            let below = (present - whole_rows, height - whole_rows, k);
            let from = from.wrapping_add(whole_rows * row_stride);
            pad_each::<V>(from, row_stride, below, height, to.add(whole_rows));
        }
    }
}

/// `to[p * height + i] = from[i, p]` for `rows x k` numbers.
///
/// # Safety
/// As [`pack`].
#[inline(always)]
unsafe fn copy_each<V: Simd>(
    from: *const V::Number,
    row_stride: usize,
    (rows, height, k): (usize, usize, usize),
    to: *mut V::Number,
) {
    for p in 0..k {
        for i in 0..rows {
            // SAFETY: within the part.
            unsafe { *to.add(p * height + i) = *from.add(i * row_stride + p) };
        }
    }
}

/// [`copy_each`] for `present` rows, and zeros up to `rows`.
///
/// # Safety
/// As [`pack`].
#[inline(always)]
unsafe fn pad_each<V: Simd>(
    from: *const V::Number,
    row_stride: usize,
    (present, rows, k): (usize, usize, usize),
    height: usize,
    to: *mut V::Number,
) {
    // SAFETY: within the part; a register's first numbers are stored up to `rows`.
    unsafe {
        copy_each::<V>(from, row_stride, (present, height, k), to);
        for p in 0..k {
            let mut i = present;
            while i < rows {
                let count = (rows - i).min(V::LANES);
                V::zero().store_first(to.add(p * height + i), count);
                i += count;
            }
        }
    }
}

/// Copies `k x columns` of a right side from `(row, column)` on into panels of `WIDTH` columns, `k`
/// running slowest within a panel. Missing columns of the last panel are not written.
///
/// # Safety
/// The part lies within the side; `to` is good for `k` times `columns` rounded up to a multiple of
/// `WIDTH`.
#[inline(always)]
pub(crate) unsafe fn pack_right<V: Simd, const WIDTH: usize>(
    side: &Side<'_, V::Number>,
    (row, column): (usize, usize),
    (k, columns): (usize, usize),
    to: *mut V::Number,
) {
    // SAFETY: as the caller's.
    unsafe {
        let Side { row_stride, column_stride, .. } = *side;
        let from = side.values.as_ptr().add(row * row_stride + column * column_stride);
        if row_stride == 1 {
            pack_columns::<V, WIDTH>(from, column_stride, (k, columns), to);
        } else {
            // Some columns at a time, so that the panels they go to stay near.
            for first in (0..columns).step_by(ROWS_OF) {
                let columns = ROWS_OF.min(columns - first);
                pack_rows::<V, WIDTH>(from.add(first), row_stride, (k, columns), to.add(first * k));
            }
        }
    }
}

/// Rows lie side by side: they are gone through one by one, since where this is used they are far
/// apart.
///
/// # Safety
/// As [`pack_right`].
#[inline(always)]
unsafe fn pack_rows<V: Simd, const WIDTH: usize>(
    from: *const V::Number,
    row_stride: usize,
    (k, columns): (usize, usize),
    to: *mut V::Number,
) {
    for p in 0..k {
        // SAFETY: within the part, and within the panels.
        unsafe {
            let from = from.add(p * row_stride);
            let to = to.add(p * WIDTH);
            prefetch::<V, false>(from.wrapping_add(AHEAD * row_stride), columns);
            let whole = columns - columns % WIDTH;
            for j in (0..whole).step_by(WIDTH) {
                let line = from.add(j).cast::<[V::Number; WIDTH]>().read_unaligned();
                to.add(j * k).cast::<[V::Number; WIDTH]>().write_unaligned(line);
            }
            for j in whole..columns {
                *to.add(whole * k + j - whole) = *from.add(j);
            }
        }
    }
}

/// Columns lie side by side.
///
/// # Safety
/// As [`pack_right`].
#[inline(always)]
unsafe fn pack_columns<V: Simd, const WIDTH: usize>(
    from: *const V::Number,
    column_stride: usize,
    (k, columns): (usize, usize),
    to: *mut V::Number,
) {
    for j in (0..columns).step_by(WIDTH) {
        // SAFETY: within the part, and within the panel.
        unsafe {
            let (from, to) = (from.add(j * column_stride), to.add(j * k));
            if j + WIDTH <= columns {
                for q in 0..WIDTH {
                    let next = from.wrapping_add((WIDTH + q) * column_stride);
                    prefetch::<V, false>(next, k);
                }
                for p in 0..k {
                    let line: [V::Number; WIDTH] =
                        std::array::from_fn(|q| *from.add(p + q * column_stride));
                    to.add(p * WIDTH).cast::<[V::Number; WIDTH]>().write_unaligned(line);
                }
            } else {
                for q in 0..columns - j {
                    for p in 0..k {
                        *to.add(p * WIDTH + q) = *from.add(p + q * column_stride);
                    }
                }
            }
        }
    }
}

/// Asks for `count` numbers, to be brought into the first-level cache or only into the second.
#[inline(always)]
pub(crate) fn prefetch<V: Simd, const NEAR: bool>(from: *const V::Number, count: usize) {
    for i in (0..count).step_by(LINE / size_of::<V::Number>()) {
        V::prefetch::<NEAR>(from.wrapping_add(i));
    }
}
