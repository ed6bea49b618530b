//! Laws of the layers: ranges change no bit, gradients add up over examples, refusals are named.
#![allow(clippy::unwrap_used)]

use layerwise_layers::activations::{Activation, Identity, Relu, Sigmoid, Tanh};
use layerwise_layers::core::{
    CoreError, DMatrix, DVector, Layer, LinearParameters, MatrixView, Pass, Scalar,
};
use layerwise_layers::{Dense, Linear, linear_backward, linear_forward};
use proptest::prelude::*;

fn matrix<T: Scalar>(nrows: usize, ncols: usize, seed: u64) -> DMatrix<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    DMatrix::from_fn(nrows, ncols, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        T::of((state >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
    })
}

fn parameters<T: Scalar>(n_out: usize, n_in: usize, seed: u64) -> LinearParameters<T> {
    let b = DVector::from_column_slice(matrix::<T>(n_out, 1, seed + 1).as_slice());
    LinearParameters { w: matrix(n_out, n_in, seed), b }
}

/// What a whole pass over `x` gives: `(a, dz, da_prev, dw, db)` for da = a fixed draw.
type Pieces<T> = (DMatrix<T>, DMatrix<T>, DMatrix<T>, DMatrix<T>, DMatrix<T>);

fn pass<T: Scalar>(layer: &dyn Layer<T>, x: &DMatrix<T>, da: &DMatrix<T>) -> Pieces<T> {
    let nan = |nrows, ncols| DMatrix::from_element(nrows, ncols, T::of(f64::NAN));
    let m = x.ncols();
    let mut cache = vec![T::of(f64::NAN); layer.n_cache() * m];
    let (mut a, mut dz, mut da_prev) = (nan(layer.n_out(), m), da.clone(), nan(layer.n_in(), m));
    layer.forward(x.into(), (&mut a).into(), &mut cache, &Pass::training(0, 0)).unwrap();
    let below = Some((&mut da_prev).into());
    layer.backward(x.into(), (&a).into(), (&mut dz).into(), &mut cache, below).unwrap();
    let (mut dw, mut db) = (nan(layer.n_out(), layer.n_in()), nan(layer.n_out(), 1));
    let all = 0..layer.n_in();
    layer.gradient(0, all, x.into(), (&dz).into(), &cache, (&mut dw).into()).unwrap();
    layer.gradient(1, 0..1, x.into(), (&dz).into(), &cache, (&mut db).into()).unwrap();
    (a, dz, da_prev, dw, db)
}

