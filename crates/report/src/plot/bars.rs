//! A value for each of some names.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{FINE, INK, LINE, Picture, WIDTH, colour, cut, width_of, words};
use super::figure_of;
use super::ticks::{fitting, tick};
use crate::Table;

/// Units of a bar's height, and of what is around all of them.
const BAR: u32 = 26;
const AROUND: u32 = 58;
/// Letters of the axis's name that are shown.
const ALONG: usize = 30;
/// Letters of a name that are shown.
pub(super) const NAME: usize = 22;

/// A bar.
///
/// ```
/// use layerwise_report::Bar;
///
/// let age = Bar::new("age", 0.2).between(0.15, 0.25).note("120 rows");
/// assert_eq!((age.value, age.range), (0.2, Some((0.15, 0.25))));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bar {
    /// Whose value it is.
    pub name: String,
    /// How long it is.
    pub value: f64,
    /// The least and the most that it may well be.
    pub range: Option<(f64, f64)>,
    /// What else is to be known.
    pub note: String,
}

impl Bar {
    /// A bar of this length.
    pub fn new(name: impl Into<String>, value: f64) -> Self {
        Self { name: name.into(), value, ..Self::default() }
    }

    /// With the least and the most that it may well be.
    #[must_use]
    pub fn between(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// With what else is to be known of it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// Bars one below the other.
///
/// ```
/// use layerwise_report::{Bar, Bars};
///
/// let bars = Bars::new("error", [Bar::new("Rome", 0.1), Bar::new("Oslo", 0.3)]).marked(0.2, "all");
/// assert_eq!((bars.bars.len(), bars.from), (2, 0.0));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// What their lengths are.
    pub value: String,
    /// The bars, the first at the top.
    pub bars: Vec<Bar>,
    /// Where they begin: 0, if nothing else is said.
    pub from: f64,
    /// From where to where the axis goes; what the bars need where nothing is said.
    pub range: Option<(f64, f64)>,
    /// A place along the axis, with its name.
    pub mark: Option<(f64, String)>,
}

impl Bars {
    /// Bars from 0 on.
    pub fn new(value: impl Into<String>, bars: impl IntoIterator<Item = Bar>) -> Self {
        Self { value: value.into(), bars: bars.into_iter().collect(), ..Self::default() }
    }

    /// With a line at a place along the axis.
    #[must_use]
    pub fn marked(mut self, at: f64, name: impl Into<String>) -> Self {
        self.mark = Some((at, name.into()));
        self
    }

    /// From where to where the axis goes.
    fn extent(&self) -> Result<(f64, f64), String> {
        let values = self.bars.iter().flat_map(|bar| {
            let (low, high) = bar.range.unwrap_or((bar.value, bar.value));
            [bar.value, low, high]
        });
        let mark = self.mark.iter().map(|mark| mark.0);
        let (low, high) = values
            .chain(mark)
            .filter(|value| value.is_finite())
            .fold((self.from, self.from), |(low, high), value| (low.min(value), high.max(value)));
        let high = if high > low { high } else { low + 1.0 };
        let room = 0.03 * (high - low);
        let roomy = |end: f64, room: f64| if end == self.from { end } else { end + room };
        let (low, high) = self.range.unwrap_or((roomy(low, -room), roomy(high, room)));
        if self.bars.is_empty() || !(high - low).is_finite() || high <= low {
            return Err("there are no numbers to draw".into());
        }
        Ok((low, high))
    }

    pub(super) fn table(&self, caption: &str) -> Table {
        let ranged = self.bars.iter().any(|bar| bar.range.is_some());
        let noted = self.bars.iter().any(|bar| !bar.note.is_empty());
        let mut header = vec![String::new(), self.value.clone()];
        header.extend(ranged.then(|| "from … to".to_owned()));
        header.extend(noted.then(String::new));
        let row = |bar: &Bar| {
            let mut row = vec![bar.name.clone(), figure_of(bar.value)];
            let range =
                bar.range.map(|(low, high)| format!("{} … {}", figure_of(low), figure_of(high)));
            row.extend(ranged.then(|| range.unwrap_or_default()));
            row.extend(noted.then(|| bar.note.clone()));
            row
        };
        Table { caption: caption.to_owned(), header, rows: self.bars.iter().map(row).collect() }
    }

