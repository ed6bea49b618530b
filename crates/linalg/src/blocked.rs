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
use crate::pack::{LINE, pack, pack_rows, prefetch};
use crate::scalar::Side;
use crate::simd::Simd;
use crate::tile::{Start, Tile, TileFn};
use crate::turned;

/// Terms summed in one go: a panel of `A` of this depth stays in the first-level cache (24 KiB).
pub(crate) const KC: usize = 384;
/// Columns in a packed block of `B`; a multiple of three, four, six and eight.
const BLOCK_OF_B: usize = 240;
/// Bytes of a block of `A` up to which it is read in place.
const A_IN_PLACE: usize = 32 * 1024;
/// Bytes of `B` for two tiles up to which they are asked into the first-level cache.
const B_NEAR: usize = 8 * 1024;
/// Columns of `C` from which packing `A` pays.
const COLUMNS_WORTH_PACKING: usize = 16;

/// Tiles compiled for one kind of register.
pub(crate) trait Kernel {
    /// The register.
    type Register: Simd;
    /// Registers of rows in a packed block of `A`, which stays in the second-level cache.
    const BLOCK_OF_A: usize;
    /// Registers and columns of a tile that writes `C` turned around, at most.
    const TURNED: (usize, usize);
    /// Registers and columns of a tile, at most, where a column of `C` takes this many registers.
    fn shape(registers: usize) -> (usize, usize);
    /// The tile of `mv` registers by `nr` columns.
    fn tile(mv: usize, nr: usize, edge: bool) -> TileFn<Number<Self>>;
    /// The tile of `mv` registers by `nr` columns that writes `C` turned around.
    fn turned_tile(mv: usize, nr: usize) -> TileFn<Number<Self>>;
}

/// What a kernel multiplies.
pub(crate) type Number<K> = <<K as Kernel>::Register as Simd>::Number;

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

    /// Room for `len` numbers from the start of a cache line on.
    fn at_least(buffer: &mut Vec<T>, len: usize) -> *mut T {
        let spare = LINE / size_of::<T>();
        if buffer.len() < len + spare {
            buffer.resize(len + spare, T::default());
        }
        let start = buffer.as_mut_ptr();
        // Numbers divide a line, so the first line starts within the spare ones.
        start.wrapping_add(start.align_offset(LINE).min(spare))
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

/// Panels of `registers` in all, `most` in one: the height of the taller ones, which come first, how
/// many there are of them, and how many that are one register lower.
#[derive(Clone, Copy)]
struct Panels {
    height: usize,
    tall: usize,
    short: usize,
}

impl Panels {
    /// As even as can be.
    fn new(registers: usize, most: usize) -> Self {
        let panels = registers.div_ceil(most);
        let height = registers.div_ceil(panels.max(1));
        let tall = registers - panels * height.saturating_sub(1);
        Self { height, tall, short: panels - tall }
    }

    /// The height of each, top to bottom.
    fn heights(self) -> impl Iterator<Item = usize> {
        let short = std::iter::repeat_n(self.height.saturating_sub(1), self.short);
        std::iter::repeat_n(self.height, self.tall).chain(short)
    }
}

/// `C := alpha A B + start` for `A (m, k)`, `B (k, n)` and a contiguous column-major `C (m, n)`.
///
/// # Safety
/// The processor has the instructions of `K::Register`; `a`, `b` and `c` hold matrices of these shapes, and
/// a bias has `m` numbers. All sizes are at least 1.
#[inline(always)]
pub(crate) unsafe fn gemm<K: Kernel>(
    product: &Product<'_, Number<K>>,
    c: *mut Number<K>,
    one: Number<K>,
    packed: &mut Packed<Number<K>>,
) {
    let Product { shape: (m, k, n), alpha, a, b, start } = *product;
    if n == 1 && a.row_stride == 1 {
        // SAFETY: as the caller's.
        return unsafe { column::multiply::<K::Register>(product, c, one) };
    }
    if turned::suits(product) {
        // SAFETY: as the caller's.
        return unsafe { turned::multiply::<K>(product, c, packed) };
    }
    let lanes = K::Register::LANES;
    let registers = m.div_ceil(lanes);
    let (most, nr) = K::shape(registers);
    let large = m * k.min(KC) * size_of::<Number<K>>() > A_IN_PLACE && n >= COLUMNS_WORTH_PACKING;
    let pack_a = a.row_stride != 1 || large;
    let pack_b = rows_are_far(&b) && m > lanes && k >= 32;
    let columns = if pack_b { BLOCK_OF_B } else { n };
    for from in (0..k).step_by(KC) {
        let kc = KC.min(k - from);
        let start = if from == 0 { start } else { Start::scaled(one) };
        let near = 2 * nr * kc * size_of::<Number<K>>() <= B_NEAR;
        for column in (0..n).step_by(columns) {
            let columns = columns.min(n - column);
            // SAFETY: parts of the matrices, within the sizes the caller vouches for; buffers are
            // made as long as what is packed into them.
            unsafe {
                let b_packed = if pack_b {
                    let to = Packed::at_least(&mut packed.b, kc * columns.next_multiple_of(nr));
                    let (at, of) = ((from, column), (kc, columns));
                    match nr {
                        3 => pack_rows::<K::Register, 3>(&b, at, of, to),
                        4 => pack_rows::<K::Register, 4>(&b, at, of, to),
                        6 => pack_rows::<K::Register, 6>(&b, at, of, to),
                        _ => pack_rows::<K::Register, 8>(&b, at, of, to),
                    }
                    Some(to.cast_const())
                } else {
                    None
                };
                for first in (0..registers).step_by(K::BLOCK_OF_A) {
                    let block = K::BLOCK_OF_A.min(registers - first);
                    let row = first * lanes;
                    let rows = (m - row).min(block * lanes);
                    let panels = Panels::new(block, most);
                    let left = if pack_a {
                        let to = Packed::at_least(&mut packed.a, kc * block * lanes);
                        let heights = panels.heights().map(|mv| mv * lanes);
                        pack::<K::Register>(&a, (row, from), (rows, kc), heights, to);
                        Left::Packed(to.cast_const())
                    } else {
                        let at = a.values.as_ptr().add(row + from * a.column_stride);
                        Left::InPlace { at, step: a.column_stride }
                    };
                    let start = start.below(row);
                    let block = Block { k: kc, rows, panels, left, alpha, start };
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
                                prefetch::<K::Register, false>(
                                    b.values.as_ptr().wrapping_add(next),
                                    columns,
                                );
                            }
                        } else if b.row_stride == 1 && j + 2 * nr <= columns {
                            // The next columns, while these are worked on.
                            for column in nr..2 * nr {
                                let next = right.0.wrapping_add(column * right.2);
                                if near {
                                    prefetch::<K::Register, true>(next, kc);
                                } else {
                                    prefetch::<K::Register, false>(next, kc);
                                }
                            }
                        }
                        let c = c.add((column + j) * m + row);
                        block.multiply::<K>(right, present, c, m);
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
    rows: usize,
    panels: Panels,
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
    unsafe fn multiply<K: Kernel<Register: Simd<Number = T>>>(
        &self,
        (b, b_step, b_next): (*const T, usize, usize),
        present: usize,
        c: *mut T,
        c_next: usize,
    ) {
        let Self { k, rows, panels, left, alpha, start } = *self;
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
                K::tile(mv, present, edge)(&tile);
            }
            done += mv * count;
            left_of -= count;
        }
    }
}
