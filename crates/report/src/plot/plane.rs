//! How a chart is drawn.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::canvas::{FINE, INK, LINE, PAPER, Picture, WIDTH, colour, cut, line_colour, words};
use super::thin::thinned;
use super::ticks::{self, fitting, tick};
use super::{Chart, Grid, Series, Style, figure_of, marks};

/// Units of a chart's height.
const HEIGHT: u32 = 300;
/// Units of its width that are no plot, and of its height; those above it, where places have names.
const BESIDE: u32 = 88;
const BELOW: u32 = 56;
const NAMES: u32 = 22;
/// Letters of the names of its axes that are shown.
const ALONG: usize = 40;
const UP: usize = 30;

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
        let top = if self.marks.is_empty() { 6 } else { NAMES };
        let x_labels = fitting(&(x.0..x.1), (WIDTH - BESIDE) as usize, 6);
        let height = match self.image {
            // A pixel is as high as it is wide.
            true => (f64::from(WIDTH - BESIDE) * (y.1 - y.0) / (x.1 - x.0)) as u32 + BELOW,
            false => HEIGHT,
        };
        Picture::new(height.clamp(HEIGHT / 2, 2 * HEIGHT), |area| {
            let mut chart = ChartBuilder::on(area)
                .margin(6 * FINE)
                .margin_top(top * FINE)
                .margin_right(16 * FINE)
                .x_label_area_size(44 * FINE)
                .y_label_area_size(66 * FINE)
                .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
            let mut places = match &self.grid {
                Some(grid) => grid.draw(&self.series, &mut chart)?,
                None => vec![],
            };
            let style = words().color(&INK);
            chart
                .configure_mesh()
                .max_light_lines(0)
                .bold_line_style(LINE.stroke_width(FINE))
                .axis_style(INK.stroke_width(FINE))
                .label_style(style.clone())
                .axis_desc_style(style.clone())
                .x_labels(x_labels)
                .y_labels(if self.log || self.image { 0 } else { 6 })
                .x_label_formatter(&|x| tick(*x))
                .y_label_formatter(&|y| tick(*y))
                .x_desc(cut(&self.x, ALONG))
                .y_desc(cut(&self.y, UP))
                .draw()?;
            match (self.log, self.image) {
                (true, _) => ticks::draw(&ticks::by_factors(y), area, &mut chart)?,
                (_, true) => ticks::draw(&ticks::from_the_top(y), area, &mut chart)?,
                _ => {}
            }
            marks::draw(&self.marks, area, &mut chart)?;
            for (i, series) in self.series.iter().enumerate() {
                let points = match series.style {
                    Style::Line | Style::Dashed => thinned(self.seen(series), x),
                    Style::Dots | Style::Steps => self.seen(series),
                };
                self.draw_series(&mut chart, i, (series, &points), y.0)?;
                for (x, y) in points {
                    let mut text = match self.series.len() {
                        1 => String::new(),
                        _ => format!("{}\n", series.name),
                    };
                    text += &format!("{} {}\n{} {}", self.x, figure_of(x), self.y, figure_of(y));
                    let behind = self.grid.as_ref().and_then(|grid| grid.at(&self.series, (x, y)));
                    text.extend(behind.map(|behind| format!("\n{behind}")));
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

    fn draw_series(
        &self,
        chart: &mut Plane<'_, '_>,
        i: usize,
        (series, points): (&Series, &[(f64, f64)]),
        floor: f64,
    ) -> Drawing {
        let points: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x, self.height_of(y))).collect();
        let line = line_colour(i, series.style == Style::Dashed).stroke_width(2 * FINE);
        if series.band.len() == series.points.len() && !self.log {
            let over =
                series.points.iter().zip(&series.band).map(|(point, band)| (point.0, band.1));
            let under =
                series.points.iter().zip(&series.band).map(|(point, band)| (point.0, band.0));
            let around: Vec<(f64, f64)> = over.chain(under.rev()).filter(is_finite).collect();
            chart.draw_series([Polygon::new(around, colour(i).mix(0.2))])?;
        }
        match series.style {
            Style::Line | Style::Dashed if points.len() > 1 => {
                chart.draw_series(LineSeries::new(points, line))?;
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
            Style::Line | Style::Dashed | Style::Dots if self.grid.is_none() => {
                let (size, fill) = if points.len() > 300 { (2, 0.45) } else { (3, 0.75) };
                let dot = |point| Circle::new(point, size * FINE, colour(i).mix(fill).filled());
                chart.draw_series(points.into_iter().map(dot))?;
            }
            Style::Line | Style::Dashed | Style::Dots => {
                let size = if points.len() > 150 { 3 } else { 4 } * FINE;
                let coloured = |(k, point): (usize, (f64, f64))| {
                    let value = self.grid.as_ref().zip(series.values.get(k));
                    let fill = value.map_or(colour(i).mix(1.0), |(grid, value): (&Grid, &f64)| {
                        grid.fill(*value)
                    });
                    // The paper below, as the colours behind it are on paper; the line keeps it apart from them.
                    let paper = value.map(|_| Circle::new(point, size, PAPER.filled()));
                    let dot = Circle::new(point, size, fill.filled());
                    let line = Circle::new(point, size, INK.stroke_width(FINE));
                    paper.into_iter().chain([dot, line])
                };
                chart.draw_series(points.into_iter().enumerate().flat_map(coloured))?;
            }
        }
        Ok(())
    }
}

pub(super) type Plane<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
pub(super) type Drawing = Result<(), Box<dyn std::error::Error>>;

#[cfg(test)]
mod tests {
    use super::*;

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
    fn of_many_lines_no_two_look_the_same() {
        let chart = (0..20).fold(Chart::new("x", "y"), |chart, i| {
            chart.with(Series::line(&i.to_string(), [(0.0, 0.0), (1.0, f64::from(i))]))
        });
        let keys: std::collections::HashSet<_> =
            chart.legend().into_iter().map(|key| (key.colour, key.dashes)).collect();
        assert_eq!(keys.len(), 20);
        let drawn = svg(&chart).unwrap();
        assert!(drawn.contains("\"var(--s0)\" stroke-dasharray=\"32 16\""), "{drawn}");
    }

    #[test]
    fn thousands_of_points_are_a_short_line() {
        let points = (0..10_000).map(|i| (f64::from(i), f64::from(i % 13)));
        let chart = Chart::new("epoch", "cost").with(Series::line("a", points));
        assert!(svg(&chart).unwrap().len() < 30_000);
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
    fn the_name_of_a_place_is_above_the_plot() {
        let chart = Chart::new("epoch", "cost").with(Series::line("a", [(0.0, 1.0), (9.0, 2.0)]));
        let picture = chart.marked(4.0, "kept: 4").draw().unwrap();
        let (svg, points) = picture.finish(1);
        let text = svg.split("<text ").find(|text| text.contains("kept: 4")).unwrap();
        let y = text.split("y=\"").nth(1).unwrap().split('"').next().unwrap();
        let highest = points.iter().map(|point| point.1).min().unwrap();
        assert!(y.parse::<i32>().unwrap() < highest, "{y} {highest}");
    }

    #[test]
    fn an_image_is_counted_from_the_top_and_its_pixels_are_squares() {
        let (x, y) = ((0.0, 20.0), (0.0, 10.0));
        let dots = Series::dots("a", [(0.0, 0.0), (10.0, 10.0)]);
        let (svg, points) =
            Chart::new("x", "y").over(x, y).with(dots).as_image().draw().unwrap().finish(1);
        let (along, up) = (points[1].0 - points[0].0, points[0].1 - points[1].1);
        assert!(along.abs_diff(up) < 12, "{along} {up}");
        // 0 stands where 10 would.
        let place = |word: &str| {
            let text =
                svg.split("<text ").find(|text| text.contains("\"end\"") && text.contains(word));
            let y = text.unwrap().split("y=\"").nth(1).unwrap().split('"').next().unwrap();
            y.parse::<i32>().unwrap()
        };
        assert!(place("\n0\n") < place("\n8\n"), "{svg}");
    }

    #[test]
    fn words_and_colours_are_the_page_s() {
        let chart = Chart::new("\"#010203\" <x>", "y").with(Series::dots("a", [(1.0, 2.0)]));
        let drawn = svg(&chart).unwrap();
        assert!(drawn.contains("&quot;#010203&quot; &lt;x&gt;"), "{drawn}");
        assert!(drawn.contains("var(--ink)") && !drawn.contains("\"#010203\""));
    }
}
