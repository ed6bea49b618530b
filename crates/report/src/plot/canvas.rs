//! The paper that plots are drawn on, and its colours.

use plotters::prelude::*;
use plotters::style::FontDesc;

/// Pixels a unit of the picture: the library rounds to whole ones.
pub(super) const FINE: u32 = 4;
/// Units of the picture's width: on a telephone, some 350 pixels wide, words are to have 11 pixels at least.
pub(super) const WIDTH: u32 = 440;
/// The size of words, in units; the library makes them smaller by a fifth.
const TEXT: u32 = 18;

/// Stands for the colour of words and axes, which the page decides.
pub(super) const INK: RGBColor = RGBColor(1, 2, 3);
/// Stands for that of lines in the background.
pub(super) const LINE: RGBColor = RGBColor(4, 5, 6);
/// Stands for that of the paper.
pub(super) const PAPER: RGBColor = RGBColor(4, 5, 7);
/// Colours of series there are.
const N_COLOURS: usize = 7;
/// How lines are broken, in pixels drawn and left out: a series beyond the colours has that of another, and a line
/// of its own.
const DASHES: [&str; 4] = ["", "32 16", "8 12", "48 12 8 12"];
/// How a line is broken whose series says so.
const BROKEN: usize = 1;

/// Stands for the colour of a series.
pub(super) fn colour(series: usize) -> RGBColor {
    RGBColor(7, 8, 10 + (series % N_COLOURS) as u8)
}

/// Stands for the same and how its line is broken.
pub(super) fn line_colour(series: usize, broken: bool) -> RGBColor {
    let RGBColor(r, g, b) = colour(series);
    RGBColor(r, g + dash_of(series, broken) as u8, b)
}

/// The place among the dashes of a line.
fn dash_of(series: usize, broken: bool) -> usize {
    if broken { BROKEN } else { series / N_COLOURS % DASHES.len() }
}

/// How a line is broken, as the page has it.
pub(super) fn dashes(series: usize, broken: bool) -> &'static str {
    DASHES[dash_of(series, broken)]
}

/// The variable of the page that is the colour of a series.
pub(super) fn variable(series: usize) -> String {
    format!("--s{}", series % N_COLOURS)
}

/// A text of at most so many letters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Units that so many letters take at most, in the wider of usual fonts, with some room.
pub(super) fn width_of(letters: usize) -> u32 {
    9 * letters as u32 + 20
}

/// The words of a plot.
pub(super) fn words() -> FontDesc<'static> {
    ("sans-serif", TEXT * FINE).into_font()
}

/// A place of a picture, and what is shown there.
pub(super) type Place = ((i32, i32), String);

/// What is drawn on.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

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
        draw: impl FnOnce(&Area<'_>) -> Result<Vec<Place>, Box<dyn std::error::Error>>,
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
        for (stand_in, name) in [(INK, "--ink"), (LINE, "--line"), (PAPER, "--raised")] {
            svg = svg.replace(&hex(stand_in), &format!("\"var({name})\""));
        }
        for series in 0..N_COLOURS * DASHES.len() {
            let mut colour = format!("\"var({})\"", variable(series));
            let dashes = dashes(series, false);
            if !dashes.is_empty() {
                colour += &format!(" stroke-dasharray=\"{dashes}\"");
            }
            svg = svg.replace(&hex(line_colour(series, false)), &colour);
        }
        (svg, self.points)
    }
}

/// A colour as an attribute of the picture has it. In a text there are no such quotes, whatever it says.
fn hex(RGBColor(r, g, b): RGBColor) -> String {
    format!("\"#{r:02X}{g:02X}{b:02X}\"")
}
