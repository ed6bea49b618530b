//! What can go wrong.

/// Why a page could not be made.
///
/// ```
/// use layerwise_report::{Picture, ReportError};
///
/// let error = Picture::new("a digit", &[0; 3], (2, 2, 1)).unwrap_err();
/// assert!(matches!(error, ReportError::Pixels { found: 3, expected: 4, .. }));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A picture has another number of values than its size says.
    #[error(
        "a picture of {width} x {height} in {channels} colours has {expected} values, found {found}"
    )]
    Pixels {
        /// Pixels of a row.
        width: u32,
        /// Rows.
        height: u32,
        /// 1 for grey, 3 for red, green and blue.
        channels: u32,
        /// Values it should have.
        expected: usize,
        /// Values it has.
        found: usize,
    },
    /// A plot could not be drawn.
    #[error("the plot {title:?} cannot be drawn: {problem}")]
    Plot {
        /// The figure's title.
        title: String,
        /// Why.
        problem: String,
    },
    /// A picture could not be packed.
    #[error("a picture cannot be packed: {0}")]
    Picture(#[from] png::EncodingError),
    /// The template could not be filled in.
    #[error("the page cannot be put together: {0}")]
    Template(#[from] askama::Error),
    /// The facts are no JSON.
    #[error("the facts of the page cannot be written: {0}")]
    Facts(#[from] serde_json::Error),
}

/// The result of anything in this crate.
///
/// ```
/// use layerwise_report::{Page, Result};
///
/// fn html(page: &Page) -> Result<String> {
///     page.render()
/// }
/// assert!(html(&Page::default())?.starts_with("<!doctype html>"));
/// # Ok::<(), layerwise_report::ReportError>(())
/// ```
pub type Result<T> = std::result::Result<T, ReportError>;
