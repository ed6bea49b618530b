//! A plain forward and backward pass over a chain of layers: every buffer new and full of NaN, so
//! that whatever a layer leaves unwritten shows.

use layerwise_core::{DMatrix, Layer, Pass, Scalar};

use crate::{GradcheckError, Result};

/// What a forward pass leaves: `a[0]` is the input, `a[l]` the output of layer l (from 1).
pub(crate) struct Trace<T: Scalar> {
    pub(crate) a: Vec<DMatrix<T>>,
    pub(crate) caches: Vec<Vec<T>>,
}

/// ∂/∂parameter for each layer and parameter, and ∂/∂input (`None` if it was not asked for).
pub(crate) struct Gradients<T: Scalar> {
    pub(crate) parameters: Vec<Vec<DMatrix<T>>>,
    pub(crate) x: Option<DMatrix<T>>,
}

/// Where a backward pass starts.
pub(crate) enum Start<T: Scalar> {
    /// From `∂L/∂a` of the last layer.
    Da(DMatrix<T>),
    /// From `∂L/∂z` of the last layer.
    Dz(DMatrix<T>),
}

pub(crate) fn nan_matrix<T: Scalar>(nrows: usize, ncols: usize) -> DMatrix<T> {
    DMatrix::from_element(nrows, ncols, T::of(f64::NAN))
}

/// Refuses an empty input and layers that do not fit together.
pub(crate) fn check_widths<T: Scalar>(layers: &[&dyn Layer<T>], x: &DMatrix<T>) -> Result<()> {
    if x.is_empty() {
        return Err(GradcheckError::Empty { what: "the input" });
    }
    let mut found = x.nrows();
    for (index, layer) in layers.iter().enumerate() {
        if layer.n_in() != found {
            let expected = layer.n_in();
            return Err(GradcheckError::Width { layer: index + 1, expected, found });
        }
        found = layer.n_out();
    }
    if found == 0 {
        return Err(GradcheckError::Empty { what: "the output" });
    }
    Ok(())
}

/// The output of one layer, and what it keeps in its cache.
pub(crate) fn forward_one<T: Scalar>(
    layer: &dyn Layer<T>,
    a_prev: &DMatrix<T>,
    pass: &Pass,
) -> Result<(DMatrix<T>, Vec<T>)> {
    let m = a_prev.ncols();
    let mut a = nan_matrix(layer.n_out(), m);
    let mut cache = vec![T::of(f64::NAN); layer.n_cache() * m];
    layer.forward(a_prev.into(), (&mut a).into(), &mut cache, pass)?;
    Ok((a, cache))
}

pub(crate) fn forward<T: Scalar>(
    layers: &[&dyn Layer<T>],
    x: &DMatrix<T>,
    pass: &Pass,
) -> Result<Trace<T>> {
    let mut trace = Trace { a: vec![x.clone()], caches: vec![] };
    for (layer, index) in layers.iter().zip(0..) {
        let (a, cache) = forward_one(*layer, &trace.a[index], pass)?;
        trace.a.push(a);
        trace.caches.push(cache);
    }
    Ok(trace)
}

/// All parameters' gradients of one layer, each in one call over all its columns.
pub(crate) fn gradients_of<T: Scalar>(
    layer: &dyn Layer<T>,
    a_prev: &DMatrix<T>,
    dz: &DMatrix<T>,
    cache: &[T],
) -> Result<Vec<DMatrix<T>>> {
    let mut gradients = vec![];
    for (index, parameter) in layerwise_core::parameters(layer).enumerate() {
        let (nrows, ncols) = parameter.shape();
        let mut gradient = nan_matrix(nrows, ncols);
        let all = (&mut gradient).into();
        layer.gradient(index, 0..ncols, a_prev.into(), dz.into(), cache, all)?;
        gradients.push(gradient);
    }
    Ok(gradients)
}

/// Gradients of everything. `input` says whether the first layer is asked for `da_prev`.
pub(crate) fn backward<T: Scalar>(
    layers: &[&dyn Layer<T>],
    trace: &Trace<T>,
    start: Start<T>,
    input: bool,
) -> Result<Gradients<T>> {
    let (mut d, mut is_dz) = match start {
        Start::Da(da) => (da, false),
        Start::Dz(dz) => (dz, true),
    };
    let mut parameters = vec![vec![]; layers.len()];
    for (index, layer) in layers.iter().enumerate().rev() {
        let (a_prev, a) = (&trace.a[index], &trace.a[index + 1]);
        let cache = &mut trace.caches[index].clone();
        let wanted = index > 0 || input;
        let mut da_prev = nan_matrix(a_prev.nrows(), a_prev.ncols());
        let below = wanted.then(|| (&mut da_prev).into());
        if is_dz {
            layer.backward_from_dz(a_prev.into(), (&d).into(), cache, below)?;
        } else {
            layer.backward(a_prev.into(), a.into(), (&mut d).into(), cache, below)?;
        }
        parameters[index] = gradients_of(*layer, a_prev, &d, cache)?;
        if !wanted {
            return Ok(Gradients { parameters, x: None });
        }
        (d, is_dz) = (da_prev, false);
    }
    Ok(Gradients { parameters, x: input.then_some(d) })
}
