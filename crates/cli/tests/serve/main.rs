//! `layerwise serve` as its clients meet it: the program itself, on a port of its own.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod access;
#[path = "../browser/mod.rs"]
mod browser;
mod busy;
mod client;
mod half_closed;
mod lifecycle;
mod limits;
mod lists;
mod page;
mod paths;
mod pictures;
#[path = "../png/mod.rs"]
mod png;
mod predictions;
mod ranges;
mod refused_rows;
mod service;
mod threads;
mod token;
