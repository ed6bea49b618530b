//! Laws of the kernels: equality with the plain loops, adjointness, linearity, refusals.
#![allow(clippy::unwrap_used)]

use layerwise_linalg::{
    DMatrix, DVector, LinalgError, Scalar, affine, affine_rectified, axpy, dot, matmul, matmul_nt,
    matmul_nt_columns, matmul_nt_in_turns, matmul_tn, plain, rectify, row_sums,
};
use proptest::prelude::*;

/// A matrix of numbers in (-1, 1) from a seed, the same for both precisions.
fn matrix<T: Scalar>(nrows: usize, ncols: usize, seed: u64) -> DMatrix<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    DMatrix::from_fn(nrows, ncols, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        T::of((state >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
    })
}

fn assert_close<T: Scalar>(found: &DMatrix<T>, expected: &DMatrix<T>, terms: usize) {
    assert_eq!(found.shape(), expected.shape());
    let tolerance = 4.0 * T::EPSILON.to_f64() * (terms as f64 + 4.0);
    for (f, e) in found.iter().zip(expected.iter()) {
        let difference = (f.to_f64() - e.to_f64()).abs();
        assert!(difference <= tolerance, "{f} is not {e}: {difference} > {tolerance}");
    }
}

fn products_equal_the_plain_loops<T: Scalar>(m: usize, k: usize, n: usize, seed: u64) {
    let a = matrix::<T>(m, k, seed);
    let b = matrix::<T>(k, n, seed + 1);
    let start = matrix::<T>(m, n, seed + 2);
    let (alpha, beta) = (T::of(0.5), T::of(-2.0));
    let expected = plain::matmul(&a, &b) * alpha + &start * beta;
    let (a_t, b_t) = (a.transpose(), b.transpose());

    let mut c = start.clone();
    matmul(alpha, (&a).into(), (&b).into(), beta, (&mut c).into()).unwrap();
    assert_close(&c, &expected, k);
    let mut c = start.clone();
    matmul_tn(alpha, (&a_t).into(), (&b).into(), beta, (&mut c).into()).unwrap();
    assert_close(&c, &expected, k);
    let mut c = start;
    matmul_nt(alpha, (&a).into(), (&b_t).into(), beta, (&mut c).into()).unwrap();
    assert_close(&c, &expected, k);

    let bias = DVector::from_column_slice(matrix::<T>(m, 1, seed + 3).as_slice());
    let mut z = DMatrix::from_element(m, n, T::of(f64::NAN));
    affine((&a).into(), bias.as_slice(), (&b).into(), (&mut z).into()).unwrap();
    assert_close(&z, &plain::affine(&a, &bias, &b), k);

    let mut sums = DVector::from_element(m, T::one());
    row_sums(T::one(), (&a).into(), sums.as_mut_slice()).unwrap();
    let expected = plain::row_sums(&a);
    assert_close(
        &DMatrix::from_column_slice(m, 1, sums.as_slice()),
        &DMatrix::from_column_slice(m, 1, expected.as_slice()),
        k,
    );
}

fn few_rows<T: Scalar>((m, k, n): (usize, usize, usize), cut: usize, seed: u64) {
    let (dz, a_prev) = (matrix::<T>(m, k, seed), matrix::<T>(n, k, seed + 1));
    let columns = |range: std::ops::Range<usize>| {
        let mut dw = DMatrix::from_element(m, range.len(), T::of(f64::NAN));
        let into = (&mut dw).into();
        matmul_nt_columns(T::of(0.5), (&dz).into(), (&a_prev).into(), range, T::zero(), into)
            .unwrap();
        dw
    };
    let dw = columns(0..n);
    assert_close(&dw, &(plain::matmul(&dz, &a_prev.transpose()) * T::of(0.5)), k);
    for range in [0..cut, cut..n] {
        assert_eq!(columns(range.clone()), dw.columns(range.start, range.len()).into_owned());
    }
}

