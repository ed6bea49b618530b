//! How far to go in a direction.

use crate::Result;

/// The factors of the two conditions: c₁ of the decrease, c₂ of the slope.
const DECREASE: f64 = 1e-4;
const SLOPE: f64 = 0.9;

/// Steps tried at most, to find an interval and within it.
const TRIALS: usize = 30;

/// A place along the direction: the length of the step, the value there, its slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) step: f64,
    pub(super) value: f64,
    pub(super) slope: f64,
}

/// A step that meets the strong Wolfe conditions `φ(α) ≤ φ(0) + c₁ α φ′(0)` and `|φ′(α)| ≤ c₂ |φ′(0)|`
/// (Nocedal and Wright, "Numerical Optimization", 2006, algorithms 3.5 and 3.6); if none is found, one with
/// a lower value; `None` if there is none of these either.
///
/// `at` gives the place at a step, of infinite value if that is too far. Values that differ by rounding
/// alone count as equal.
pub(super) fn line_search(
    start: Place,
    first: f64,
    mut at: impl FnMut(f64) -> Result<Place>,
) -> Result<Option<Place>> {
    let rounding = 4.0 * f64::EPSILON * start.value.abs();
    let highest = |step: f64| start.value + DECREASE * step * start.slope + rounding;
    let is_flat = |place: Place| place.slope.abs() <= -SLOPE * start.slope;
    // The lower end of the interval, and the other one, once there is one.
    let (mut low, mut high) = (start, None);
    let mut step = first;
    for _ in 0..2 * TRIALS {
        let place = at(step)?;
        if place.value > highest(step) || place.value > low.value + rounding {
            high = Some(place);
        } else if is_flat(place) {
            return Ok(Some(place));
        } else {
            // Downhill from here is on the side of `high`, or else back where `low` was.
            let ahead = high.map_or(1.0, |high: Place| high.step - place.step);
            if place.slope * ahead >= 0.0 {
                high = Some(low);
            }
            low = place;
        }
        step = match high {
            None => 2.0 * step,
            Some(high) => between(low, high),
        };
    }
    Ok((low.step > 0.0 && low.value < start.value).then_some(low))
}

/// The lowest point of the parabola through `low`, with its slope, and `high`; not too near either.
fn between(low: Place, high: Place) -> f64 {
    let width = high.step - low.step;
    let curvature = high.value - low.value - low.slope * width;
    let part = -low.slope * width / (2.0 * curvature);
    low.step + width * if part.is_finite() { part.clamp(0.1, 0.9) } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds a step that meets both conditions, from first steps that are much too short or too long.
    #[test]
    fn both_conditions_hold() {
        // Valleys at 1, with walls of other kinds, and one with an end.
        let functions: [fn(f64) -> (f64, f64); 3] = [
            |a| ((a - 1.0).powi(2), 2.0 * (a - 1.0)),
            |a| ((a - 1.0).powi(4), 4.0 * (a - 1.0).powi(3)),
            |a| {
                if a < 3.0 {
                    (-a - (3.0 - a).ln() * 2.0, -1.0 + 2.0 / (3.0 - a))
                } else {
                    (f64::INFINITY, 0.0)
                }
            },
        ];
        for f in functions {
            for first in [1e-6, 0.3, 1.0, 7.0, 1e6] {
                let at = |step| {
                    let (value, slope) = f(step);
                    Place { step, value, slope }
                };
                let start = at(0.0);
                let found = line_search(start, first, |step| Ok(at(step))).unwrap().unwrap();
                assert!(found.value <= start.value + DECREASE * found.step * start.slope);
                assert!(found.slope.abs() <= -SLOPE * start.slope);
            }
        }
        let uphill = |step: f64| Ok(Place { step, value: step, slope: 1.0 });
        let start = Place { step: 0.0, value: 0.0, slope: -1.0 };
        assert_eq!(line_search(start, 1.0, uphill).unwrap(), None);
    }
}
