//! Colours over a plane, behind a chart's series.

use plotters::prelude::*;

use super::canvas::{Place, colour};
use super::plane::Plane;
use super::{Series, figure_of};

/// Shades of a colour that are told apart.
const SHADES: f64 = 20.0;

/// Values over a plane, each a colour behind a chart's series.
///
/// ```
/// use layerwise_report::{Colours, Grid};
///
/// let grid = Grid {
///     name: "probability of yes".into(),
///     x: (0.0, 1.0),
///     y: (0.0, 2.0),
///     columns: 2,
///     values: vec![0.0, 0.2, 0.8, 1.0],
///     range: (0.0, 1.0),
///     colours: Colours::TwoSided,
/// };
/// assert_eq!(grid.values.len() / grid.columns, 2); // rows
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// What the values are.
    pub name: String,
    /// From where to where it goes.
    pub x: (f64, f64),
    /// From where to where it goes.
    pub y: (f64, f64),
    /// Values of a row.
    pub columns: usize,
    /// Row by row, that of the least y first.
    pub values: Vec<f64>,
    /// The values of the palest and the strongest colour.
    pub range: (f64, f64),
    /// Which colours.
    pub colours: Colours,
}

/// Which colours values have.
///
/// ```
/// use layerwise_report::Colours;
///
/// // The first value in the colour of the first series, the second in that of the third.
/// assert_ne!(Colours::OfSeries(vec![0, 2]), Colours::One);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Colours {
    /// One, the stronger the larger a value is.
    One,
    /// One for values below the middle of the range and another for those above, each the paler the nearer to it.
    TwoSided,
    /// For each value that of a series, by its place; the stronger the larger the value is.
    OfSeries(Vec<usize>),
}

impl Grid {
    fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    /// The place of a series whose colour a value has, and how strong it is, from 0 to 1.
    fn shade(&self, i: usize) -> (usize, f64) {
        let strength = self.strength(self.values[i]);
        match &self.colours {
            Colours::One => (1, strength),
            Colours::TwoSided if strength < 0.5 => (0, 1.0 - 2.0 * strength),
            Colours::TwoSided => (1, 2.0 * strength - 1.0),
            Colours::OfSeries(series) => (series.get(i).copied().unwrap_or(0), strength),
        }
    }

    fn strength(&self, value: f64) -> f64 {
        let (low, high) = self.range;
        if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
    }

    /// The colour of a value.
    pub(super) fn fill(&self, value: f64) -> RGBAColor {
        mixed(1, self.strength(value))
    }

    /// What the grid has at a place.
    pub(super) fn at(&self, series: &[Series], (x, y): (f64, f64)) -> Option<String> {
        let part = |value: f64, (low, high): (f64, f64), n: usize| {
            let part = (value - low) / (high - low);
            (0.0..=1.0).contains(&part).then(|| ((part * n as f64) as usize).min(n - 1))
        };
        let (row, column) = (part(y, self.y, self.rows())?, part(x, self.x, self.columns)?);
        Some(self.words(series, row * self.columns + column))
    }

    fn words(&self, series: &[Series], i: usize) -> String {
        let value = figure_of(self.values[i]);
        match &self.colours {
            Colours::OfSeries(_) => {
                let name = series.get(self.shade(i).0).map_or("", |series| &series.name);
                format!("{} {name} ({value})", self.name)
            }
            _ => format!("{} {value}", self.name),
        }
    }

