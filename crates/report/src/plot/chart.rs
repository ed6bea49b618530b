//! Lines and dots over two axes of numbers.

use super::canvas::{dashes, variable};
use super::{Grid, Key, figure_of};
use crate::Table;

/// Rows of the table beside a chart, at most.
const MOST_ROWS: usize = 200;

/// How a series is drawn.
///
/// ```
/// use layerwise_report::{Series, Style};
///
/// assert_eq!(Series::dots("rows", [(1.0, 2.0)]).style, Style::Dots);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// From point to point.
    Line,
    /// The same, broken.
    Dashed,
    /// Each point for itself.
    Dots,
    /// From each point's x to the next as high as its y, filled: counts in ranges.
    Steps,
}

/// Points that belong together.
///
/// ```
/// use layerwise_report::Series;
///
/// let mean = Series::line("mean", [(0.0, 1.0), (1.0, 2.0)]).between([(0.5, 1.5), (1.0, 3.0)]);
/// assert_eq!((mean.points.len(), mean.band.len()), (2, 2));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// x and y; what is no number is left out.
    pub points: Vec<(f64, f64)>,
    /// For each point the least and the most that y may well be, or nothing.
    pub band: Vec<(f64, f64)>,
    /// For each dot the value that its colour stands for, as in the [`Grid`] behind it, or nothing.
    pub values: Vec<f64>,
    /// How it is drawn.
    pub style: Style,
}

impl Series {
    fn new(name: &str, points: impl IntoIterator<Item = (f64, f64)>, style: Style) -> Self {
        let points = points.into_iter().collect();
        Self { name: name.to_owned(), points, band: vec![], values: vec![], style }
    }

    /// A line from point to point.
    pub fn line(name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::new(name, points, Style::Line)
    }

    /// A broken line.
    ///
    /// ```
    /// use layerwise_report::{Series, Style};
    ///
    /// assert_eq!(Series::dashed("guessing", [(0.0, 0.0), (1.0, 1.0)]).style, Style::Dashed);
    /// ```
    pub fn dashed(name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::new(name, points, Style::Dashed)
    }

    /// A dot for each point.
    ///
    /// ```
    /// use layerwise_report::{Series, Style};
    ///
    /// assert_eq!(Series::dots("rows", [(0.0, 0.0)]).style, Style::Dots);
    /// ```
    pub fn dots(name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::new(name, points, Style::Dots)
    }

    /// Counts in ranges: a count for each range between two of the edges.
    ///
    /// ```
    /// use layerwise_report::Series;
    ///
    /// let ages = Series::histogram("rows", &[0.0, 10.0, 20.0], &[5.0, 7.0]);
    /// assert_eq!(ages.points, [(0.0, 5.0), (10.0, 7.0), (20.0, 7.0)]);
    /// ```
    pub fn histogram(name: &str, edges: &[f64], counts: &[f64]) -> Self {
        let last = edges.last().copied().zip(counts.last().copied());
        let points = edges.iter().copied().zip(counts.iter().copied()).chain(last);
        Self::new(name, points, Style::Steps)
    }

    /// With the least and the most that y may well be, for each point.
    #[must_use]
    pub fn between(mut self, band: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.band = band.into_iter().collect();
        self
    }

    /// With the value that the colour of each dot stands for.
    ///
    /// ```
    /// use layerwise_report::Series;
    ///
    /// let houses = Series::dots("houses", [(0.0, 1.0), (2.0, 1.0)]).coloured([120.0, 340.0]);
    /// assert_eq!(houses.values, [120.0, 340.0]);
    /// ```
    #[must_use]
    pub fn coloured(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        self.values = values.into_iter().collect();
        self
    }
}

/// Lines and dots over two axes.
///
/// ```
/// use layerwise_report::{Chart, Series};
///
/// let roc = Chart::new("false alarms", "found")
///     .with(Series::line("model", [(0.0, 0.0), (0.1, 0.9), (1.0, 1.0)]))
///     .over((0.0, 1.0), (0.0, 1.0))
///     .marked(0.5, "threshold");
/// assert_eq!((roc.series.len(), roc.marks.len()), (1, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// What is along.
    pub x: String,
    /// What is up.
    pub y: String,
    /// What is drawn.
    pub series: Vec<Series>,
    /// From where to where the axes go; what the points need where nothing is said.
    pub ranges: [Option<(f64, f64)>; 2],
    /// Places along the x axis, each with its name.
    pub marks: Vec<(f64, String)>,
    /// Whether y goes up by factors; what is not above 0 is left out.
    pub log: bool,
    /// Colours behind the series.
    pub grid: Option<Grid>,
    /// Whether it is an image: rows are counted from the top, and as high as columns are wide.
    pub image: bool,
}

impl Chart {
    /// An empty chart with these names of its axes.
    pub fn new(x: impl Into<String>, y: impl Into<String>) -> Self {
        Self { x: x.into(), y: y.into(), ..Self::default() }
    }

    /// With another series.
    #[must_use]
    pub fn with(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// With axes that go from here to there.
    #[must_use]
    pub fn over(mut self, x: (f64, f64), y: (f64, f64)) -> Self {
        self.ranges = [Some(x), Some(y)];
        self
    }

    /// With a line at a place along the x axis.
    #[must_use]
    pub fn marked(mut self, x: f64, name: impl Into<String>) -> Self {
        self.marks.push((x, name.into()));
        self
    }

    /// With a y axis that goes up by factors, if all there is to see is above 0.
    ///
    /// ```
    /// use layerwise_report::{Chart, Series};
    ///
    /// let chart = Chart::new("epoch", "norm").with(Series::line("1", [(1.0, 1e-3), (2.0, 10.0)]));
    /// assert!(chart.by_factors().log);
    /// ```
    #[must_use]
    pub fn by_factors(mut self) -> Self {
        self.log = true;
        self
    }

    /// With rows of pixels counted from the top, each as high as a column is wide.
    ///
    /// ```
    /// use layerwise_report::Chart;
    ///
    /// assert!(Chart::new("column", "row").over((0.0, 28.0), (0.0, 28.0)).as_image().image);
    /// ```
    #[must_use]
    pub fn as_image(mut self) -> Self {
        self.image = true;
        self
    }

    /// Every series with names of its axes, as rows; some of the points where they are many.
    pub(super) fn table(&self, caption: &str) -> Table {
        let total: usize = self.series.iter().map(|series| series.points.len()).sum();
        let apart = total.div_ceil(MOST_ROWS).max(1);
        let rows = self.series.iter().flat_map(|series| {
            series
                .points
                .iter()
                .step_by(apart)
                .map(|&(x, y)| vec![series.name.clone(), figure_of(x), figure_of(y)])
        });
        let header = ["series".to_owned(), self.x.clone(), self.y.clone()];
        Table { caption: caption.to_owned(), header: header.to_vec(), rows: rows.collect() }
    }

    /// How each series is told from the others, if there are several.
    pub(super) fn legend(&self) -> Vec<Key> {
        if self.series.len() < 2 {
            return vec![];
        }
        let entry = |(i, series): (usize, &Series)| Key {
            colour: variable(i),
            is_line: series.style != Style::Dots,
            dashes: dashes(i, series.style == Style::Dashed),
            name: series.name.clone(),
        };
        self.series.iter().enumerate().map(entry).collect()
    }
}
