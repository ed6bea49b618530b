//! Text, tables, plots and pictures about a trained network as one HTML page.
//!
//! The page needs no network and no other file; it is light or dark as its reader likes, fits a phone, can be printed,
//! and has a table beside every plot. Whatever text it is given is escaped. A [`Page`] is sections, a section is
//! [`Block`]s; what they say is the caller's.

mod block;
mod error;
mod page;
mod picture;
mod plot;

pub use block::{Block, Figure, LayerBox, Section, Table};
pub use error::{ReportError, Result};
pub use page::Page;
pub use picture::Picture;
pub use plot::{Bar, Bars, Chart, Colours, Grid, Heat, Plot, Series, Style};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
