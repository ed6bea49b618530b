//! How a product is cut into blocks and panels: by its sizes alone, so that no bit depends on anything else.

use crate::blocked::{Kernel, Number, Product};
use crate::scalar::Side;
use crate::simd::Simd;

/// Terms summed in one go: a panel of `A` of this depth stays in the first-level cache (24 KiB).
pub(crate) const KC: usize = 512;
/// Terms from which blocks are twice as deep: such sums belong to layers with many features, which mostly
/// have few units. `B` is what they read from memory, in longer runs then, while their `A` comes from the
/// second-level cache.
const MANY_TERMS: usize = 4096;
/// The most terms ever summed in one go.
pub(crate) const MOST_TERMS: usize = 2 * KC;
/// Columns in a packed block of `B`; a multiple of three, four, six and eight.
const BLOCK_OF_B: usize = 1920;
/// Bytes of a block of `A` up to which it is read in place.
const A_IN_PLACE: usize = 32 * 1024;
/// Columns of `C` from which packing `A` pays.
const COLUMNS_WORTH_PACKING: usize = 16;

/// Whether a matrix with contiguous rows has them a page or more apart: read down its columns they
/// fall on each other in the cache.
pub(crate) fn rows_are_far<T>(b: &Side<'_, T>) -> bool {
    b.column_stride == 1 && b.row_stride * size_of::<T>() >= 4096
}

/// Panels of `registers` in all, `most` in one: the height of the taller ones, which come first, how
/// many there are of them, and how many that are one register lower.
#[derive(Clone, Copy)]
pub(crate) struct Panels {
    pub(crate) height: usize,
    pub(crate) tall: usize,
    pub(crate) short: usize,
}

impl Panels {
    /// As even as can be.
    #[inline]
    pub(crate) fn new(registers: usize, most: usize) -> Self {
        let panels = registers.div_ceil(most);
        let height = registers.div_ceil(panels.max(1));
        let tall = registers - panels * height.saturating_sub(1);
        Self { height, tall, short: panels - tall }
    }

    /// The height of each, top to bottom.
    #[inline]
    pub(crate) fn heights(self) -> impl Iterator<Item = usize> + Clone {
        let short = std::iter::repeat_n(self.height.saturating_sub(1), self.short);
        std::iter::repeat_n(self.height, self.tall).chain(short)
    }
}

/// Panels of `n` columns in all, `most` in one: their width and how many there are of it, the wider ones
/// first. As even as can be, but packed ones are whole, and what is left is another. None of a width is
/// `(_, 0)`.
#[inline]
pub(crate) fn widths(n: usize, most: usize, packed: bool) -> [(usize, usize); 2] {
    if packed {
        return [(most, n / most), (n % most, usize::from(!n.is_multiple_of(most)))];
    }
    let panels = n.div_ceil(most);
    let (width, wider) = (n / panels.max(1), n % panels.max(1));
    [(width + 1, wider), (width, panels - wider)]
}

/// Columns in a packed block of `n`: as even as can be, and whole panels of any width.
fn even_blocks(n: usize) -> usize {
    n.div_ceil(n.div_ceil(BLOCK_OF_B)).next_multiple_of(24)
}

/// The most terms of a sum of `k` that are summed in one go.
#[inline]
pub(crate) fn terms_in_a_block(k: usize) -> usize {
    if k > MANY_TERMS { MOST_TERMS } else { KC }
}

/// Where the blocks of at most `most` of `k` terms start and how many there are in each: all of one length,
/// but for the last.
#[inline]
pub(crate) fn blocks_of_terms(
    k: usize,
    most: usize,
) -> impl ExactSizeIterator<Item = (usize, usize)> {
    let each = k.div_ceil(k.div_ceil(most).max(1)).max(1);
    (0..k).step_by(each).map(move |from| (from, each.min(k - from)))
}

/// How a product is cut into blocks, which depends on its sizes alone.
pub(crate) struct Plan {
    /// Registers in a column of `C`.
    pub(crate) registers: usize,
    /// Registers and columns of a tile.
    pub(crate) tile: (usize, usize),
    pub(crate) pack_a: bool,
    pub(crate) pack_b: bool,
    /// Columns gone through together.
    pub(crate) columns: usize,
}

impl Plan {
    #[inline]
    pub(crate) fn new<K: Kernel>(product: &Product<'_, Number<K>>) -> Self {
        let Product { shape: (m, k, n), ref a, ref b, .. } = *product;
        let (lanes, size) = (K::Register::LANES, size_of::<Number<K>>());
        let registers = m.div_ceil(lanes);
        let large = m * k.min(KC) * size > A_IN_PLACE && n >= COLUMNS_WORTH_PACKING;
        let rows_far = rows_are_far(b) && m > lanes && k >= 32;
        let columns_far =
            b.row_stride == 1 && b.column_stride * size % 2048 == 0 && k >= 128 && m >= 16 * lanes;
        let pack_b = rows_far || columns_far;
        Self {
            registers,
            tile: K::shape(registers),
            pack_a: a.row_stride != 1 || large,
            pack_b,
            columns: if pack_b { even_blocks(n) } else { n },
        }
    }

    /// Registers of rows in a block of `A` that is `kc` deep, where `block` are at most in the deepest.
    #[inline]
    pub(crate) fn rows_together(&self, block: usize, kc: usize) -> usize {
        (block * KC / kc).min(self.registers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_add_up_and_are_not_too_wide() {
        for (n, most, packed) in
            (1..60).flat_map(|n| [(n, 3, false), (n, 3, true), (n, 8, false), (n, 8, true)])
        {
            let widths = widths(n, most, packed);
            assert_eq!(widths.iter().map(|(width, panels)| width * panels).sum::<usize>(), n);
            for (width, panels) in widths {
                assert!(panels == 0 || (1..=most).contains(&width), "{n} in {most}: {width}");
            }
            let [(wide, wider), (width, panels)] = widths;
            assert!(packed || wider == 0 || panels == 0 || wide == width + 1);
        }
    }
}
