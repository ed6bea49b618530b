//! A product with one column, `c := alpha A b + start`: bound by how fast `A` comes from memory.

use crate::blocked::{NEAR, Product};
use crate::plan::blocks_of_terms;
use crate::simd::Simd;
use crate::start::Start;

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
pub(crate) unsafe fn multiply<V: Simd>(product: &Product<'_, V::Number>, c: *mut V::Number) {
    let Product { shape: (m, k, _), alpha, ref a, ref b, start, rectified, terms, .. } = *product;
    // What is near is read as fast either way.
    let far = m * k * size_of::<V::Number>() > NEAR;
    let lead = if far { lead::<V>(a.values.as_ptr(), a.column_stride) } else { 0 };
    for (from, kc) in blocks_of_terms(k, terms) {
        let start = start.of_block((from, kc), k);
        let rectified = rectified && from + kc == k;
        let mut row = 0;
        while row < m {
            // The first part has a register of fewer rows in front.
            let lead = if row == 0 { lead.min(m) } else { 0 };
            let rows = (m - row).min(lead + SUMS * V::LANES);
            // SAFETY: part of the matrices, within the sizes the caller vouches for.
            unsafe {
                let a_at = a.values.as_ptr().add(row + from * a.column_stride);
                let b_at = b.values.as_ptr().add(from * b.row_stride);
                let part = Part { a: a_at, a_step: a.column_stride, b: b_at, b_step: b.row_stride };
                let rows = (lead, rows - lead);
                part.sum::<V>((rows, kc), alpha, (start.below(row), rectified), c.add(row));
            }
            row += rows;
        }
    }
}

/// Rows above the first that lies at a whole register from the start of memory, in every column; 0 where the
/// columns differ in that.
fn lead<V: Simd>(a: *const V::Number, column_stride: usize) -> usize {
    let bytes = V::LANES * size_of::<V::Number>();
    let rows = a.align_offset(bytes);
    if column_stride.is_multiple_of(V::LANES) && rows < V::LANES { rows } else { 0 }
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
    /// The part holds `lead + rows` by k numbers of `A` and `k` of `b`, `lead < LANES`,
    /// `rows <= SUMS * LANES`, and `c` and a bias hold as many rows.
    #[inline(always)]
    unsafe fn sum<V: Simd<Number = T>>(
        &self,
        ((lead, rows), k): ((usize, usize), usize),
        alpha: T,
        (start, rectified): (Start<'_, T>, bool),
        c: *mut T,
    ) {
        let (whole, rest) = (rows / V::LANES, rows % V::LANES);
        let of = (lead, whole, rest);
        // SAFETY: within the part.
        unsafe {
            let mut sums = [V::zero(); SUMS];
            let (mut first, mut last) = (V::zero(), V::zero());
            if start.is_bias() {
                first = start.first(0, lead);
                for (v, sum) in sums[..whole].iter_mut().enumerate() {
                    *sum = start.first(lead + v * V::LANES, V::LANES);
                }
                last = start.first(lead + whole * V::LANES, rest);
            }
            let mut p = 0;
            while p + TOGETHER <= k {
                self.pass::<V, TOGETHER>(p, of, &mut sums, (&mut first, &mut last));
                p += TOGETHER;
            }
            for p in p..k {
                self.pass::<V, 1>(p, of, &mut sums, (&mut first, &mut last));
            }
            let alpha = V::splat(alpha);
            if lead > 0 {
                write(alpha, first, (0, lead), (start, rectified), c);
            }
            for (v, &sum) in sums[..whole].iter().enumerate() {
                let row = lead + v * V::LANES;
                write(alpha, sum, (row, V::LANES), (start, rectified), c.add(row));
            }
            if rest > 0 {
                let row = lead + whole * V::LANES;
                write(alpha, last, (row, rest), (start, rectified), c.add(row));
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
        (lead, whole, rest): (usize, usize, usize),
        sums: &mut [V; SUMS],
        (first, last): (&mut V, &mut V),
    ) {
        // SAFETY: within the part.
        unsafe {
            let column = |q: usize| self.a.add((p + q) * self.a_step);
            let factors: [V; COLUMNS] =
                std::array::from_fn(|q| V::splat(*self.b.add((p + q) * self.b_step)));
            if lead > 0 {
                for (q, &factor) in factors.iter().enumerate() {
                    *first = V::load_first(column(q), lead).mul_add(factor, *first);
                }
            }
            for (v, sum) in sums[..whole].iter_mut().enumerate() {
                for (q, &factor) in factors.iter().enumerate() {
                    let a = column(q).add(lead + v * V::LANES);
                    *sum = V::load(a).mul_add(factor, *sum);
                }
            }
            if rest > 0 {
                for (q, &factor) in factors.iter().enumerate() {
                    let a = V::load_first(column(q).add(lead + whole * V::LANES), rest);
                    *last = a.mul_add(factor, *last);
                }
            }
        }
    }
}

/// `c := alpha sum`, and what is added to it, for the first `count <= LANES` rows from `row` on, and 0
/// instead of what is below it where that is asked for.
///
/// # Safety
/// As [`Start::add`].
#[inline(always)]
unsafe fn write<V: Simd>(
    alpha: V,
    sum: V,
    (row, count): (usize, usize),
    (start, rectified): (Start<'_, V::Number>, bool),
    c: *mut V::Number,
) {
    // SAFETY: as the caller's.
    unsafe {
        let value = start.add(alpha, sum, (row, count), c);
        let value = if rectified { value.rectified() } else { value };
        if count == V::LANES { value.store(c) } else { value.store_first(c, count) }
    }
}
