//! The paper that plots are drawn on, and its colours.

use plotters::prelude::*;
use plotters::style::FontDesc;

/// Pixels a unit of the picture: the library rounds to whole ones.
pub(super) const FINE: u32 = 4;
/// Units of the picture's width.
const WIDTH: u32 = 480;
/// The size of words, in units.
const TEXT: u32 = 15;

/// Stands for the colour of words and axes, which the page decides.
pub(super) const INK: RGBColor = RGBColor(1, 2, 3);
/// Stands for that of lines in the background.
pub(super) const LINE: RGBColor = RGBColor(4, 5, 6);
/// Colours of series there are.
pub(super) const N_COLOURS: usize = 7;

/// Stands for the colour of a series.
pub(super) fn colour(series: usize) -> RGBColor {
    RGBColor(7, 8, 10 + (series % N_COLOURS) as u8)
}

/// The variable of the page that is the colour of a series.
pub(super) fn variable(series: usize) -> String {
    format!("--s{}", series % N_COLOURS)
}

/// The words of a plot.
pub(super) fn words() -> FontDesc<'static> {
    ("sans-serif", TEXT * FINE).into_font()
}

/// A place of a picture, and what is shown there.
pub(super) type Place = ((i32, i32), String);

/// A picture, with what is shown at places of it.
pub(super) struct Picture {
    svg: String,
    height: u32,
    points: Vec<(i32, i32, String)>,
}

/// Points whose values are shown, at most.
const MOST_POINTS: usize = 600;

impl Picture {
    /// Calls `draw` with an area of this height; it returns places with what to show there.
    pub(super) fn new(
        height: u32,
        draw: impl FnOnce(
            &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
        ) -> Result<Vec<Place>, Box<dyn std::error::Error>>,
    ) -> Result<Self, String> {
        let mut svg = String::new();
        let points = {
            let area = SVGBackend::with_string(&mut svg, (WIDTH * FINE, height * FINE))
                .into_drawing_area();
            let points = draw(&area).map_err(|error| error.to_string())?;
            area.present().map_err(|error| error.to_string())?;
            points
        };
        let apart = points.len().div_ceil(MOST_POINTS).max(1);
        let points = points.into_iter().step_by(apart).map(|((x, y), text)| (x, y, text)).collect();
        Ok(Self { svg, height, points })
    }

    /// The picture in the colours of the page, named by the caption of figure `number`.
    pub(super) fn finish(self, number: usize) -> (String, Vec<(i32, i32, String)>) {
        let (width, height) = (WIDTH * FINE, self.height * FINE);
        let size = format!("<svg width=\"{width}\" height=\"{height}\" ");
        let named = format!("<svg role=\"img\" aria-labelledby=\"caption-{number}\" ");
        let mut svg = self.svg.replacen(&size, &named, 1);
        svg = svg.replace(&hex(INK), "\"var(--ink)\"").replace(&hex(LINE), "\"var(--line)\"");
        for series in 0..N_COLOURS {
            svg = svg.replace(&hex(colour(series)), &format!("\"var({})\"", variable(series)));
        }
        (svg, self.points)
    }
}

/// A colour as an attribute of the picture has it. In a text there are no such quotes, whatever it says.
fn hex(RGBColor(r, g, b): RGBColor) -> String {
    format!("\"#{r:02X}{g:02X}{b:02X}\"")
}
