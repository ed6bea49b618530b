//! Faults to let loose on the checks: a check that cannot fail shows nothing.
//!
//! Each fault is a mistake people make when they write a backward pass. [`FaultyLayer`] and
//! [`FaultyCost`] put one into a layer or cost that is right.

mod cost;
mod layer;

pub use cost::{CostFault, FaultyCost};
pub use layer::{FaultyLayer, LayerFault};
