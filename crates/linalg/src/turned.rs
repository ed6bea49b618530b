//! A product with few rows and many columns whose right side has rows far apart in memory: the `dW` of
//! a layer with many features and few units.
//!
//! `Cᵀ = Bᵀ Aᵀ` is computed instead. The many features then fill the registers, and a row of `B` is
//! packed as it lies in memory, one or two kilobytes at a time.

use crate::blocked::{KC, Kernel, Number, Packed, Product, rows_are_far};
use crate::pack::prefetch;
use crate::simd::Simd;
use crate::tile::{Start, Tile};

/// Registers of features packed together: what stays in the second-level cache.
const BLOCK: usize = 32;
/// Rows of `B` that are asked for before they are copied.
const AHEAD: usize = 8;
/// The largest number of units.
const FEW: usize = 48;
/// The smallest number of features.
const MANY: usize = 512;

/// Whether a product is of this kind.
pub(crate) fn suits<T: Copy + Default>(product: &Product<'_, T>) -> bool {
    let Product { shape: (m, k, n), ref b, ref start, .. } = *product;
    rows_are_far(b)
        && (2..=FEW).contains(&m)
        && n >= MANY
        && (16..=KC).contains(&k)
        && start.is_zero()
}

/// `C := alpha A B`. Every element is the same sum in the same order as in a tile of `C`.
///
/// # Safety
/// As [`blocked::gemm`](crate::blocked::gemm), and the product [`suits`].
#[inline(always)]
pub(crate) unsafe fn multiply<K: Kernel>(
    product: &Product<'_, Number<K>>,
    c: *mut Number<K>,
    packed: &mut Packed<Number<K>>,
) {
    let Product { shape: (m, k, n), alpha, ref a, ref b, .. } = *product;
    let lanes = K::Register::LANES;
    let (most, columns) = K::TURNED;
    // As even as can be.
    let nr = m.div_ceil(m.div_ceil(columns));
    let block = BLOCK * lanes;
    let height = most * lanes;
    for first in (0..n).step_by(block) {
        let features = block.min(n - first);
        let panels = features.div_ceil(height);
        // SAFETY: parts of the matrices, within the sizes the caller vouches for; the buffer is made
        // as long as what is packed into it.
        unsafe {
            let to = packed.block(panels * height * k);
            pack::<K>(b.values.as_ptr().add(first), b.row_stride, (features, k), to);
            for panel in 0..panels {
                // A share of the block that is packed next.
                for p in k * panel / panels..k * (panel + 1) / panels {
                    let next = p * b.row_stride + first + block;
                    prefetch::<K::Register, false>(b.values.as_ptr().wrapping_add(next), block);
                }
                let done = panel * height;
                for j in (0..m).step_by(nr) {
                    let rows = height.min(features - done);
                    let registers = rows.div_ceil(lanes);
                    let tile = Tile {
                        count: 1,
                        k,
                        a: to.add(done * k).cast_const(),
                        a_step: height,
                        a_next: 0,
                        b: a.values.as_ptr().add(j * a.row_stride),
                        b_step: a.column_stride,
                        b_next: a.row_stride,
                        c: c.add((first + done) * m + j),
                        c_next: m,
                        last: rows - (registers - 1) * lanes,
                        alpha,
                        start: Start::zero(),
                    };
                    K::turned_tile(registers, nr.min(m - j))(&tile);
                }
            }
        }
    }
}

/// Copies `k` rows of `features` numbers into panels, row after row.
///
/// # Safety
/// The rows are there, and `to` is good for `k` times `features` rounded up to whole panels.
#[inline(always)]
unsafe fn pack<K: Kernel>(
    from: *const Number<K>,
    row_stride: usize,
    (features, k): (usize, usize),
    to: *mut Number<K>,
) {
    let lanes = K::Register::LANES;
    let (most, _) = K::TURNED;
    let height = most * lanes;
    for p in 0..k {
        let row = from.wrapping_add(p * row_stride);
        prefetch::<K::Register, false>(row.wrapping_add(AHEAD * row_stride), features);
        for panel in (0..features).step_by(height) {
            // SAFETY: whole registers where they lie within the row, the rest of it otherwise.
            unsafe {
                let to = to.add(panel * k + p * height);
                for v in 0..most {
                    let i = panel + v * lanes;
                    let register = if i + lanes <= features {
                        K::Register::load(row.add(i))
                    } else if i < features {
                        K::Register::load_first(row.add(i), features - i)
                    } else {
                        K::Register::zero()
                    };
                    register.store(to.add(v * lanes));
                }
            }
        }
    }
}