fn parts_make_the_whole<G: Activation<f64>>(g: G, n: (usize, usize, usize), cut: usize, seed: u64) {
    let (n_out, n_in, m) = n;
    let layer = Dense::new(parameters::<f64>(n_out, n_in, seed), g).unwrap();
    let (x, da) = (matrix(n_in, m, seed + 7), matrix(n_out, m, seed + 8));
    let (a, _, da_prev, dw, db) = pass(&layer, &x, &da);
    let cut = cut % (m - 1) + 1;
    let (left, right) = (0..cut, cut..m);
    let columns = |of: &DMatrix<f64>, range| of.columns_range(range).into_owned();
    let (a1, _, da1, dw1, db1) =
        pass(&layer, &columns(&x, left.clone()), &columns(&da, left.clone()));
    let (a2, _, da2, dw2, db2) =
        pass(&layer, &columns(&x, right.clone()), &columns(&da, right.clone()));
    let tolerance = 1e-13 * (m * n_out + n_in) as f64;
    assert!((columns(&a, left.clone()) - a1).amax() <= tolerance);
    assert!((columns(&a, right.clone()) - a2).amax() <= tolerance);
    assert!((columns(&da_prev, left) - da1).amax() <= tolerance);
    assert!((columns(&da_prev, right) - da2).amax() <= tolerance);
    assert!((dw - (dw1 + dw2)).amax() <= tolerance, "dW is the sum of its parts");
    assert!((db - (db1 + db2)).amax() <= tolerance, "db is the sum of its parts");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Gradients are sums over examples: a batch gives what its two parts give together.
    #[test]
    fn a_batch_is_the_sum_of_its_parts(
        n in (1usize..40, 1usize..40, 2usize..40), cut in 0usize..40, seed in 0u64..1000
    ) {
        parts_make_the_whole(Relu, n, cut, seed);
        parts_make_the_whole(Sigmoid, n, cut, seed);
        parts_make_the_whole(Tanh, n, cut, seed);
        parts_make_the_whole(Identity, n, cut, seed);
    }

    /// The layer and the exercise's functions agree; the exercise's dW and db are means.
    #[test]
    fn linear_equals_the_exercise(n_out in 1usize..70, n_in in 1usize..70, m in 1usize..70, seed in 0u64..1000) {
        let p = parameters::<f64>(n_out, n_in, seed);
        let (x, dz) = (matrix(n_in, m, seed + 2), matrix(n_out, m, seed + 3));
        let layer = Linear::new(p.clone()).unwrap();
        let (a, _, da_prev, dw, db) = pass(&layer, &x, &dz);
        let (z, cache) = linear_forward(&x, &p.w, &p.b).unwrap();
        let gradients = linear_backward(&dz, &cache).unwrap();
        prop_assert_eq!(a, z);
        prop_assert_eq!(da_prev, gradients.da_prev);
        prop_assert!((dw / m as f64 - gradients.dw).amax() < 1e-13);
        prop_assert!((db / m as f64 - DMatrix::from_column_slice(n_out, 1, gradients.db.as_slice())).amax() < 1e-13);
    }

    /// ⟨dZ, W A⟩ = ⟨Wᵀ dZ, A⟩ through the layer.
    #[test]
    fn backward_is_the_adjoint_of_forward(n_out in 1usize..40, n_in in 1usize..40, m in 1usize..40, seed in 0u64..1000) {
        let mut p = parameters::<f64>(n_out, n_in, seed);
        p.b.fill(0.0);
        let (x, dz) = (matrix(n_in, m, seed + 2), matrix(n_out, m, seed + 3));
        let (a, _, da_prev, ..) = pass(&Linear::new(p).unwrap(), &x, &dz);
        prop_assert!((dz.dot(&a) - da_prev.dot(&x)).abs() < 1e-13 * (n_out * n_in * m) as f64);
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let layer = Linear::new(parameters::<f64>(2, 3, 1)).unwrap();
    let (x, mut a) = (DMatrix::zeros(4, 5), DMatrix::zeros(2, 5));
    let error = layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference());
    assert_eq!(error.unwrap_err().to_string(), "expected a_prev of shape (3, 5), found (4, 5)");
    let empty = MatrixView::new(&[], 2, 0).unwrap();
    let x = MatrixView::new(&[], 3, 0).unwrap();
    let mut gradient = DMatrix::zeros(2, 1);
    let error = layer.gradient(2, 0..1, x, empty, &[], (&mut gradient).into()).unwrap_err();
    assert_eq!(error, CoreError::NoParameter { layer: "linear".into(), index: 2 });
    assert_eq!(error.to_string(), "linear has no parameter with index 2");
}

#[test]
fn the_exercise_functions_refuse_nan_empty_and_wrong_shapes() {
    let (a, w, b) = (matrix::<f64>(3, 2, 1), matrix::<f64>(4, 3, 2), DVector::zeros(4));
    let message = |a: &DMatrix<f64>, w: &DMatrix<f64>, b: &DVector<f64>| {
        linear_forward(a, w, b).unwrap_err().to_string()
    };
    assert_eq!(message(&matrix(2, 2, 1), &w, &b), "expected A_prev of shape (3, 2), found (2, 2)");
    assert_eq!(message(&a, &w, &DVector::zeros(3)), "expected b of shape (4, 1), found (3, 1)");
    assert_eq!(message(&DMatrix::zeros(3, 0), &w, &b), "A_prev is empty: its shape is (3, 0)");
    let mut with_nan = a.clone();
    with_nan[(2, 1)] = f64::NAN;
    assert_eq!(message(&with_nan, &w, &b), "A_prev holds NaN in row 2, column 1 (counted from 0)");
    let (_, cache) = linear_forward(&a, &w, &b).unwrap();
    let error = linear_backward(&DMatrix::zeros(4, 3), &cache).unwrap_err();
    assert_eq!(error.to_string(), "expected dZ of shape (4, 2), found (4, 3)");
}
