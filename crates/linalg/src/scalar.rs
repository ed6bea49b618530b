//! The two number types of the house, `f32` and `f64`.

use nalgebra::RealField;

/// A floating-point number the kernels can work with: [`f32`] or [`f64`].
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
    /// Whether every element of a `(rows, columns)` matrix laid out this way is inside the slice.
    fn holds(&self, rows: usize, columns: usize) -> bool {
        rows == 0
            || columns == 0
            || (rows - 1) * self.row_stride + (columns - 1) * self.column_stride < self.values.len()
    }
}

pub(crate) mod private {
    use super::Side;

    /// The raw matrix product for one number type. Sealed: `Scalar` is for `f32` and `f64` only.
    pub trait Gemm: Sized {
        /// `C := alpha A B + beta C` for `A (m, k)`, `B (k, n)` and a contiguous column-major
        /// `C (m, n)`.
        #[allow(private_interfaces)]
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

macro_rules! gemm_by_matrixmultiply {
    ($number:ty, $kernel:path) => {
        impl private::Gemm for $number {
            #[allow(private_interfaces)]
            fn gemm(
                (m, k, n): (usize, usize, usize),
                alpha: Self,
                a: Side<'_, Self>,
                b: Side<'_, Self>,
                beta: Self,
                c: &mut [Self],
            ) {
                assert!(a.holds(m, k) && b.holds(k, n) && c.len() == m * n, "product out of range");
                // SAFETY: the assertion above proves that the largest offset the kernel forms in
                // `a`, `b` and `c` lies inside its slice; `c` is borrowed mutably, so it overlaps
                // neither `a` nor `b`. Lengths of slices fit in isize, so the casts are lossless.
                unsafe {
                    $kernel(
                        m,
                        k,
                        n,
                        alpha,
                        a.values.as_ptr(),
                        a.row_stride as isize,
                        a.column_stride as isize,
                        b.values.as_ptr(),
                        b.row_stride as isize,
                        b.column_stride as isize,
                        beta,
                        c.as_mut_ptr(),
                        1,
                        m as isize,
                    );
                }
            }
        }
    };
}

gemm_by_matrixmultiply!(f32, matrixmultiply::sgemm);
gemm_by_matrixmultiply!(f64, matrixmultiply::dgemm);
