//! A product with one column, `c := alpha A b + start`: bound by how fast `A` comes from memory.

use crate::blocked::Product;
use crate::plan::blocks_of_terms;
use crate::simd::Simd;
use crate::tile::Start;

/// Registers of sums kept side by side; longer columns are done in parts.
const SUMS: usize = 32;

/// Columns of `A` gone through together.
const TOGETHER: usize = 4;

/// The product for n = 1 and an `A` whose columns are contiguous: they are read one after the other,
/// as they lie in memory. Every element is the same sum in the same order as in a tile.
///
/// # Safety
/// As [`blocked::gemm`](crate::blocked::gemm).
#[inline(always)]
pub(crate) unsafe fn multiply<V: Simd>(
    product: &Product<'_, V::Number>,
    c: *mut V::Number,
    one: V::Number,
) {
    let Product { shape: (m, k, _), alpha, ref a, ref b, start, rectified, terms } = *product;
    for (from, kc) in blocks_of_terms(k, terms) {
        let start = if from == 0 { start } else { Start::scaled(one) };
        let rectified = rectified && from + kc == k;
        for row in (0..m).step_by(SUMS * V::LANES) {
            let rows = (m - row).min(SUMS * V::LANES);
            // SAFETY: part of the matrices, within the sizes the caller vouches for.
            unsafe {
                let a_at = a.values.as_ptr().add(row + from * a.column_stride);
                let b_at = b.values.as_ptr().add(from * b.row_stride);
                let part = Part { a: a_at, a_step: a.column_stride, b: b_at, b_step: b.row_stride };
                part.sum::<V>((rows, kc), alpha, (start.below(row), rectified), c.add(row));
            }
        }
    }
}

/// Where a part of `A` and of `b` starts, and how far apart the columns and numbers are.
struct Part<T> {
    a: *const T,
    a_step: usize,
    b: *const T,
    b_step: usize,
}

impl<T: Copy> Part<T> {
    /// # Safety
    /// The part holds `rows x k` numbers of `A` and `k` of `b`, `rows <= SUMS * LANES`, and `c`
    /// and a bias hold `rows`.
    #[inline(always)]
    unsafe fn sum<V: Simd<Number = T>>(
        &self,
        (rows, k): (usize, usize),
        alpha: T,
        (start, rectified): (Start<'_, T>, bool),
        c: *mut T,
    ) {
        let (whole, rest) = (rows / V::LANES, rows % V::LANES);
        // SAFETY: within the part.
        unsafe {
            let mut sums = [V::zero(); SUMS];
            let mut last = V::zero();
            let mut p = 0;
            while p + TOGETHER <= k {
                self.pass::<V, TOGETHER>(p, (whole, rest), &mut sums, &mut last);
                p += TOGETHER;
            }
            for p in p..k {
                self.pass::<V, 1>(p, (whole, rest), &mut sums, &mut last);
            }
            let alpha = V::splat(alpha);
            for (v, &sum) in sums[..whole].iter().chain([&last]).enumerate() {
                let count = if v < whole { V::LANES } else { rest };
                let at = c.add(v * V::LANES);
                let value = start.add::<V>(alpha, sum, (v * V::LANES, count), at);
                let value = if rectified { value.where_not_negative(value) } else { value };
                if count == V::LANES { value.store(at) } else { value.store_first(at, count) }
            }
        }
    }

    /// Adds `COLUMNS` columns of `A`, from p on, times their numbers of `b`.
    ///
    /// # Safety
    /// As [`sum`](Part::sum).
    #[inline(always)]
    unsafe fn pass<V: Simd<Number = T>, const COLUMNS: usize>(
        &self,
        p: usize,
        (whole, rest): (usize, usize),
        sums: &mut [V; SUMS],
        last: &mut V,
    ) {
        // SAFETY: within the part.
        unsafe {
            let column = |q: usize| self.a.add((p + q) * self.a_step);
            let factors: [V; COLUMNS] =
                std::array::from_fn(|q| V::splat(*self.b.add((p + q) * self.b_step)));
            for (v, sum) in sums[..whole].iter_mut().enumerate() {
                for (q, &factor) in factors.iter().enumerate() {
                    *sum = V::load(column(q).add(v * V::LANES)).mul_add(factor, *sum);
                }
            }
            if rest > 0 {
                for (q, &factor) in factors.iter().enumerate() {
                    let a = V::load_first(column(q).add(whole * V::LANES), rest);
                    *last = a.mul_add(factor, *last);
                }
            }
        }
    }
}
