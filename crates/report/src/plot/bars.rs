//! A value for each of some names.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{FINE, INK, LINE, Picture, colour, words};
use super::figure_of;
use crate::Table;

/// Units of a bar's height, and of what is around all of them.
const BAR: u32 = 26;
const AROUND: u32 = 64;
/// Letters of a name that are shown.
const NAME: usize = 22;

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
/// let bars = Bars { value: "error".into(), bars: vec![Bar::new("Rome", 0.1), Bar::new("Oslo", 0.3)] };
/// assert_eq!(bars.bars.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// What their lengths are.
    pub value: String,
    /// The bars, the first at the top.
    pub bars: Vec<Bar>,
}

impl Bars {
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
        let values = self.bars.iter().flat_map(|bar| {
            let (low, high) = bar.range.unwrap_or((bar.value, bar.value));
            [bar.value, low, high]
        });
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let high = if high > low { high } else { low + 1.0 };
        if self.bars.is_empty() || !(high - low).is_finite() {
            return Err("there are no numbers to draw".into());
        }
        let n = self.bars.len();
        let height = AROUND + BAR * n as u32;
        Picture::new(height, |area| {
            let mut chart = ChartBuilder::on(area)
                .margin(6 * FINE)
                .margin_right(16 * FINE)
                .x_label_area_size(44 * FINE)
                .y_label_area_size(150 * FINE)
                .build_cartesian_2d(low * 1.03..high * 1.03, 0.0..n as f64)?;
            let style = words().color(&INK);
            chart
                .configure_mesh()
                .disable_y_mesh()
                .max_light_lines(0)
                .bold_line_style(LINE.stroke_width(FINE))
                .axis_style(LINE.stroke_width(FINE))
                .label_style(style.clone())
                .axis_desc_style(style.clone())
                .x_labels(5)
                .y_labels(0)
                .x_label_formatter(&|x| if x.abs() < 1e-12 { "0".into() } else { figure_of(*x) })
                .x_desc(&self.value)
                .draw()?;
            let mut places = vec![];
            for (i, bar) in self.bars.iter().enumerate() {
                let middle = n as f64 - i as f64 - 0.5;
                let value = if bar.value.is_finite() { bar.value } else { 0.0 };
                let corners = [(0.0, middle - 0.36), (value, middle + 0.36)];
                chart.draw_series([Rectangle::new(corners, colour(0).mix(0.75).filled())])?;
                if let Some((low, high)) = bar.range {
                    let line = INK.stroke_width(3 * FINE / 2);
                    chart.draw_series([PathElement::new(
                        vec![(low, middle), (high, middle)],
                        line,
                    )])?;
                }
                let zero = chart.backend_coord(&(low * 1.03, middle));
                let style = style.pos(Pos::new(HPos::Right, VPos::Center));
                area.draw_text(&cut(&bar.name), &style, (zero.0 - 6 * FINE as i32, zero.1))?;
                let note =
                    if bar.note.is_empty() { String::new() } else { format!("\n{}", bar.note) };
                let text = format!("{}\n{} {}{note}", bar.name, self.value, figure_of(bar.value));
                places.push((chart.backend_coord(&(value, middle)), text.clone()));
                places.push((chart.backend_coord(&(0.0, middle)), text));
            }
            Ok(places)
        })
    }
}

/// A name of at most so many letters.
pub(super) fn cut(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_of_all_lengths() {
        let bars = [0.0, -0.5, 2.0, f64::NAN].map(|value| Bar::new("é".repeat(40), value));
        let picture = Bars { value: "v".into(), bars: bars.to_vec() }.draw().unwrap();
        let (svg, points) = picture.finish(1);
        assert_eq!(points.len(), 8);
        assert!(svg.contains(&format!("{}…", "é".repeat(22))) && !svg.contains("NaN"), "{svg}");
        assert!(Bars::default().draw().is_err());
        let none = Bars { value: "v".into(), bars: vec![Bar::new("a", 0.0)] };
        assert!(none.draw().is_ok());
    }
}
