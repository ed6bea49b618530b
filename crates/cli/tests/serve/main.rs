//! `layerwise serve` as its clients meet it: the program itself, on a port of its own.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod access;
mod busy;
#[path = "../browser/mod.rs"]
mod browser;
mod client;
mod lifecycle;
mod limits;
mod page;
mod predictions;
mod refused_rows;
mod service;
