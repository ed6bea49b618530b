//! The blocked matrix product.
//!
//! `C` is computed in tiles that stay in registers while `k` runs over a block of [`KC`] (Goto and
//! van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008). Where a side is small
//! and lies well in memory the tile reads it in place; else it is packed first.
//!
//! Every element of `C` is a sum over `k` in order, a block of terms at a time, wherever it lies in
//! the matrix and whatever was packed: asking for some of the columns gives the bits that asking
//! for all gives.

use crate::column;
use crate::pack::{LINE, pack, pack_right};
use crate::plan::{KC, Panels, Plan, blocks_of_terms, terms_in_a_block, widths};
use crate::scalar::Side;
use crate::simd::Simd;
use crate::stack::{Left, Right, Stack, below};
use crate::start::Start;
use crate::tile::{Ahead, TileFn};
use crate::turned;

/// Bytes of a matrix beyond which it is not taken to be in the first-level cache, and asked for before it
/// is used.
pub(crate) const NEAR: usize = 32 * 1024;

/// Tiles compiled for one kind of register.
pub(crate) trait Kernel {
    /// The register.
    type Register: Simd;
    /// Registers of rows in a packed block of `A`, which stays in the second-level cache.
    const BLOCK_OF_A: usize;
    /// Registers and columns of a tile, at most, where a column of `C` takes this many registers.
    fn shape(registers: usize) -> (usize, usize);
    /// The tile of `mv` registers by `nr` columns.
    fn tile(mv: usize, nr: usize, edge: bool) -> TileFn<Number<Self>>;
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
    /// Whether entries below 0 become 0.
    pub(crate) rectified: bool,
    /// The most terms summed in one go.
    pub(crate) terms: usize,
    /// Numbers that lie as those of `C` and are written once it is there; null for none.
    pub(crate) beside: *const T,
}

impl<'a, T: Copy + Default> Product<'a, T> {
    /// `alpha A B + start`.
    pub(crate) fn new(
        shape: (usize, usize, usize),
        alpha: T,
        (a, b): (Side<'a, T>, Side<'a, T>),
        start: Start<'a, T>,
    ) -> Self {
        let (terms, beside) = (terms_in_a_block(shape.1), std::ptr::null());
        Self { shape, alpha, a, b, start, rectified: false, terms, beside }
    }

    /// What the kernels rely on.
    ///
    /// # Panics
    /// If a size is 0, or a side or the bias is smaller than its shape.
    pub(crate) fn check(&self) {
        let Self { shape: (m, k, n), a, b, start, .. } = self;
        let (m, k, n) = (*m, *k, *n);
        assert!(m > 0 && k > 0 && n > 0, "an empty product");
        assert!(a.holds((m, k)) && b.holds((k, n)), "a side is smaller than its shape");
        assert!(start.fits(m), "a bias of fewer numbers than rows");
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
    packed: &mut Packed<Number<K>>,
) {
    let Product { shape: (_, k, n), ref a, .. } = *product;
    if n == 1 && a.row_stride == 1 {
        // SAFETY: as the caller's.
        return unsafe { column::multiply::<K::Register>(product, c) };
    }
    if turned::suits(product) {
        // SAFETY: as the caller's.
        return unsafe { turned::multiply::<K>(product, c, packed) };
    }
    let plan = Plan::new::<K>(product);
    for (from, kc) in blocks_of_terms(k, product.terms) {
        let block = plan.rows_together(K::BLOCK_OF_A, kc);
        for column in (0..n).step_by(plan.columns) {
            let columns = plan.columns.min(n - column);
            // SAFETY: parts of the matrices, within the sizes the caller vouches for.
            unsafe {
                let part = Part { product, from, kc, column, columns };
                let b_packed = part.pack_right::<K>(&plan, packed);
                for first in (0..plan.registers).step_by(block) {
                    let registers = block.min(plan.registers - first);
                    let left = part.pack_left::<K>(&plan, (first, registers), packed);
                    part.multiply::<K>(&plan, (first, registers), left, b_packed, c);
                }
            }
        }
    }
}

/// `alpha A B` for `columns` of `B`, `together` of them at a time: each time they are in `scratch`, which
/// has room for `m` times as many numbers, `take` is called with the first of them.
///
/// # Safety
/// As [`gemm`], with `scratch` in place of `c`; `columns` lie within the product, whose start is zero.
#[inline(always)]
pub(crate) unsafe fn gemm_in_turns<K: Kernel>(
    product: &Product<'_, Number<K>>,
    together: usize,
    scratch: &mut [Number<K>],
    packed: &mut Packed<Number<K>>,
    take: &mut dyn FnMut(usize, &mut [Number<K>]),
) {
    let Product { shape: (m, k, n), b, .. } = *product;
    let plan = Plan::new::<K>(product);
    // Where all of A is packed in one block, once is enough for all turns.
    let once = plan.pack_a && k <= KC && plan.registers <= plan.rows_together(K::BLOCK_OF_A, k);
    let rows = (0, plan.registers);
    let mut left = None;
    for column in (0..n).step_by(together) {
        let columns = together.min(n - column);
        let beside = below(product.beside, m * column);
        let turn = Product { shape: (m, k, columns), b: b.part(0, column), beside, ..*product };
        let c = scratch.as_mut_ptr();
        // SAFETY: as the caller's, and part of the columns.
        unsafe {
            if once && !turned::suits(&turn) {
                let part = Part { product: &turn, from: 0, kc: k, column: 0, columns };
                let b_packed = part.pack_right::<K>(&plan, packed);
                let left = *left.get_or_insert_with(|| part.pack_left::<K>(&plan, rows, packed));
                part.multiply::<K>(&plan, rows, left, b_packed, c);
            } else {
                gemm::<K>(&turn, c, packed);
            }
        }
        take(column, &mut scratch[..m * columns]);
    }
}

/// Part of a product: `kc` terms from `from` on, `columns` from `column` on.
struct Part<'a, 'p, T> {
    product: &'p Product<'a, T>,
    from: usize,
    kc: usize,
    column: usize,
    columns: usize,
}

impl<T: Copy + Default> Part<'_, '_, T> {
    /// Packs these columns of `B`, if the plan says so.
    ///
    /// # Safety
    /// As [`gemm`].
    #[inline(always)]
    unsafe fn pack_right<K: Kernel<Register: Simd<Number = T>>>(
        &self,
        plan: &Plan,
        packed: &mut Packed<T>,
    ) -> Option<*const T> {
        if !plan.pack_b {
            return None;
        }
        let (_, nr) = plan.tile;
        let to = Packed::at_least(&mut packed.b, self.kc * self.columns.next_multiple_of(nr));
        let (at, of) = ((self.from, self.column), (self.kc, self.columns));
        let b = &self.product.b;
        // SAFETY: the part lies within B, and the buffer is as long as what is packed into it.
        unsafe {
            match nr {
                3 => pack_right::<K::Register, 3>(b, at, of, to),
                4 => pack_right::<K::Register, 4>(b, at, of, to),
                6 => pack_right::<K::Register, 6>(b, at, of, to),
                _ => pack_right::<K::Register, 8>(b, at, of, to),
            }
        }
        Some(to.cast_const())
    }

