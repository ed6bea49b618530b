//! How a chart is drawn.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{FINE, INK, LINE, Picture, Place, colour, words};
use super::{Chart, Series, Style, figure_of};

/// Units of a chart's height.
const HEIGHT: u32 = 300;

fn is_finite((x, y): &(f64, f64)) -> bool {
    x.is_finite() && y.is_finite()
}

impl Chart {
    /// The points that are drawn.
    fn seen<'a>(&self, series: &'a Series) -> Vec<(f64, f64)> {
        let shown = |point: &&'a (f64, f64)| is_finite(point) && (!self.log || point.1 > 0.0);
        series.points.iter().filter(shown).copied().collect()
    }

    /// From where to where x and y go.
    fn extent(&self) -> Result<[(f64, f64); 2], String> {
        let points: Vec<(f64, f64)> =
            self.series.iter().flat_map(|series| self.seen(series)).collect();
        let band = self.series.iter().flat_map(|series| series.band.iter().copied());
        let band = band.flat_map(|(low, high)| [low, high]).filter(|y| y.is_finite());
        let band: Vec<f64> = band.filter(|y| !self.log || *y > 0.0).collect();
        let steps = self.series.iter().any(|series| series.style == Style::Steps);
        let of = |values: &mut dyn Iterator<Item = f64>, given: Option<(f64, f64)>| {
            let (low, high) = values
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                    (low.min(value), high.max(value))
                });
            given.or((low <= high).then_some((low, high)))
        };
        let x = of(&mut points.iter().map(|point| point.0), self.ranges[0]);
        let from_zero = steps.then_some(0.0);
        let mut y = points.iter().map(|point| point.1).chain(band).chain(from_zero);
        let y = of(&mut y, self.ranges[1]);
        let (Some(x), Some(y)) = (x, y) else {
            return Err("there are no numbers to draw".into());
        };
        let roomy = |(low, high): (f64, f64), margin: f64| {
            let room = match high - low {
                0.0 => low.abs().max(1.0) * 0.1,
                width => width * margin,
            };
            (low - room, high + room)
        };
        let x = if self.ranges[0].is_some() { x } else { roomy(x, 0.02) };
        let y = match (self.ranges[1], self.log) {
            (Some(_), _) => y,
            (None, true) => (y.0 / 1.5, y.1 * 1.5),
            (None, false) if steps => (0.0, roomy(y, 0.05).1),
            (None, false) => roomy(y, 0.05),
        };
        let wide = |(low, high): (f64, f64)| (high - low).is_finite() && high > low;
        if wide(x) && wide(y) { Ok([x, y]) } else { Err("its numbers are too large".into()) }
    }

    pub(super) fn draw(&self) -> Result<Picture, String> {
        let [x, y] = self.extent()?;
        let y = (self.height_of(y.0), self.height_of(y.1));
        Picture::new(HEIGHT, |area| {
            let mut chart = ChartBuilder::on(area)
                .margin(6 * FINE)
                .margin_right(16 * FINE)
                .x_label_area_size(44 * FINE)
                .y_label_area_size(66 * FINE)
                .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
            let mut places = self.draw_grid(&mut chart)?;
            let style = words().color(&INK);
            chart
                .configure_mesh()
                .max_light_lines(0)
                .bold_line_style(LINE.stroke_width(FINE))
                .axis_style(INK.stroke_width(FINE))
                .label_style(style.clone())
                .axis_desc_style(style.clone())
                .x_labels(6)
                .y_labels(6)
                .x_label_formatter(&|x| tick(*x))
                .y_label_formatter(&|y| if self.log { tick_of_ten(*y) } else { tick(*y) })
                .x_desc(&self.x)
                .y_desc(&self.y)
                .draw()?;
            for (at, name) in &self.marks {
                let line =
                    DashedLineSeries::new([(*at, y.0), (*at, y.1)], 5 * FINE, 4 * FINE, INK.into());
                chart.draw_series(line)?;
                let place = chart.backend_coord(&(*at, y.1));
                let (anchor, aside) = match *at > (x.0 + x.1) / 2.0 {
                    true => (HPos::Right, -4),
                    false => (HPos::Left, 4),
                };
                let style = style.pos(Pos::new(anchor, VPos::Top));
                area.draw_text(
                    name,
                    &style,
                    (place.0 + aside * FINE as i32, place.1 + 2 * FINE as i32),
                )?;
            }
            for (i, series) in self.series.iter().enumerate() {
                self.draw_series(&mut chart, i, series, y.0)?;
                for (x, y) in self.seen(series) {
                    let name = if self.series.len() > 1 {
                        format!("{}\n", series.name)
                    } else {
                        String::new()
                    };
                    let text =
                        format!("{name}{} {}\n{} {}", self.x, figure_of(x), self.y, figure_of(y));
                    let place = chart.backend_coord(&(x, self.height_of(y)));
                    places.push((place, text));
                }
            }
            Ok(places)
        })
    }

    /// How far up y is drawn.
    fn height_of(&self, y: f64) -> f64 {
        if self.log { y.log10() } else { y }
    }

    /// Draws the colours behind the series; returns places with what to show there, where there is nothing else.
    fn draw_grid(
        &self,
        chart: &mut Plane<'_, '_>,
    ) -> Result<Vec<Place>, Box<dyn std::error::Error>> {
        let Some(grid) = &self.grid else { return Ok(vec![]) };
        let rows = grid.values.len().checked_div(grid.columns).unwrap_or(0);
        let width = (grid.x.1 - grid.x.0) / grid.columns as f64;
        let height = (grid.y.1 - grid.y.0) / rows as f64;
        let mut places = vec![];
        for (i, value) in grid.values.iter().enumerate() {
            let (row, column) = (i / grid.columns, i % grid.columns);
            let (x, y) = (grid.x.0 + column as f64 * width, grid.y.0 + row as f64 * height);
            let (series, strength) = match (grid.two_sided, *value < 0.5) {
                (false, _) => (1, *value),
                (true, true) => (0, 1.0 - 2.0 * value),
                (true, false) => (1, 2.0 * value - 1.0),
            };
            let fill = colour(series).mix(0.04 + 0.56 * strength.clamp(0.0, 1.0));
            chart
                .draw_series([Rectangle::new([(x, y), (x + width, y + height)], fill.filled())])?;
            if self.series.is_empty() {
                let text = format!("{} {}", grid.name, figure_of(*value));
                places.push((chart.backend_coord(&(x + width / 2.0, y + height / 2.0)), text));
            }
        }
        Ok(places)
    }

    fn draw_series(
        &self,
        chart: &mut Plane<'_, '_>,
        i: usize,
        series: &Series,
        floor: f64,
    ) -> Drawing {
        let points: Vec<(f64, f64)> =
            self.seen(series).into_iter().map(|(x, y)| (x, self.height_of(y))).collect();
        let line = colour(i).stroke_width(2 * FINE);
        if series.band.len() == series.points.len() && !self.log {
            let over =
                series.points.iter().zip(&series.band).map(|(point, band)| (point.0, band.1));
            let under =
                series.points.iter().zip(&series.band).map(|(point, band)| (point.0, band.0));
            let around: Vec<(f64, f64)> = over.chain(under.rev()).filter(is_finite).collect();
            chart.draw_series([Polygon::new(around, colour(i).mix(0.2))])?;
        }
        match series.style {
            Style::Line if points.len() > 1 => {
                chart.draw_series(LineSeries::new(points, line))?;
            }
            Style::Dashed => {
                chart.draw_series(DashedLineSeries::new(points, 6 * FINE, 5 * FINE, line))?;
            }
            Style::Steps => {
                let boxes = points.windows(2).map(|pair| {
                    Rectangle::new(
                        [(pair[0].0, floor), (pair[1].0, pair[0].1)],
                        colour(i).mix(0.55).filled(),
                    )
                });
                chart.draw_series(boxes)?;
            }
            Style::Line | Style::Dots => {
                let (size, fill) = if points.len() > 300 { (2, 0.45) } else { (3, 0.75) };
                let dot = |point| Circle::new(point, size * FINE, colour(i).mix(fill).filled());
                chart.draw_series(points.into_iter().map(dot))?;
            }
        }
        Ok(())
    }
}

