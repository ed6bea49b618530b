//! AVX2 and FMA: 8 numbers of `f32` or 4 of `f64` in a register.

use std::arch::x86_64::{
    __m256, __m256d, __m256i, _CMP_GT_OQ, _MM_HINT_T0, _MM_HINT_T1, _mm_loadu_ps, _mm_prefetch,
    _mm256_and_pd, _mm256_and_ps, _mm256_castps128_ps256, _mm256_cmp_pd, _mm256_cmp_ps,
    _mm256_fmadd_pd, _mm256_fmadd_ps, _mm256_insertf128_ps, _mm256_loadu_pd, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_maskload_pd, _mm256_maskload_ps, _mm256_maskstore_pd,
    _mm256_maskstore_ps, _mm256_max_pd, _mm256_max_ps, _mm256_mul_pd, _mm256_mul_ps,
    _mm256_permute2f128_pd, _mm256_set1_pd, _mm256_set1_ps, _mm256_setzero_pd, _mm256_setzero_ps,
    _mm256_shuffle_ps, _mm256_storeu_pd, _mm256_storeu_ps, _mm256_unpackhi_pd, _mm256_unpackhi_ps,
    _mm256_unpacklo_pd, _mm256_unpacklo_ps,
};

use super::Simd;

/// Eight numbers of `f32`.
#[derive(Clone, Copy)]
pub(crate) struct F32x8(__m256);

/// Four numbers of `f64`.
#[derive(Clone, Copy)]
pub(crate) struct F64x4(__m256d);

/// Read from `8 − count` on, a mask of `count` lanes of `f32`.
static MASK_32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// Read from `4 − count` on, a mask of `count` lanes of `f64`.
static MASK_64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

/// The first `count <= 8` lanes.
#[inline(always)]
unsafe fn mask_32(count: usize) -> __m256i {
    // SAFETY: eight numbers from `8 − count <= 8` on are in the table of sixteen.
    unsafe { _mm256_loadu_si256(MASK_32.as_ptr().add(8 - count).cast()) }
}

/// The first `count <= 4` lanes.
#[inline(always)]
unsafe fn mask_64(count: usize) -> __m256i {
    // SAFETY: four numbers from `4 − count <= 4` on are in the table of eight.
    unsafe { _mm256_loadu_si256(MASK_64.as_ptr().add(4 - count).cast()) }
}

