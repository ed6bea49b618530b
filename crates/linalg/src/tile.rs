//! The innermost loop: a tile of `C` held in registers while `k` runs.

use crate::pack::LINE;
use crate::simd::Simd;

/// What a product is added to.
///
/// A structure, not an enumeration with values: every tile reads it, and all of it is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a, T> {
    kind: StartKind,
    beta: T,
    bias: &'a [T],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StartKind {
    Zero,
    Scaled,
    Bias,
}

impl<'a, T: Copy + Default> Start<'a, T> {
    /// Nothing: the old values are not read.
    pub(crate) fn zero() -> Self {
        Self { kind: StartKind::Zero, beta: T::default(), bias: &[] }
    }

    /// `beta C`.
    pub(crate) fn scaled(beta: T) -> Self {
        Self { kind: StartKind::Scaled, beta, bias: &[] }
    }

    /// The same column in every column of `C`, which has no more rows.
    pub(crate) fn bias(bias: &'a [T]) -> Self {
        Self { kind: StartKind::Bias, beta: T::default(), bias }
    }
}

impl<T: Copy> Start<'_, T> {
    /// For the rows of `C` from `row` on.
    pub(crate) fn below(self, row: usize) -> Self {
        Self { bias: self.bias.get(row..).unwrap_or_default(), ..self }
    }

    /// Whether a bias is added.
    pub(crate) fn is_bias(&self) -> bool {
        self.kind == StartKind::Bias
    }

    /// Whether the old values are read.
    pub(crate) fn reads(&self) -> bool {
        self.kind == StartKind::Scaled
    }

    /// Whether the bias, if there is one, has `rows` numbers.
    pub(crate) fn fits(&self, rows: usize) -> bool {
        self.kind != StartKind::Bias || self.bias.len() >= rows
    }

    /// `alpha sum + start` for the first `count <= LANES` rows from `row` on; `c` is where they are.
    ///
    /// # Safety
    /// The processor has the instructions of `V`; `c` and the bias hold the rows.
    #[inline(always)]
    pub(crate) unsafe fn add<V: Simd<Number = T>>(
        &self,
        alpha: V,
        sum: V,
        (row, count): (usize, usize),
        c: *const T,
    ) -> V {
        // SAFETY: within what the caller vouches for.
        unsafe {
            let read = |from: *const T| {
                if count == V::LANES { V::load(from) } else { V::load_first(from, count) }
            };
            match self.kind {
                StartKind::Zero => alpha.mul(sum),
                StartKind::Scaled => alpha.mul_add(sum, V::splat(self.beta).mul(read(c))),
                StartKind::Bias => alpha.mul_add(sum, read(self.bias.as_ptr().add(row))),
            }
        }
    }
}

/// Memory that is asked for, with every line of terms, before it is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ahead<T> {
    pub(crate) from: *const T,
    /// How many places, how far apart.
    pub(crate) count: usize,
    pub(crate) step: usize,
    /// From there to the places of the next terms.
    pub(crate) next: usize,
}

impl<T> Ahead<T> {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        Self { from: std::ptr::null(), count: 0, step: 0, next: 0 }
    }
}

/// Tiles of `C := alpha A B + start`, one below the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile<'a, T> {
    /// How many tiles; only a single one may end within a register.
    pub(crate) count: usize,
    /// Terms of each sum.
    pub(crate) k: usize,
    /// `A[i, p] = a[i + p * a_step]`.
    pub(crate) a: *const T,
    pub(crate) a_step: usize,
    /// From the `A` of a tile to that of the next.
    pub(crate) a_next: usize,
    /// `B[p, j] = b[p * b_step + j * b_next]`.
    pub(crate) b: *const T,
    pub(crate) b_step: usize,
    pub(crate) b_next: usize,
    /// `C[i, j] = c[i + j * c_next]`.
    pub(crate) c: *mut T,
    pub(crate) c_next: usize,
    /// Rows in the last register of a column, `1..=LANES`.
    pub(crate) last: usize,
    pub(crate) alpha: T,
    pub(crate) start: Start<'a, T>,
    /// Whether entries below 0 become 0.
    pub(crate) rectified: bool,
    /// Whether the sums go on from what `C` has.
    pub(crate) resumes: bool,
    /// Numbers that lie to each other as those of `C` and will be written: asked for before the sums are
    /// made. Null for none.
    pub(crate) ask: *const T,
    /// What is asked for while the sums are made.
    pub(crate) ahead: Ahead<T>,
}

