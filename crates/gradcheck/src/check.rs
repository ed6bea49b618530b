//! The checks a user calls, in `f64`.

use layerwise_core::{DMatrix, Layer, Pass};
use layerwise_cost::Cost;

use crate::draw::{self, Purpose};
use crate::engine;
use crate::subject::{Objective, Subject};
use crate::{CheckOptions, GradcheckError, Report, Result};

fn training(options: &CheckOptions) -> Pass {
    Pass::training(options.seed, 0)
}

/// Checks a layer at a standard normal input: `∂L/∂parameter` and `∂L/∂a_prev` for
/// `L = Σ C ∗ a` with drawn weights C, and the promises of the [`Layer`] trait.
///
/// The parameters are moved while derivatives are measured, and put back. Shapes: the input is
/// drawn `(n_in, options.batch)`.
///
/// # Errors
/// [`GradcheckError`] if the check cannot be made. A wrong gradient is no error, but a report that
/// has not [`passed`](Report::passed).
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, check_layer};
/// use layerwise_layers::{Linear, core::{DMatrix, DVector, LinearParameters}};
///
/// let w = DMatrix::from_row_slice(2, 3, &[0.5, -1.0, 2.0, 1.5, 0.1, -0.3]);
/// let mut layer = Linear::new(LinearParameters { w, b: DVector::zeros(2) })?;
/// let report = check_layer(&mut layer, &CheckOptions::default())?;
/// assert!(report.passed(), "{report}");
/// assert_eq!(report.checked, 2 * 3 + 2 + 3 * 5); // w, b, five examples of three features
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_layer(layer: &mut dyn Layer<f64>, options: &CheckOptions) -> Result<Report> {
    let x = draw::normal(layer.n_in(), options.batch, options.seed, Purpose::Input);
    check_layer_at(layer, &x, options)
}

/// [`check_layer`] at an input of the caller's, `(n_in, m)`: for layers whose input must lie in
/// some range, or a point that once went wrong.
///
/// # Errors
/// As [`check_layer`].
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, check_layer_at};
/// use layerwise_layers::{Dense, activations::Relu};
/// use layerwise_layers::core::{DMatrix, DVector, LinearParameters};
///
/// let w = DMatrix::from_row_slice(1, 2, &[1.0, -1.0]);
/// let mut layer = Dense::new(LinearParameters { w, b: DVector::zeros(1) }, Relu)?;
/// // On the corner itself nothing can be said, and the report does not pretend otherwise.
/// let report = check_layer_at(&mut layer, &DMatrix::zeros(2, 1), &CheckOptions::default())?;
/// assert!(report.kinks > 0 && !report.passed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_layer_at(
    layer: &mut dyn Layer<f64>,
    x: &DMatrix<f64>,
    options: &CheckOptions,
) -> Result<Report> {
    let case = layer.kind();
    let n_out = layer.n_out();
    let c = draw::weights(n_out, x.ncols(), options.seed, Purpose::Weights);
    let mut subject = Subject {
        input: (case.clone(), "a_prev".into()),
        layers: vec![layer],
        x: x.clone(),
        objective: Objective::Sum(c),
        pass: training(options),
    };
    let mut report = engine::check(case, &mut subject, options)?;
    engine::check_promises(&mut report, &subject, options)?;
    Ok(report)
}

/// Checks a whole network: every parameter of every layer, and X, for `J(AL, Y)`.
///
/// Where the cost's canonical link is the last layer's, both ways are checked: from `dAL`, and
/// from `dZ = (AL − Y)/m`. Shapes: `x (n_x, m)`, `y (n_y, m)`.
///
/// # Errors
/// As [`check_layer`]; layers that do not fit together; labels the cost refuses.
///
/// ```
/// use layerwise_cost::BinaryCrossEntropy;
/// use layerwise_gradcheck::{CheckOptions, check_chain};
/// use layerwise_layers::{Dense, activations::{Sigmoid, Tanh}};
/// use layerwise_layers::core::{DMatrix, DVector, LinearParameters};
///
/// let w1 = DMatrix::from_row_slice(2, 1, &[0.5, -1.5]);
/// let mut first = Dense::new(LinearParameters { w: w1, b: DVector::zeros(2) }, Tanh)?;
/// let w2 = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
/// let mut last = Dense::new(LinearParameters { w: w2, b: DVector::zeros(1) }, Sigmoid)?;
/// let x = DMatrix::from_row_slice(1, 3, &[-1.0, 0.5, 2.0]);
/// let y = DMatrix::from_row_slice(1, 3, &[0.0, 1.0, 1.0]);
/// let options = CheckOptions::default();
/// let report =
///     check_chain(&mut [&mut first, &mut last], &BinaryCrossEntropy, &x, &y, &options)?;
/// assert!(report.passed(), "{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_chain(
    layers: &mut [&mut dyn Layer<f64>],
    cost: &dyn Cost<f64>,
    x: &DMatrix<f64>,
    y: &DMatrix<f64>,
    options: &CheckOptions,
) -> Result<Report> {
    if layers.is_empty() {
        return Err(GradcheckError::Empty { what: "the list of layers" });
    }
    cost.check_labels(y.into())?;
    let kinds: Vec<_> = layers.iter().map(|layer| layer.kind()).collect();
    let case = format!("{}, {}", kinds.join(" → "), cost.name());
    let mut subject = Subject {
        input: (kinds[0].clone(), "a_prev".into()),
        layers: layers.iter_mut().map(|layer| &mut **layer as _).collect(),
        x: x.clone(),
        objective: Objective::Cost { cost, y: y.clone() },
        pass: training(options),
    };
    let mut report = engine::check(case, &mut subject, options)?;
    engine::check_promises(&mut report, &subject, options)?;
    Ok(report)
}

/// Checks `dAL = ∂J/∂AL` of a cost at these outputs and labels, both `(n_y, m)`.
///
/// # Errors
/// As [`check_layer`]; labels the cost refuses.
///
/// ```
/// use layerwise_cost::{BinaryCrossEntropy, core::DMatrix};
/// use layerwise_gradcheck::{CheckOptions, check_cost};
///
/// let al = DMatrix::from_row_slice(1, 2, &[0.3, 0.8]);
/// let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
/// let report = check_cost(&BinaryCrossEntropy, &al, &y, &CheckOptions::default())?;
/// assert!(report.passed(), "{report}");
/// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
/// ```
pub fn check_cost(
    cost: &dyn Cost<f64>,
    al: &DMatrix<f64>,
    y: &DMatrix<f64>,
    options: &CheckOptions,
) -> Result<Report> {
    cost.check_labels(y.into())?;
    let mut subject = Subject {
        input: (cost.name().into(), "al".into()),
        layers: vec![],
        x: al.clone(),
        objective: Objective::Cost { cost, y: y.clone() },
        pass: training(options),
    };
    let options = CheckOptions { input: true, ..*options };
    engine::check(cost.name().into(), &mut subject, &options)
}
