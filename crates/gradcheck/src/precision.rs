//! `f32` against `f64`: the same layers, the same point, the same gradients up to rounding.
//!
//! Differences in `f32` would drown in rounding long before 1e-7; but the `f64` side is checked
//! numerically, and the `f32` side against it.

use layerwise_core::{DMatrix, Layer, Pass, Scalar, parameters};
use layerwise_cost::Cost;

use crate::chain::{self, Start};
use crate::draw::{self, Purpose};
use crate::report::{Comparison, Report};
use crate::{CheckOptions, Coordinate, GradcheckError, Result};

/// A cost in both precisions, with its labels.
///
/// ```
/// use layerwise_cost::{BinaryCrossEntropy, core::DMatrix};
/// use layerwise_gradcheck::{CheckOptions, CostPair, check_precisions};
///
/// let al = DMatrix::from_row_slice(1, 2, &[0.3, 0.8]);
/// let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
/// let cost = CostPair { single: &BinaryCrossEntropy, double: &BinaryCrossEntropy, y: &y };
/// let report = check_precisions(&[], &[], &al, Some(cost), &CheckOptions::default())?;
/// assert!(report.passed() && report.precision == "f32");
/// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CostPair<'a> {
    /// In `f32`.
    pub single: &'a dyn Cost<f32>,
    /// In `f64`.
    pub double: &'a dyn Cost<f64>,
    /// Labels, `(n_y, m)`.
    pub y: &'a DMatrix<f64>,
}

/// Compares outputs and gradients of a chain in `f32` with those of the same chain in `f64`.
///
/// Without a cost the chain's output is summed with drawn weights, as in
/// [`check_layer`](crate::check_layer); without layers the cost stands alone and `x` is AL. Every
/// entry may be off by `options.tolerance_f32` of the largest entry of its matrix.
///
/// # Errors
/// [`GradcheckError::Pair`] if the parameters of the two sides are not the same numbers, otherwise
/// as [`check_chain`](crate::check_chain).
///
/// ```
/// use layerwise_core::{DMatrix, DVector, LinearParameters};
/// use layerwise_gradcheck::{CheckOptions, check_precisions};
/// use layerwise_layers::{Dense, activations::Tanh};
///
/// let w = DMatrix::from_row_slice(1, 2, &[0.5, -1.5]);
/// let single = LinearParameters { w: w.map(|w| w as f32), b: DVector::zeros(1) };
/// let double = LinearParameters { w, b: DVector::zeros(1) };
/// let x = DMatrix::from_row_slice(2, 2, &[0.3, -0.8, 1.2, 0.4]);
/// let report = check_precisions(
///     &[&Dense::new(single, Tanh)?],
///     &[&Dense::new(double, Tanh)?],
///     &x,
///     None,
///     &CheckOptions::default(),
/// )?;
/// assert!(report.passed(), "{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_precisions(
    single: &[&dyn Layer<f32>],
    double: &[&dyn Layer<f64>],
    x: &DMatrix<f64>,
    cost: Option<CostPair<'_>>,
    options: &CheckOptions,
) -> Result<Report> {
    options.check()?;
    expect_pair(single, double)?;
    let mut names: Vec<_> = double.iter().map(|layer| layer.kind()).collect();
    names = vec![names.join(" → ")];
    names.extend(cost.map(|cost| cost.double.name().to_owned()));
    names.retain(|name| !name.is_empty());
    let case = names.join(", ");

    let seed = options.seed;
    let n_out = double.last().map_or(x.nrows(), |layer| layer.n_out());
    let c = draw::weights(n_out, x.ncols(), seed, Purpose::Weights);
    let pass = Pass::training(seed, 0);
    let f32_side = side(single, &narrowed(x), cost.map(|c| (c.single, narrowed(c.y))), &c, &pass)?;
    // The f64 side stands at the point as f32 can hold it.
    let (x, c) = (rounded(x), rounded(&c));
    let f64_side = side(double, &x, cost.map(|c| (c.double, rounded(c.y))), &c, &pass)?;

    let mut report = Report::new(case, "f32", x.ncols(), options.tolerance_f32, options);
    for (of_single, of_double) in f32_side.iter().zip(&f64_side) {
        compare(&mut report, double, of_single, of_double);
    }
    Ok(report)
}

fn narrowed(matrix: &DMatrix<f64>) -> DMatrix<f32> {
    matrix.map(|value| value as f32)
}

fn rounded(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    matrix.map(|value| f64::from(value as f32))
}

