//! AVX-512: 16 numbers of `f32` or 8 of `f64` in a register, and 32 registers.

use std::arch::x86_64::{
    __m512, __m512d, _CMP_GT_OQ, _MM_HINT_T0, _MM_HINT_T1, _mm_prefetch, _mm512_cmp_pd_mask,
    _mm512_cmp_ps_mask, _mm512_fmadd_pd, _mm512_fmadd_ps, _mm512_loadu_pd, _mm512_loadu_ps,
    _mm512_mask_storeu_pd, _mm512_mask_storeu_ps, _mm512_maskz_loadu_pd, _mm512_maskz_loadu_ps,
    _mm512_maskz_mov_pd, _mm512_maskz_mov_ps, _mm512_max_pd, _mm512_max_ps, _mm512_mul_pd,
    _mm512_mul_ps, _mm512_set1_pd, _mm512_set1_ps, _mm512_setzero_pd, _mm512_setzero_ps,
    _mm512_storeu_pd, _mm512_storeu_ps,
};

use super::{F32x8, F64x4, Simd};

/// Sixteen numbers of `f32`.
#[derive(Clone, Copy)]
pub(crate) struct F32x16(__m512);

/// Eight numbers of `f64`.
#[derive(Clone, Copy)]
pub(crate) struct F64x8(__m512d);

/// A bit for each of the first `count <= 16` lanes.
#[inline(always)]
fn first(count: usize) -> u16 {
    ((1_u32 << count) - 1) as u16
}

/// Writes [`Simd`] for one register type: the instructions of each method are named.
macro_rules! simd_512 {
    (
        $register:ident, $number:ident, $half:ident, $lanes:literal, $mask:ident,
        $zero:ident, $splat:ident, $load:ident, $load_first:ident, $store:ident,
        $store_first:ident, $fmadd:ident, $mul:ident, $max:ident, $compare:ident, $choose:ident
    ) => {
        // SAFETY (all of the block): the caller has a processor with AVX-512 (F and VL), AVX2 and
        // FMA, and pointers good for what is read and written; the instructions ask for no
        // alignment, and masked ones touch no memory outside their mask.
        impl Simd for $register {
            type Number = $number;
            const ONE: $number = 1.0;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: as above the block.
                Self(unsafe { $zero() })
            }

            #[inline(always)]
            unsafe fn splat(number: $number) -> Self {
                // SAFETY: as above the block.
                Self(unsafe { $splat(number) })
            }

            #[inline(always)]
            unsafe fn load(from: *const $number) -> Self {
                // SAFETY: as above the block.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $number, count: usize) -> Self {
                // SAFETY: as above the block.
                Self(unsafe { $load_first(first(count) as $mask, from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $number) {
                // SAFETY: as above the block.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $number, count: usize) {
                // SAFETY: as above the block.
                unsafe { $store_first(to, first(count) as $mask, self.0) }
            }

            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: as above the block.
                Self(unsafe { $fmadd(self.0, b.0, c.0) })
            }

            #[inline(always)]
            unsafe fn rectified(self) -> Self {
                // Of NaN the second is given back.
                // SAFETY: as above the block.
                Self(unsafe { $max($zero(), self.0) })
            }

            #[inline(always)]
            unsafe fn where_positive(self, by: Self) -> Self {
                // SAFETY: as above the block.
                Self(unsafe { $choose($compare::<_CMP_GT_OQ>(by.0, $zero()), self.0) })
            }

            #[inline(always)]
            fn prefetch<const NEAR: bool>(from: *const $number) {
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
            fn prefetch_to_write(from: *const $number) {
                super::prefetchw(from);
            }

            #[inline(always)]
            unsafe fn mul(self, b: Self) -> Self {
                // SAFETY: as above the block.
                Self(unsafe { $mul(self.0, b.0) })
            }

            #[inline(always)]
            unsafe fn transpose(
                from: *const $number,
                from_step: usize,
                to: *mut $number,
                to_step: usize,
            ) {
                const HALF: usize = $lanes / 2;
                // SAFETY: as above the block; four quarters of the square.
                unsafe {
                    for (i, p) in [(0, 0), (HALF, 0), (0, HALF), (HALF, HALF)] {
                        let (from, to) = (from.add(i * from_step + p), to.add(p * to_step + i));
                        $half::transpose(from, from_step, to, to_step);
                    }
                }
            }
        }
    };
}

simd_512!(
    F32x16,
    f32,
    F32x8,
    16,
    u16,
    _mm512_setzero_ps,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_maskz_loadu_ps,
    _mm512_storeu_ps,
    _mm512_mask_storeu_ps,
    _mm512_fmadd_ps,
    _mm512_mul_ps,
    _mm512_max_ps,
    _mm512_cmp_ps_mask,
    _mm512_maskz_mov_ps
);

simd_512!(
    F64x8,
    f64,
    F64x4,
    8,
    u8,
    _mm512_setzero_pd,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_maskz_loadu_pd,
    _mm512_storeu_pd,
    _mm512_mask_storeu_pd,
    _mm512_fmadd_pd,
    _mm512_mul_pd,
    _mm512_max_pd,
    _mm512_cmp_pd_mask,
    _mm512_maskz_mov_pd
);
