//! What a product is added to: nothing, old values or a bias.

use crate::simd::Simd;

/// What a product is added to.
///
/// A structure, not an enumeration with values: every tile reads it, and all of it is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a, T> {
    pub(crate) kind: StartKind,
    bias: &'a [T],
}

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartKind {
    /// Not at all.
    Zero,
    /// Old values are added to the sums.
    Old,
    /// Sums begin with a bias.
    Bias,
    /// A bias is added to the sums.
    BiasAfter,
}

impl<'a, T> Start<'a, T> {
    /// Nothing: the old values are not read.
    pub(crate) fn zero() -> Self {
        Self { kind: StartKind::Zero, bias: &[] }
    }

    /// The old values.
    pub(crate) fn old() -> Self {
        Self { kind: StartKind::Old, bias: &[] }
    }

    /// The same column in every column of `C`, which has no more rows. Sums begin with it, where they are not
    /// made in blocks of terms; so it is for products whose alpha is 1.
    pub(crate) fn bias(bias: &'a [T]) -> Self {
        Self { kind: StartKind::Bias, bias }
    }
}

impl<T: Copy> Start<'_, T> {
    /// The same, where its kind is known to be this one.
    pub(crate) fn of_kind(self, kind: StartKind) -> Self {
        Self { kind, ..self }
    }

    /// For `terms` from `from` on, of `k` in all.
    pub(crate) fn of_block(self, (from, terms): (usize, usize), k: usize) -> Self {
        match self.kind {
            _ if from > 0 => Self { kind: StartKind::Old, bias: &[] },
            // As if all blocks were put together afterwards.
            StartKind::Bias if terms < k => Self { kind: StartKind::BiasAfter, ..self },
            _ => self,
        }
    }

    /// For the rows of `C` from `row` on.
    pub(crate) fn below(self, row: usize) -> Self {
        Self { bias: self.bias.get(row..).unwrap_or_default(), ..self }
    }

    /// Whether sums begin with a bias.
    pub(crate) fn is_bias(&self) -> bool {
        self.kind == StartKind::Bias
    }

    /// Whether nothing is added.
    pub(crate) fn is_zero(&self) -> bool {
        self.kind == StartKind::Zero
    }

    /// Whether the old values are read.
    pub(crate) fn reads(&self) -> bool {
        self.kind == StartKind::Old
    }

    /// Whether the bias, if there is one, has `rows` numbers.
    pub(crate) fn fits(&self, rows: usize) -> bool {
        !matches!(self.kind, StartKind::Bias | StartKind::BiasAfter) || self.bias.len() >= rows
    }

    /// What the sums of the first `count <= LANES` rows from `row` on begin with.
    ///
    /// # Safety
    /// The processor has the instructions of `V`; a bias holds the rows.
    #[inline(always)]
    pub(crate) unsafe fn first<V: Simd<Number = T>>(&self, row: usize, count: usize) -> V {
        // SAFETY: within what the caller vouches for.
        unsafe { if self.is_bias() { read(self.bias.as_ptr().add(row), count) } else { V::zero() } }
    }

    /// What becomes of the sums of the first `count <= LANES` rows from `row` on, which go to `c`: `alpha sum`,
    /// and what is added to it.
    ///
    /// # Safety
    /// The processor has the instructions of `V`; `c` and a bias hold the rows.
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
            match self.kind {
                StartKind::Zero | StartKind::Bias => alpha.mul(sum),
                StartKind::Old => alpha.mul_add(sum, read(c, count)),
                StartKind::BiasAfter => {
                    alpha.mul_add(sum, read(self.bias.as_ptr().add(row), count))
                }
            }
        }
    }
}

/// The first `count <= LANES` numbers.
///
/// # Safety
/// The processor has the instructions of `V`, and the numbers are there.
#[inline(always)]
pub(crate) unsafe fn read<V: Simd>(from: *const V::Number, count: usize) -> V {
    // SAFETY: as the caller's.
    unsafe { if count == V::LANES { V::load(from) } else { V::load_first(from, count) } }
}