    pub(super) fn draw(&self) -> Result<Picture, String> {
        let (low, high) = self.extent()?;
        let n = self.bars.len();
        // A mark's name stands above the bars.
        let top = if self.mark.is_some() { 22 } else { 6 };
        let height = AROUND + top + BAR * n as u32;
        let longest = self.bars.iter().map(|bar| cut(&bar.name, NAME).chars().count()).max();
        let width = width_of(longest.unwrap_or(0)).clamp(50, 226);
        // Beside the names, and what is to the right.
        let x_labels = fitting(&(low..high), (WIDTH - width - 22) as usize, 5);
        Picture::new(height, |area| {
            let mut chart = ChartBuilder::on(area)
                .margin(6 * FINE)
                .margin_top(top * FINE)
                .margin_right(16 * FINE)
                .x_label_area_size(44 * FINE)
                .y_label_area_size(width * FINE)
                .build_cartesian_2d(low..high, 0.0..n as f64)?;
            let style = words().color(&INK);
            chart
                .configure_mesh()
                .disable_y_mesh()
                .max_light_lines(0)
                .bold_line_style(LINE.stroke_width(FINE))
                .axis_style(LINE.stroke_width(FINE))
                .label_style(style.clone())
                .axis_desc_style(style.clone())
                .x_labels(x_labels)
                .y_labels(0)
                .x_label_formatter(&|x| tick(*x))
                .x_desc(cut(&self.value, ALONG))
                .draw()?;
            let mut places = vec![];
            for (i, bar) in self.bars.iter().enumerate() {
                let middle = n as f64 - i as f64 - 0.5;
                let value = if bar.value.is_finite() { bar.value } else { self.from };
                let corners = [(self.from, middle - 0.36), (value, middle + 0.36)];
                chart.draw_series([Rectangle::new(corners, colour(0).mix(0.75).filled())])?;
                if let Some((low, high)) = bar.range {
                    let line = INK.stroke_width(3 * FINE / 2);
                    chart.draw_series([PathElement::new(
                        vec![(low, middle), (high, middle)],
                        line,
                    )])?;
                }
                let zero = chart.backend_coord(&(low, middle));
                let style = style.pos(Pos::new(HPos::Right, VPos::Center));
                area.draw_text(&cut(&bar.name, NAME), &style, (zero.0 - 6 * FINE as i32, zero.1))?;
                let note =
                    if bar.note.is_empty() { String::new() } else { format!("\n{}", bar.note) };
                let text = format!("{}\n{} {}{note}", bar.name, self.value, figure_of(bar.value));
                places.push((chart.backend_coord(&(value, middle)), text.clone()));
                places.push((chart.backend_coord(&(self.from, middle)), text));
            }
            if let Some((at, name)) = &self.mark {
                let line = vec![(*at, 0.0), (*at, n as f64)];
                chart.draw_series([PathElement::new(line, INK.stroke_width(FINE))])?;
                let place = chart.backend_coord(&(*at, n as f64));
                let (anchor, aside) = match *at > (low + high) / 2.0 {
                    true => (HPos::Right, -4),
                    false => (HPos::Left, 4),
                };
                let style = style.pos(Pos::new(anchor, VPos::Bottom));
                area.draw_text(name, &style, (place.0 + aside * FINE as i32, place.1))?;
            }
            Ok(places)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_of_all_lengths() {
        let bars = [0.0, -0.5, 2.0, f64::NAN].map(|value| Bar::new("é".repeat(40), value));
        let picture = Bars::new("v", bars).draw().unwrap();
        let (svg, points) = picture.finish(1);
        assert_eq!(points.len(), 8);
        assert!(svg.contains(&format!("{}…", "é".repeat(22))) && !svg.contains("NaN"), "{svg}");
        assert!(Bars::default().draw().is_err());
        assert!(Bars::new("v", [Bar::new("a", 0.0)]).draw().is_ok());
    }

    #[test]
    fn bars_to_both_sides_of_a_mark_on_an_axis_that_is_given() {
        let bars = Bars::new("v", [Bar::new("a", 0.5), Bar::new("b", 0.75)]).marked(0.625, "all");
        let bars = Bars { from: 0.625, range: Some((0.5, 1.0)), ..bars };
        let (svg, points) = bars.draw().unwrap().finish(1);
        // Both begin at the mark, as far to the left as to the right.
        let x: Vec<i32> = points.iter().map(|point| point.0).collect();
        assert_eq!(x[1], x[3]);
        assert!((x[1] - x[0]).abs_diff(x[2] - x[3]) <= 1, "{x:?}");
        assert!(svg.contains("\nall\n"), "{svg}");
    }
}
