//! What puts faults in, without one: the checks find nothing, and nothing else of the layer is lost.

use std::sync::atomic::{AtomicUsize, Ordering};

use layerwise_activations::{Relu, Sigmoid, Tanh};
use layerwise_core::{
    DMatrix, DVector, GradientForm, Layer, LayerSpec, LinearParameters, Link, MatrixView,
    MatrixViewMut, Pass, Result,
};
use layerwise_cost::BinaryCrossEntropy;
use layerwise_gradcheck::faults::{
    Across, FaultyCost, FaultyDropout, FaultyLayer, FaultyNormalization, FaultyResidual,
    FaultyWeights,
};
use layerwise_gradcheck::{CheckOptions, Report, check_chain, check_cost, check_layer};
use layerwise_layers::{BatchNorm, Dense, Dropout, LayerNorm, Residual};

/// Numbers in ±1 without a pattern that a sum could hide.
fn numbers(nrows: usize, ncols: usize) -> DMatrix<f64> {
    DMatrix::from_fn(nrows, ncols, |i, j| ((3 + 7 * i + 13 * j + i * j) as f64).sin())
}

fn linear(n_in: usize, n_out: usize) -> LinearParameters<f64> {
    LinearParameters { w: numbers(n_out, n_in), b: DVector::from_element(n_out, 0.1) }
}

fn expect_right(mut layer: impl Layer<f64>) {
    let report = check_layer(&mut layer, &CheckOptions::default());
    assert!(report.as_ref().is_ok_and(Report::passed), "{report:?}");
}

#[test]
fn layers_without_a_fault_pass() {
    expect_right(FaultyLayer::without_fault(Dense::new(linear(4, 3), Relu).unwrap()));
    expect_right(FaultyLayer::without_fault(Dense::new(linear(4, 3), Tanh).unwrap()));
    expect_right(FaultyDropout::without_fault(Dropout::new(20, 0.4, 1).unwrap()));
    let column = |k: usize| DVector::from_column_slice(numbers(5, 4).column(k).as_slice());
    let layer_norm = LayerNorm::new(column(0), column(1)).unwrap();
    expect_right(FaultyNormalization::without_fault(layer_norm, Across::Features));
    let statistics = [column(0), column(1), column(2), column(3).map(f64::abs)];
    let batch_norm = BatchNorm::new(statistics, 0.1).unwrap();
    expect_right(FaultyNormalization::without_fault(batch_norm, Across::Examples));
    let inside: Box<dyn Layer<f64>> = Box::new(Dense::new(linear(4, 4), Tanh).unwrap());
    expect_right(FaultyResidual::without_fault(Residual::new(vec![inside]).unwrap()));
}

#[test]
fn costs_without_a_fault_pass_by_both_ways() {
    let options = CheckOptions::default();
    let y = numbers(2, 5).map(|v| f64::from(u8::from(v > 0.0)));
    let al = numbers(2, 5).map(|v| 0.5 + 0.4 * v);
    let cost = FaultyCost::without_fault(BinaryCrossEntropy);
    let mut output = FaultyLayer::without_fault(Dense::new(linear(4, 2), Sigmoid).unwrap());
    let reports = [
        check_cost(&cost, &al, &y, &options),
        check_chain(&mut [&mut output], &cost, &numbers(4, 5), &y, &options),
        check_cost(
            &FaultyWeights::without_fault(BinaryCrossEntropy, vec![0.5, 1.0, 1.5, 2.0, 4.0]),
            &al,
            &y,
            &options,
        ),
    ];
    for report in reports {
        let report = report.unwrap();
        assert!(report.passed(), "{report}");
    }
}

/// A layer whose every answer is another than the trait's.
#[derive(Debug, Default)]
struct Unlike {
    absorbed: AtomicUsize,
}

impl Layer<f64> for Unlike {
    fn n_in(&self) -> usize {
        2
    }

    fn n_out(&self) -> usize {
        3
    }

    fn forward(
        &self,
        _a_prev: MatrixView<'_, f64>,
        _a: MatrixViewMut<'_, f64>,
        _cache: &mut [f64],
        _pass: &Pass,
    ) -> Result<()> {
        Ok(())
    }

