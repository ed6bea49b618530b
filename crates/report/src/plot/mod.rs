//! Plots, and how they become pictures.

mod bars;
mod canvas;
mod chart;
mod grid;
mod heat;
mod marks;
mod plane;
mod thin;
mod ticks;

pub use bars::{Bar, Bars};
pub use chart::{Chart, Series, Style};
pub use grid::{Colours, Grid};
pub use heat::Heat;

use crate::block::Figure;
use crate::{ReportError, Result, Table};

/// What is drawn.
///
/// ```
/// use layerwise_report::{Bar, Bars, Figure, Plot};
///
/// let bars = Bars::new("accuracy falls by", [Bar::new("age", 0.2), Bar::new("town", 0.1)]);
/// let figure = Figure::new("What counts", Plot::Bars(bars));
/// assert_eq!(figure.table.rows[1], ["town", "0.1"]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Plot {
    /// Lines and dots over two axes.
    Chart(Chart),
    /// A value for each of some names.
    Bars(Bars),
    /// A value for each pair of names.
    Heat(Heat),
}

impl Plot {
    /// The same in figures.
    pub(crate) fn table(&self, caption: &str) -> Table {
        match self {
            Self::Chart(chart) => chart.table(caption),
            Self::Bars(bars) => bars.table(caption),
            Self::Heat(heat) => heat.table(caption),
        }
    }
}

/// A figure as it stands on the page.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) number: usize,
    pub(crate) class: &'static str,
    pub(crate) svg: String,
    /// What is shown at places of the picture, as JSON: `[x, y, text]` each.
    pub(crate) points: String,
    pub(crate) legend: Vec<Key>,
}

/// How a series is told from the others.
#[derive(Debug)]
pub(crate) struct Key {
    /// The page's variable of its colour.
    pub(crate) colour: String,
    /// Whether it is a line, or dots.
    pub(crate) is_line: bool,
    /// How its line is broken.
    pub(crate) dashes: &'static str,
    pub(crate) name: String,
}

/// Draws the plot of a figure, the `number`th of its page.
pub(crate) fn draw(figure: &Figure, number: usize) -> Result<Drawn> {
    let failed = |problem| ReportError::Plot { title: figure.title.clone(), problem };
    let (picture, legend, class) = match &figure.plot {
        Plot::Chart(chart) => (chart.draw().map_err(failed)?, chart.legend(), ""),
        Plot::Bars(bars) => (bars.draw().map_err(failed)?, vec![], ""),
        Plot::Heat(heat) => (heat.draw().map_err(failed)?, vec![], ""),
    };
    let (svg, points) = picture.finish(number);
    Ok(Drawn { number, class, svg, points: serde_json::to_string(&points)?, legend })
}

/// A number for people, in four digits or so.
pub(crate) fn figure_of(value: f64) -> String {
    if !value.is_finite() {
        return "n/a".into();
    }
    match value.abs() {
        0.0 => "0".into(),
        size if !(0.0005..1e7).contains(&size) => format!("{value:.3e}"),
        size => {
            let digits = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
            let text = format!("{value:.digits$}");
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_few_digits() {
        let shown = [0.0, 0.5, -1234.56, 0.123456, 1e-9, 3e12, 12.0, f64::NAN].map(figure_of);
        assert_eq!(shown, ["0", "0.5", "-1235", "0.1235", "1.000e-9", "3.000e12", "12", "n/a"]);
    }
}
