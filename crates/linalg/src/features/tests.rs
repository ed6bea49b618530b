use super::*;
use crate::{DMatrix, affine_stretch, matmul_nt_columns};

fn values<T: Scalar>(nrows: usize, ncols: usize, seed: usize) -> DMatrix<T> {
    DMatrix::from_fn(nrows, ncols, |i, j| {
        T::of(((i * 37 + j * 101 + seed * 17) % 211) as f64 / 211.0 - 0.4)
    })
}

/// Both products, a stretch at a time and a block at a time.
fn as_from_x<T: Scalar>((n_out, n_in, m): (usize, usize, usize)) {
    let (x, dz): (DMatrix<T>, DMatrix<T>) = (values(n_in, m, 1), values(n_out, m, 2));
    let (alpha, beta) = (T::of(-0.3), T::of(0.7));
    let blocks = FeatureBlocks::new((&x).into());
    let mut next = 0;
    for (i, stretch) in stretches(n_in).enumerate() {
        let (start, n) = (stretch.start, stretch.len());
        let mut w = values::<T>(n_out, n, 3);
        let mut expected =
            (w.clone(), DMatrix::<T>::zeros(n_out, n), DMatrix::<T>::zeros(n_out, m));
        let columns = || start..start + n;
        let (dz, x) = ((&dz).into(), (&x).into());
        matmul_nt_columns(alpha, dz, x, columns(), beta, (&mut expected.0).into()).unwrap();
        matmul_nt_columns(T::one(), dz, x, columns(), T::zero(), (&mut expected.1).into()).unwrap();
        affine_stretch((&expected.0).into(), x, columns(), (&mut expected.2).into()).unwrap();

        let mut dw = DMatrix::from_element(n_out, n, T::of(f64::NAN));
        let mut s = DMatrix::from_element(n_out, m, T::of(f64::NAN));
        for block in blocks.stretch(i) {
            let features = block.features();
            assert_eq!(features.start, next);
            next = features.end;
            let own = (features.start - start) * n_out..(features.end - start) * n_out;
            let size = features.len();
            let own_w = &mut w.as_mut_slice()[own.clone()];
            let c = MatrixViewMut::new(own_w, n_out, size).unwrap();
            block.matmul_nt(alpha, dz, beta, c).unwrap();
            let c = MatrixViewMut::new(&mut dw.as_mut_slice()[own.clone()], n_out, size).unwrap();
            block.matmul_nt(T::one(), dz, T::zero(), c).unwrap();
            let own_w = MatrixView::new(&w.as_slice()[own], n_out, size).unwrap();
            block.affine(own_w, (&mut s).into()).unwrap();
        }
        assert!(
            (w, dw, s) == expected,
            "{n_out} units, {n_in} features, {m} examples, {}",
            T::NAME
        );
    }
    assert_eq!(next, n_in);
}

#[test]
fn blocks_have_the_bits_of_the_matrix() {
    for n_out in 2..=24 {
        for m in [2, 3, 5, 16, 31] {
            as_from_x::<f32>((n_out, 515 + 67 * m, m));
            as_from_x::<f64>((n_out, 700 + 13 * m, m));
        }
    }
    for shape in [(20, 12_288, 209), (7, 4097, 209), (24, 1, 512), (3, 1100, 512), (2, 64, 300)] {
        as_from_x::<f32>(shape);
        as_from_x::<f64>(shape);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let x = DMatrix::<f64>::zeros(5, 4);
    let blocks = FeatureBlocks::new((&x).into());
    let block = blocks.stretch(0).next().unwrap();
    let nt = |dz: (usize, usize), c: (usize, usize)| {
        let (dz, mut c) = (DMatrix::zeros(dz.0, dz.1), DMatrix::zeros(c.0, c.1));
        block.matmul_nt(1.0, (&dz).into(), 0.0, (&mut c).into()).unwrap_err().to_string()
    };
    assert!(nt((3, 5), (3, 5)).contains("dZ"));
    assert!(nt((1, 4), (1, 5)).contains("dZ"));
    assert!(nt((25, 4), (25, 5)).contains("24"));
    assert!(nt((3, 4), (3, 4)).contains('C'));
    assert!(nt((3, 4), (2, 5)).contains('C'));
    let affine = |w: (usize, usize), s: (usize, usize)| {
        let (w, mut s) = (DMatrix::zeros(w.0, w.1), DMatrix::zeros(s.0, s.1));
        block.affine((&w).into(), (&mut s).into()).unwrap_err().to_string()
    };
    assert!(affine((3, 4), (3, 4)).contains('W'));
    assert!(affine((3, 5), (3, 5)).contains('S'));
    assert!(affine((3, 5), (2, 4)).contains('S'));
}

#[test]
fn an_empty_matrix_has_no_blocks() {
    let blocks = FeatureBlocks::new((&DMatrix::<f64>::zeros(0, 3)).into());
    assert_eq!(blocks.stretch(0).count(), 0);
}

#[test]
fn too_few_or_too_many_examples_are_refused() {
    for m in [0, 1, 513] {
        let blocks = FeatureBlocks::new((&DMatrix::<f64>::zeros(3, m)).into());
        let mut s = DMatrix::zeros(2, m);
        for block in blocks.stretch(0) {
            let refused =
                block.affine((&DMatrix::zeros(2, 3)).into(), (&mut s).into()).unwrap_err();
            assert!(refused.to_string().contains(&format!("(3, {m})")), "{refused}");
        }
    }
}
