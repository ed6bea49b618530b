//! The two products with a block of features: few units, so that `dW` has features in its registers and `Z`
//! has units in them.

use crate::blocked::{Kernel, Number, Packed};
use crate::pack::{LINE, pack};
use crate::plan::{Panels, blocks_of_terms};
use crate::scalar::Side;
use crate::simd::Simd;
use crate::start::Start;
use crate::tile::{Ahead, Tile};

/// The largest number of units.
pub(crate) const MOST_UNITS: usize = 24;
/// Registers of features in a tile: whole lines of memory.
const HEIGHT: usize = 2;
/// No register has more lanes.
const MOST_LANES: usize = 16;
/// Bytes of `dZ` that stay in the first-level cache beside the examples.
const NEAREST: usize = 12 * 1024;

/// A block, whose examples are in whole lines of memory, zeros behind the last feature, and how many units it
/// is used for.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) features: usize,
    pub(crate) step: usize,
    pub(crate) m: usize,
    pub(crate) n_out: usize,
}

impl<T> Block<'_, T> {
    /// What the kernels rely on.
    ///
    /// # Panics
    /// If a size is 0 or too large, or the values are too few.
    pub(crate) fn check(&self) {
        let Self { values, features, step, m, n_out } = *self;
        assert!(m > 0 && (1..=MOST_UNITS).contains(&n_out), "{n_out} units, {m} examples");
        let pair = 2 * LINE / size_of::<T>();
        assert!(
            features.next_multiple_of(pair) <= step && values.len() >= step * m,
            "too few values"
        );
    }
}

/// Half of the block behind one, asked for little by little.
struct Next<T> {
    from: *const T,
    /// Lines of memory that are left.
    left: usize,
    /// Lines asked for with each line of terms.
    count: usize,
}

impl<T> Next<T> {
    /// The first half or the second, with so many lines of terms of all tiles.
    fn new(block: &Block<'_, T>, half: usize, lines: usize) -> Self {
        let left = size_of_val(block.values) / LINE / 2;
        let from = block.values.as_ptr().wrapping_add(block.values.len());
        let from = from.wrapping_add(half * left * LINE / size_of::<T>());
        Self { from, left, count: left.div_ceil(lines.max(1)) }
    }

    /// What the next tile, of `k` terms, asks for.
    #[inline(always)]
    fn ahead(&mut self, k: usize) -> Ahead<T> {
        let line = LINE / size_of::<T>();
        let (count, lines) = (self.count.min(self.left), k.div_ceil(line));
        let ahead = Ahead { from: self.from, count, step: line, next: count * line };
        self.from = self.from.wrapping_add(count * lines * line);
        self.left = self.left.saturating_sub(count * lines);
        ahead
    }
}

