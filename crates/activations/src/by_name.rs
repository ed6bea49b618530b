//! An activation from what a model file or a command line says.

use std::collections::BTreeMap;

use layerwise_core::{CoreError, Scalar};

use crate::{
    Activation, Elu, Gelu, GeluTanh, HardSigmoid, HardSwish, Identity, LeakyRelu, Relu, Result,
    Selu, Sigmoid, Silu, Softmax, Softplus, Tanh,
};

/// The name of every activation, as [`Activation::name`] has it.
///
/// ```
/// use std::collections::BTreeMap;
/// use layerwise_activations::{Activation, NAMES, Visitor, by_name};
///
/// struct Name;
/// impl Visitor<f32> for Name {
///     type Output = &'static str;
///     fn visit(self, g: impl Activation<f32>) -> &'static str {
///         g.name()
///     }
/// }
///
/// for name in NAMES {
///     assert_eq!(by_name(name, &BTreeMap::new(), Name)?, name);
/// }
/// # Ok::<(), layerwise_activations::CoreError>(())
/// ```
pub const NAMES: [&str; 14] = [
    "identity",
    "sigmoid",
    "tanh",
    "relu",
    "leaky relu",
    "elu",
    "selu",
    "gelu",
    "gelu tanh",
    "silu",
    "softplus",
    "hard sigmoid",
    "hard swish",
    "softmax",
];

/// What is to be done with an activation whose type is not known before the program runs.
///
/// ```
/// use layerwise_activations::{Activation, Gelu, Tanh, Visitor};
///
/// /// Counts the values an example leaves in the cache of a dense layer of so many units.
/// struct Cache(usize);
/// impl Visitor<f32> for Cache {
///     type Output = usize;
///     fn visit(self, g: impl Activation<f32>) -> usize {
///         if g.keeps_z() { self.0 } else { 0 }
///     }
/// }
///
/// assert_eq!(Cache(64).visit(Tanh), 0);
/// assert_eq!(Cache(64).visit(Gelu), 64);
/// ```
pub trait Visitor<T: Scalar> {
    /// What comes of it.
    type Output;

    /// Does it.
    fn visit(self, g: impl Activation<T>) -> Self::Output;
}

/// Hands the activation of this name to `visitor`, made with these settings, or with its defaults where
/// one is missing. Names are those of [`NAMES`].
///
/// # Errors
/// [`CoreError::Unknown`] for another name, [`CoreError::Setting`] for a number out of its range.
///
/// ```
/// use layerwise_activations::{Activation, by_name, Visitor, core::DMatrix};
///
/// struct AtMinusOne;
/// impl Visitor<f64> for AtMinusOne {
///     type Output = f64;
///     fn visit(self, g: impl Activation<f64>) -> f64 {
///         g.value(&DMatrix::from_element(1, 1, -1.0))[0]
///     }
/// }
///
/// let settings = [("slope".to_owned(), 0.5)].into();
/// assert_eq!(by_name("leaky relu", &settings, AtMinusOne)?, -0.5);
/// assert!(by_name("relo", &settings, AtMinusOne).is_err());
/// # Ok::<(), layerwise_activations::CoreError>(())
/// ```
pub fn by_name<T: Scalar, V: Visitor<T>>(
    name: &str,
    settings: &BTreeMap<String, f64>,
    visitor: V,
) -> Result<V::Output> {
    let setting = |key: &str| settings.get(key).copied();
    Ok(match name {
        "identity" => visitor.visit(Identity),
        "sigmoid" => visitor.visit(Sigmoid),
        "tanh" => visitor.visit(Tanh),
        "relu" => visitor.visit(Relu),
        "leaky relu" => visitor.visit(match setting("slope") {
            None => LeakyRelu::default(),
            Some(slope) => LeakyRelu::new(slope)?,
        }),
        "elu" => visitor.visit(match setting("alpha") {
            None => Elu::default(),
            Some(alpha) => Elu::new(alpha)?,
        }),
        "selu" => visitor.visit(Selu),
        "gelu" => visitor.visit(Gelu),
        "gelu tanh" => visitor.visit(GeluTanh),
        "silu" => visitor.visit(Silu),
        "softplus" => visitor.visit(Softplus),
        "hard sigmoid" => visitor.visit(HardSigmoid),
        "hard swish" => visitor.visit(HardSwish),
        "softmax" => visitor.visit(Softmax),
        _ => {
            let (found, known) = (name.to_owned(), NAMES.join(", "));
            return Err(CoreError::Unknown { what: "activation", found, known });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct NameAndSettings;
    impl Visitor<f32> for NameAndSettings {
        type Output = (&'static str, Vec<(&'static str, f64)>);
        fn visit(self, g: impl Activation<f32>) -> Self::Output {
            (g.name(), g.settings())
        }
    }

    #[test]
    fn every_name_leads_to_the_activation_of_that_name() {
        for name in NAMES {
            assert_eq!(by_name(name, &BTreeMap::new(), NameAndSettings).unwrap().0, name);
        }
        let settings = [("slope".to_owned(), 0.25), ("alpha".to_owned(), 2.0)].into();
        let leaky = by_name("leaky relu", &settings, NameAndSettings).unwrap();
        assert_eq!(leaky.1, [("slope", 0.25)]);
        assert_eq!(by_name("elu", &settings, NameAndSettings).unwrap().1, [("alpha", 2.0)]);
        let error = by_name("relo", &settings, NameAndSettings).unwrap_err().to_string();
        assert!(
            error.starts_with("no activation is called \"relo\"; there are identity, sigmoid"),
            "{error}"
        );
    }
}
