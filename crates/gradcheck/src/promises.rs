//! What the [`Layer`] trait promises besides right derivatives: ranges, buffers, `None`.

use std::ops::Range;

use layerwise_core::linalg::{affine, matmul_nt, row_sums};
use layerwise_core::{DMatrix, GradientForm, Layer, MatrixView, MatrixViewMut, Pass};

use crate::Result;
use crate::chain::{forward_one, gradients_of, nan_matrix};

/// Where a layer is held to its promises.
pub(crate) struct Point<'a> {
    pub(crate) a_prev: &'a DMatrix<f64>,
    pub(crate) da: &'a DMatrix<f64>,
    pub(crate) pass: Pass,
}

/// What one backward pass writes.
struct Backward {
    dz: DMatrix<f64>,
    da_prev: DMatrix<f64>,
}

/// One sentence for each promise that is not kept.
pub(crate) fn broken(
    layer: &dyn Layer<f64>,
    number: usize,
    point: &Point<'_>,
    input: bool,
) -> Result<Vec<String>> {
    let mut broken = vec![];
    let mut expect = |kept: bool, promise: &str| {
        if !kept {
            broken.push(format!("layer {number} ({}): {promise}", layer.kind()));
        }
    };
    let (a, mut cache) = forward_one(layer, point.a_prev, &point.pass)?;
    if layer.is_affine() {
        expect(
            from_z(layer, point)?.is_some_and(|(made, left)| same(&a, &made) && cache == left),
            "forward from Z = W a_prev + b, with W and b the parameters 0 and 1, differs from forward",
        );
    }
    let whole = backward(layer, point, &a, &mut cache, f64::NAN, input)?;

    expect(
        same(&whole.dz, &backward(layer, point, &a, &mut cache, f64::NAN, false)?.dz),
        "backward leaves another dz when da_prev is not asked for",
    );
    if input {
        expect(
            same(&whole.da_prev, &backward(layer, point, &a, &mut cache, 7.0, input)?.da_prev),
            "backward does not overwrite da_prev, but adds to or leaves what was there",
        );
    }
    if !layer.batch_wide() {
        let parts = by_examples(layer, point, input)?;
        expect(same(&a, &parts.0), "forward over ranges of examples differs from forward over all");
        expect(
            same(&whole.dz, &parts.1.dz) && (!input || same(&whole.da_prev, &parts.1.da_prev)),
            "backward over ranges of examples differs from backward over all",
        );
    }
    if layer.units_apart() {
        expect(
            same(&a, &by_units(layer, point.a_prev)?),
            "forward over ranges of units differs from forward over all",
        );
    }
    let gradients = gradients_of(layer, point.a_prev, &whole.dz, &cache)?;
    for (index, gradient) in gradients.iter().enumerate() {
        let name = layer.parameter_name(index);
        let parts = by_columns(layer, index, point.a_prev, &whole.dz, &cache, gradient.shape())?;
        expect(
            same(gradient, &parts),
            &format!("the gradient of {name} in ranges of columns differs from the whole"),
        );
        let formed = by_form(layer.gradient_form(index), point.a_prev, &whole.dz)?;
        expect(
            formed.is_none_or(|formed| same(gradient, &formed)),
            &format!("the gradient of {name} is not of the form the layer says"),
        );
    }
    Ok(broken)
}

fn backward(
    layer: &dyn Layer<f64>,
    point: &Point<'_>,
    a: &DMatrix<f64>,
    cache: &mut [f64],
    filled_with: f64,
    input: bool,
) -> Result<Backward> {
    let (n_in, m) = point.a_prev.shape();
    let (mut dz, mut da_prev) = (point.da.clone(), DMatrix::from_element(n_in, m, filled_with));
    let below = input.then(|| (&mut da_prev).into());
    layer.backward(point.a_prev.into(), a.into(), (&mut dz).into(), cache, below)?;
    Ok(Backward { dz, da_prev })
}

