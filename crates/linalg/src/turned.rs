//! The `dW` of a layer with many features and few units: a product with few rows and many columns, whose
//! right side has rows far apart in memory.
//!
//! A tile would go down columns of `B`, across its rows. Here rows are read as they lie, some of them at a
//! time, and added to sums that stay in the first-level cache; each number of `B` is read once, and nothing
//! is packed. The many features fill the registers, which the few units would leave partly empty.

use crate::blocked::{Kernel, Number, Packed, Product};
use crate::pack::LINE;
use crate::plan::{KC, rows_are_far};
use crate::simd::Simd;

/// Registers of features gone through together.
const FEATURES: usize = 32;
/// Rows of `B` added up together: two registers of each beside two sums.
const TOGETHER: usize = 4;
/// The largest number of units.
const FEW: usize = 24;
/// The smallest number of features.
const MANY: usize = 512;

/// Whether a product is of this kind.
pub(crate) fn suits<T: Copy + Default>(product: &Product<'_, T>) -> bool {
    let Product { shape: (m, k, n), ref b, ref start, rectified, .. } = *product;
    rows_are_far(b)
        && (2..=FEW).contains(&m)
        && n >= MANY
        && (16..=KC).contains(&k)
        && !start.is_bias()
        && !rectified
}

/// `C := alpha A B + start`. Every element is the same sum in the same order as in a tile of `C`.
///
/// # Safety
/// As [`blocked::gemm`](crate::blocked::gemm), and the product [`suits`].
#[inline(always)]
pub(crate) unsafe fn multiply<K: Kernel>(
    product: &Product<'_, Number<K>>,
    c: *mut Number<K>,
    packed: &mut Packed<Number<K>>,
) {
    let (m, k, n) = product.shape;
    let lanes = K::Register::LANES;
    let block = FEATURES * lanes;
    // One row of sums a unit, and registers full of units for the way to C.
    let units = m.next_multiple_of(lanes);
    // Rows of a power of two would fall on each other in the cache.
    let step = block + LINE / size_of::<Number<K>>();
    let sums = packed.block(units * step);
    // SAFETY: parts of the matrices, within the sizes the caller vouches for; the buffer has room for the
    // sums.
    unsafe {
        for i in (0..units * step).step_by(lanes) {
            K::Register::zero().store(sums.add(i));
        }
        for first in (0..n).step_by(block) {
            let features = block.min(n - first);
            let part = Features { product, first, features, sums, step };
            for p in (0..k).step_by(TOGETHER) {
                if k - p >= TOGETHER {
                    part.add::<K::Register, TOGETHER>(p);
                } else {
                    for p in p..k {
                        part.add::<K::Register, 1>(p);
                    }
                }
            }
            part.write::<K::Register>(c);
        }
    }
}

/// Some features of a product and their sums: `sums[unit * sums_step + feature]`.
struct Features<'a, 'p, T> {
    product: &'p Product<'a, T>,
    first: usize,
    features: usize,
    sums: *mut T,
    step: usize,
}

impl<T: Copy + Default> Features<'_, '_, T> {
    /// Adds `ROWS` rows of `B`, from p on, times their column of `A`.
    ///
    /// # Safety
    /// The processor has the instructions of `V`; the rows are there, and the sums.
    #[inline(always)]
    unsafe fn add<V: Simd<Number = T>, const ROWS: usize>(&self, p: usize) {
        let Product { ref a, ref b, .. } = *self.product;
        // SAFETY: two whole registers at a time where they lie within the row, the rest of it otherwise.
        unsafe {
            let row = b.values.as_ptr().add(p * b.row_stride + self.first);
            let factors = a.values.as_ptr().add(p * a.column_stride);
            let whole = self.features - self.features % (2 * V::LANES);
            // The rows after these; behind the last of them the first of the next features.
            let k = self.product.shape.1;
            let block = FEATURES * V::LANES;
            let next = match p + 2 * ROWS <= k {
                true => ROWS * b.row_stride,
                false => block.wrapping_sub(p * b.row_stride),
            };
            for f in (0..whole).step_by(2 * V::LANES) {
                let rows: [[V; 2]; ROWS] = std::array::from_fn(|q| {
                    let at = row.add(q * b.row_stride + f);
                    // Rows that are a multiple of a page apart have few places in the first-level cache:
                    // there only what is added next is asked for, the rows after these in the second.
                    V::prefetch::<false>(at.wrapping_add(next));
                    V::prefetch::<true>(at.wrapping_add(4 * V::LANES));
                    [V::load(at), V::load(at.add(V::LANES))]
                });
                self.add_registers::<V, ROWS>(rows, factors, f);
            }
            if whole < self.features {
                let left = self.features - whole;
                let rows: [[V; 2]; ROWS] = std::array::from_fn(|q| {
                    let at = row.add(q * b.row_stride + whole);
                    let second = at.wrapping_add(V::LANES);
                    [
                        V::load_first(at, left.min(V::LANES)),
                        V::load_first(second, left.saturating_sub(V::LANES)),
                    ]
                });
                self.add_registers::<V, ROWS>(rows, factors, whole);
            }
        }
    }

    /// Adds these registers of rows, which start at feature f, times their factors for each unit.
    ///
    /// # Safety
    /// As [`add`](Features::add).
    #[inline(always)]
    unsafe fn add_registers<V: Simd<Number = T>, const ROWS: usize>(
        &self,
        rows: [[V; 2]; ROWS],
        factors: *const T,
        f: usize,
    ) {
        let Product { shape: (m, ..), ref a, .. } = *self.product;
        let (mut at, mut factors) = (self.sums.wrapping_add(f), factors);
        for _ in 0..m {
            // SAFETY: the sums of a unit come in whole registers.
            unsafe {
                let (mut one, mut two) = (V::load(at), V::load(at.add(V::LANES)));
                for (q, row) in rows.iter().enumerate() {
                    let factor = V::splat(*factors.add(q * a.column_stride));
                    one = row[0].mul_add(factor, one);
                    two = row[1].mul_add(factor, two);
                }
                one.store(at);
                two.store(at.add(V::LANES));
            }
            at = at.wrapping_add(self.step);
            factors = factors.wrapping_add(a.row_stride);
        }
    }

    /// `C := alpha sums + start` for these features, whose sums are 0 from then on.
    ///
    /// # Safety
    /// As [`add`](Features::add), and `C` is there.
    #[inline(always)]
    unsafe fn write<V: Simd<Number = T>>(&self, c: *mut T) {
        let &Self { product, first, features, sums, step: sums_step } = self;
        let Product { shape: (m, ..), alpha, start, .. } = *product;
        // No register has more than sixteen lanes.
        let mut square = [[T::default(); 16]; 16];
        let step = square[0].len();
        // SAFETY: as the caller's; squares of whole registers lie within the sums.
        unsafe {
            let alpha = V::splat(alpha);
            for f in (0..features).step_by(V::LANES) {
                for unit in (0..m).step_by(V::LANES) {
                    let from = sums.add(unit * sums_step + f);
                    V::transpose(from, sums_step, square.as_mut_ptr().cast(), step);
                    for i in 0..V::LANES {
                        V::zero().store(from.add(i * sums_step));
                    }
                    let count = (m - unit).min(V::LANES);
                    for (i, sums) in square.iter().enumerate().take((features - f).min(V::LANES)) {
                        let at = c.add((first + f + i) * m + unit);
                        let value =
                            start.add::<V>(alpha, V::load(sums.as_ptr()), (unit, count), at);
                        if count == V::LANES {
                            value.store(at)
                        } else {
                            value.store_first(at, count)
                        }
                    }
                }
            }
        }
    }
}
