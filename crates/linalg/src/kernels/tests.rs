//! Each set of kernels by itself: on any one processor the choice reaches only one.

use super::compiled::*;
use crate::blocked::{Packed, Product};
use crate::scalar::Side;
use crate::start::Start;
use crate::{DMatrix, MatrixView, plain};

/// Products of one set of kernels, where the processor has its instructions.
macro_rules! products_of {
    ($module:ident, $number:ident, $present:expr) => {
        #[test]
        fn $module() {
            if !$present {
                eprintln!("not checked: this processor lacks the instructions");
                return;
            }
            let matrix = |nrows, ncols, seed: usize| {
                DMatrix::from_fn(nrows, ncols, |i, j| {
                    ((i * 31 + j * 17 + seed * 7) % 23) as $number - 11.0
                })
            };
            // One column, tiles with and without a rest, several blocks, far rows, few rows.
            for (m, k, n) in [
                (9, 5, 1),
                (7, 3, 9),
                (40, 30, 13),
                (170, 500, 7),
                (201, 90, 29),
                (20, 400, 21),
                (20, 60, 1100),
                (60, 40, 1100),
                // More terms than a block has, and small products of several panels.
                (33, 600, 5),
                (64, 32, 30),
                (48, 30, 33),
            ] {
                let (a, b) = (matrix(m, k, 1), matrix(k, n, 2));
                let (a_t, b_t) = (a.transpose(), b.transpose());
                let straight = |matrix| Side::straight(&MatrixView::from(matrix));
                let expected = plain::matmul(&a, &b);
                for (a, b) in [
                    (straight(&a), straight(&b)),
                    (straight(&a_t).transposed(), straight(&b)),
                    (straight(&a), straight(&b_t).transposed()),
                ] {
                    let bias = matrix(m, 1, 3);
                    let (old, beside) = (matrix(m, n, 4), matrix(m, n, 5));
                    for (start, alpha, rectified) in [
                        (Start::zero(), 1.0, false),
                        (Start::zero(), -0.5, false),
                        (Start::old(), 1.0, false),
                        (Start::old(), -0.5, true),
                        (Start::bias(bias.as_slice()), 1.0, false),
                        (Start::bias(bias.as_slice()), 1.0, true),
                    ] {
                        let product = Product::new((m, k, n), alpha, (a, b), start);
                        let beside = beside.as_slice().as_ptr();
                        let product = Product { rectified, beside, ..product };
                        let mut c = match start.reads() {
                            true => old.clone(),
                            false => DMatrix::from_element(m, n, $number::NAN),
                        };
                        // SAFETY: matrices of the product's shape.
                        unsafe {
                            $module::gemm(
                                &product,
                                c.as_mut_slice().as_mut_ptr(),
                                &mut Packed::default(),
                            );
                        }
                        let mut expected = &expected * alpha;
                        for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
                            expected[(i, j)] += match (start.reads(), start.is_bias()) {
                                (true, _) => old[(i, j)],
                                (_, true) => bias[i],
                                _ => 0.0,
                            };
                            if rectified {
                                expected[(i, j)] = expected[(i, j)].max(0.0);
                            }
                        }
                        // Whole numbers and halves: every order of summation is exact.
                        assert_eq!(c, expected, "{:?}, {start:?}, {alpha}", (m, k, n));
                    }
                }
            }
        }
    };
}

mod products {
    use super::*;

    products_of!(portable_f32, f32, true);
    products_of!(portable_f64, f64, true);
}

#[cfg(target_arch = "x86_64")]
mod products_on_x86_64 {
    use super::*;
    use crate::vectorized::{has_avx2, has_avx512};

    products_of!(avx2_f32, f32, has_avx2());
    products_of!(avx2_f64, f64, has_avx2());
    products_of!(avx512_f32, f32, has_avx512());
    products_of!(avx512_f64, f64, has_avx512());
    products_of!(avx512vl_f32, f32, has_avx512());
    products_of!(avx512vl_f64, f64, has_avx512());
}

#[test]
fn portable_relu() {
    let mut z: Vec<f32> = (0..21).map(|i| i as f32 - 10.0).collect();
    let mut da = vec![2.0; 21];
    // SAFETY: no particular instructions.
    unsafe {
        portable_relu_f32::rectify(&mut z);
        portable_relu_f32::rectify_backward(&z, &mut da);
    }
    for i in 0..21 {
        let positive = i > 10;
        assert_eq!(z[i], if positive { i as f32 - 10.0 } else { 0.0 });
        assert_eq!(da[i], if positive { 2.0 } else { 0.0 });
    }
}