/// Forward and backward, the last two thirds of the examples first and then the others.
fn by_examples(
    layer: &dyn Layer<f64>,
    point: &Point<'_>,
    input: bool,
) -> Result<(DMatrix<f64>, Backward)> {
    let m = point.a_prev.ncols();
    let mut a = nan_matrix(layer.n_out(), m);
    let mut dz = nan_matrix(layer.n_out(), m);
    let mut da_prev = nan_matrix(layer.n_in(), m);
    for range in two_parts(m) {
        let count = range.len();
        let columns = |matrix: &DMatrix<f64>| matrix.columns(range.start, count).into_owned();
        let first_example = point.pass.first_example + range.start;
        let pass = Pass { first_example, ..point.pass };
        let (a_prev, da) = (columns(point.a_prev), columns(point.da));
        let (a_part, mut cache) = forward_one(layer, &a_prev, &pass)?;
        let part = Point { a_prev: &a_prev, da: &da, pass };
        let back = backward(layer, &part, &a_part, &mut cache, f64::NAN, input)?;
        a.columns_mut(range.start, count).copy_from(&a_part);
        dz.columns_mut(range.start, count).copy_from(&back.dz);
        da_prev.columns_mut(range.start, count).copy_from(&back.da_prev);
    }
    Ok((a, Backward { dz, da_prev }))
}

/// Forward, the last two thirds of the units first and then the others.
fn by_units(layer: &dyn Layer<f64>, a_prev: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    let mut a = nan_matrix(layer.n_out(), a_prev.ncols());
    for range in two_parts(layer.n_out()) {
        let mut part = nan_matrix(range.len(), a_prev.ncols());
        layer.forward_units(range.clone(), a_prev.into(), (&mut part).into())?;
        a.rows_mut(range.start, range.len()).copy_from(&part);
    }
    Ok(a)
}

/// `a` and the cache, where Z is made here; `None` if the layer has no such parameters.
fn from_z(layer: &dyn Layer<f64>, point: &Point<'_>) -> Result<Option<(DMatrix<f64>, Vec<f64>)>> {
    let (Some(w), Some(b)) = (layer.parameter(0), layer.parameter(1)) else { return Ok(None) };
    let m = point.a_prev.ncols();
    let (mut a, mut cache) = (nan_matrix(layer.n_out(), m), vec![f64::NAN; layer.n_cache() * m]);
    affine(w, b.as_slice(), point.a_prev.into(), (&mut a).into())?;
    layer.forward_from_z((&mut a).into(), &mut cache, &point.pass)?;
    Ok(Some((a, cache)))
}

fn by_columns(
    layer: &dyn Layer<f64>,
    index: usize,
    a_prev: &DMatrix<f64>,
    dz: &DMatrix<f64>,
    cache: &[f64],
    (nrows, ncols): (usize, usize),
) -> Result<DMatrix<f64>> {
    let mut gradient = nan_matrix(nrows, ncols);
    for range in two_parts(ncols) {
        let part = &mut gradient.as_mut_slice()[range.start * nrows..range.end * nrows];
        let part = MatrixViewMut::new(part, nrows, range.len())?;
        layer.gradient(index, range, a_prev.into(), MatrixView::from(dz), cache, part)?;
    }
    Ok(gradient)
}

/// The gradient a driver makes by itself of a parameter of this form.
fn by_form(
    form: GradientForm,
    a_prev: &DMatrix<f64>,
    dz: &DMatrix<f64>,
) -> Result<Option<DMatrix<f64>>> {
    let (n_out, n_in) = (dz.nrows(), a_prev.nrows());
    Ok(match form {
        GradientForm::Product => {
            let mut dw = nan_matrix(n_out, n_in);
            matmul_nt(1.0, dz.into(), a_prev.into(), 0.0, (&mut dw).into())?;
            Some(dw)
        }
        GradientForm::Sum => {
            let mut db = nan_matrix(n_out, 1);
            row_sums(1.0, dz.into(), db.as_mut_slice())?;
            Some(db)
        }
        GradientForm::Own => None,
    })
}

/// `0..count` in two parts that are not equal, the later one first: nothing may depend on order.
fn two_parts(count: usize) -> impl Iterator<Item = Range<usize>> {
    let middle = count.div_ceil(3);
    [middle..count, 0..middle].into_iter().filter(|range| !range.is_empty())
}

/// Bit for bit, but for the sign of a zero; NaN is like nothing.
fn same(x: &DMatrix<f64>, y: &DMatrix<f64>) -> bool {
    x == y
}
