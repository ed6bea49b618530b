//! Tables to matrices: from a CSV file to (X, y), and to parts of it that can be trained on.
//!
//! - [`Table`]: a header and text cells, read from CSV and written to it; [`TableReader`] reads it in pieces,
//!   [`CsvFormat`] says what the file is like.
//! - [`Array`]: numbers from NumPy's `.npy` and from IDX; [`ArrayFile`]: arrays by name.
//! - [`FileKind`]: what a file is, by its first bytes.
//! - [`features`]: numeric columns → X `(n_x, m)`.
//! - [`Classes`]: a column of two labels → y `(1, m)` in {0, 1}.
//! - [`Dataset`]: both, with their names.
//! - [`stratified_split`]: which examples are for training, validation and testing.
//! - [`Standardizer`]: features with mean 0 and variance 1.
//! - [`PiecewiseLinear`]: features as bars that fill up bin by bin.
//! - [`ShippedSet`]: data that comes with the crate, such as [`breast_cancer`].
//!
//! Matrices are `(features, examples)`: one example a column. They hold `f32` or `f64`.
//!
//! ```
//! use layerwise_data::{Dataset, Fractions, Standardizer, breast_cancer};
//!
//! let data = Dataset::<f32>::from_table(&breast_cancer()?, "diagnosis")?;
//! let split = data.split(Fractions { train: 0.6, validation: 0.2, test: 0.2 }, 1)?;
//! let (mut train, mut test) = (data.select(&split.train)?, data.select(&split.test)?);
//!
//! let standardizer = Standardizer::fit(&train.x, &train.feature_names)?;
//! standardizer.transform_mut(&mut train.x)?;
//! standardizer.transform_mut(&mut test.x)?;
//! assert!(train.x.row(0).mean().abs() < 1e-5);
//! # Ok::<(), layerwise_data::DataError>(())
//! ```
//!
//! Other formats than CSV, `.npy` and IDX are behind features: `npz` (on by default), `parquet` (with it
//! Arrow's files), `hdf5`, `images`.
//!
//! Whatever cannot be used is refused with file, row, column and value: see [`DataError`].

mod arrays;
mod blocks;
mod cell;
#[cfg(feature = "parquet")]
mod columnar;
mod csv_format;
mod dataset;
mod date;
mod error;
mod features;
mod file_kind;
mod header_doubt;
mod image_format;
#[cfg(feature = "images")]
mod images;
mod lines;
mod missing;
mod near_match;
mod piecewise_linear;
mod profile;
mod recipe;
mod records;
mod shipped;
mod split;
mod standardize;
mod table;
mod table_reader;
mod table_writer;
mod target;
mod task;
mod tree_bins;

pub use nalgebra::DMatrix;

pub use arrays::{Array, ArrayFile, Part};
pub use blocks::{BlockWriter, Blocks, Unpacker};
pub use csv_format::CsvFormat;
pub use dataset::Dataset;
pub use date::{DateFormat, DateOrder};
pub use error::{DataError, Result};
pub use features::features;
pub use file_kind::FileKind;
pub use header_doubt::HeaderDoubt;
pub use image_format::{ImageFormat, ImageOptions};
#[cfg(feature = "images")]
pub use images::ImageFolder;
pub use missing::Missing;
pub use near_match::near_match;
pub use piecewise_linear::PiecewiseLinear;
pub use profile::{ColumnKind, ColumnProfile, MOST_COUNTED, Profiler, profile};
pub use recipe::{
    Encoded, Encoding, Feature, Numbers, ROWS_WORTH_BINS, Recipe, RecipeOptions, RowEncoder,
    Scaling, Unseen,
};
pub use shipped::{SHIPPED_SETS, ShippedSet, breast_cancer};
pub use split::{Fractions, Split, stratified_split};
pub use standardize::Standardizer;
pub use table::Table;
pub use table_reader::TableReader;
pub use table_writer::{AddedCells, TableWriter};
pub use target::Classes;
pub use task::{Target, Task};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
