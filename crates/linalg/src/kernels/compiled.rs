//! The kernels compiled for each instruction set.

use crate::blocked::{self, Kernel, Packed, Product};
use crate::features::{self, Block};
use crate::rectify;
use crate::simd::Portable;
#[cfg(target_arch = "x86_64")]
use crate::simd::{F32x8, F32x16, F64x4, F64x8};
use crate::start::Start;
use crate::tile::{self, Tile, TileFn};

/// The tile of `$mv` registers by `$nr` columns out of those compiled.
macro_rules! choose {
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
    (
        $module:ident, $register:ty, $number:ident $(, $features:literal)?;
        block of A $block:literal, shape $shape:ident,
        tiles [$($m:literal x $n:literal),*]
    ) => {
        pub(super) mod $module {
            use super::*;

            /// These tiles.
            pub(in crate::kernels) struct Tiles;

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

            impl Kernel for Tiles {
                type Register = $register;
                const BLOCK_OF_A: usize = $block;

                fn shape(registers: usize) -> (usize, usize) {
                    $shape(registers)
                }

                fn tile(mv: usize, nr: usize, edge: bool) -> TileFn<$number> {
                    choose!(tile, mv, nr, edge, [$($m x $n),*])
                }
            }

            /// A product.
            ///
            /// # Safety
            /// As [`blocked::gemm`].
            $(#[target_feature(enable = $features)])?
            pub(in crate::kernels) unsafe fn gemm(
                product: &Product<'_, $number>,
                c: *mut $number,
                packed: &mut Packed<$number>,
            ) {
                // SAFETY: as the caller's.
                unsafe { blocked::gemm::<Tiles>(product, c, packed) }
            }

            /// A product, some columns at a time.
            ///
            /// # Safety
            /// As [`blocked::gemm_in_turns`].
            $(#[target_feature(enable = $features)])?
            pub(in crate::kernels) unsafe fn gemm_in_turns(
                product: &Product<'_, $number>,
                together: usize,
                scratch: &mut [$number],
                packed: &mut Packed<$number>,
                take: &mut dyn FnMut(usize, &mut [$number]),
            ) {
                // SAFETY: as the caller's.
                unsafe {
                    blocked::gemm_in_turns::<Tiles>(product, together, scratch, packed, take);
                }
            }

            /// `dW` of a block of features.
            ///
            /// # Safety
            /// As [`features::gradient`].
            // With registers of 64 bytes there are two kinds of tiles, and each product has one.
            #[allow(dead_code)]
            $(#[target_feature(enable = $features)])?
            pub(in crate::kernels) unsafe fn block_gradient(
                block: &Block<'_, $number>,
                dz: *const $number,
                factors: ($number, Start<'_, $number>),
                c: *mut $number,
                packed: &mut Packed<$number>,
            ) {
                // SAFETY: as the caller's.
                unsafe { features::gradient::<Tiles>(block, dz, factors, c, packed) }
            }

            /// `Z` of a block of features.
            ///
            /// # Safety
            /// As [`features::sums`].
            // With registers of 64 bytes there are two kinds of tiles, and each product has one.
            #[allow(dead_code)]
            $(#[target_feature(enable = $features)])?
            pub(in crate::kernels) unsafe fn block_sums(
                block: &Block<'_, $number>,
                w: &[$number],
                resumes: bool,
                s: *mut $number,
                packed: &mut Packed<$number>,
            ) {
                // SAFETY: as the caller's.
                unsafe { features::sums::<Tiles>(block, w, resumes, s, packed) }
            }
        }
    };
}

/// ReLU for one register type, compiled with the instructions named.
macro_rules! rectify_for {
    ($module:ident, $register:ty, $number:ident $(, $features:literal)?) => {
        pub(super) mod $module {
            use super::*;

            /// ReLU.
            ///
            /// # Safety
            /// The processor has the instructions.
            $(#[target_feature(enable = $features)])?
            pub(in crate::kernels) unsafe fn rectify(z: &mut [$number]) {
                // SAFETY: as the caller's.
                unsafe { rectify::forward::<$register>(z) }
            }

            /// ReLU's derivative.
            ///
            /// # Safety
            /// The processor has the instructions.
            $(#[target_feature(enable = $features)])?
            pub(in crate::kernels) unsafe fn rectify_backward(a: &[$number], da: &mut [$number]) {
                // SAFETY: as the caller's.
                unsafe { rectify::backward::<$register>(a, da) }
            }
        }
    };
}

/// Tiles for 16 registers. Twelve sums keep two multiply-add units busy; an odd number of registers,
/// if small, is made up of a three and twos.
macro_rules! kernels_of_16 {
    ($module:ident, $register:ty, $number:ident $(, $features:literal)?) => {
        kernels_for!(
            $module, $register, $number $(, $features)?;
            block of A 16, shape shape_of_16,
            tiles [
                1 x 1, 1 x 2, 1 x 3, 1 x 4, 1 x 5, 1 x 6, 1 x 7, 1 x 8,
                2 x 1, 2 x 2, 2 x 3, 2 x 4, 2 x 5, 2 x 6,
                3 x 1, 3 x 2, 3 x 3
            ]
        );
    };
}

/// [`Kernel::shape`] with 16 registers.
fn shape_of_16(registers: usize) -> (usize, usize) {
    match registers {
        1 => (1, 8),
        3 | 5 | 7 => (3, 3),
        _ => (2, 6),
    }
}

/// Tiles for 32 registers of 64 bytes: up to 24 sums.
#[cfg(target_arch = "x86_64")]
macro_rules! kernels_of_32 {
    ($module:ident, $register:ty, $number:ident, $features:literal) => {
        kernels_for!(
            $module, $register, $number, $features;
            block of A 9, shape shape_of_32,
            tiles [
                1 x 1, 1 x 2, 1 x 3, 1 x 4, 1 x 5, 1 x 6, 1 x 7, 1 x 8,
                2 x 1, 2 x 2, 2 x 3, 2 x 4, 2 x 5, 2 x 6, 2 x 7, 2 x 8,
                3 x 1, 3 x 2, 3 x 3, 3 x 4, 3 x 5, 3 x 6, 3 x 7, 3 x 8
            ]
        );
    };
}

/// [`Kernel::shape`] with 32 registers of 64 bytes.
#[cfg(target_arch = "x86_64")]
fn shape_of_32(registers: usize) -> (usize, usize) {
    (registers.min(3), 8)
}

/// Tiles for 32 registers of 32 bytes and an odd number of them in a column.
#[cfg(target_arch = "x86_64")]
macro_rules! kernels_of_32_halves {
    ($module:ident, $register:ty, $number:ident, $features:literal) => {
        kernels_for!(
            $module, $register, $number, $features;
            block of A 16, shape shape_of_32_halves,
            tiles [
                1 x 1, 1 x 2, 1 x 3, 1 x 4, 1 x 5, 1 x 6, 1 x 7, 1 x 8,
                2 x 1, 2 x 2, 2 x 3, 2 x 4, 2 x 5, 2 x 6, 2 x 7, 2 x 8,
                3 x 1, 3 x 2, 3 x 3, 3 x 4, 3 x 5, 3 x 6, 3 x 7, 3 x 8,
                5 x 1, 5 x 2, 5 x 3, 5 x 4
            ]
        );
    };
}

/// [`Kernel::shape`] with 32 registers of 32 bytes.
#[cfg(target_arch = "x86_64")]
fn shape_of_32_halves(registers: usize) -> (usize, usize) {
    if registers == 5 { (5, 4) } else { (registers.min(3), 8) }
}

kernels_of_16!(portable_f32, Portable<f32>, f32);
kernels_of_16!(portable_f64, Portable<f64>, f64);
#[cfg(target_arch = "x86_64")]
kernels_of_16!(avx2_f32, F32x8, f32, "avx2,fma");
#[cfg(target_arch = "x86_64")]
kernels_of_16!(avx2_f64, F64x4, f64, "avx2,fma");
#[cfg(target_arch = "x86_64")]
kernels_of_32!(avx512_f32, F32x16, f32, "avx512f,avx512vl,avx2,fma");
#[cfg(target_arch = "x86_64")]
kernels_of_32!(avx512_f64, F64x8, f64, "avx512f,avx512vl,avx2,fma");
#[cfg(target_arch = "x86_64")]
kernels_of_32_halves!(avx512vl_f32, F32x8, f32, "avx512f,avx512vl,avx2,fma");
#[cfg(target_arch = "x86_64")]
kernels_of_32_halves!(avx512vl_f64, F64x4, f64, "avx512f,avx512vl,avx2,fma");

rectify_for!(portable_relu_f32, Portable<f32>, f32);
rectify_for!(portable_relu_f64, Portable<f64>, f64);
#[cfg(target_arch = "x86_64")]
rectify_for!(avx2_relu_f32, F32x8, f32, "avx2,fma");
#[cfg(target_arch = "x86_64")]
rectify_for!(avx2_relu_f64, F64x4, f64, "avx2,fma");