    fn backward(
        &self,
        _a_prev: MatrixView<'_, f64>,
        _a: MatrixView<'_, f64>,
        _da: MatrixViewMut<'_, f64>,
        _cache: &mut [f64],
        _da_prev: Option<MatrixViewMut<'_, f64>>,
    ) -> Result<()> {
        Ok(())
    }

    fn units_apart(&self) -> bool {
        true
    }

    fn forward_units(
        &self,
        _units: std::ops::Range<usize>,
        _a_prev: MatrixView<'_, f64>,
        _a: MatrixViewMut<'_, f64>,
    ) -> Result<()> {
        Ok(())
    }

    fn is_affine(&self) -> bool {
        true
    }

    fn forward_from_z(
        &self,
        _a: MatrixViewMut<'_, f64>,
        _cache: &mut [f64],
        _pass: &Pass,
    ) -> Result<()> {
        Ok(())
    }

    fn gradient_form(&self, _index: usize) -> GradientForm {
        GradientForm::Sum
    }

    fn batch_wide(&self) -> bool {
        true
    }

    fn absorb(&mut self, m: usize, _cache: &[f64]) {
        self.absorbed.fetch_add(m, Ordering::Relaxed);
    }

    fn trains(&self, _index: usize) -> bool {
        false
    }

    fn n_scratch(&self) -> usize {
        5
    }

    fn n_cache(&self) -> usize {
        7
    }

    fn decays(&self, _index: usize) -> bool {
        true
    }

    fn parameter_name(&self, _index: usize) -> String {
        "own".into()
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Softmax)
    }

    fn backward_from_dz(
        &self,
        _a_prev: MatrixView<'_, f64>,
        _dz: MatrixView<'_, f64>,
        _cache: &[f64],
        _da_prev: Option<MatrixViewMut<'_, f64>>,
    ) -> Result<()> {
        Ok(())
    }

    fn kind(&self) -> String {
        "unlike".into()
    }

    fn spec(&self) -> Option<LayerSpec> {
        let (kind, settings, inner) = ("spec".into(), [].into(), vec![]);
        Some(LayerSpec { kind, n_in: 2, n_out: 3, settings, inner })
    }
}

#[test]
fn everything_else_is_said_by_the_layer_inside() {
    let mut wrapped: [Box<dyn Layer<f64>>; 4] = [
        Box::new(FaultyLayer::without_fault(Unlike::default())),
        Box::new(FaultyDropout::without_fault(Unlike::default())),
        Box::new(FaultyNormalization::without_fault(Unlike::default(), Across::Features)),
        Box::new(FaultyResidual::without_fault(Unlike::default())),
    ];
    for layer in &mut wrapped {
        assert_eq!((layer.n_in(), layer.n_out()), (2, 3));
        assert_eq!((layer.n_scratch(), layer.n_cache()), (5, 7));
        assert!(layer.units_apart() && layer.batch_wide() && layer.decays(0) && !layer.trains(0));
        assert_eq!(
            (layer.gradient_form(0), layer.link()),
            (GradientForm::Sum, Some(Link::Softmax))
        );
        assert_eq!((layer.kind(), layer.parameter_name(0)), ("unlike".into(), "own".into()));
        assert_eq!(layer.spec().map(|spec| spec.kind), Some("spec".into()));
        let (x, mut a) = ([0.0; 2], [0.0; 3]);
        let (x, a) = (MatrixView::column_vector(&x), MatrixViewMut::column_vector(&mut a));
        assert!(layer.forward_units(0..3, x, a).is_ok());
        let mut z = [0.0; 3];
        let z = MatrixViewMut::column_vector(&mut z);
        assert!(layer.is_affine() && layer.forward_from_z(z, &mut [], &Pass::inference()).is_ok());
        assert!(layer.backward_from_dz(x, MatrixView::column_vector(&[0.0; 3]), &[], None).is_ok());
        layer.absorb(11, &[]);
        assert!(format!("{layer:?}").contains("11"), "absorb did not reach the layer inside");
    }
}