    /// A block of `A`: `registers` of rows from the register `first` on, packed if the plan says so.
    ///
    /// # Safety
    /// As [`gemm`].
    #[inline(always)]
    unsafe fn pack_left<K: Kernel<Register: Simd<Number = T>>>(
        &self,
        plan: &Plan,
        (first, registers): (usize, usize),
        packed: &mut Packed<T>,
    ) -> Left<T> {
        let (a, lanes) = (&self.product.a, K::Register::LANES);
        let row = first * lanes;
        let rows = (self.product.shape.0 - row).min(registers * lanes);
        // SAFETY: the part lies within A, and the buffer is as long as what is packed into it.
        unsafe {
            if plan.pack_a {
                let to = packed.block(self.kc * registers * lanes);
                let panels = Panels::new(registers, plan.tile.0);
                let heights = panels.heights().map(|mv| mv * lanes);
                pack::<K::Register>(a, (row, self.from), (rows, self.kc), heights, to);
                Left::Packed(to.cast_const())
            } else {
                let at = a.values.as_ptr().add(row + self.from * a.column_stride);
                Left::InPlace { at, step: a.column_stride }
            }
        }
    }

    /// Multiplies a block of `A` by the columns.
    ///
    /// # Safety
    /// As [`gemm`].
    #[inline(always)]
    unsafe fn multiply<K: Kernel<Register: Simd<Number = T>>>(
        &self,
        plan: &Plan,
        (first, registers): (usize, usize),
        left: Left<T>,
        b_packed: Option<*const T>,
        c: *mut T,
    ) {
        let &Self { product, from, kc, column, columns } = self;
        let Product { shape: (m, k, _), alpha, ref b, start, rectified, .. } = *product;
        let row = first * K::Register::LANES;
        let rows = (m - row).min(registers * K::Register::LANES);
        let (most, nr) = plan.tile;
        let start = start.below(row).of_block((from, kc), k);
        let rectified = rectified && from + kc == k;
        let panels = Panels::new(registers, most);
        let ask = match start.reads() && m * columns * size_of::<T>() > NEAR {
            true => c.cast_const(),
            false => product.beside,
        };
        let stack = Stack { k: kc, rows, panels, left, alpha, start, rectified, ask };
        // A B that fits into the first-level cache has been there lately.
        let ask = b_packed.is_none() && b.row_stride == 1 && kc * columns * size_of::<T>() > NEAR;
        let mut j = 0;
        for (width, panels) in widths(columns, nr, b_packed.is_some()) {
            // All of one width at a time where no columns of B are asked for ahead.
            let together = if ask || !stack.is_one(K::Register::LANES) { 1 } else { panels };
            for _ in (0..panels).step_by(together.max(1)) {
                // SAFETY: within the part.
                unsafe {
                    let at = (c, (column + j) * m + row);
                    let right = match b_packed {
                        Some(packed) => {
                            let at = packed.add(j * kc);
                            Right { at, step: nr, next: 1, panel: nr * kc, width, panels: together }
                        }
                        None => {
                            let (step, next) = (b.row_stride, b.column_stride);
                            let at = b.values.as_ptr().add(from * step + (column + j) * next);
                            let panel = width * next;
                            Right { at, step, next, panel, width, panels: together }
                        }
                    };
                    let ahead = match ask && j + 2 * width <= columns {
                        // The same terms of the columns that come next.
                        true => Ahead {
                            from: right.at.wrapping_add(right.panel),
                            count: width,
                            step: b.column_stride,
                            next: LINE / size_of::<T>(),
                        },
                        false => Ahead::nothing(),
                    };
                    stack.multiply::<K>(&right, ahead, at, m);
                }
                j += together * width;
            }
        }
    }
}