fn parts_are_the_whole<T: Scalar>((m, k, n): (usize, usize, usize), cut: usize, seed: u64) {
    let (a, b) = (matrix::<T>(m, k, seed), matrix::<T>(k, n, seed + 1));
    let (a_t, b_t) = (a.transpose(), b.transpose());
    let (bias, old) = (matrix::<T>(m, 1, seed + 2), matrix::<T>(m, n, seed + 3));
    let one = T::one();
    let product = |which: usize, columns: std::ops::Range<usize>| {
        let mut c = DMatrix::from_element(m, columns.len(), T::of(f64::NAN));
        let part = b.columns(columns.start, columns.len()).into_owned();
        let into = (&mut c).into();
        match which {
            0 => matmul(one, (&a).into(), (&part).into(), T::zero(), into),
            1 => matmul_tn(one, (&a_t).into(), (&part).into(), T::zero(), into),
            2 => affine((&a).into(), bias.as_slice(), (&part).into(), into),
            // What gradient descent does: W := W − α dZ A_prevᵀ.
            3 => {
                c.copy_from(&old.columns(columns.start, columns.len()));
                let into = (&mut c).into();
                matmul_nt_columns(T::of(-0.3), (&a).into(), (&b_t).into(), columns, one, into)
            }
            _ => matmul_nt_columns(one, (&a).into(), (&b_t).into(), columns, T::zero(), into),
        }
        .unwrap();
        c
    };
    for which in 0..5 {
        let whole = product(which, 0..n);
        for range in [0..cut, cut..n, cut.min(n - 1)..cut.min(n - 1) + 1] {
            if !range.is_empty() {
                let part = product(which, range.clone());
                assert_eq!(part, whole.columns(range.start, range.len()).into_owned(), "{which}");
            }
        }
    }
}

fn rectified<T: Scalar>((m, k, n): (usize, usize, usize), seed: u64) {
    let (w, x) = (matrix::<T>(m, k, seed), matrix::<T>(k, n, seed + 1));
    let b = matrix::<T>(m, 1, seed + 2);
    let mut expected = DMatrix::zeros(m, n);
    affine((&w).into(), b.as_slice(), (&x).into(), (&mut expected).into()).unwrap();
    rectify(expected.as_mut_slice());
    let mut a = DMatrix::from_element(m, n, T::of(f64::NAN));
    affine_rectified((&w).into(), b.as_slice(), (&x).into(), (&mut a).into()).unwrap();
    assert_eq!(a, expected);
    assert!(m * n < 50 || a.iter().any(|&a| a > T::zero()) && a.iter().any(|&a| a == T::zero()));
}

