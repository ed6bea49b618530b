//! Numbers along an axis.

use std::ops::Range;

use plotters::coord::ranged1d::{BoldPoints, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Area, FINE, INK, LINE, words};
use super::figure_of;
use super::plane::{Drawing, Plane};

/// Units that a letter of a number takes, and what is between two numbers.
const LETTER: usize = 9;
const BETWEEN: usize = 10;

/// A number at an axis.
pub(super) fn tick(value: f64) -> String {
    // What the library adds up to find its ticks leaves 0 as 1e-17.
    if value.abs() < 1e-12 { "0".into() } else { figure_of(value) }
}

/// How many numbers to ask for, of `most`, so that they stand apart on an axis that is so many units long.
pub(super) fn fitting(along: &Range<f64>, units: usize, most: usize) -> usize {
    let axis: RangedCoordf64 = along.clone().into();
    let fits = |&n: &usize| {
        let ticks = axis.key_points(BoldPoints(n));
        let letters = ticks.iter().map(|&value| tick(value).chars().count()).max().unwrap_or(0);
        ticks.len() * (letters * LETTER + BETWEEN) <= units
    };
    (2..=most).rev().find(fits).unwrap_or(2)
}

/// The numbers of an axis that goes up by factors, from one power of ten to the other: round ones, some three to
/// seven. Each with where it stands.
pub(super) fn by_factors((low, high): (f64, f64)) -> Vec<(f64, String)> {
    const FEW: usize = 3;
    const MANY: i32 = 6;
    let (first, last) = (low.floor() as i32, high.floor() as i32);
    // Every second power, or third, where there are many.
    let apart = ((last - first) / MANY + 1).max(1);
    let of = |digits: &[f64]| -> Vec<f64> {
        let powers = (first..=last).filter(|power| power.rem_euclid(apart) == 0);
        let all = powers.flat_map(|power| digits.iter().map(move |d| d * 10_f64.powi(power)));
        all.filter(|value| (low..=high).contains(&value.log10())).collect()
    };
    let digits: [&[f64]; 4] = [
        &[1.0],
        &[1.0, 2.0, 5.0],
        &[1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0],
        &[1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0],
    ];
    let enough = digits.iter().map(|digits| of(digits)).find(|ticks| ticks.len() >= FEW);
    let values = enough.unwrap_or_else(|| [low, high].map(|end| 10_f64.powf(end)).to_vec());
    values.into_iter().map(|value| (value.log10(), tick(value))).collect()
}

/// The numbers of an axis whose 0 is at the top.
pub(super) fn from_the_top((low, high): (f64, f64)) -> Vec<(f64, String)> {
    const MOST: usize = 6;
    let axis: RangedCoordf64 = (0.0..high - low).into();
    let values = axis.key_points(BoldPoints(MOST)).into_iter();
    values.map(|value| (high - value, tick(value))).collect()
}

/// Draws such numbers, each with a line across the plot.
pub(super) fn draw(ticks: &[(f64, String)], area: &Area<'_>, chart: &mut Plane<'_, '_>) -> Drawing {
    let x = chart.x_range();
    let style = words().color(&INK).pos(Pos::new(HPos::Right, VPos::Center));
    for (up, name) in ticks {
        let line = vec![(x.start, *up), (x.end, *up)];
        chart.draw_series([PathElement::new(line, LINE.stroke_width(FINE))])?;
        let (left, middle) = chart.backend_coord(&(x.start, *up));
        area.draw_text(name, &style, (left - 6 * FINE as i32, middle))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_fewer() {
        assert_eq!(fitting(&(0.0..8.0), 350, 6), 6);
        // 0, 0.002, 0.004, 0.006 and 0.008 would run into each other.
        let n = fitting(&(0.0..0.0085), 190, 5);
        let axis: RangedCoordf64 = (0.0..0.0085).into();
        let ticks = axis.key_points(BoldPoints(n));
        assert!((2..=3).contains(&ticks.len()), "{ticks:?}");
    }

    #[test]
    fn rows_of_an_image_are_counted_from_the_top() {
        let ticks = from_the_top((0.0, 28.0));
        assert_eq!(ticks[..2], [(28.0, "0".into()), (23.0, "5".into())]);
    }

    #[test]
    fn an_axis_by_factors_has_round_numbers() {
        let shown = |low: f64, high: f64| -> Vec<String> {
            by_factors((low.log10(), high.log10())).into_iter().map(|tick| tick.1).collect()
        };
        assert_eq!(shown(0.02, 0.7), ["0.02", "0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(shown(0.0012, 0.009), ["0.0015", "0.002", "0.003", "0.004", "0.006", "0.008"]);
        assert_eq!(shown(0.5, 2000.0), ["1", "10", "100", "1000"]);
        assert_eq!(shown(1e-9, 1e9), ["1.000e-8", "1.000e-4", "1", "10000", "1.000e8"]);
        // Within less than the least step there are the ends.
        assert_eq!(shown(0.0101, 0.0102), ["0.0101", "0.0102"]);
    }
}