/// A compiled tile.
pub(crate) type TileFn<T> = unsafe fn(&Tile<'_, T>);

/// Computes tiles of `MV` registers by `NR` columns. `A` is read in whole registers unless `EDGE`;
/// `C` never beyond `last`.
///
/// Every element is `Σ_p` in the order of p, one multiply-add after another, then
/// `alpha sum + start`: the same bits in a tile of any size.
///
/// # Safety
/// The processor has the instructions of `V`; the pointers are good for the elements named in
/// [`Tile`], `A` for whole registers unless `EDGE`.
#[inline(always)]
pub(crate) unsafe fn compute<V: Simd, const MV: usize, const NR: usize, const EDGE: bool>(
    tile: &Tile<'_, V::Number>,
) {
    for number in 0..tile.count {
        // SAFETY: offsets stay within what the caller vouches for.
        unsafe {
            if !tile.ask.is_null() {
                // What the sums will be added to, while they are made.
                for j in 0..NR {
                    let at = tile.ask.wrapping_add(number * MV * V::LANES + j * tile.c_next);
                    V::prefetch_to_write(at);
                    V::prefetch_to_write(at.wrapping_add((MV - 1) * V::LANES));
                }
            }
            let sums = sums::<V, MV, NR, EDGE>(tile, number);
            write::<V, MV, NR>(tile, number * MV * V::LANES, &sums);
        }
    }
}

/// The sums of tile `number` of those below each other.
///
/// # Safety
/// As [`compute`].
#[inline(always)]
unsafe fn sums<V: Simd, const MV: usize, const NR: usize, const EDGE: bool>(
    tile: &Tile<'_, V::Number>,
    number: usize,
) -> [[V; MV]; NR] {
    let Tile { k, a_step, b_step, b_next, c, c_next, last, ahead, .. } = *tile;
    // SAFETY: offsets stay within what the caller vouches for.
    unsafe {
        let mut sums = [[V::zero(); MV]; NR];
        if tile.resumes {
            for (j, sums_j) in sums.iter_mut().enumerate() {
                for (v, sum) in sums_j.iter_mut().enumerate() {
                    let from = c.add((number * MV + v) * V::LANES + j * c_next);
                    let whole = v + 1 < MV || last == V::LANES;
                    *sum = if whole { V::load(from) } else { V::load_first(from, last) };
                }
            }
        }
        let (mut a, mut b) = (tile.a.add(number * tile.a_next), tile.b);
        let ask = ahead.count > 0 && number == 0;
        let mut asked = ahead.from;
        let line = LINE / size_of::<V::Number>();
        let mut left = k;
        while left > 0 {
            if ask {
                for j in 0..ahead.count {
                    V::prefetch::<true>(asked.wrapping_add(j * ahead.step));
                }
                asked = asked.wrapping_add(ahead.next);
            }
            let terms = if ask { left.min(line) } else { left };
            for _ in 0..terms {
                let mut a_p = [V::zero(); MV];
                for (v, a_pv) in a_p.iter_mut().enumerate() {
                    let from = a.add(v * V::LANES);
                    let edge = EDGE && v + 1 == MV;
                    *a_pv = if edge { V::load_first(from, last) } else { V::load(from) };
                }
                for (j, sums_j) in sums.iter_mut().enumerate() {
                    let b_pj = V::splat(*b.add(j * b_next));
                    for v in 0..MV {
                        sums_j[v] = a_p[v].mul_add(b_pj, sums_j[v]);
                    }
                }
                (a, b) = (a.wrapping_add(a_step), b.wrapping_add(b_step));
            }
            left -= terms;
        }
        sums
    }
}

/// `C := alpha sums + start` from `row` on, and 0 instead of what is below it where that is asked for.
///
/// # Safety
/// As [`compute`].
#[inline(always)]
unsafe fn write<V: Simd, const MV: usize, const NR: usize>(
    tile: &Tile<'_, V::Number>,
    row: usize,
    sums: &[[V; MV]; NR],
) {
    // What is added is decided here, once for all registers.
    // SAFETY: as the caller's.
    unsafe {
        match tile.start.kind {
            StartKind::Zero => {
                write_each(tile, row, sums, Start { kind: StartKind::Zero, ..tile.start })
            }
            StartKind::Scaled => {
                write_each(tile, row, sums, Start { kind: StartKind::Scaled, ..tile.start })
            }
            StartKind::Bias => {
                write_each(tile, row, sums, Start { kind: StartKind::Bias, ..tile.start })
            }
        }
    }
}

/// [`write`] with a start whose kind the compiler knows.
///
/// # Safety
/// As [`compute`].
#[inline(always)]
unsafe fn write_each<V: Simd, const MV: usize, const NR: usize>(
    tile: &Tile<'_, V::Number>,
    row: usize,
    sums: &[[V; MV]; NR],
    start: Start<'_, V::Number>,
) {
    let Tile { c, c_next, last, alpha, rectified, .. } = *tile;
    // SAFETY: offsets stay within what the caller vouches for.
    unsafe {
        let alpha = V::splat(alpha);
        for (j, sums_j) in sums.iter().enumerate() {
            for (v, &sum) in sums_j.iter().enumerate() {
                let at = c.add(row + j * c_next + v * V::LANES);
                let count = if v + 1 < MV { V::LANES } else { last };
                let value = start.add::<V>(alpha, sum, (row + v * V::LANES, count), at);
                let value = if rectified { value.where_not_negative(value) } else { value };
                if count == V::LANES { value.store(at) } else { value.store_first(at, count) }
            }
        }
    }
}