fn expect_pair(single: &[&dyn Layer<f32>], double: &[&dyn Layer<f64>]) -> Result<()> {
    let differ = |what: String| Err(GradcheckError::Pair { what });
    if single.len() != double.len() {
        return differ(format!("{} layers and {}", single.len(), double.len()));
    }
    for (l, (single, double)) in (1..).zip(single.iter().zip(double)) {
        let (of_single, of_double) = (parameters(*single), parameters(*double));
        let (of_single, of_double): (Vec<_>, Vec<_>) = (of_single.collect(), of_double.collect());
        if of_single.len() != of_double.len() {
            let counts = format!("{} parameters and {}", of_single.len(), of_double.len());
            return differ(format!("layer {l}, {counts}"));
        }
        for (index, (s, d)) in of_single.iter().zip(&of_double).enumerate() {
            let name = double.parameter_name(index);
            if s.shape() != d.shape() {
                return differ(format!("layer {l}, {name}, {:?} and {:?}", s.shape(), d.shape()));
            }
            let pairs = s.as_slice().iter().zip(d.as_slice());
            if let Some((s, d)) = pairs.into_iter().find(|(s, d)| **s != **d as f32) {
                return differ(format!("layer {l}, {name}, {s:e} and {d:e}"));
            }
        }
    }
    Ok(())
}

/// A matrix to compare, in `f64` whatever it was computed in. `l` counts from 0.
struct Found {
    l: usize,
    what: What,
    through: &'static str,
    values: DMatrix<f64>,
}

enum What {
    Output,
    Parameter(usize),
    Input,
}

/// Everything a chain in one precision computes.
fn side<T: Scalar>(
    layers: &[&dyn Layer<T>],
    x: &DMatrix<T>,
    cost: Option<(&dyn Cost<T>, DMatrix<T>)>,
    c: &DMatrix<f64>,
    pass: &Pass,
) -> Result<Vec<Found>> {
    chain::check_widths(layers, x)?;
    let trace = chain::forward(layers, x, pass)?;
    let al = &trace.a[layers.len()];
    let last = layers.len().saturating_sub(1);
    let wide = |matrix: &DMatrix<T>| matrix.map(Scalar::to_f64);
    let mut starts = vec![];
    let mut found = vec![Found { l: last, what: What::Output, through: "x", values: wide(al) }];
    match cost {
        None => starts.push(("dA", Start::Da(c.map(T::of)))),
        Some((cost, y)) => {
            let j = DMatrix::from_element(1, 1, cost.cost(al.into(), (&y).into())?);
            found.push(Found { l: last, what: What::Output, through: "J", values: wide(&j) });
            let mut dal = chain::nan_matrix(al.nrows(), al.ncols());
            cost.backward(al.into(), (&y).into(), (&mut dal).into())?;
            starts.push(("dA", Start::Da(dal)));
            let link = layers.last().and_then(|layer| layer.link());
            if link.is_some() && link == cost.link() {
                let mut dz = chain::nan_matrix(al.nrows(), al.ncols());
                cost.backward_from_link(al.into(), (&y).into(), (&mut dz).into())?;
                starts.push(("dZ", Start::Dz(dz)));
            }
        }
    }
    for (through, start) in starts {
        let gradients = chain::backward(layers, &trace, start, true)?;
        for (l, of_layer) in gradients.parameters.iter().enumerate() {
            for (index, gradient) in of_layer.iter().enumerate() {
                let (what, values) = (What::Parameter(index), wide(gradient));
                found.push(Found { l, what, through, values });
            }
        }
        if let Some(dx) = &gradients.x {
            found.push(Found { l: 0, what: What::Input, through, values: wide(dx) });
        }
    }
    Ok(found)
}

fn compare(report: &mut Report, layers: &[&dyn Layer<f64>], single: &Found, double: &Found) {
    let largest = double.values.iter().fold(f64::MIN_POSITIVE, |most, v| most.max(v.abs()));
    let name = match (&single.what, layers.get(single.l)) {
        (What::Parameter(index), Some(layer)) => layer.parameter_name(*index),
        (What::Parameter(_) | What::Input, _) => "a_prev".into(),
        (What::Output, _) => if single.through == "J" { "J" } else { "a" }.into(),
    };
    let kind = layers.get(single.l).map_or_else(|| "cost".into(), |layer| layer.kind());
    let layer = if layers.is_empty() { 0 } else { single.l + 1 };
    let nrows = single.values.nrows();
    for (position, (&s, &d)) in single.values.iter().zip(&double.values).enumerate() {
        let (row, column) = (position % nrows, position / nrows);
        let (kind, name) = (kind.clone(), name.clone());
        let coordinate = Coordinate { layer, kind, name, row, column };
        report.compare(Comparison::new(coordinate, single.through, s, d, largest));
    }
    report.total += single.values.len();
    report.checked += single.values.len();
}
