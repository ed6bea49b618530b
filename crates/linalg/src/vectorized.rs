//! Loops compiled for the registers this processor has.

/// Whether the processor has AVX2 and FMA; looked up once by the standard library.
#[inline]
pub(crate) fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Whether the processor has 32 registers of 64 bytes and what else the kernels for them use.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") && has_avx2()
}

/// Calls `f` compiled for AVX2 and FMA where the processor has them, as it is elsewhere: loops over
/// slices then handle eight numbers of `f32` at a time.
///
/// Write the closure with `#[inline(always)]`, and call nothing in it that is not inlined. The
/// compiler reorders and fuses no floating-point operations, so the bits are the same either way.
///
/// ```
/// let mut values = [1.0_f32, -2.0, 3.0];
/// layerwise_linalg::vectorized(
///     #[inline(always)]
///     || values.iter_mut().for_each(|value| *value *= 2.0),
/// );
/// assert_eq!(values, [2.0, -4.0, 6.0]);
/// ```
#[inline(always)]
pub fn vectorized<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { with_avx2(f) };
    }
    f()
}

/// # Safety
/// The processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn with_avx2<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// `values[i] := f(values[i])` for all i, several at a time.
///
/// `f` should have no function calls in it that are not inlined, and should not give back some
/// values as they are: for those the compiler makes slow masked stores (see
/// [`rectify`](crate::rectify)).
///
/// ```
/// let mut values = [1.0_f32, -2.0, 3.0];
/// layerwise_linalg::map_in_place(&mut values, |value| value * value);
/// assert_eq!(values, [1.0, 4.0, 9.0]);
/// ```
#[inline]
pub fn map_in_place<T: Copy>(values: &mut [T], f: impl Fn(T) -> T) {
    vectorized(
        #[inline(always)]
        || {
            for value in values {
                *value = f(*value);
            }
        },
    );
}

/// `values[i] := f(values[i], others[i])` for all i, several at a time. The shorter slice decides how
/// many there are; for `f` see [`map_in_place`].
///
/// ```
/// let mut values = [1.0_f32, -2.0, 3.0];
/// layerwise_linalg::zip_in_place(&mut values, &[2.0, 2.0, 0.0], |value, other| value * other);
/// assert_eq!(values, [2.0, -4.0, 0.0]);
/// ```
#[inline]
pub fn zip_in_place<T: Copy>(values: &mut [T], others: &[T], f: impl Fn(T, T) -> T) {
    vectorized(
        #[inline(always)]
        || {
            for (value, &other) in values.iter_mut().zip(others) {
                *value = f(*value, other);
            }
        },
    );
}
