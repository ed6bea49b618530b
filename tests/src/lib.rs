//! What the tests across crates share: the golden figures and a source of matrices.

mod golden;
mod matrices;
pub mod workloads;

pub use golden::{Case, cases};
pub use matrices::{assert_close, assert_each_close, matrix};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
