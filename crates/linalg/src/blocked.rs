//! The blocked matrix product.
//!
//! `C` is computed in tiles that stay in registers while `k` runs over a block of [`KC`] (Goto and
//! van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008). Where a side is small
//! and lies well in memory the tile reads it in place; else it is packed first.
//!
//! Every element of `C` is a sum over `k` in order, a block of `KC` at a time, wherever it lies in
//! the matrix and whatever was packed: asking for some of the columns gives the bits that asking
//! for all gives.

use crate::column;
use crate::pack::{pack, pack_rows, prefetch};
use crate::scalar::Side;
use crate::simd::Simd;
use crate::tile::{Start, Tile, TileFn};
use crate::turned;

/// Terms summed in one go: a panel of `A` of this depth stays in the first-level cache (24 KiB).
pub(crate) const KC: usize = 384;
/// Registers of rows in a packed block of `A`, which stays in the second-level cache.
const BLOCK_OF_A: usize = 20;
/// Columns in a packed block of `B`; a multiple of three and of six.
const BLOCK_OF_B: usize = 240;
/// Bytes of a block of `A` up to which it is read in place.
const A_IN_PLACE: usize = 32 * 1024;
/// Columns of `C` from which packing `A` pays.
const COLUMNS_WORTH_PACKING: usize = 16;

/// A register type with its compiled tiles.
pub(crate) trait Kernel: Simd {
    /// The tile of `mv` registers by `nr` columns.
    fn tile(mv: usize, nr: usize, edge: bool) -> TileFn<Self::Number>;
    /// The tile of `mv` registers by `nr` columns that writes `C` turned around.
    fn turned_tile(mv: usize, nr: usize) -> TileFn<Self::Number>;
}

/// Packed blocks of one thread, made at the first product and kept.
#[derive(Debug, Default)]
pub(crate) struct Packed<T> {
    a: Vec<T>,
    b: Vec<T>,
}

impl<T: Copy + Default> Packed<T> {
    /// Room for `len` numbers of the left side.
    pub(crate) fn block(&mut self, len: usize) -> *mut T {
        Self::at_least(&mut self.a, len)
    }

    fn at_least(buffer: &mut Vec<T>, len: usize) -> *mut T {
        if buffer.len() < len {
            buffer.resize(len, T::default());
        }
        buffer.as_mut_ptr()
    }
}

/// A product: `(m, k, n)`, `alpha`, its sides and what it is added to.
pub(crate) struct Product<'a, T> {
    pub(crate) shape: (usize, usize, usize),
    pub(crate) alpha: T,
    pub(crate) a: Side<'a, T>,
    pub(crate) b: Side<'a, T>,
    pub(crate) start: Start<'a, T>,
}

/// Whether a matrix with contiguous rows has them a page or more apart: read down its columns they
/// fall on each other in the cache.
pub(crate) fn rows_are_far<T>(b: &Side<'_, T>) -> bool {
    b.column_stride == 1 && b.row_stride * size_of::<T>() >= 4096
}

/// How many registers and columns a tile has, for this many registers of rows.
///
/// Twelve sums keep two multiply-add units busy. An odd number of registers, if small, is made up
/// of a three and twos.
fn tile_shape(registers: usize) -> (usize, usize) {
    match registers {
        1 => (1, 8),
        3 | 5 | 7 => (3, 3),
        _ => (2, 6),
    }
}

/// Registers of the next panel where `left` are to come and a tile has at most `most`.
fn next_height(left: usize, most: usize) -> usize {
    if most == 3 && left % 2 == 1 && left >= 3 { 3 } else { left.min(2) }
}

/// Registers of each panel, top to bottom, for `registers` in all.
fn heights(registers: usize, most: usize) -> impl Iterator<Item = usize> {
    let mut left = registers;
    std::iter::from_fn(move || {
        let next = next_height(left, most);
        left -= next;
        (next > 0).then_some(next)
    })
}

