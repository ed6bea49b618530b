//! The corner of ReLU, in place.

use crate::Scalar;
use crate::simd::Simd;

/// `z_i := max(0, z_i)`; NaN stays NaN.
///
/// ```
/// let mut z = [1.0_f32, -2.0, 0.0];
/// layerwise_linalg::rectify(&mut z);
/// assert_eq!(z, [1.0, 0.0, 0.0]);
/// ```
pub fn rectify<T: Scalar>(z: &mut [T]) {
    T::rectify(z);
}

/// `da_i := da_i` where `a_i > 0`, else 0: a choice, not a product, so that where a unit is off even
/// an infinite `da` gives 0.
///
/// The shorter slice decides how many there are.
///
/// ```
/// let mut da = [5.0_f32, 6.0, f32::INFINITY];
/// layerwise_linalg::rectify_backward(&[1.0, 0.0, 0.0], &mut da);
/// assert_eq!(da, [5.0, 0.0, 0.0]);
/// ```
pub fn rectify_backward<T: Scalar>(a: &[T], da: &mut [T]) {
    let n = a.len().min(da.len());
    T::rectify_backward(&a[..n], &mut da[..n]);
}

/// [`rectify`] with the registers of `V`.
///
/// A loop in plain Rust becomes masked stores, which take many times as long as whole ones.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn forward<V: Simd>(z: &mut [V::Number]) {
    let whole = z.len() - z.len() % V::LANES;
    let z_start = z.as_mut_ptr();
    for i in (0..z.len()).step_by(V::LANES) {
        // SAFETY: `i` and the lanes from there on lie within the slice.
        unsafe {
            let at = z_start.add(i);
            if i < whole {
                let z_i = V::load(at);
                z_i.rectified().store(at);
            } else {
                let z_i = V::load_first(at, z.len() - i);
                z_i.rectified().store_first(at, z.len() - i);
            }
        }
    }
}

/// [`rectify_backward`] with the registers of `V`, for slices of one length.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(crate) unsafe fn backward<V: Simd>(a: &[V::Number], da: &mut [V::Number]) {
    let n = da.len().min(a.len());
    let whole = n - n % V::LANES;
    let (a_start, da_start) = (a.as_ptr(), da.as_mut_ptr());
    for i in (0..n).step_by(V::LANES) {
        // SAFETY: `i` and the lanes from there on lie within both slices.
        unsafe {
            let (a_at, da_at) = (a_start.add(i), da_start.add(i));
            if i < whole {
                V::load(da_at).where_positive(V::load(a_at)).store(da_at);
            } else {
                let (a_i, da_i) = (V::load_first(a_at, n - i), V::load_first(da_at, n - i));
                da_i.where_positive(a_i).store_first(da_at, n - i);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn equals_the_formula<T: Scalar>(z: &[f64], da: &[f64]) {
        let (z, mut da): (Vec<T>, Vec<T>) =
            (z.iter().map(|&z| T::of(z)).collect(), da.iter().map(|&da| T::of(da)).collect());
        let mut a = z.clone();
        rectify(&mut a);
        let before = da.clone();
        rectify_backward(&a, &mut da);
        for i in 0..z.len() {
            assert_eq!(a[i], if z[i] > T::zero() { z[i] } else { T::zero() });
            assert_eq!(da[i], if z[i] > T::zero() { before[i] } else { T::zero() });
        }
    }

    proptest! {
        #[test]
        fn every_length_and_remainder(
            pairs in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 0..70)
        ) {
            let (z, da): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            equals_the_formula::<f32>(&z, &da);
            equals_the_formula::<f64>(&z, &da);
        }
    }

    #[test]
    fn nan_of_either_sign_is_not_hidden() {
        let mut z = [
            f32::NAN,
            -f32::NAN,
            -0.0,
            f32::NEG_INFINITY,
            f32::INFINITY,
            1.0,
            -1.0,
            2.0,
            -f32::NAN,
        ];
        rectify(&mut z);
        assert!(z[0].is_nan() && z[1].is_nan() && z[8].is_nan());
        assert_eq!(z[2..8], [0.0, 0.0, f32::INFINITY, 1.0, 0.0, 2.0]);
    }
}
