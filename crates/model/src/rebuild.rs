//! A layer from what a model file says of it.

use std::collections::BTreeMap;

use layerwise_activations::{Activation, Visitor, by_name};
use layerwise_core::{CoreError, DMatrix, DVector, Layer, LinearParameters, Scalar};
use layerwise_layers::{
    BatchNorm, Dense, Dropout, Embedding, FeatureScale, GaussianNoise, LayerNorm, Linear,
    MixedActivation, PRelu, Periodic, PeriodicLinear, PiecewiseLinear, Residual,
};
use safetensors::tensor::SafeTensors;

use crate::file::{LayerEntry, tensor};
use crate::{ModelError, Result};

/// Makes the dense layer once its activation is known.
struct MakeDense<T: Scalar>(LinearParameters<T>);

impl<T: Scalar> Visitor<T> for MakeDense<T> {
    type Output = std::result::Result<Box<dyn Layer<T>>, CoreError>;

    fn visit(self, g: impl Activation<T>) -> Self::Output {
        Ok(Box::new(Dense::new(self.0, g)?))
    }
}

/// Makes the mixed activation once it is known.
struct MakeMixed<T: Scalar>(DVector<T>);

impl<T: Scalar> Visitor<T> for MakeMixed<T> {
    type Output = std::result::Result<Box<dyn Layer<T>>, CoreError>;

    fn visit(self, g: impl Activation<T>) -> Self::Output {
        Ok(Box::new(MixedActivation::new(self.0, g)?))
    }
}

/// A position as messages count: `1.0` is layer 2.1.
fn from_one(position: &str) -> String {
    let count =
        |part: &str| part.parse().map_or_else(|_| "?".into(), |l: usize| (l + 1).to_string());
    position.split('.').map(count).collect::<Vec<_>>().join(".")
}

