//! Places along the x axis of a chart.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Area, FINE, INK, words};
use super::plane::{Drawing, Plane};

/// A line at each place, its name above the plot, where no series can be below it.
pub(super) fn draw(marks: &[(f64, String)], area: &Area<'_>, chart: &mut Plane<'_, '_>) -> Drawing {
    let (x, y) = (chart.x_range(), chart.y_range());
    for (at, name) in marks {
        let line = [(*at, y.start), (*at, y.end)];
        chart.draw_series(DashedLineSeries::new(line, 5 * FINE, 4 * FINE, INK.into()))?;
        let place = chart.backend_coord(&(*at, y.end));
        let (anchor, aside) = match *at > (x.start + x.end) / 2.0 {
            true => (HPos::Right, -4),
            false => (HPos::Left, 4),
        };
        let style = words().color(&INK).pos(Pos::new(anchor, VPos::Bottom));
        area.draw_text(name, &style, (place.0 + aside * FINE as i32, place.1))?;
    }
    Ok(())
}