    /// Draws it; returns places with what to show there, if there are no series to speak of.
    pub(super) fn draw(
        &self,
        series: &[Series],
        chart: &mut Plane<'_, '_>,
    ) -> Result<Vec<Place>, Box<dyn std::error::Error>> {
        // Neighbours have the very same edge, and those of one shade are one.
        let edge =
            |(low, high): (f64, f64), i: usize, n: usize| low + (high - low) * i as f64 / n as f64;
        let rows = self.rows();
        let shades: Vec<(usize, u8)> = (0..self.values.len())
            .map(|i| self.shade(i))
            .map(|(series, strength)| (series, (strength * SHADES).round() as u8))
            .collect();
        for (row, shades) in shades.chunks_exact(self.columns.max(1)).enumerate() {
            let (bottom, top) = (edge(self.y, row, rows), edge(self.y, row + 1, rows));
            let mut from = 0;
            for same in shades.chunk_by(|a, b| a == b) {
                let to = from + same.len();
                let (left, right) =
                    (edge(self.x, from, self.columns), edge(self.x, to, self.columns));
                let fill = mixed(same[0].0, f64::from(same[0].1) / SHADES);
                chart
                    .draw_series([Rectangle::new([(left, bottom), (right, top)], fill.filled())])?;
                from = to;
            }
        }
        if !series.is_empty() {
            return Ok(vec![]);
        }
        let place = |i: usize| {
            let middle = |range, i, n| (edge(range, i, n) + edge(range, i + 1, n)) / 2.0;
            let x = middle(self.x, i % self.columns, self.columns);
            let y = middle(self.y, i / self.columns, rows);
            (chart.backend_coord(&(x, y)), self.words(series, i))
        };
        Ok((0..rows * self.columns).map(place).collect())
    }
}

fn mixed(series: usize, strength: f64) -> RGBAColor {
    colour(series).mix(0.04 + 0.56 * strength)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chart;

    fn drawn(grid: Grid, series: &[&str]) -> (String, Vec<(i32, i32, String)>) {
        let (x, y) = (grid.x, grid.y);
        let mut chart = Chart { grid: Some(grid), ..Chart::new("x", "y").over(x, y) };
        for name in series {
            chart = chart.with(Series::dots(name, [(0.5, 0.5)]));
        }
        chart.draw().unwrap().finish(1)
    }

    fn grid(values: &[f64], colours: Colours) -> Grid {
        let (x, y, range) = ((0.0, values.len() as f64), (0.0, 1.0), (0.0, 1.0));
        let (columns, values) = (values.len(), values.to_vec());
        Grid { name: "worth".into(), x, y, columns, values, range, colours }
    }

    #[test]
    fn colours_alone_say_what_they_are() {
        let (svg, points) = drawn(grid(&[0.25, 1.0], Colours::One), &[]);
        let said: Vec<&str> = points.iter().map(|point| point.2.as_str()).collect();
        assert_eq!(said, ["worth 0.25", "worth 1"]);
        assert!(svg.contains("var(--s1)") && !svg.contains("var(--s0)"), "{svg}");
    }

    #[test]
    fn each_class_has_its_colour_and_points_say_what_is_behind_them() {
        let colours = Colours::OfSeries(vec![2, 0, 1]);
        let (svg, points) = drawn(grid(&[0.5, 0.75, 1.0], colours), &["a", "b", "c"]);
        assert!((0..3).all(|i| svg.contains(&format!("var(--s{i})"))), "{svg}");
        assert!(points[0].2.ends_with("worth c (0.5)"), "{points:?}");
        // An outline keeps a point apart from what is behind it.
        assert!(svg.contains("stroke=\"var(--ink)\""), "{svg}");
    }

    #[test]
    fn cells_of_one_shade_are_one_and_neighbours_share_their_edge() {
        let (svg, _) = drawn(grid(&[0.5, 0.5, 0.5, 0.9, 0.9], Colours::One), &[]);
        let cells: Vec<&str> = svg.split("<rect ").skip(1).collect();
        assert_eq!(cells.len(), 2, "{svg}");
        let number = |cell: &str, name: &str| -> i32 {
            let rest = cell.split_once(&format!("{name}=\"")).unwrap().1;
            rest.split_once('"').unwrap().0.parse().unwrap()
        };
        assert_eq!(number(cells[0], "x") + number(cells[0], "width"), number(cells[1], "x"));
    }
}