// SAFETY (all of both blocks): the caller has a processor with AVX2 and FMA and pointers good for
// what is read and written; the instructions ask for no alignment, and masked ones touch no memory
// outside their mask.
impl Simd for F32x8 {
    type Number = f32;
    const ONE: f32 = 1.0;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as above the block.
        Self(unsafe { _mm256_setzero_ps() })
    }

    #[inline(always)]
    unsafe fn splat(number: f32) -> Self {
        // SAFETY: as above the block.
        Self(unsafe { _mm256_set1_ps(number) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: as above the block.
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self {
        // SAFETY: as above the block.
        Self(unsafe { _mm256_maskload_ps(from, mask_32(count)) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as above the block.
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, count: usize) {
        // SAFETY: as above the block.
        unsafe { _mm256_maskstore_ps(to, mask_32(count), self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: as above the block.
        Self(unsafe { _mm256_fmadd_ps(self.0, b.0, c.0) })
    }

    #[inline(always)]
    unsafe fn rectified(self) -> Self {
        // Of NaN the second is given back.
        // SAFETY: as above the block.
        Self(unsafe { _mm256_max_ps(_mm256_setzero_ps(), self.0) })
    }

    #[inline(always)]
    unsafe fn where_positive(self, by: Self) -> Self {
        // SAFETY: as above the block.
        unsafe {
            let chosen = _mm256_cmp_ps::<_CMP_GT_OQ>(by.0, _mm256_setzero_ps());
            Self(_mm256_and_ps(self.0, chosen))
        }
    }

    #[inline(always)]
    fn prefetch<const NEAR: bool>(from: *const Self::Number) {
        // SAFETY: a hint, which reads nothing and cannot fault; SSE is part of x86_64.
        unsafe {
            if NEAR {
                _mm_prefetch::<_MM_HINT_T0>(from.cast());
            } else {
                _mm_prefetch::<_MM_HINT_T1>(from.cast());
            }
        }
    }

    #[inline(always)]
    fn prefetch_to_write(from: *const Self::Number) {
        super::prefetchw(from);
    }

    #[inline(always)]
    unsafe fn mul(self, b: Self) -> Self {
        // SAFETY: as above the block.
        Self(unsafe { _mm256_mul_ps(self.0, b.0) })
    }

    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_step: usize, to: *mut f32, to_step: usize) {
        // SAFETY: as above the block. Halves of rows i and i + 4 are put side by side, so that
        // what is left is to turn 4 x 4 blocks around within each half.
        unsafe {
            for half in 0..2 {
                let row = |i: usize| {
                    let low = _mm_loadu_ps(from.add(i * from_step + 4 * half));
                    let high = _mm_loadu_ps(from.add((i + 4) * from_step + 4 * half));
                    _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(low), high)
                };
                let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
                let (low01, high01) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
                let (low23, high23) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
                let columns = [
                    _mm256_shuffle_ps::<0b01_00_01_00>(low01, low23),
                    _mm256_shuffle_ps::<0b11_10_11_10>(low01, low23),
                    _mm256_shuffle_ps::<0b01_00_01_00>(high01, high23),
                    _mm256_shuffle_ps::<0b11_10_11_10>(high01, high23),
                ];
                for (p, column) in columns.into_iter().enumerate() {
                    _mm256_storeu_ps(to.add((4 * half + p) * to_step), column);
                }
            }
        }
    }
}

impl Simd for F64x4 {
    type Number = f64;
    const ONE: f64 = 1.0;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: as above the first block.
        Self(unsafe { _mm256_setzero_pd() })
    }

    #[inline(always)]
    unsafe fn splat(number: f64) -> Self {
        // SAFETY: as above the first block.
        Self(unsafe { _mm256_set1_pd(number) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: as above the first block.
        Self(unsafe { _mm256_loadu_pd(from) })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, count: usize) -> Self {
        // SAFETY: as above the first block.
        Self(unsafe { _mm256_maskload_pd(from, mask_64(count)) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: as above the first block.
        unsafe { _mm256_storeu_pd(to, self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f64, count: usize) {
        // SAFETY: as above the first block.
        unsafe { _mm256_maskstore_pd(to, mask_64(count), self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: as above the first block.
        Self(unsafe { _mm256_fmadd_pd(self.0, b.0, c.0) })
    }

    #[inline(always)]
    unsafe fn rectified(self) -> Self {
        // Of NaN the second is given back.
        // SAFETY: as above the first block.
        Self(unsafe { _mm256_max_pd(_mm256_setzero_pd(), self.0) })
    }

    #[inline(always)]
    unsafe fn where_positive(self, by: Self) -> Self {
        // SAFETY: as above the first block.
        unsafe {
            let chosen = _mm256_cmp_pd::<_CMP_GT_OQ>(by.0, _mm256_setzero_pd());
            Self(_mm256_and_pd(self.0, chosen))
        }
    }

    #[inline(always)]
    fn prefetch<const NEAR: bool>(from: *const Self::Number) {
        // SAFETY: a hint, which reads nothing and cannot fault; SSE is part of x86_64.
        unsafe {
            if NEAR {
                _mm_prefetch::<_MM_HINT_T0>(from.cast());
            } else {
                _mm_prefetch::<_MM_HINT_T1>(from.cast());
            }
        }
    }

    #[inline(always)]
    fn prefetch_to_write(from: *const Self::Number) {
        super::prefetchw(from);
    }

    #[inline(always)]
    unsafe fn mul(self, b: Self) -> Self {
        // SAFETY: as above the first block.
        Self(unsafe { _mm256_mul_pd(self.0, b.0) })
    }

    #[inline(always)]
    unsafe fn transpose(from: *const f64, from_step: usize, to: *mut f64, to_step: usize) {
        // SAFETY: as above the first block.
        unsafe {
            let row = |i: usize| _mm256_loadu_pd(from.add(i * from_step));
            let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
            let (even01, odd01) = (_mm256_unpacklo_pd(r0, r1), _mm256_unpackhi_pd(r0, r1));
            let (even23, odd23) = (_mm256_unpacklo_pd(r2, r3), _mm256_unpackhi_pd(r2, r3));
            let columns = [
                _mm256_permute2f128_pd::<0x20>(even01, even23),
                _mm256_permute2f128_pd::<0x20>(odd01, odd23),
                _mm256_permute2f128_pd::<0x31>(even01, even23),
                _mm256_permute2f128_pd::<0x31>(odd01, odd23),
            ];
            for (p, column) in columns.into_iter().enumerate() {
                _mm256_storeu_pd(to.add(p * to_step), column);
            }
        }
    }
}
