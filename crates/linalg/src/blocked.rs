//! The blocked matrix product.
//!
//! `C` is computed in tiles of `MR x NR` that stay in registers while `k` runs over a block of `KC`
//! (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008). Both sides
//! are packed first, so that the tile reads memory in order whatever the strides were, and padded
//! with zeros at the edges, so that there is one tile for all.
//!
//! Every element of `C` is a sum over `k` in order, a block of `KC` at a time, wherever it lies in
//! the matrix: asking for some of the columns gives the bits that asking for all gives.

use crate::scalar::{Side, private::Gemm};

/// Depth of a block: a packed panel of `B` (`KC x NR`) stays in the first-level cache.
const KC: usize = 256;
/// Rows of a packed block of `A`; a multiple of every `MR`. `MC x KC` stays in the second level.
const MC: usize = 192;
/// Columns of a packed block of `B`; a multiple of every `NR`.
const NC: usize = 768;

/// Packed blocks of one thread, made at the first product and kept.
#[derive(Debug, Default)]
pub(crate) struct Packed<T> {
    a: Vec<T>,
    b: Vec<T>,
}

/// `C := alpha A B + beta C` for `A (m, k)`, `B (k, n)` and a contiguous column-major `C (m, n)`.
///
/// With `beta` = 0 the old values of `C` are not read.
pub(crate) fn gemm<T: Gemm>(
    (m, k, n): (usize, usize, usize),
    alpha: T,
    a: Side<'_, T>,
    b: Side<'_, T>,
    beta: T,
    c: &mut [T],
    packed: &mut Packed<T>,
) {
    let Packed { a: packed_a, b: packed_b } = packed;
    let (mr, nr) = (T::MR, T::NR);
    packed_a.resize(MC * KC, T::ZERO);
    packed_b.resize(NC * KC, T::ZERO);
    // A product without terms is a zero, added once.
    let depths = if k == 0 { 1 } else { k.div_ceil(KC) };
    for column in (0..n).step_by(NC) {
        let columns = NC.min(n - column);
        for depth in 0..depths {
            let beta = if depth == 0 { beta } else { T::ONE };
            let from = depth * KC;
            let kc = KC.min(k - from);
            let b_block = b.transposed().part(column, from);
            pack(&b_block, columns, kc, nr, packed_b);
            for row in (0..m).step_by(MC) {
                let rows = MC.min(m - row);
                pack(&a.part(row, from), rows, kc, mr, packed_a);
                for j in (0..columns).step_by(nr) {
                    let b_panel = &packed_b[j * kc..][..nr * kc];
                    for i in (0..rows).step_by(mr) {
                        let a_panel = &packed_a[i * kc..][..mr * kc];
                        let tile = T::tile(a_panel, b_panel);
                        let size = (mr.min(rows - i), nr.min(columns - j));
                        let at = (column + j) * m + row + i;
                        write_tile(tile.as_ref(), mr, size, alpha, beta, &mut c[at..], m);
                    }
                }
            }
        }
    }
}

/// Copies `rows x kc` of a side into panels of `width` rows, `k` running slowest within a panel;
/// missing rows of the last panel become zeros.
fn pack<T: Gemm>(side: &Side<'_, T>, rows: usize, kc: usize, width: usize, packed: &mut [T]) {
    for (start, panel) in (0..rows).step_by(width).zip(packed.chunks_exact_mut(width * kc.max(1))) {
        let present = width.min(rows - start);
        if side.row_stride == 1 && present == width {
            for (p, line) in panel.chunks_exact_mut(width).enumerate().take(kc) {
                line.copy_from_slice(&side.values[start + p * side.column_stride..][..width]);
            }
            continue;
        }
        if present < width {
            panel.fill(T::ZERO);
        }
        for i in 0..present {
            let from = (start + i) * side.row_stride;
            for p in 0..kc {
                panel[p * width + i] = side.values[from + p * side.column_stride];
            }
        }
    }
}

/// `C := alpha tile + beta C` for the part of the tile that lies inside `C`.
fn write_tile<T: Gemm>(
    tile: &[T],
    mr: usize,
    (rows, columns): (usize, usize),
    alpha: T,
    beta: T,
    c: &mut [T],
    m: usize,
) {
    for (j, tile_j) in tile.chunks_exact(mr).take(columns).enumerate() {
        let c_j = &mut c[j * m..][..rows];
        if beta == T::ZERO {
            for (c, &sum) in c_j.iter_mut().zip(tile_j) {
                *c = alpha * sum;
            }
        } else {
            for (c, &sum) in c_j.iter_mut().zip(tile_j) {
                *c = alpha * sum + beta * *c;
            }
        }
    }
}