/// The layer at `position`, counted from 0 (`1.0` is the first inside the second), with its parameters.
pub(crate) fn build<T: Scalar>(
    position: &str,
    entry: &LayerEntry,
    tensors: &SafeTensors<'_>,
) -> Result<Box<dyn Layer<T>>> {
    let refuse =
        |what: String| ModelError::NotAModel(format!("layer {}: {what}", from_one(position)));
    let &LayerEntry { n_in, n_out, .. } = entry;
    let matrix = |name: &str, ncols| tensor(tensors, &format!("{position}.{name}"), n_out, ncols);
    let sized = |name: &str, nrows, ncols| -> Result<DMatrix<T>> {
        tensor(tensors, &format!("{position}.{name}"), nrows, ncols)
    };
    let vector = |name: &str| -> Result<DVector<T>> {
        Ok(DVector::from_column_slice(matrix(name, 1)?.as_slice()))
    };
    let linear =
        || Ok::<_, ModelError>(LinearParameters { w: matrix("w", n_in)?, b: vector("b")? });

    let mut activation = None;
    let mut numbers = BTreeMap::new();
    for (name, value) in &entry.settings {
        if name == "activation" {
            activation = Some(value.as_str());
        } else if matches!(entry.kind.as_str(), "embedding" | "piecewise linear") {
            // Lists of numbers.
            continue;
        } else {
            let number = value.parse::<f64>();
            let number =
                number.map_err(|_| refuse(format!("{name} is {value:?}, expected a number")))?;
            numbers.insert(name.clone(), number);
        }
    }
    let number = |name: &str| {
        let number = numbers.get(name).copied();
        number.ok_or_else(|| refuse(format!("a {} without {name}", entry.kind)))
    };
    let whole = |name: &str| -> Result<u64> {
        let value = entry.settings.get(name);
        let value = value.ok_or_else(|| refuse(format!("a {} without {name}", entry.kind)))?;
        let number = value.parse();
        number.map_err(|_| refuse(format!("{name} is {value:?}, expected a whole number")))
    };
    let built: std::result::Result<Box<dyn Layer<T>>, CoreError> =
        match (entry.kind.as_str(), activation) {
            ("linear", None) => Linear::new(linear()?).map(|layer| Box::new(layer) as _),
            ("dense", Some(g)) => match by_name(g, &numbers, MakeDense(linear()?)) {
                Ok(layer) => layer,
                Err(error) => Err(error),
            },
            ("dropout", None) => Dropout::new(n_out, number("p")?, whole("number")?)
                .map(|layer| Box::new(layer) as _),
            ("feature scale", None) => {
                FeatureScale::new(vector("s")?).map(|layer| Box::new(layer) as _)
            }
            ("prelu", None) => PRelu::new(vector("s")?).map(|layer| Box::new(layer) as _),
            ("layer norm", None) => {
                LayerNorm::new(vector("gamma")?, vector("beta")?).map(|layer| Box::new(layer) as _)
            }
            ("mixed", Some(g)) => match by_name(g, &numbers, MakeMixed(vector("s")?)) {
                Ok(layer) => layer,
                Err(error) => Err(error),
            },
            ("gaussian noise", None) => {
                GaussianNoise::new(n_out, number("sigma")?, whole("number")?)
                    .map(|layer| Box::new(layer) as _)
            }
            ("batch norm", None) => {
                let values =
                    [vector("gamma")?, vector("beta")?, vector("mean")?, vector("variance")?];
                BatchNorm::new(values, number("momentum")?).map(|layer| Box::new(layer) as _)
            }
            ("periodic", None) => {
                let c = sized("c", whole("frequencies")? as usize, n_in)?;
                Periodic::new(c).map(|layer| Box::new(layer) as _)
            }
            ("periodic linear", None) => {
                let (k, d) = (whole("waves")? as usize, whole("width")? as usize);
                let values = [
                    sized("w1", k, n_in)?,
                    sized("b1", k, n_in)?,
                    sized("w2", k.saturating_mul(d), n_in)?,
                    sized("b2", d, n_in)?,
                ];
                PeriodicLinear::new(values).map(|layer| Box::new(layer) as _)
            }
            ("piecewise linear", None) => {
                let mut edges = Vec::new();
                // As many as there are settings: a file may claim any number of features.
                for feature in 0..entry.settings.len() {
                    let name = format!("edges{feature}");
                    let value = entry.settings.get(&name);
                    let value =
                        value.ok_or_else(|| refuse(format!("a {} without {name}", entry.kind)))?;
                    let numbers = value.split(',').map(str::parse);
                    edges.push(
                        numbers.collect::<std::result::Result<Vec<f64>, _>>().map_err(|_| {
                            refuse(format!("{name} is {value:?}, expected numbers"))
                        })?,
                    );
                }
                PiecewiseLinear::new(edges).map(|layer| Box::new(layer) as _)
            }
            ("residual", None) => {
                let inner = entry.inner.iter().enumerate();
                let layers =
                    inner.map(|(l, entry)| build(&format!("{position}.{l}"), entry, tensors));
                Residual::new(layers.collect::<Result<_>>()?).map(|layer| Box::new(layer) as _)
            }
            ("embedding", None) => {
                let mut tables = Vec::with_capacity(entry.settings.len());
                for (name, value) in &entry.settings {
                    let shape = value.split_once(',').and_then(|(width, levels)| {
                        Some((width.parse().ok()?, levels.parse().ok()?))
                    });
                    let row = name.strip_prefix("table").and_then(|row| row.parse().ok());
                    let (Some(row), Some((width, levels))) = (row, shape) else {
                        return Err(refuse(format!(
                            "an embedding with the table {name}: {value:?}"
                        )));
                    };
                    tables.push((row, sized(name, width, levels)?));
                }
                tables.sort_by_key(|(row, _): &(usize, _)| *row);
                Embedding::new(n_in, tables).map(|layer| Box::new(layer) as _)
            }
            (kind, activation) => {
                return Err(refuse(format!(
                    "kind {kind:?} with activation {activation:?} is not known to this version"
                )));
            }
        };
    let layer = built.map_err(|error| refuse(error.to_string()))?;
    if (layer.n_in(), layer.n_out()) != (n_in, n_out) {
        let found = (layer.n_in(), layer.n_out());
        return Err(refuse(format!("said to be {n_in} to {n_out}, but its numbers are {found:?}")));
    }
    Ok(layer)
}
