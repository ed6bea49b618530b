use super::*;
use crate::{BatchNorm, Dropout, LayerNorm};
use layerwise_core::DMatrix;

#[test]
fn stacks_that_do_not_fit_are_refused() {
    let message = |layers| Residual::<f64>::new(layers).unwrap_err().to_string();
    assert_eq!(message(vec![]), "residual: a stack of no layers");
    let drop = |n| Box::new(Dropout::new(n, 0.5, 0).unwrap());
    assert_eq!(
        message(vec![drop(3), drop(4)]),
        "residual: layer 2 of the stack takes in 4 features, but layer 1 gives out 3"
    );
    let layer = Residual::<f64>::new(vec![drop(3)]).unwrap();
    let (x, mut a) = (DMatrix::zeros(3, 2), DMatrix::zeros(3, 2));
    let error = layer
        .forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())
        .unwrap_err()
        .to_string();
    assert_eq!(error, "expected the scratch of shape (6, 1), found (0, 1)");
}

/// A running mean that moved, inside two stacks, and what a second pass leaves in the same scratch.
#[test]
fn running_statistics_inside_are_absorbed_and_used() {
    let inner = Residual::new(vec![Box::new(BatchNorm::identity(2, 1.0).unwrap()) as _]);
    let mut layer = Residual::<f64>::new(vec![Box::new(inner.unwrap())]).unwrap();
    let x = DMatrix::from_row_slice(2, 2, &[1.0, 3.0, 10.0, 30.0]);
    let (mut a, mut cache) = (DMatrix::zeros(2, 2), vec![f64::NAN; layer.n_cache() * 2]);
    layer.forward((&x).into(), (&mut a).into(), &mut cache, &Pass::training(0, 0)).unwrap();
    layer.absorb(2, &cache);
    assert_eq!(layer.parameter(2).unwrap().as_slice(), [2.0, 20.0]);
    assert_eq!(layer.parameter_name(2), "0.0.mean");
    assert!(!layer.trains(2) && layer.trains(1) && !layer.decays(0));
    let mut scratch = vec![f64::NAN; layer.n_scratch() * 2];
    for _ in 0..2 {
        let (x, a) = ((&x).into(), (&mut a).into());
        layer.forward(x, a, &mut scratch, &Pass::inference()).unwrap();
    }
    // Twice itself, and what is left of it by the unbiased variance, 2 and 200.
    let expected = 2.0 - 1.0 / (2.0_f64 + 1e-5).sqrt();
    assert!((a[(0, 0)] - expected).abs() < 1e-12, "{a}");
    let plain = Residual::<f64>::new(vec![Box::new(LayerNorm::identity(2).unwrap())]).unwrap();
    assert!(!plain.spec().unwrap().inner.is_empty());
}
