//! A layer from what a model file says of it.

use std::collections::BTreeMap;

use layerwise_activations::{Activation, Visitor, by_name};
use layerwise_core::{CoreError, DVector, Layer, LinearParameters, Scalar};
use layerwise_layers::{Dense, Dropout, FeatureScale, LayerNorm, Linear, PRelu};
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

/// The layer at `position` (from 0), with its parameters.
pub(crate) fn build<T: Scalar>(
    position: usize,
    entry: &LayerEntry,
    tensors: &SafeTensors<'_>,
) -> Result<Box<dyn Layer<T>>> {
    let refuse = |what: String| ModelError::NotAModel(format!("layer {}: {what}", position + 1));
    let &LayerEntry { n_in, n_out, .. } = entry;
    let matrix = |name: &str, ncols| tensor(tensors, &format!("{position}.{name}"), n_out, ncols);
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
    let built: std::result::Result<Box<dyn Layer<T>>, CoreError> =
        match (entry.kind.as_str(), activation) {
            ("linear", None) => Linear::new(linear()?).map(|layer| Box::new(layer) as _),
            ("dense", Some(g)) => match by_name(g, &numbers, MakeDense(linear()?)) {
                Ok(layer) => layer,
                Err(error) => Err(error),
            },
            ("dropout", None) => Dropout::new(n_out, number("p")?, number("number")? as u64)
                .map(|layer| Box::new(layer) as _),
            ("feature scale", None) => {
                FeatureScale::new(vector("s")?).map(|layer| Box::new(layer) as _)
            }
            ("prelu", None) => PRelu::new(vector("s")?).map(|layer| Box::new(layer) as _),
            ("layer norm", None) => {
                LayerNorm::new(vector("gamma")?, vector("beta")?).map(|layer| Box::new(layer) as _)
            }
            (kind, activation) => {
                return Err(refuse(format!(
                    "kind {kind:?} with activation {activation:?} is not known to this version"
                )));
            }
        };
    built.map_err(|error| refuse(error.to_string()))
}