/// `C := alpha A B + start` for `A (m, k)`, `B (k, n)` and a contiguous column-major `C (m, n)`.
///
/// # Safety
/// The processor has the instructions of `V`; `a`, `b` and `c` hold matrices of these shapes, and
/// a bias has `m` numbers. All sizes are at least 1.
#[inline(always)]
pub(crate) unsafe fn gemm<V: Kernel>(
    product: &Product<'_, V::Number>,
    c: *mut V::Number,
    one: V::Number,
    packed: &mut Packed<V::Number>,
) {
    let Product { shape: (m, k, n), alpha, a, b, start } = *product;
    if n == 1 && a.row_stride == 1 {
        // SAFETY: as the caller's.
        return unsafe { column::multiply::<V>(product, c, one) };
    }
    if turned::suits(product) {
        // SAFETY: as the caller's.
        return unsafe { turned::multiply::<V>(product, c, packed) };
    }
    let number = size_of::<V::Number>();
    let registers = m.div_ceil(V::LANES);
    let (most, nr) = tile_shape(registers);
    let large = m * k.min(KC) * number > A_IN_PLACE && n >= COLUMNS_WORTH_PACKING;
    let pack_a = a.row_stride != 1 || large;
    let pack_b = rows_are_far(&b) && m > V::LANES && k >= 32;
    let columns = if pack_b { BLOCK_OF_B } else { n };
    for from in (0..k).step_by(KC) {
        let kc = KC.min(k - from);
        let start = if from == 0 { start } else { Start::scaled(one) };
        for column in (0..n).step_by(columns) {
            let columns = columns.min(n - column);
            // SAFETY: parts of the matrices, within the sizes the caller vouches for; buffers are
            // made as long as what is packed into them.
            unsafe {
                let b_packed = if pack_b {
                    let to = Packed::at_least(&mut packed.b, kc * columns.next_multiple_of(nr));
                    // More than one register of rows: three columns or six.
                    match nr {
                        3 => pack_rows::<V, 3>(&b, (from, column), (kc, columns), to),
                        _ => pack_rows::<V, 6>(&b, (from, column), (kc, columns), to),
                    }
                    Some(to.cast_const())
                } else {
                    None
                };
                for first in (0..registers).step_by(BLOCK_OF_A) {
                    let block = BLOCK_OF_A.min(registers - first);
                    let row = first * V::LANES;
                    let rows = (m - row).min(block * V::LANES);
                    let left = if pack_a {
                        let to = Packed::at_least(&mut packed.a, kc * block * V::LANES);
                        let panels = heights(block, most).map(|mv| mv * V::LANES);
                        pack::<V>(&a, (row, from), (rows, kc), panels, to);
                        Left::Packed(to.cast_const())
                    } else {
                        let at = a.values.as_ptr().add(row + from * a.column_stride);
                        Left::InPlace { at, step: a.column_stride }
                    };
                    let start = start.below(row);
                    let block = Block { k: kc, registers: block, rows, most, left, alpha, start };
                    let panels = columns.div_ceil(nr);
                    for (panel, j) in (0..columns).step_by(nr).enumerate() {
                        let present = nr.min(columns - j);
                        let right = match b_packed {
                            Some(packed) => (packed.add(j * kc), nr, 1),
                            None => {
                                let (step, next) = (b.row_stride, b.column_stride);
                                let at = from * step + (column + j) * next;
                                (b.values.as_ptr().add(at), step, next)
                            }
                        };
                        if pack_b && first == 0 && column + columns < n {
                            // A share of the block of B that is packed next.
                            for p in kc * panel / panels..kc * (panel + 1) / panels {
                                let next = (from + p) * b.row_stride + column + columns;
                                prefetch::<V>(b.values.as_ptr().wrapping_add(next), columns);
                            }
                        } else if b.row_stride == 1 && j + 2 * nr <= columns {
                            // The next columns, while these are worked on.
                            for column in nr..2 * nr {
                                prefetch::<V>(right.0.wrapping_add(column * right.2), kc);
                            }
                        }
                        let c = c.add((column + j) * m + row);
                        block.multiply::<V>(right, present, c, m);
                    }
                }
            }
        }
    }
}

/// A block of the left side.
#[derive(Clone, Copy)]
enum Left<T> {
    /// Panels, one after the other.
    Packed(*const T),
    /// Where it lies in `A`, whose columns are `step` apart.
    InPlace { at: *const T, step: usize },
}

/// A block of `A` with the rows of `C` it makes.
struct Block<'a, T> {
    k: usize,
    registers: usize,
    rows: usize,
    /// Registers in a tile, at most.
    most: usize,
    left: Left<T>,
    alpha: T,
    start: Start<'a, T>,
}

impl<T: Copy + Default> Block<'_, T> {
    /// Multiplies the block by `present` columns of `B`, tile below tile. `b` is where they are, how far
    /// apart their numbers lie, and how far apart they themselves; `c` where the result goes.
    ///
    /// # Safety
    /// As [`gemm`], for this part of the matrices.
    #[inline(always)]
    unsafe fn multiply<V: Kernel<Number = T>>(
        &self,
        (b, b_step, b_next): (*const T, usize, usize),
        present: usize,
        c: *mut T,
        c_next: usize,
    ) {
        let Self { k, registers, rows, most, left, alpha, start } = *self;
        let mut done = 0;
        while done < registers {
            let mv = next_height(registers - done, most);
            let (i, height) = (done * V::LANES, mv * V::LANES);
            let whole = if mv == 3 { 1 } else { (rows - i) / height };
            let count = whole.max(1);
            let last = (rows - i).min(height) - (mv - 1) * V::LANES;
            // SAFETY: within the block.
            unsafe {
                let (a, a_step, a_next, edge) = match left {
                    Left::Packed(at) => (at.add(i * k), height, height * k, false),
                    Left::InPlace { at, step } => (at.add(i), step, height, last < V::LANES),
                };
                let (c, start) = (c.add(i), start.below(i));
                let tile = Tile {
                    count,
                    k,
                    a,
                    a_step,
                    a_next,
                    b,
                    b_step,
                    b_next,
                    c,
                    c_next,
                    last,
                    alpha,
                    start,
                };
                V::tile(mv, present, edge)(&tile);
            }
            done += mv * count;
        }
    }
}
