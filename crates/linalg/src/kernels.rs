//! The kernels compiled for each instruction set, and the choice between them at run time.

use std::cell::RefCell;

use crate::blocked::{self, Kernel, Packed, Product};
use crate::rectify;
use crate::simd::Portable;
#[cfg(target_arch = "x86_64")]
use crate::simd::{F32x8, F64x4};
use crate::tile::{self, Tile, TileFn};
use crate::vectorized::has_avx2;

/// The tile of `$mv` registers by `$nr` columns out of those compiled.
macro_rules! choose {
    ($tile:ident, $size:expr, [$($m:literal x $n:literal),*]) => {
        match $size {
            $(($m, $n) => $tile::<$m, $n>,)*
            (mv, nr) => unreachable!("no tile of {mv} by {nr}"),
        }
    };
    ($tile:ident, $mv:expr, $nr:expr, $edge:expr, [$($m:literal x $n:literal),*]) => {
        match ($mv, $nr, $edge) {
            $(
                ($m, $n, false) => $tile::<$m, $n, false>,
                ($m, $n, true) => $tile::<$m, $n, true>,
            )*
            (mv, nr, _) => unreachable!("no tile of {mv} by {nr}"),
        }
    };
}

/// Tiles and products for one register type, compiled with the instructions named.
macro_rules! kernels_for {
    ($module:ident, $register:ty, $number:ident $(, $features:literal)?) => {
        mod $module {
            use super::*;

            /// A tile.
            ///
            /// # Safety
            /// As [`tile::compute`].
            $(#[target_feature(enable = $features)])?
            unsafe fn tile<const MV: usize, const NR: usize, const EDGE: bool>(
                tile: &Tile<'_, $number>,
            ) {
                // SAFETY: as the caller's.
                unsafe { tile::compute::<$register, MV, NR, EDGE>(tile) }
            }

            /// A tile that writes `C` turned around.
            ///
            /// # Safety
            /// As [`tile::compute_turned`].
            $(#[target_feature(enable = $features)])?
            unsafe fn turned_tile<const MV: usize, const NR: usize>(tile: &Tile<'_, $number>) {
                // SAFETY: as the caller's.
                unsafe { tile::compute_turned::<$register, MV, NR>(tile) }
            }

            impl Kernel for $register {
                fn turned_tile(mv: usize, nr: usize) -> TileFn<$number> {
                    choose!(turned_tile, (mv, nr), [
                        1 x 1, 1 x 2, 1 x 3, 1 x 4, 1 x 5, 1 x 6,
                        2 x 1, 2 x 2, 2 x 3, 2 x 4, 2 x 5, 2 x 6
                    ])
                }

                fn tile(mv: usize, nr: usize, edge: bool) -> TileFn<$number> {
                    choose!(tile, mv, nr, edge, [
                        1 x 1, 1 x 2, 1 x 3, 1 x 4, 1 x 5, 1 x 6, 1 x 7, 1 x 8,
                        2 x 1, 2 x 2, 2 x 3, 2 x 4, 2 x 5, 2 x 6,
                        3 x 1, 3 x 2, 3 x 3
                    ])
                }
            }

            /// A product.
            ///
            /// # Safety
            /// As [`blocked::gemm`].
            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn gemm(
                product: &Product<'_, $number>,
                c: *mut $number,
                packed: &mut Packed<$number>,
            ) {
                // SAFETY: as the caller's.
                unsafe { blocked::gemm::<$register>(product, c, 1.0, packed) }
            }

            /// ReLU.
            ///
            /// # Safety
            /// The processor has the instructions.
            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn rectify(z: &mut [$number]) {
                // SAFETY: as the caller's.
                unsafe { rectify::forward::<$register>(z) }
            }

            /// ReLU's derivative.
            ///
            /// # Safety
            /// The processor has the instructions.
            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn rectify_backward(a: &[$number], da: &mut [$number]) {
                // SAFETY: as the caller's.
                unsafe { rectify::backward::<$register>(a, da) }
            }
        }
    };
}

kernels_for!(portable_f32, Portable<f32>, f32);
kernels_for!(portable_f64, Portable<f64>, f64);
#[cfg(target_arch = "x86_64")]
kernels_for!(avx2_f32, F32x8, f32, "avx2,fma");
#[cfg(target_arch = "x86_64")]
kernels_for!(avx2_f64, F64x4, f64, "avx2,fma");

/// What the rest of the crate calls, for one number type.
macro_rules! calls_for {
    ($module:ident, $number:ident, $portable:ident, $avx2:ident) => {
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
                    #[cfg(target_arch = "x86_64")]
                    if has_avx2() {
                        // SAFETY: the processor has the instructions; the rest as the caller's.
                        return unsafe { $avx2::gemm(product, c, packed) };
                    }
                    // SAFETY: as the caller's.
                    unsafe { $portable::gemm(product, c, packed) }
                });
            }

            /// ReLU.
            pub(crate) fn rectify(z: &mut [$number]) {
                #[cfg(target_arch = "x86_64")]
                if has_avx2() {
                    // SAFETY: the processor has the instructions.
                    return unsafe { $avx2::rectify(z) };
                }
                // SAFETY: needs no particular instructions.
                unsafe { $portable::rectify(z) }
            }

            /// ReLU's derivative.
            pub(crate) fn rectify_backward(a: &[$number], da: &mut [$number]) {
                #[cfg(target_arch = "x86_64")]
                if has_avx2() {
                    // SAFETY: the processor has the instructions.
                    return unsafe { $avx2::rectify_backward(a, da) };
                }
                // SAFETY: needs no particular instructions.
                unsafe { $portable::rectify_backward(a, da) }
            }
        }
    };
}

