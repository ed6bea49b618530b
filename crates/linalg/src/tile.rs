//! The innermost loop: a tile of `C` held in registers while `k` runs.

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

    /// Whether nothing is added.
    pub(crate) fn is_zero(&self) -> bool {
        self.kind == StartKind::Zero
    }

    /// Whether the bias, if there is one, has `rows` numbers.
    pub(crate) fn fits(&self, rows: usize) -> bool {
        self.kind != StartKind::Bias || self.bias.len() >= rows
    }

    /// `c := alpha sum + start` for the first `count <= LANES` rows from `row` on; `c` is where they
    /// are.
    ///
    /// # Safety
    /// The processor has the instructions of `V`; `c` and the bias hold the rows.
    #[inline(always)]
    pub(crate) unsafe fn write<V: Simd<Number = T>>(
        &self,
        alpha: V,
        sum: V,
        (row, count): (usize, usize),
        c: *mut T,
    ) {
        // SAFETY: within what the caller vouches for.
        unsafe {
            let read = |from: *const T| {
                if count == V::LANES { V::load(from) } else { V::load_first(from, count) }
            };
            let value = match self.kind {
                StartKind::Zero => alpha.mul(sum),
                StartKind::Scaled => alpha.mul_add(sum, V::splat(self.beta).mul(read(c))),
                StartKind::Bias => alpha.mul_add(sum, read(self.bias.as_ptr().add(row))),
            };
            if count == V::LANES { value.store(c) } else { value.store_first(c, count) }
        }
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
            let sums = sums::<V, MV, NR, EDGE>(tile, number);
            write::<V, MV, NR>(tile, number * MV * V::LANES, &sums);
        }
    }
}

/// Computes one tile of a product that [is turned around](crate::turned):
/// `C[i, j] = c[i * c_next + j]`, and nothing is added.
///
/// # Safety
/// As [`compute`]; `A` is good for whole registers.
#[inline(always)]
pub(crate) unsafe fn compute_turned<V: Simd, const MV: usize, const NR: usize>(
    tile: &Tile<'_, V::Number>,
) {
    // SAFETY: offsets stay within what the caller vouches for.
    unsafe {
        let sums = sums::<V, MV, NR, false>(tile, 0);
        let alpha = V::splat(tile.alpha);
        // No register has more than sixteen lanes.
        let mut lanes = [[[V::Number::default(); 16]; MV]; NR];
        for (lanes, sums) in lanes.iter_mut().zip(&sums) {
            for (lanes, &sum) in lanes.iter_mut().zip(sums) {
                alpha.mul(sum).store(lanes.as_mut_ptr());
            }
        }
        for i in 0..(MV - 1) * V::LANES + tile.last {
            for (j, lanes) in lanes.iter().enumerate() {
                *tile.c.add(i * tile.c_next + j) = lanes[i / V::LANES][i % V::LANES];
            }
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
    let Tile { k, a_step, b_step, b_next, last, .. } = *tile;
    // SAFETY: offsets stay within what the caller vouches for.
    unsafe {
        let mut sums = [[V::zero(); MV]; NR];
        let (mut a, mut b) = (tile.a.add(number * tile.a_next), tile.b);
        for _ in 0..k {
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
        sums
    }
}

/// `C := alpha sums + start` from `row` on.
///
/// # Safety
/// As [`compute`].
#[inline(always)]
unsafe fn write<V: Simd, const MV: usize, const NR: usize>(
    tile: &Tile<'_, V::Number>,
    row: usize,
    sums: &[[V; MV]; NR],
) {
    let Tile { c, c_next, last, alpha, start, .. } = *tile;
    // SAFETY: offsets stay within what the caller vouches for.
    unsafe {
        let alpha = V::splat(alpha);
        for (j, sums_j) in sums.iter().enumerate() {
            for (v, &sum) in sums_j.iter().enumerate() {
                let at = c.add(row + j * c_next + v * V::LANES);
                let count = if v + 1 < MV { V::LANES } else { last };
                start.write::<V>(alpha, sum, (row + v * V::LANES, count), at);
            }
        }
    }
}
