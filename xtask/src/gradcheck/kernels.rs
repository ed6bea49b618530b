//! Adjoint identities of the kernels: `⟨C, A B⟩ = ⟨Aᵀ C, B⟩ = ⟨C Bᵀ, A⟩`, and for the affine map
//! `⟨dZ, W A + b⟩ = ⟨Wᵀ dZ, A⟩ + ⟨Σ dZ, b⟩`.

use layerwise::core::CoreError;
use layerwise::gradcheck::{CheckOptions, GradcheckError, Pairing, Report, check_adjoint};
use layerwise::linalg::{affine, dot, matmul, matmul_nt, matmul_tn, row_sums};
use layerwise::prelude::*;

use super::Case;
use super::networks::draws;

/// Sides of the products: lines, tiles with and without a rest, more than a block.
const SIDES: [(usize, usize); 5] = [(1, 9), (9, 1), (7, 5), (33, 65), (300, 20)];

/// The products and the affine map, in both precisions.
pub fn all(batches: &[usize]) -> Vec<Case> {
    let mut cases = vec![];
    for &m in batches {
        cases.push(Case::new("kernel products".into(), move |o| check::<f64>(m, o, products)));
        cases.push(Case::new("kernel products".into(), move |o| check::<f32>(m, o, products)));
        cases.push(Case::new("kernel affine".into(), move |o| check::<f64>(m, o, affine_map)));
        cases.push(Case::new("kernel affine".into(), move |o| check::<f32>(m, o, affine_map)));
    }
    cases
}

/// `W (n_out, n_in)`, `b`, `A (n_in, m)` and `dZ (n_out, m)`.
struct Point<T: Scalar> {
    w: DMatrix<T>,
    b: DMatrix<T>,
    a: DMatrix<T>,
    dz: DMatrix<T>,
}

fn check<T: Scalar>(
    m: usize,
    options: &CheckOptions,
    kernel: fn(&Point<T>) -> Result<Vec<Pairing>, CoreError>,
) -> Result<Report, GradcheckError> {
    let mut pairings = vec![];
    for (n_out, n_in) in SIDES {
        let matrix = |nrows, ncols, purpose| {
            draws(nrows, ncols, options.seed.wrapping_add(purpose)).map(T::of)
        };
        let (w, b) = (matrix(n_out, n_in, 0), matrix(n_out, 1, 1));
        let (a, dz) = (matrix(n_in, m, 2), matrix(n_out, m, 3));
        pairings.extend(kernel(&Point { w, b, a, dz })?);
    }
    Ok(check_adjoint("kernel", T::NAME, m, &pairings, options))
}

fn inner<T: Scalar>(x: &DMatrix<T>, y: &DMatrix<T>) -> f64 {
    dot(x.as_slice(), y.as_slice()).to_f64()
}

/// The size of `⟨x, y⟩`'s terms, added up as if they had no common sign.
fn size<T: Scalar>(x: &DMatrix<T>, y: &DMatrix<T>) -> f64 {
    x.iter().zip(y).map(|(&x, &y)| (x.to_f64() * y.to_f64()).powi(2)).sum::<f64>().sqrt()
}

fn products<T: Scalar>(point: &Point<T>) -> Result<Vec<Pairing>, CoreError> {
    let Point { w, a, dz, .. } = point;
    let (one, zero) = (T::one(), T::zero());
    let mut z = DMatrix::zeros(w.nrows(), a.ncols());
    matmul(one, w.into(), a.into(), zero, (&mut z).into())?;
    let mut da = DMatrix::zeros(a.nrows(), a.ncols());
    matmul_tn(one, w.into(), dz.into(), zero, (&mut da).into())?;
    let mut dw = DMatrix::zeros(w.nrows(), w.ncols());
    matmul_nt(one, dz.into(), a.into(), zero, (&mut dw).into())?;
    let (left, size) = (inner(dz, &z), size(dz, &z));
    Ok(vec![
        Pairing { identity: "⟨dZ, WA⟩ = ⟨Wᵀ dZ, A⟩", left, right: inner(&da, a), size },
        Pairing { identity: "⟨dZ, WA⟩ = ⟨dZ Aᵀ, W⟩", left, right: inner(&dw, w), size },
    ])
}

fn affine_map<T: Scalar>(point: &Point<T>) -> Result<Vec<Pairing>, CoreError> {
    let Point { w, b, a, dz } = point;
    let mut z = DMatrix::zeros(w.nrows(), a.ncols());
    affine(w.into(), b.as_slice(), a.into(), (&mut z).into())?;
    let mut da = DMatrix::zeros(a.nrows(), a.ncols());
    matmul_tn(T::one(), w.into(), dz.into(), T::zero(), (&mut da).into())?;
    let mut db = DMatrix::zeros(b.nrows(), 1);
    row_sums(T::one(), dz.into(), db.as_mut_slice())?;
    let (left, right) = (inner(dz, &z), inner(&da, a) + inner(&db, b));
    let identity = "⟨dZ, WA + b⟩ = ⟨Wᵀ dZ, A⟩ + ⟨Σ dZ, b⟩";
    Ok(vec![Pairing { identity, left, right, size: size(dz, &z) }])
}
