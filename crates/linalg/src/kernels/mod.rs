//! The choice between instruction sets, at run time.

mod compiled;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use crate::blocked::{Packed, Product};
use crate::features::Block;
use crate::start::Start;
#[cfg(target_arch = "x86_64")]
use crate::{
    turned,
    vectorized::{has_avx2, has_avx512},
};
use compiled::*;

/// Whether columns of `m` numbers would leave much of registers of 64 bytes empty, where one of 32
/// holds `lanes`.
#[cfg(target_arch = "x86_64")]
fn is_odd<T: Copy + Default>(product: &Product<'_, T>, lanes: usize) -> bool {
    matches!(product.shape.0.div_ceil(lanes), 1 | 3 | 5) && !turned::suits(product)
}

/// What the rest of the crate calls, for one number type.
macro_rules! calls_for {
    (
        $module:ident, $number:ident,
        products [$portable:ident, $avx2:ident, $avx512:ident, $avx512vl:ident $lanes:literal],
        relu [$portable_relu:ident, $avx2_relu:ident]
    ) => {
        pub(crate) mod $module {
            use super::*;

            thread_local! {
                static PACKED: RefCell<Packed<$number>> = RefCell::default();
            }

            /// `C := alpha A B + start` with this thread's packing buffers.
            ///
            /// # Safety
            /// Sides, bias and `c` hold matrices of the product's shape; all sizes are at least 1.
            pub(crate) unsafe fn gemm(product: &Product<'_, $number>, c: *mut $number) {
                PACKED.with_borrow_mut(|packed| {
                    // One column is bound by memory, whatever the registers.
                    #[cfg(target_arch = "x86_64")]
                    if product.shape.2 > 1 && has_avx512() {
                        // SAFETY: the processor has the instructions; the rest as the caller's.
                        return unsafe {
                            if is_odd(product, $lanes) {
                                $avx512vl::gemm(product, c, packed)
                            } else {
                                $avx512::gemm(product, c, packed)
                            }
                        };
                    }
                    #[cfg(target_arch = "x86_64")]
                    if has_avx2() {
                        // SAFETY: the processor has the instructions; the rest as the caller's.
                        return unsafe { $avx2::gemm(product, c, packed) };
                    }
                    // SAFETY: as the caller's.
                    unsafe { $portable::gemm(product, c, packed) }
                });
            }

            /// [`gemm`], some columns at a time; `take` may use this thread's packing buffers.
            ///
            /// # Safety
            /// As [`gemm`], with room for `together` columns in `scratch`.
            pub(crate) unsafe fn gemm_in_turns(
                product: &Product<'_, $number>,
                together: usize,
                scratch: &mut [$number],
                take: &mut dyn FnMut(usize, &mut [$number]),
            ) {
                let mut packed = PACKED.take();
                // SAFETY: the processor has the instructions; the rest as the caller's.
                unsafe {
                    let packed = &mut packed;
                    #[cfg(target_arch = "x86_64")]
                    if has_avx512() && is_odd(product, $lanes) {
                        $avx512vl::gemm_in_turns(product, together, scratch, packed, take);
                    } else if has_avx512() {
                        $avx512::gemm_in_turns(product, together, scratch, packed, take);
                    } else if has_avx2() {
                        $avx2::gemm_in_turns(product, together, scratch, packed, take);
                    } else {
                        $portable::gemm_in_turns(product, together, scratch, packed, take);
                    }
                    #[cfg(not(target_arch = "x86_64"))]
                    $portable::gemm_in_turns(product, together, scratch, packed, take);
                }
                PACKED.set(packed);
            }

            /// `dW` of a block of features.
            ///
            /// # Safety
            /// The block is sound, and `dz` and `c` hold what belongs to it.
            pub(crate) unsafe fn block_gradient(
                block: &Block<'_, $number>,
                dz: *const $number,
                factors: ($number, Start<'_, $number>),
                c: *mut $number,
            ) {
                PACKED.with_borrow_mut(|packed| {
                    #[cfg(target_arch = "x86_64")]
                    if has_avx512() {
                        // SAFETY: the processor has the instructions; the rest as the caller's.
                        return unsafe { $avx512::block_gradient(block, dz, factors, c, packed) };
                    }
                    #[cfg(target_arch = "x86_64")]
                    if has_avx2() {
                        // SAFETY: the processor has the instructions; the rest as the caller's.
                        return unsafe { $avx2::block_gradient(block, dz, factors, c, packed) };
                    }
                    // SAFETY: as the caller's.
                    unsafe { $portable::block_gradient(block, dz, factors, c, packed) }
                });
            }

            /// `Z` of a block of features.
            ///
            /// # Safety
            /// The block is sound, and `w` and `s` hold what belongs to it.
            pub(crate) unsafe fn block_sums(
                block: &Block<'_, $number>,
                w: &[$number],
                resumes: bool,
                s: *mut $number,
            ) {
                PACKED.with_borrow_mut(|packed| {
                    #[cfg(target_arch = "x86_64")]
                    if has_avx512() {
                        // Few units leave less of these registers empty.
                        // SAFETY: the processor has the instructions; the rest as the caller's.
                        return unsafe { $avx512vl::block_sums(block, w, resumes, s, packed) };
                    }
                    #[cfg(target_arch = "x86_64")]
                    if has_avx2() {
                        // SAFETY: the processor has the instructions; the rest as the caller's.
                        return unsafe { $avx2::block_sums(block, w, resumes, s, packed) };
                    }
                    // SAFETY: as the caller's.
                    unsafe { $portable::block_sums(block, w, resumes, s, packed) }
                });
            }

            /// ReLU.
            pub(crate) fn rectify(z: &mut [$number]) {
                #[cfg(target_arch = "x86_64")]
                if has_avx2() {
                    // SAFETY: the processor has the instructions.
                    return unsafe { $avx2_relu::rectify(z) };
                }
                // SAFETY: needs no particular instructions.
                unsafe { $portable_relu::rectify(z) }
            }

            /// ReLU's derivative.
            pub(crate) fn rectify_backward(a: &[$number], da: &mut [$number]) {
                #[cfg(target_arch = "x86_64")]
                if has_avx2() {
                    // SAFETY: the processor has the instructions.
                    return unsafe { $avx2_relu::rectify_backward(a, da) };
                }
                // SAFETY: needs no particular instructions.
                unsafe { $portable_relu::rectify_backward(a, da) }
            }
        }
    };
}

calls_for!(
    for_f32, f32,
    products [portable_f32, avx2_f32, avx512_f32, avx512vl_f32 8],
    relu [portable_relu_f32, avx2_relu_f32]
);
calls_for!(
    for_f64, f64,
    products [portable_f64, avx2_f64, avx512_f64, avx512vl_f64 4],
    relu [portable_relu_f64, avx2_relu_f64]
);
