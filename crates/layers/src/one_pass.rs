//! Forward, backward and gradients of one layer at once, for the tests beside the layers.

use layerwise_core::{CoreError, DMatrix, Layer, MatrixViewMut, Pass, parameters};

/// What one training pass gives.
pub(crate) struct OnePass {
    pub(crate) a: DMatrix<f64>,
    pub(crate) da_prev: DMatrix<f64>,
    /// Of each parameter, column by column.
    pub(crate) gradients: Vec<Vec<f64>>,
}

impl OnePass {
    /// Forward over `x`, backward from `da`. Buffers start as NaN: nothing may add to them.
    pub(crate) fn of(layer: &dyn Layer<f64>, x: &DMatrix<f64>, da: &DMatrix<f64>) -> Self {
        let nan = |nrows, ncols| DMatrix::from_element(nrows, ncols, f64::NAN);
        let m = x.ncols();
        let (mut a, mut da_prev) = (nan(layer.n_out(), m), nan(layer.n_in(), m));
        let (mut dz, mut cache) = (da.clone(), vec![f64::NAN; layer.n_cache() * m]);
        layer.forward(x.into(), (&mut a).into(), &mut cache, &Pass::training(0, 0)).unwrap();
        let below = Some((&mut da_prev).into());
        layer.backward(x.into(), (&a).into(), (&mut dz).into(), &mut cache, below).unwrap();
        let gradient = |(index, (nrows, ncols)): (usize, (usize, usize))| {
            let mut gradient = nan(nrows, ncols);
            let into = MatrixViewMut::from(&mut gradient);
            layer.gradient(index, 0..ncols, x.into(), (&dz).into(), &cache, into).unwrap();
            gradient.as_slice().to_vec()
        };
        let shapes = parameters(layer).map(|parameter| parameter.shape());
        let gradients = shapes.enumerate().map(gradient).collect();
        Self { a, da_prev, gradients }
    }
}

/// What is given out in inference.
pub(crate) fn inferred(layer: &dyn Layer<f64>, x: &DMatrix<f64>) -> DMatrix<f64> {
    let mut a = DMatrix::from_element(layer.n_out(), x.ncols(), f64::NAN);
    let mut scratch = vec![f64::NAN; layer.n_scratch() * x.ncols()];
    layer.forward(x.into(), (&mut a).into(), &mut scratch, &Pass::inference()).unwrap();
    a
}

/// Holds a layer to refusing every buffer that is a row or an example too large, and parameters past its
/// last.
pub(crate) fn assert_refuses_what_does_not_fit(layer: &dyn Layer<f64>) {
    let (n_in, n_out, n_cache) = (layer.n_in(), layer.n_out(), layer.n_cache());
    let zeros = |(nrows, ncols)| DMatrix::<f64>::zeros(nrows, ncols);
    let shape = |result: Result<(), CoreError>| {
        assert!(matches!(result, Err(CoreError::Shape { .. })), "{result:?}");
    };
    let forward = |x, a| {
        let (x, mut a, mut cache) = (zeros(x), zeros(a), vec![0.0; n_cache * 3]);
        layer.forward((&x).into(), (&mut a).into(), &mut cache, &Pass::training(0, 0))
    };
    assert_eq!(forward((n_in, 3), (n_out, 3)), Ok(()));
    shape(forward((n_in + 1, 3), (n_out, 3)));
    shape(forward((n_in, 3), (n_out + 1, 3)));
    shape(forward((n_in, 3), (n_out, 4)));

    let backward = |x, da, da_prev| {
        let (x, a) = (zeros(x), zeros((n_out, 3)));
        let (mut da, mut da_prev, mut cache) = (zeros(da), zeros(da_prev), vec![1.0; n_cache * 3]);
        let below = Some((&mut da_prev).into());
        layer.backward((&x).into(), (&a).into(), (&mut da).into(), &mut cache, below)
    };
    assert_eq!(backward((n_in, 3), (n_out, 3), (n_in, 3)), Ok(()));
    shape(backward((n_in + 1, 3), (n_out, 3), (n_in, 3)));
    shape(backward((n_in, 3), (n_out + 1, 3), (n_in, 3)));
    shape(backward((n_in, 3), (n_out, 3), (n_in, 4)));

    let gradient = |index: usize, x, da, extra: usize| {
        let (nrows, ncols) = layer.parameter(index).map_or((1, 1), |parameter| parameter.shape());
        let (x, da, mut into) = (zeros(x), zeros(da), zeros((nrows + extra, ncols)));
        let cache = vec![1.0; n_cache * 3];
        layer.gradient(index, 0..ncols, (&x).into(), (&da).into(), &cache, (&mut into).into())
    };
    let count = parameters(layer).count();
    for index in 0..count {
        assert_eq!(gradient(index, (n_in, 3), (n_out, 3), 0), Ok(()));
        shape(gradient(index, (n_in + 1, 3), (n_out, 3), 0));
        shape(gradient(index, (n_in, 3), (n_out + 1, 3), 0));
        shape(gradient(index, (n_in, 3), (n_out, 3), 1));
    }
    let past = CoreError::NoParameter { layer: layer.kind(), index: count };
    assert_eq!(gradient(count, (n_in, 3), (n_out, 3), 0), Err(past));
    assert!(layer.parameter(count).is_none());
}
