//! The function under test: a chain of layers and what makes one number of its output.

use layerwise_core::{DMatrix, Layer, Link, Pass};
use layerwise_cost::Cost;

use crate::chain::{self, Start, Trace};
use crate::coordinate::{Group, groups};
use crate::difference::Change;
use crate::{GradcheckError, Result};

/// What makes one number L of the last layer's output.
pub(crate) enum Objective<'a> {
    /// `L = Σ C ∗ a`, so `∂L/∂a = C`.
    Sum(DMatrix<f64>),
    /// `L = J(a, Y)`.
    Cost { cost: &'a dyn Cost<f64>, y: DMatrix<f64> },
}

/// A chain of layers, the point to check it at, and its objective.
pub(crate) struct Subject<'a> {
    pub(crate) layers: Vec<&'a mut dyn Layer<f64>>,
    pub(crate) x: DMatrix<f64>,
    pub(crate) objective: Objective<'a>,
    pub(crate) pass: Pass,
    /// Kind and name under which the input is reported.
    pub(crate) input: (String, String),
}

/// The analytic gradients of one way through the backward pass.
pub(crate) struct Analytic {
    /// `dA` or `dZ`: what it started from.
    pub(crate) through: &'static str,
    pub(crate) gradients: chain::Gradients<f64>,
}

impl Subject<'_> {
    pub(crate) fn layers(&self) -> Vec<&dyn Layer<f64>> {
        self.layers.iter().map(|layer| &**layer as &dyn Layer<f64>).collect()
    }

    pub(crate) fn groups(&self, with_input: bool) -> Vec<Group> {
        let shape = with_input.then_some(self.x.shape());
        groups(&self.layers(), shape, self.input.clone())
    }

    /// The forward pass at the point itself; everything in it must be finite.
    pub(crate) fn trace(&self) -> Result<Trace<f64>> {
        let layers = self.layers();
        chain::check_widths(&layers, &self.x)?;
        let trace = chain::forward(&layers, &self.x, &self.pass)?;
        for (l, a) in trace.a.iter().enumerate() {
            if let Some((row, column, value)) = layerwise_core::linalg::first_non_finite(a.into()) {
                let what = match l {
                    0 => "the input".into(),
                    _ => format!("the output of layer {l} ({})", layers[l - 1].kind()),
                };
                let what = format!("{what}, row {row}, column {column}");
                return Err(GradcheckError::NotFinite { what, value });
            }
        }
        Ok(trace)
    }

    /// The numbers whose weighted sum L is: entries of the output, or the one cost.
    pub(crate) fn terms(&self, output: &DMatrix<f64>) -> Result<Vec<f64>> {
        match &self.objective {
            Objective::Sum(_) => Ok(output.as_slice().to_vec()),
            Objective::Cost { cost, y } => Ok(vec![cost.cost(output.into(), y.into())?]),
        }
    }

    fn weight(&self, term: usize) -> f64 {
        match &self.objective {
            Objective::Sum(weights) => weights[term],
            Objective::Cost { .. } => 1.0,
        }
    }

    pub(crate) fn value(&self, group: &Group, position: usize) -> f64 {
        let parameter = group.parameter.and_then(|(l, index)| self.layers[l].parameter(index));
        parameter.map_or_else(|| self.x[position], |values| values.as_slice()[position])
    }

    fn set(&mut self, group: &Group, position: usize, value: f64) {
        match group.parameter {
            None => self.x[position] = value,
            Some((l, index)) => {
                if let Some(mut parameter) = self.layers[l].parameter_mut(index) {
                    parameter.as_mut_slice()[position] = value;
                }
            }
        }
    }

    /// How L changes if this coordinate becomes `value`: the weighted sum of the changes of its
    /// terms, so that terms the coordinate does not reach bring no rounding in. The coordinate is
    /// put back.
    pub(crate) fn change(
        &mut self,
        group: &Group,
        position: usize,
        value: f64,
        at_point: (&Trace<f64>, &[f64]),
    ) -> Result<Change> {
        let (trace, terms) = at_point;
        let old = self.value(group, position);
        self.set(group, position, value);
        let moved = self.moved_terms(group, trace);
        self.set(group, position, old);
        let mut change = Change { value: 0.0, magnitude: 0.0 };
        for (term, (moved, at_point)) in moved?.into_iter().zip(terms).enumerate() {
            let difference = moved - at_point;
            if difference != 0.0 {
                let weight = self.weight(term);
                change.value += weight * difference;
                change.magnitude += (weight * moved.abs().max(at_point.abs())).powi(2);
            }
        }
        change.magnitude = change.magnitude.sqrt();
        Ok(change)
    }

    fn moved_terms(&self, group: &Group, trace: &Trace<f64>) -> Result<Vec<f64>> {
        // Layers below the one that moved give what they gave.
        let first = group.parameter.map_or(0, |(l, _)| l);
        let mut a = if first == 0 { self.x.clone() } else { trace.a[first].clone() };
        for layer in &self.layers[first..] {
            a = chain::forward_one(&**layer, &a, &self.pass)?.0;
        }
        self.terms(&a)
    }

    /// The gradients, by every way through the backward pass there is. Before it, the same buffers
    /// of the layers see another batch (the examples in reverse), so that anything a layer
    /// remembers from an earlier pass shows.
    pub(crate) fn analytic(&self, trace: &Trace<f64>, input: bool) -> Result<Vec<Analytic>> {
        let layers = self.layers();
        let m = self.x.ncols();
        let reversed = DMatrix::from_fn(self.x.nrows(), m, |i, j| self.x[(i, m - 1 - j)]);
        let rehearsal = chain::forward(&layers, &reversed, &self.pass)?;
        for (_, start) in self.starts(&rehearsal)? {
            chain::backward(&layers, &rehearsal, start, input)?;
        }
        let mut ways = vec![];
        for (through, start) in self.starts(trace)? {
            let gradients = chain::backward(&layers, trace, start, input)?;
            ways.push(Analytic { through, gradients });
        }
        Ok(ways)
    }

    fn starts(&self, trace: &Trace<f64>) -> Result<Vec<(&'static str, Start<f64>)>> {
        let last = self.layers.last();
        let link: Option<Link> = last.and_then(|layer| layer.link());
        let al = &trace.a[trace.a.len() - 1];
        match &self.objective {
            Objective::Sum(weights) => {
                let mut starts = vec![("dA", Start::Da(weights.clone()))];
                if let (Some(_), [layer]) = (link, &self.layers[..]) {
                    // What `backward` leaves as dz, `backward_from_dz` must be able to start from.
                    let (a_prev, mut dz) = (&trace.a[0], weights.clone());
                    let cache = &mut trace.caches[0].clone();
                    layer.backward(a_prev.into(), al.into(), (&mut dz).into(), cache, None)?;
                    starts.push(("dZ", Start::Dz(dz)));
                }
                Ok(starts)
            }
            Objective::Cost { cost, y } => {
                let mut dal = chain::nan_matrix(al.nrows(), al.ncols());
                cost.backward(al.into(), y.into(), (&mut dal).into())?;
                let mut starts = vec![("dA", Start::Da(dal))];
                if link.is_some() && link == cost.link() {
                    let mut dz = chain::nan_matrix(al.nrows(), al.ncols());
                    cost.backward_from_link(al.into(), y.into(), (&mut dz).into())?;
                    starts.push(("dZ", Start::Dz(dz)));
                }
                Ok(starts)
            }
        }
    }
}
