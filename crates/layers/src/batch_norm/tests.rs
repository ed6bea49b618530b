use super::*;
use crate::one_pass::{assert_refuses_what_does_not_fit, inferred};
use layerwise_core::DMatrix;

#[test]
fn inference_by_running_statistics_comes_to_what_training_does() {
    let mut layer = BatchNorm::<f64>::identity(20, 0.3).unwrap();
    let x = DMatrix::from_fn(20, 50, |i, j| (i + 1) as f64 + ((i * 7 + j * 13) % 17) as f64);
    let (mut a, mut cache) = (DMatrix::zeros(20, 50), vec![0.0; 40 * 50]);
    for step in 0..60 {
        let pass = Pass::training(0, step);
        layer.forward((&x).into(), (&mut a).into(), &mut cache, &pass).unwrap();
        layer.absorb(50, &cache);
    }
    let mut inferred = DMatrix::zeros(20, 50);
    layer.forward((&x).into(), (&mut inferred).into(), &mut [], &Pass::inference()).unwrap();
    // The running variance is the unbiased one: 49 of 50 parts.
    assert!((inferred / (49.0_f64 / 50.0).sqrt() - a).amax() < 1e-6);
    for i in 0..20 {
        let expected = x.row(i).mean();
        assert!((layer.values[2][i] - expected).abs() < 1e-6);
    }
}

#[test]
fn one_example_moves_nothing_and_nonsense_is_refused() {
    let mut layer = BatchNorm::<f32>::identity(1, 0.1).unwrap();
    let before = layer.clone();
    layer.absorb(1, &[5.0, 1.0]);
    assert_eq!(layer, before);
    assert!(BatchNorm::<f32>::identity(1, 0.0).is_err());
    assert!(BatchNorm::<f32>::identity(0, 0.1).is_err());
}

#[test]
fn inference_by_hand() {
    // More features than are taken together.
    let n = TOGETHER + 3;
    let of = |from: f64| DVector::from_fn(n, |i, _| from + i as f64);
    let layer = BatchNorm::new([of(1.0), of(-3.0), of(0.5), of(0.25)], 0.1).unwrap();
    let x = DMatrix::from_fn(n, 3, |i, j| (i * 5 + j * 7) as f64 / 3.0);
    let a = inferred(&layer, &x);
    for ((i, j), a) in (0..n).flat_map(|i| (0..3).map(move |j| (i, j))).map(|at| (at, a[at])) {
        let from = i as f64;
        let scale = 1.0 / (0.25 + from + EPSILON).sqrt();
        let expected = (1.0 + from) * ((x[(i, j)] - (0.5 + from)) * scale) + (from - 3.0);
        assert_eq!(a, expected, "feature {i}, example {j}");
    }
    assert_refuses_what_does_not_fit(&layer);
}
