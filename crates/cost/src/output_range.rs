//! The outputs a cost has a value for.

use layerwise_core::Scalar;

/// What outputs must be for a cost to have a value: the domain of its logarithms.
///
/// ```
/// use layerwise_cost::OutputRange;
///
/// assert!(OutputRange::Probabilities.has(0.3));
/// assert!(!OutputRange::Probabilities.has(-0.3) && !OutputRange::Positive.has(f64::NAN));
/// assert!(OutputRange::Any.has(-0.3));
/// assert_eq!(OutputRange::Probabilities.expected(), "in [0, 1]");
/// assert!(OutputRange::Positive.advice().contains("softplus"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputRange {
    /// Any number.
    #[default]
    Any,
    /// In [0, 1].
    Probabilities,
    /// At least 0: counts and what is in proportion to them.
    Positive,
}

impl OutputRange {
    /// Whether this output is in it. NaN is in [`Any`](OutputRange::Any) alone.
    pub fn has<T: Scalar>(self, a: T) -> bool {
        match self {
            Self::Any => true,
            Self::Probabilities => a >= T::zero() && a <= T::one(),
            Self::Positive => a >= T::zero(),
        }
    }

    /// The range in words: `in [0, 1]`.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Any => "of any size",
            Self::Probabilities => "in [0, 1]",
            Self::Positive => "of at least 0",
        }
    }

    /// How to end a network whose outputs are to be in it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Any => "any output layer will do",
            Self::Probabilities => "end the network with sigmoid or softmax, or take another cost",
            Self::Positive => "end the network with softplus, or take another cost",
        }
    }
}
