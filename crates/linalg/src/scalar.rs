//! The two number types of the house, `f32` and `f64`.

use nalgebra::RealField;

use crate::MatrixView;
use crate::blocked::Product;
use crate::exponential::Exponential;
use crate::features::Block;
use crate::kernels::{for_f32, for_f64};
use crate::start::Start;

/// A floating-point number the kernels can work with: [`prim@f32`] or [`prim@f64`].
///
/// The mathematical functions (`exp`, `ln`, `sqrt`, …) come from nalgebra's [`RealField`].
/// The trait is sealed: the kernels rely on what these two types are.
///
/// ```
/// use layerwise_linalg::Scalar;
///
/// /// The mean, in either precision.
/// fn mean<T: Scalar>(values: &[T]) -> T {
///     values.iter().copied().sum::<T>() / T::of_count(values.len())
/// }
/// assert_eq!(mean(&[1.0_f32, 2.0]), 1.5);
/// assert_eq!(mean(&[1.0_f64, 2.0]), 1.5);
/// ```
pub trait Scalar:
    RealField + Copy + Default + std::iter::Sum + Exponential + private::Kernels
{
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
    ///
    /// ```
    /// use layerwise_linalg::Scalar;
    /// assert!(f32::MAX.is_finite_number());
    /// assert!(!(f32::MAX * 2.0).is_finite_number() && !f32::NAN.is_finite_number());
    /// ```
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

impl<'a, T> Side<'a, T> {
    /// A matrix as it lies in memory.
    pub(crate) fn straight(matrix: &MatrixView<'a, T>) -> Self {
        Self { values: matrix.as_slice(), row_stride: 1, column_stride: matrix.nrows() }
    }

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

impl<T> Side<'_, T> {
    /// Whether a matrix of this shape lies within the values.
    pub(crate) fn holds(&self, (nrows, ncols): (usize, usize)) -> bool {
        let last = (nrows - 1) * self.row_stride + (ncols - 1) * self.column_stride;
        last < self.values.len()
    }
}

pub(crate) mod private {
    use crate::blocked::Product;
    use crate::features::Block;
    use crate::start::Start;

    /// The kernels that are compiled for each instruction set. Sealed: `Scalar` is for `f32` and `f64`.
    #[allow(private_interfaces)]
    pub trait Kernels: Copy {
        /// `C := alpha A B + start` for `A (m, k)`, `B (k, n)` and a contiguous column-major
        /// `C (m, n)`; all sizes at least 1, and a bias of `m` numbers.
        ///
        /// # Panics
        /// If a side or `C` is smaller than its shape.
        fn gemm(product: &Product<'_, Self>, c: &mut [Self]);

        /// `alpha A B`, `together` columns at a time in `scratch`; each time `take` is called with the
        /// first of them and their numbers.
        ///
        /// # Panics
        /// If a side or `scratch` is smaller than its shape, or `together` is 0.
        fn gemm_in_turns(
            product: &Product<'_, Self>,
            together: usize,
            scratch: &mut [Self],
            take: &mut dyn FnMut(usize, &mut [Self]),
        );

        /// `C := alpha dZ Xᵀ + start` for a block of features.
        ///
        /// # Panics
        /// If a matrix has another size than the block says, or the block is not sound.
        fn block_gradient(
            block: &Block<'_, Self>,
            dz: &[Self],
            factors: (Self, Start<'_, Self>),
            c: &mut [Self],
        );

        /// `S := W X` for the first block of features, `S := S + W X` for another.
        ///
        /// # Panics
        /// As [`block_gradient`](Kernels::block_gradient).
        fn block_sums(block: &Block<'_, Self>, w: &[Self], first: bool, s: &mut [Self]);

        /// ReLU in place.
        fn rectify(z: &mut [Self]);

        /// ReLU's derivative in place; slices of one length.
        fn rectify_backward(a: &[Self], da: &mut [Self]);
    }
}

macro_rules! kernels_for {
    ($number:ident, $calls:ident) => {
        #[allow(private_interfaces)]
        impl private::Kernels for $number {
            fn gemm(product: &Product<'_, Self>, c: &mut [Self]) {
                product.check();
                assert!(c.len() == product.shape.0 * product.shape.2, "C is of another size");
                assert!(product.alpha == 1.0 || !product.start.is_bias(), "alpha beside a bias");
                // SAFETY: sides, bias and C hold what the product's shape says, as was asserted.
                unsafe { $calls::gemm(product, c.as_mut_ptr()) }
            }

            fn gemm_in_turns(
                product: &Product<'_, Self>,
                together: usize,
                scratch: &mut [Self],
                take: &mut dyn FnMut(usize, &mut [Self]),
            ) {
                product.check();
                let (m, _, n) = product.shape;
                assert!(product.start.is_zero(), "turns are added to nothing");
                assert!(together > 0 && scratch.len() >= m * together.min(n), "no room for a turn");
                // SAFETY: sides, bias and the scratch hold what the product's shape says, as was
                // asserted.
                unsafe { $calls::gemm_in_turns(product, together, scratch, take) }
            }

            fn block_gradient(
                block: &Block<'_, Self>,
                dz: &[Self],
                factors: (Self, Start<'_, Self>),
                c: &mut [Self],
            ) {
                block.check();
                assert!(!factors.1.is_bias(), "a bias belongs to Z");
                assert!(dz.len() == block.n_out * block.m, "dZ is of another size");
                assert!(c.len() == block.n_out * block.features, "C is of another size");
                // SAFETY: the block is sound, and the matrices are of its sizes, as was asserted.
                unsafe { $calls::block_gradient(block, dz.as_ptr(), factors, c.as_mut_ptr()) }
            }

            fn block_sums(block: &Block<'_, Self>, w: &[Self], first: bool, s: &mut [Self]) {
                block.check();
                assert!(w.len() == block.n_out * block.features, "W is of another size");
                assert!(s.len() == block.n_out * block.m, "S is of another size");
                // SAFETY: the block is sound, and the matrices are of its sizes, as was asserted.
                unsafe { $calls::block_sums(block, w, !first, s.as_mut_ptr()) }
            }

            fn rectify(z: &mut [Self]) {
                $calls::rectify(z);
            }

            fn rectify_backward(a: &[Self], da: &mut [Self]) {
                $calls::rectify_backward(a, da);
            }
        }
    };
}

kernels_for!(f32, for_f32);
kernels_for!(f64, for_f64);
