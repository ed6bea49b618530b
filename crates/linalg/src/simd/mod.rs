//! A register of several numbers, and which one this processor has.
//!
//! Kernels are written once, over [`Simd`], and compiled for each instruction set; `kernels`
//! chooses at run time, so the program is fast without being built for one processor.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::{F32x8, F64x4};
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::{F32x16, F64x8};
pub(crate) use portable::Portable;

/// Several numbers handled by one instruction.
///
/// # Safety
/// Every method may be called only on a processor that has the instructions of the type, and only
/// with pointers good for as many numbers as it reads or writes. Methods are inlined into a
/// function compiled for those instructions.
pub(crate) trait Simd: Copy {
    /// One of the numbers.
    type Number: Copy + Default + PartialEq;
    /// 1.
    const ONE: Self::Number;
    /// How many there are.
    const LANES: usize;

    /// 0 in every lane.
    unsafe fn zero() -> Self;
    /// The number in every lane.
    unsafe fn splat(number: Self::Number) -> Self;
    /// `LANES` numbers.
    unsafe fn load(from: *const Self::Number) -> Self;
    /// The first `count <= LANES` numbers, and 0 in the other lanes.
    unsafe fn load_first(from: *const Self::Number, count: usize) -> Self;
    /// All lanes.
    unsafe fn store(self, to: *mut Self::Number);
    /// The first `count <= LANES` lanes.
    unsafe fn store_first(self, to: *mut Self::Number, count: usize);
    /// `self * b + c`, rounded once where the processor can.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// `max(0, self)`; NaN stays NaN.
    unsafe fn rectified(self) -> Self;
    /// `self` in the lanes where `by` is above 0, and 0 in the others.
    unsafe fn where_positive(self, by: Self) -> Self;
    /// Asks for the memory there to be brought into the first-level cache, or only into the second;
    /// harmless for any address.
    fn prefetch<const NEAR: bool>(from: *const Self::Number);
    /// Asks for the memory there to be brought into the first-level cache, for this core alone: where the
    /// numbers lie in the cache of another, too, writing would wait for that. Harmless for any address.
    fn prefetch_to_write(from: *const Self::Number);
    /// `self * b`.
    unsafe fn mul(self, b: Self) -> Self;
    /// Turns a square block around: `to[p * to_step + i] = from[i * from_step + p]` for all
    /// `i, p < LANES`.
    unsafe fn transpose(
        from: *const Self::Number,
        from_step: usize,
        to: *mut Self::Number,
        to_step: usize,
    );
}

/// [`Simd::prefetch_to_write`]; every processor with AVX2 has the instruction, though some do nothing at it.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn prefetchw<T>(from: *const T) {
    // SAFETY: a hint, which reads nothing and cannot fault.
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) from, options(nostack, preserves_flags, readonly));
    }
}