calls_for!(for_f32, f32, portable_f32, avx2_f32);
calls_for!(for_f64, f64, portable_f64, avx2_f64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Side;
    use crate::tile::Start;
    use crate::{DMatrix, MatrixView, plain};

    /// The kernels that a processor without AVX2 gets, which nothing else reaches on one that has it.
    macro_rules! portable_products {
        ($name:ident, $module:ident, $number:ident) => {
            #[test]
            fn $name() {
                let matrix = |nrows, ncols, seed: usize| {
                    DMatrix::from_fn(nrows, ncols, |i, j| {
                        ((i * 31 + j * 17 + seed * 7) % 23) as $number - 11.0
                    })
                };
                // One column, tiles with and without a rest, several blocks, far rows, few rows.
                for (m, k, n) in [
                    (9, 5, 1),
                    (7, 3, 9),
                    (40, 30, 13),
                    (170, 500, 7),
                    (20, 60, 1100),
                    (60, 40, 1100),
                ] {
                    let (a, b) = (matrix(m, k, 1), matrix(k, n, 2));
                    let (a_t, b_t) = (a.transpose(), b.transpose());
                    let straight = |matrix| Side::straight(&MatrixView::from(matrix));
                    let expected = plain::matmul(&a, &b);
                    for (a, b) in [
                        (straight(&a), straight(&b)),
                        (straight(&a_t).transposed(), straight(&b)),
                        (straight(&a), straight(&b_t).transposed()),
                    ] {
                        let start = Start::zero();
                        let product = Product { shape: (m, k, n), alpha: 1.0, a, b, start };
                        let mut c = DMatrix::from_element(m, n, $number::NAN);
                        // SAFETY: matrices of the product's shape.
                        unsafe {
                            $module::gemm(
                                &product,
                                c.as_mut_slice().as_mut_ptr(),
                                &mut Packed::default(),
                            );
                        }
                        // Whole numbers: every order of summation is exact.
                        assert_eq!(c, expected, "{:?}", (m, k, n));
                    }
                }
            }
        };
    }

    portable_products!(portable_products_of_f32, portable_f32, f32);
    portable_products!(portable_products_of_f64, portable_f64, f64);

    #[test]
    fn portable_relu() {
        let mut z: Vec<f32> = (0..21).map(|i| i as f32 - 10.0).collect();
        let mut da = vec![2.0; 21];
        // SAFETY: no particular instructions.
        unsafe {
            portable_f32::rectify(&mut z);
            portable_f32::rectify_backward(&z, &mut da);
        }
        for i in 0..21 {
            let positive = i > 10;
            assert_eq!(z[i], if positive { i as f32 - 10.0 } else { 0.0 });
            assert_eq!(da[i], if positive { 2.0 } else { 0.0 });
        }
    }
}