type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawing = Result<(), Box<dyn std::error::Error>>;

/// A number at an axis.
fn tick(value: f64) -> String {
    // What the library adds up to find its ticks leaves 0 as 1e-17.
    if value.abs() < 1e-12 { "0".into() } else { figure_of(value) }
}

/// The same where the axis has its logarithm.
fn tick_of_ten(exponent: f64) -> String {
    let value = 10.0_f64.powf(exponent);
    let digits = 10.0_f64.powf(value.abs().log10().floor() - 1.0);
    figure_of((value / digits).round() * digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grid;

    fn svg(chart: &Chart) -> Result<String, String> {
        chart.draw().map(|picture| picture.finish(1).0)
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let points = [(1.0, 0.5), (2.0, f64::NAN), (3.0, f64::INFINITY), (4.0, 0.25)];
        let drawn = svg(&Chart::new("x", "y").with(Series::line("a", points))).unwrap();
        assert!(drawn.contains("var(--s0)") && !drawn.contains("NaN"), "{drawn}");
        let nothing = Chart::new("x", "y").with(Series::line("a", [(1.0, f64::NAN)]));
        assert_eq!(svg(&nothing), Err("there are no numbers to draw".into()));
        assert!(svg(&Chart::default()).is_err());
    }

    #[test]
    fn colours_alone_say_what_they_are() {
        let (x, y) = ((0.0, 2.0), (0.0, 1.0));
        let values = vec![0.25, 1.0];
        let grid = Grid { name: "worth".into(), x, y, columns: 2, values, two_sided: false };
        let chart = Chart { grid: Some(grid), ..Chart::new("x", "y").over(x, y) };
        let (drawn, points) = chart.draw().unwrap().finish(1);
        let said: Vec<&str> = points.iter().map(|point| point.2.as_str()).collect();
        assert_eq!(said, ["worth 0.25", "worth 1"]);
        assert!(drawn.contains("var(--s1)") && !drawn.contains("var(--s0)"), "{drawn}");
    }

    #[test]
    fn any_numbers_can_be_drawn() {
        for value in [0.0, -3.0, 1e-300, 1e300, -1e-12] {
            for style in [Series::line, Series::dashed, Series::dots] {
                let flat =
                    Chart::new("x", "y").with(style("a", vec![(value, value), (value, value)]));
                assert!(svg(&flat).is_ok(), "{value}");
            }
        }
        assert!(
            svg(&Chart::new("x", "y").with(Series::line("a", [(0.0, -1e308), (1.0, 1e308)])))
                .is_err()
        );
    }

    #[test]
    fn an_axis_by_factors_leaves_out_what_it_cannot_show() {
        let series = Series::line("a", [(1.0, 1e-6), (2.0, 0.0), (3.0, 100.0)]);
        let chart = Chart::new("x", "y").with(series).by_factors();
        let (drawn, points) = chart.draw().unwrap().finish(1);
        assert_eq!(points.len(), 2);
        assert!(drawn.contains("\n100\n"), "{drawn}");
    }

    #[test]
    fn words_and_colours_are_the_page_s() {
        let chart = Chart::new("\"#010203\" <x>", "y").with(Series::dots("a", [(1.0, 2.0)]));
        let drawn = svg(&chart).unwrap();
        assert!(drawn.contains("&quot;#010203&quot; &lt;x&gt;"), "{drawn}");
        assert!(drawn.contains("var(--ink)") && !drawn.contains("\"#010203\""));
    }
}
