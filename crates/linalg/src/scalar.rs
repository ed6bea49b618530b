//! The two number types of the house, `f32` and `f64`.

use nalgebra::RealField;

/// A floating-point number the kernels can work with: [`prim@f32`] or [`prim@f64`].
///
/// The mathematical functions (`exp`, `ln`, `sqrt`, …) come from nalgebra's [`RealField`].
/// The trait is sealed: the kernels rely on what these two types are.
pub trait Scalar: RealField + Copy + Default + std::iter::Sum + private::Gemm {
    /// `"f32"` or `"f64"`, as model files and benchmarks call it.
    const NAME: &'static str;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self;

    /// The nearest number to `value`.
    ///
    /// ```
    /// use layerwise_linalg::Scalar;
    /// assert_eq!(f32::of(0.1), 0.1_f32);
    /// ```
    fn of(value: f64) -> Self;

    /// The same number as `f64`; exact.
    ///
    /// ```
    /// use layerwise_linalg::Scalar;
    /// assert_eq!(0.5_f32.to_f64(), 0.5);
    /// ```
    fn to_f64(self) -> f64;

    /// The number nearest to a count; exact to 2^24 in `f32` and 2^53 in `f64`.
    ///
    /// ```
    /// use layerwise_linalg::Scalar;
    /// assert_eq!(<f64 as Scalar>::of_count(209), 209.0);
    /// ```
    fn of_count(count: usize) -> Self {
        Self::of(count as f64)
    }

    /// Whether the number is neither infinite nor NaN.
    fn is_finite_number(self) -> bool;
}

impl Scalar for f32 {
    const NAME: &'static str = "f32";
    const EPSILON: Self = f32::EPSILON;
    const MIN_POSITIVE: Self = f32::MIN_POSITIVE;

    fn of(value: f64) -> Self {
        value as f32
    }

    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    fn is_finite_number(self) -> bool {
        self.is_finite()
    }
}

impl Scalar for f64 {
    const NAME: &'static str = "f64";
    const EPSILON: Self = f64::EPSILON;
    const MIN_POSITIVE: Self = f64::MIN_POSITIVE;

    fn of(value: f64) -> Self {
        value
    }

    fn to_f64(self) -> f64 {
        self
    }

    fn is_finite_number(self) -> bool {
        self.is_finite()
    }
}

/// One side of a product as the kernel sees it: where it starts and how far apart neighbours are.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) row_stride: usize,
    pub(crate) column_stride: usize,
}

impl<T> Side<'_, T> {
    /// The same matrix with rows and columns exchanged.
    pub(crate) fn transposed(self) -> Self {
        Self { row_stride: self.column_stride, column_stride: self.row_stride, ..self }
    }

    /// The part that starts at this row and column.
    pub(crate) fn part(self, row: usize, column: usize) -> Self {
        let start = row * self.row_stride + column * self.column_stride;
        Self { values: self.values.get(start..).unwrap_or_default(), ..self }
    }
}

pub(crate) mod private {
    use super::Side;

    /// What the blocked product needs of a number type. Sealed: `Scalar` is for `f32` and `f64`.
    #[allow(private_interfaces)]
    pub trait Gemm:
        Copy + PartialEq + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self>
    {
        /// 0.
        const ZERO: Self;
        /// 1.
        const ONE: Self;
        /// Rows of a tile.
        const MR: usize;
        /// Columns of a tile.
        const NR: usize;
        /// `MR * NR` numbers, column after column.
        type Tile: AsRef<[Self]>;

        /// `Σ_p a[p] b[p]ᵀ` over the lines of two packed panels.
        fn tile(a: &[Self], b: &[Self]) -> Self::Tile;

        /// `C := alpha A B + beta C` for `A (m, k)`, `B (k, n)` and a contiguous column-major
        /// `C (m, n)`, with this thread's packing buffers.
        fn gemm(
            shape: (usize, usize, usize),
            alpha: Self,
            a: Side<'_, Self>,
            b: Side<'_, Self>,
            beta: Self,
            c: &mut [Self],
        );
    }
}

macro_rules! gemm_for {
    ($number:ident, $mr:literal, $nr:literal) => {
        mod $number {
            use std::cell::RefCell;

            use super::{Side, private::Gemm};
            use crate::blocked::{Packed, gemm};

            thread_local! {
                static PACKED: RefCell<Packed<$number>> = RefCell::default();
            }

            /// The tile, with one way or another to multiply and add.
            #[inline(always)]
            fn tile(
                a: &[$number],
                b: &[$number],
                add: impl Fn($number, $number, $number) -> $number,
            ) -> [$number; $mr * $nr] {
                let mut tile = [[0.0; $mr]; $nr];
                for (a, b) in a.as_chunks::<$mr>().0.iter().zip(b.as_chunks::<$nr>().0) {
                    for j in 0..$nr {
                        for i in 0..$mr {
                            tile[j][i] = add(a[i], b[j], tile[j][i]);
                        }
                    }
                }
                let mut all = [0.0; $mr * $nr];
                all.as_chunks_mut::<$mr>().0.copy_from_slice(&tile);
                all
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn tile_fma(a: &[$number], b: &[$number]) -> [$number; $mr * $nr] {
                tile(a, b, $number::mul_add)
            }

            #[allow(private_interfaces)]
            impl Gemm for $number {
                const ZERO: Self = 0.0;
                const ONE: Self = 1.0;
                const MR: usize = $mr;
                const NR: usize = $nr;
                type Tile = [Self; $mr * $nr];

                fn tile(a: &[Self], b: &[Self]) -> Self::Tile {
                    #[cfg(target_arch = "x86_64")]
                    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                        // SAFETY: the processor has what the function was compiled for.
                        return unsafe { tile_fma(a, b) };
                    }
                    tile(a, b, |a, b, sum| a * b + sum)
                }

                fn gemm(
                    shape: (usize, usize, usize),
                    alpha: Self,
                    a: Side<'_, Self>,
                    b: Side<'_, Self>,
                    beta: Self,
                    c: &mut [Self],
                ) {
                    PACKED.with_borrow_mut(|packed| gemm(shape, alpha, a, b, beta, c, packed));
                }
            }
        }
    };
}

gemm_for!(f32, 16, 6);
gemm_for!(f64, 8, 6);
