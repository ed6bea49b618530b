//! Arrays that the compiler turns into whatever registers there are.

use super::Simd;

/// Eight numbers in an array.
#[derive(Clone, Copy)]
pub(crate) struct Portable<T>([T; 8]);

macro_rules! portable_for {
    ($number:ident) => {
        // SAFETY: nothing here needs particular instructions; pointers are the caller's promise.
        impl Simd for Portable<$number> {
            type Number = $number;
            const ONE: $number = 1.0;
            const LANES: usize = 8;

            #[inline(always)]
            unsafe fn zero() -> Self {
                Self([0.0; 8])
            }

            #[inline(always)]
            unsafe fn splat(number: $number) -> Self {
                Self([number; 8])
            }

            #[inline(always)]
            unsafe fn load(from: *const $number) -> Self {
                // SAFETY: good for eight numbers, says the caller.
                Self(unsafe { from.cast::<[$number; 8]>().read_unaligned() })
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $number, count: usize) -> Self {
                let mut all = [0.0; 8];
                for (lane, number) in all.iter_mut().enumerate().take(count) {
                    // SAFETY: good for `count` numbers, says the caller.
                    *number = unsafe { *from.add(lane) };
                }
                Self(all)
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $number) {
                // SAFETY: good for eight numbers, says the caller.
                unsafe { to.cast::<[$number; 8]>().write_unaligned(self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $number, count: usize) {
                for (lane, &number) in self.0.iter().enumerate().take(count) {
                    // SAFETY: good for `count` numbers, says the caller.
                    unsafe { *to.add(lane) = number };
                }
            }

            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                let mut sum = c.0;
                for lane in 0..8 {
                    // Where there is no such instruction `mul_add` would be a slow function.
                    sum[lane] = if cfg!(any(target_arch = "aarch64", target_feature = "fma")) {
                        self.0[lane].mul_add(b.0[lane], sum[lane])
                    } else {
                        self.0[lane] * b.0[lane] + sum[lane]
                    };
                }
                Self(sum)
            }

            #[inline(always)]
            unsafe fn rectified(self) -> Self {
                Self(self.0.map(|number| if number < 0.0 { 0.0 } else { number }))
            }

            #[inline(always)]
            unsafe fn where_positive(self, by: Self) -> Self {
                Self(std::array::from_fn(|lane| if by.0[lane] > 0.0 { self.0[lane] } else { 0.0 }))
            }

            #[inline(always)]
            fn prefetch<const NEAR: bool>(_from: *const $number) {}

            #[inline(always)]
            fn prefetch_to_write(_from: *const $number) {}

            #[inline(always)]
            unsafe fn mul(self, b: Self) -> Self {
                Self(std::array::from_fn(|lane| self.0[lane] * b.0[lane]))
            }

            #[inline(always)]
            unsafe fn transpose(
                from: *const $number,
                from_step: usize,
                to: *mut $number,
                to_step: usize,
            ) {
                for i in 0..8 {
                    for p in 0..8 {
                        // SAFETY: the block is the caller's promise.
                        unsafe { *to.add(p * to_step + i) = *from.add(i * from_step + p) };
                    }
                }
            }
        }
    };
}

portable_for!(f32);
portable_for!(f64);
