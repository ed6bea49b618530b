//! The piecewise linear encoding of tables and the layer that does the same say the same.
#![allow(clippy::unwrap_used)]

use layerwise::data;
use layerwise::prelude::*;
use proptest::prelude::*;

fn same<T: Scalar>(fitted: &DMatrix<f64>, new: &DMatrix<f64>, bins: usize) {
    let (fitted, new) = (fitted.map(T::of), new.map(T::of));
    let names = ["first".to_owned(), "second".to_owned()];
    let encoding = data::PiecewiseLinear::fit(&fitted, &names, bins).unwrap();
    let edges = (0..2).map(|feature| encoding.edges(feature).unwrap().to_vec()).collect();
    let layer = PiecewiseLinear::new(edges).unwrap();
    let mut a = DMatrix::zeros(encoding.n_encoded(), new.ncols());
    layer.forward((&new).into(), (&mut a).into(), &mut [], &Pass::inference()).unwrap();
    assert_eq!(a, encoding.transform(&new).unwrap());
}

proptest! {
    /// To the last bit, on values within the edges, on them and outside.
    #[test]
    fn layer_and_table_encode_alike(
        fitted in prop::collection::vec(-9i32..9, 2..40), new in prop::collection::vec(-30i32..30, 2..40),
        bins in 1usize..6,
    ) {
        let matrix = |values: &[i32]| DMatrix::from_fn(2, values.len() / 2, |i, j| {
            f64::from(values[2 * j + i]) / if i == 0 { 3.0 } else { 1.0 }
        });
        same::<f32>(&matrix(&fitted), &matrix(&new), bins);
        same::<f64>(&matrix(&fitted), &matrix(&new), bins);
    }
}