fn in_turns<T: Scalar>((m, k, n): (usize, usize, usize), together: usize, start: usize, seed: u64) {
    let (dz, a_prev) = (matrix::<T>(m, k, seed), matrix::<T>(n, k, seed + 1));
    let mut whole = DMatrix::zeros(m, n);
    matmul_nt(T::of(0.5), (&dz).into(), (&a_prev).into(), T::zero(), (&mut whole).into()).unwrap();
    let mut dw = DMatrix::from_element(m, n, T::of(f64::NAN));
    dw.columns_mut(0, start).copy_from(&whole.columns(0, start));
    let mut scratch = vec![T::of(f64::NAN); m * together];
    let (a, b) = ((&dz).into(), (&a_prev).into());
    let (updated, scratch) = (&mut dw.as_mut_slice()[start * m..], (together, &mut scratch[..]));
    let (mut next, columns) = (0, start..n);
    matmul_nt_in_turns(T::of(0.5), a, b, columns, scratch, updated, |first, columns, updated| {
        assert_eq!(first, next);
        next += columns.len() / m;
        updated.copy_from_slice(columns);
        // What `take` leaves there is nothing to the product.
        columns.fill(T::of(f64::NAN));
    })
    .unwrap();
    assert_eq!(dw, whole, "{:?}", (m, k, n, together, start));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Every remainder of every tile, and more than a block.
    #[test]
    fn fast_equals_plain_f32(m in 1usize..300, k in 1usize..300, n in 1usize..40, seed in 0u64..1000) {
        products_equal_the_plain_loops::<f32>(m, k, n, seed);
    }

    #[test]
    fn fast_equals_plain_f64(m in 1usize..40, k in 1usize..300, n in 1usize..300, seed in 0u64..1000) {
        products_equal_the_plain_loops::<f64>(m, k, n, seed);
    }

    /// Columns of far-apart rows are packed on the way, blocks are cut at fixed places.
    #[test]
    fn wide_sides_equal_plain(m in 9usize..40, k in 30usize..60, n in 1024usize..1100, seed in 0u64..1000) {
        products_equal_the_plain_loops::<f32>(m, k, n, seed);
    }

    /// Few units and many features: the same numbers as in loops, and the same bits in parts.
    #[test]
    fn few_rows_and_many_columns(
        m in 1usize..60, k in 8usize..60, n in 1024usize..1200, cut in 0usize..1200,
        seed in 0u64..1000,
    ) {
        few_rows::<f32>((m, k, n), cut % (n + 1), seed);
        few_rows::<f64>((m, k, n), cut % (n + 1), seed);
    }

    /// Asked for some of the columns, a product gives the bits that all together have.
    #[test]
    fn parts_have_the_bits_of_the_whole(
        m in 1usize..70, k in 1usize..600, n in 1usize..70, cut in 0usize..70, seed in 0u64..1000,
    ) {
        parts_are_the_whole::<f32>((m, k, n), cut % (n + 1), seed);
        parts_are_the_whole::<f64>((m, k, n), cut % (n + 1), seed);
    }

    /// ReLU in the write-back of a product is ReLU after it.
    #[test]
    fn rectified_in_one_pass(m in 1usize..70, k in 1usize..600, n in 1usize..70, seed in 0u64..1000) {
        rectified::<f32>((m, k, n), seed);
        rectified::<f64>((m, k, n), seed);
    }

    /// Columns made in turns have the bits of the whole, however many come together.
    #[test]
    fn turns_have_the_bits_of_the_whole(
        m in 1usize..300, k in 1usize..700, n in 1usize..200, together in 1usize..100,
        cut in 0usize..200, seed in 0u64..1000,
    ) {
        in_turns::<f32>((m, k, n), together, cut % (n + 1), seed);
        in_turns::<f64>((m, k, n), together, cut % (n + 1), seed);
    }

    /// As the last, where rows are far apart, and few or many of them.
    #[test]
    fn turns_of_far_rows(m in 1usize..60, k in 16usize..60, together in 500usize..700, seed in 0u64..1000) {
        in_turns::<f32>((m, k, 1100), together, 9, seed);
    }

    /// ⟨dZ, W A⟩ = ⟨Wᵀ dZ, A⟩ = ⟨W, dZ Aᵀ⟩: the three products of a layer are each other's adjoints.
    #[test]
    fn adjoints(m in 1usize..40, k in 1usize..40, n in 1usize..40, seed in 0u64..1000) {
        let w = matrix::<f64>(m, k, seed);
        let a = matrix::<f64>(k, n, seed + 1);
        let dz = matrix::<f64>(m, n, seed + 2);
        let (mut z, mut da, mut dw) =
            (DMatrix::zeros(m, n), DMatrix::zeros(k, n), DMatrix::zeros(m, k));
        matmul(1.0, (&w).into(), (&a).into(), 0.0, (&mut z).into()).unwrap();
        matmul_tn(1.0, (&w).into(), (&dz).into(), 0.0, (&mut da).into()).unwrap();
        matmul_nt(1.0, (&dz).into(), (&a).into(), 0.0, (&mut dw).into()).unwrap();
        let forward = dz.dot(&z);
        let tolerance = 1e-13 * (m * k * n) as f64;
        prop_assert!((forward - da.dot(&a)).abs() < tolerance);
        prop_assert!((forward - dw.dot(&w)).abs() < tolerance);
    }

    /// W (s A + B) = s W A + W B.
    #[test]
    fn linearity(m in 1usize..40, k in 1usize..40, n in 1usize..40, s in -2.0f64..2.0) {
        let (w, a, b) = (matrix::<f64>(m, k, 1), matrix::<f64>(k, n, 2), matrix::<f64>(k, n, 3));
        let mut combined = DMatrix::zeros(m, n);
        matmul(1.0, (&w).into(), (&(&a * s + &b)).into(), 0.0, (&mut combined).into()).unwrap();
        let mut parts = DMatrix::zeros(m, n);
        matmul(s, (&w).into(), (&a).into(), 0.0, (&mut parts).into()).unwrap();
        matmul(1.0, (&w).into(), (&b).into(), 1.0, (&mut parts).into()).unwrap();
        prop_assert!((combined - parts).amax() < 1e-12);
    }

    /// A column of dZ A_prevᵀ has the same bits in any range it is computed in.
    #[test]
    fn ranges_of_columns_change_no_bit(
        m in 1usize..40, k in 1usize..300, n in 1usize..70, cut in 0usize..70, seed in 0u64..1000
    ) {
        let (dz, a_prev) = (matrix::<f32>(m, k, seed), matrix::<f32>(n, k, seed + 1));
        let mut whole = DMatrix::zeros(m, n);
        matmul_nt(1.0, (&dz).into(), (&a_prev).into(), 0.0, (&mut whole).into()).unwrap();
        let cut = cut.min(n);
        for range in [0..cut, cut..n] {
            let mut part = DMatrix::zeros(m, range.len());
            let (dz, a_prev) = ((&dz).into(), (&a_prev).into());
            matmul_nt_columns(1.0, dz, a_prev, range.clone(), 0.0, (&mut part).into()).unwrap();
            prop_assert_eq!(part, whole.columns_range(range).into_owned());
        }
    }

    #[test]
    fn dot_is_symmetric_and_axpy_adds(n in 0usize..200, seed in 0u64..1000) {
        let (x, y) = (matrix::<f64>(n, 1, seed), matrix::<f64>(n, 1, seed + 1));
        prop_assert_eq!(dot(x.as_slice(), y.as_slice()), dot(y.as_slice(), x.as_slice()));
        let expected: f64 = x.iter().zip(y.iter()).map(|(x, y)| x * y).sum();
        prop_assert!((dot(x.as_slice(), y.as_slice()) - expected).abs() < 1e-12);
        let mut sum = y.clone();
        axpy(2.0, x.as_slice(), sum.as_mut_slice());
        prop_assert_eq!(sum, x * 2.0 + y);
    }
}