/// `C := alpha dZ Xᵀ + start` for `dZ (n_out, m)` and `C (n_out, features)`. Every element is one sum over the
/// examples, in order.
///
/// # Safety
/// The processor has the instructions of `K::Register`; block, `dz` and `c` hold what they should.
#[inline(always)]
pub(crate) unsafe fn gradient<K: Kernel>(
    block: &Block<'_, Number<K>>,
    dz: *const Number<K>,
    (alpha, start): (Number<K>, Start<'_, Number<K>>),
    c: *mut Number<K>,
    packed: &mut Packed<Number<K>>,
) {
    let Block { values, features, step, m, n_out } = *block;
    let lanes = K::Register::LANES;
    let height = HEIGHT * lanes;
    let (_, most) = K::shape(HEIGHT);
    let tiles = n_out.div_ceil(most);
    // A row of sums for each unit, in whole registers of units.
    let row = step;
    let sums = packed.block(n_out.next_multiple_of(lanes) * row);
    // So many examples that their dZ stays in the first-level cache.
    let examples = (NEAREST / size_of::<Number<K>>() / n_out).max(1);
    let lines = |k: usize| k.div_ceil(LINE / size_of::<Number<K>>());
    let n_lines: usize = blocks_of_terms(m, examples).map(|(_, k)| lines(k)).sum();
    let mut next = Next::new(block, 0, n_lines * tiles * features.div_ceil(height));
    for (from, k) in blocks_of_terms(m, examples) {
        for f in (0..features).step_by(height) {
            for i in 0..tiles {
                let (first, end) = (i * n_out / tiles, (i + 1) * n_out / tiles);
                // SAFETY: whole registers of features lie within an example's lines and the rows of sums,
                // units within `dZ` and the sums.
                unsafe {
                    let tile = Tile {
                        panels: 1,
                        b_panel: 0,
                        count: 1,
                        k,
                        a: values.as_ptr().add(from * step + f),
                        a_step: step,
                        a_next: 0,
                        b: dz.add(from * n_out + first),
                        b_step: n_out,
                        b_next: 1,
                        c: sums.add(first * row + f),
                        c_next: row,
                        last: lanes,
                        alpha: K::Register::ONE,
                        start: Start::zero(),
                        rectified: false,
                        resumes: from > 0,
                        ask: std::ptr::null(),
                        ahead: next.ahead(k),
                    };
                    K::tile(HEIGHT, end - first, false)(&tile);
                }
            }
        }
    }
    // SAFETY: as the caller's; the sums of these units and features have just been made.
    unsafe { write::<K::Register>((sums, row), (n_out, features), (alpha, start), c) }
}

/// `C := alpha sums + start` for some features, where `sums` has a row for each unit, `row` numbers apart.
///
/// # Safety
/// As [`gradient`], for these features.
#[inline(always)]
unsafe fn write<V: Simd>(
    (sums, row): (*const V::Number, usize),
    (n_out, features): (usize, usize),
    (alpha, start): (V::Number, Start<'_, V::Number>),
    c: *mut V::Number,
) {
    let mut square = [[V::Number::default(); MOST_LANES]; MOST_LANES];
    // SAFETY: squares lie within the sums, and `C` holds these units of these features.
    unsafe {
        let alpha = V::splat(alpha);
        for f in (0..features).step_by(V::LANES) {
            for unit in (0..n_out).step_by(V::LANES) {
                let to = square.as_mut_ptr().cast();
                V::transpose(sums.add(unit * row + f), row, to, MOST_LANES);
                let count = (n_out - unit).min(V::LANES);
                for (i, sums) in square.iter().enumerate().take((features - f).min(V::LANES)) {
                    let at = c.add((f + i) * n_out + unit);
                    let value = start.add::<V>(alpha, V::load(sums.as_ptr()), (unit, count), at);
                    if count == V::LANES { value.store(at) } else { value.store_first(at, count) }
                }
            }
        }
    }
}

/// `S := W X`, or with `resumes` what `S` is goes on: `S := S + W X`, feature after feature. `W (n_out,
/// features)`, `S (n_out, m)`.
///
/// # Safety
/// As [`gradient`], with `w` and `s`.
#[inline(always)]
pub(crate) unsafe fn sums<K: Kernel>(
    block: &Block<'_, Number<K>>,
    w: &[Number<K>],
    resumes: bool,
    s: *mut Number<K>,
    packed: &mut Packed<Number<K>>,
) {
    let Block { values, features, step, m, n_out } = *block;
    let lanes = K::Register::LANES;
    let registers = n_out.div_ceil(lanes);
    let panels = Panels::new(registers, K::shape(registers).0);
    let left = packed.block(registers * lanes * features);
    let side = Side { values: w, row_stride: 1, column_stride: n_out };
    // SAFETY: W holds its units for each feature, and there is room for whole registers of them.
    unsafe {
        let heights = panels.heights().map(|height| height * lanes);
        pack::<K::Register>(&side, (0, 0), (n_out, features), heights, left);
    }
    // As many examples as the widest tile has; the others have a part of them, one after the other.
    let together = panels.heights().map(|height| K::shape(height).1).max().unwrap_or(1);
    let of_one =
        panels.heights().map(|height| together.div_ceil(K::shape(height).1)).sum::<usize>();
    let lines = features.div_ceil(LINE / size_of::<Number<K>>());
    let mut next = Next::new(block, 1, m.div_ceil(together) * of_one * lines);
    for first in (0..m).step_by(together) {
        let end = (first + together).min(m);
        let mut done = 0;
        for height in panels.heights() {
            let row = done * lanes;
            let last = (n_out - row).min(height * lanes) - (height - 1) * lanes;
            let (_, most) = K::shape(height);
            for j in (first..end).step_by(most) {
                let present = most.min(end - j);
                // SAFETY: these units of W and S, these examples of the block and S.
                unsafe {
                    let tile = Tile {
                        panels: 1,
                        b_panel: 0,
                        count: 1,
                        k: features,
                        a: left.add(row * features),
                        a_step: height * lanes,
                        a_next: 0,
                        b: values.as_ptr().add(j * step),
                        b_step: 1,
                        b_next: step,
                        c: s.add(j * n_out + row),
                        c_next: n_out,
                        last,
                        alpha: K::Register::ONE,
                        start: Start::zero(),
                        rectified: false,
                        resumes,
                        ask: std::ptr::null(),
                        ahead: next.ahead(features),
                    };
                    K::tile(height, present, false)(&tile);
                }
            }
            done += height;
        }
    }
}