#[test]
fn beta_zero_clears_nan() {
    for (m, k, n) in [(1, 3, 2), (3, 1, 2), (3, 2, 1), (5, 4, 3)] {
        let (a, b) = (matrix::<f64>(m, k, 1), matrix::<f64>(k, n, 2));
        let mut c = DMatrix::from_element(m, n, f64::NAN);
        matmul(1.0, (&a).into(), (&b).into(), 0.0, (&mut c).into()).unwrap();
        assert_close(&c, &plain::matmul(&a, &b), k);
    }
}

#[test]
fn an_empty_inner_side_leaves_beta_c() {
    let (a, b) = (DMatrix::<f64>::zeros(3, 0), DMatrix::<f64>::zeros(0, 2));
    let mut c = DMatrix::from_element(3, 2, 4.0);
    matmul(1.0, (&a).into(), (&b).into(), 0.5, (&mut c).into()).unwrap();
    assert_eq!(c, DMatrix::from_element(3, 2, 2.0));
}

#[test]
fn shapes_that_do_not_fit_are_named() {
    let (a, b) = (DMatrix::<f64>::zeros(2, 3), DMatrix::<f64>::zeros(4, 5));
    let mut c = DMatrix::<f64>::zeros(2, 5);
    let error = matmul(1.0, (&a).into(), (&b).into(), 0.0, (&mut c).into()).unwrap_err();
    assert_eq!(error.to_string(), "matmul: expected B of shape (3, 5), found (4, 5)");
    assert!(matmul_tn(1.0, (&a).into(), (&b).into(), 0.0, (&mut c).into()).is_err());
    assert!(matmul_nt(1.0, (&a).into(), (&b).into(), 0.0, (&mut c).into()).is_err());
    assert!(matches!(
        affine((&a).into(), &[0.0], (&b).into(), (&mut c).into()),
        Err(LinalgError::Shape { what: "b", expected: (2, 1), found: (1, 1), .. })
    ));
    let in_turns = |scratch: &mut [f64], updated: &mut [f64]| {
        let (scratch, take) = ((2, scratch), |_, _: &mut [f64], _: &mut [f64]| ());
        matmul_nt_in_turns(1.0, (&a).into(), (&a).into(), 0..2, scratch, updated, take)
    };
    let error = in_turns(&mut [0.0; 3], &mut [0.0; 4]).unwrap_err().to_string();
    assert!(error.contains("scratch of shape (2, 2), found (3, 1)"), "{error}");
    let error = in_turns(&mut [0.0; 4], &mut [0.0; 5]).unwrap_err().to_string();
    assert!(error.contains("what is updated of shape (2, 2), found (5, 1)"), "{error}");
    let error = row_sums(1.0, (&a).into(), &mut [0.0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "row_sums: expected s of shape (2, 1), found (3, 1)");
}
