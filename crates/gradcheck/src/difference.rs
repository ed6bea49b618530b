//! The numeric derivative in one coordinate, and whether it can be trusted.
//!
//! With the secant `D(d) = (f(x+d) − f(x−d)) / 2d`, the fourth-order stencil on the points
//! `x ± h, x ± 2h` is `(4 D(h) − D(2h)) / 3`. It is taken at h and at h/2 and the two are
//! extrapolated (Richardson 1911; Fornberg, "Generation of finite difference formulas on
//! arbitrarily spaced grids", 1988): the error left is of order h⁶.
//!
//! A corner shows in the values of f alone. For a smooth f the two stencils agree to order h⁴, and
//! the second differences `S(d) = f(x+d) − 2f(x) + f(x−d)` obey
//! `S(2h) − 20 S(h) + 64 S(h/2) = O(h⁶)`. Where the slope jumps by c at a distance t from x, inside
//! the stencil, at least one of the two is of the size of c, and the error of the slope is never
//! more than about the larger of them. (At t = 0 the stencils agree on the mean of both slopes, and
//! only the second differences see the corner; near t = 0.31 h it is the other way round.)

/// Steps to try, times the size of x: a corner inside a wide stencil is often outside a narrow one.
/// Powers of two, so that `x ± h` is rounded as little as can be.
const STEPS: [f64; 5] = [1.0 / 64.0, 1.0 / 512.0, 1.0 / 4096.0, 1.0 / 32_768.0, 1.0 / 262_144.0];

/// Fraction of the largest derivative in a group below which errors are measured against that
/// fraction instead of the coordinate itself: the analytic sum has roundings of that size.
pub(crate) const FLOOR: f64 = 1e-4;

/// How many units in the last place of f the differences may be off, over the step.
const ROUNDINGS: f64 = 32.0;

/// `f(x + d) − f(x)`, and how large the numbers were that it is the difference of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) value: f64,
    pub(crate) magnitude: f64,
}

/// One extrapolated slope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    pub(crate) slope: f64,
    /// The larger of the two signs of a corner; a bound for what it does to `slope`.
    roughness: f64,
    /// What rounding alone may do to `slope` and `roughness`.
    noise: f64,
}

/// What is known of one derivative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Slope {
    /// The derivative, and what rounding may have done to it.
    Known { value: f64, noise: f64 },
    /// f has a corner closer than the narrowest stencil.
    Kink,
    /// The differences drown in rounding.
    Unresolved,
}

struct Secant {
    slope: f64,
    bend: f64,
    magnitude: f64,
}

fn attempt<E>(
    x: f64,
    step: f64,
    at: &mut impl FnMut(f64) -> Result<Change, E>,
) -> Result<Attempt, E> {
    let h = step * x.abs().max(1.0).log2().floor().exp2();
    let mut secant = |d: f64| {
        let (right, left) = (x + d, x - d);
        let (f_right, f_left) = (at(right)?, at(left)?);
        Ok(Secant {
            // Over the distance between the points as they were rounded.
            slope: (f_right.value - f_left.value) / (right - left),
            bend: f_right.value + f_left.value,
            magnitude: f_right.magnitude.max(f_left.magnitude),
        })
    };
    let (wide, middle, narrow) = (secant(2.0 * h)?, secant(h)?, secant(h / 2.0)?);
    let coarse = (4.0 * middle.slope - wide.slope) / 3.0;
    let fine = (4.0 * narrow.slope - middle.slope) / 3.0;
    // 14 h: a corner at x itself, S(d) = c d, then gives c.
    let bend = (wide.bend - 20.0 * middle.bend + 64.0 * narrow.bend) / (14.0 * h);
    let magnitude = wide.magnitude.max(middle.magnitude).max(narrow.magnitude);
    Ok(Attempt {
        slope: (16.0 * fine - coarse) / 15.0,
        // `max` drops NaN, addition does not.
        roughness: (coarse - fine).abs().max(bend.abs()) + 0.0 * (coarse + bend),
        noise: ROUNDINGS * f64::EPSILON * magnitude / h,
    })
}

/// The slope with the widest stencil: a first idea of how large the derivatives are.
pub(crate) fn first_attempt<E>(
    x: f64,
    mut at: impl FnMut(f64) -> Result<Change, E>,
) -> Result<Attempt, E> {
    attempt(x, STEPS[0], &mut at)
}

/// The slope at x, from `first` if it is good enough, else from narrower stencils.
///
/// `scale` is the largest derivative of the group. Only values of f are used, so nothing a backward
/// pass does can pass for a corner.
pub(crate) fn resolve<E>(
    x: f64,
    first: Attempt,
    scale: f64,
    tolerance: f64,
    mut at: impl FnMut(f64) -> Result<Change, E>,
) -> Result<Slope, E> {
    for (index, &step) in STEPS.iter().enumerate() {
        let attempt = if index == 0 { first } else { attempt(x, step, &mut at)? };
        let small = tolerance / 4.0 * attempt.slope.abs().max(FLOOR * scale);
        if attempt.roughness <= small.max(attempt.noise) {
            if attempt.noise > tolerance * attempt.slope.abs().max(scale) {
                return Ok(Slope::Unresolved);
            }
            return Ok(Slope::Known { value: attempt.slope, noise: attempt.noise });
        }
    }
    Ok(Slope::Kink)
}

/// The course's two-sided difference, `(f(x + ε) − f(x − ε)) / 2ε` with ε = 1e-7.
pub(crate) fn two_sided<E>(x: f64, mut at: impl FnMut(f64) -> Result<Change, E>) -> Result<f64, E> {
    let (right, left) = (x + 1e-7, x - 1e-7);
    Ok((at(right)?.value - at(left)?.value) / (right - left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn slope(f: impl Fn(f64) -> f64, x: f64) -> Slope {
        let at = |p: f64| -> Result<Change, Infallible> {
            Ok(Change { value: f(p) - f(x), magnitude: f(p).abs() })
        };
        let Ok(first) = first_attempt(x, at);
        let Ok(slope) = resolve(x, first, first.slope.abs(), 1e-7, at);
        slope
    }

    fn expect(f: impl Fn(f64) -> f64, x: f64, exact: f64) {
        match slope(f, x) {
            Slope::Known { value, .. } => {
                let error = (value - exact).abs() / exact.abs();
                assert!(
                    error < 2e-8,
                    "at {x}: {value}, expected {exact}, relative error {error:e}"
                );
            }
            other => panic!("at {x}: {other:?}, expected {exact}"),
        }
    }

    #[test]
    fn smooth_functions_are_known_to_eight_digits() {
        for x in [-30.0_f64, -3.0, -0.1, 0.0, 1e-9, 0.7, 12.0] {
            expect(f64::exp, x, x.exp());
            expect(|x| (3.0 * x).sin() + 2.0 * x, x, 3.0 * (3.0 * x).cos() + 2.0);
            expect(|x| x * x * x + x, x, 3.0 * x * x + 1.0);
        }
        expect(f64::ln, 1e-3, 1e3);
        expect(|x| 5.0 * x + 1.0, 700.0, 5.0);
        // Steep: the wide stencils are refused, a narrow one serves.
        expect(|x| (500.0 * x).tanh(), 1e-3, 500.0 * (1.0 - 0.5_f64.tanh().powi(2)));
    }

    #[test]
    fn a_corner_is_a_corner_wherever_it_lies_in_the_stencil() {
        let narrowest = STEPS[4];
        for i in -60..=60 {
            let t = narrowest * f64::from(i) / 32.0;
            let relu = |x: f64| (x - t).max(0.0) + 0.3 * x.sin();
            match slope(relu, 0.0) {
                Slope::Kink => {}
                // At the very edge of the stencil a corner may be harmless; then it must be so.
                Slope::Known { value, .. } => {
                    let exact = if t < 0.0 { 1.3 } else { 0.3 };
                    assert!((value - exact).abs() < 1e-7, "corner at {t:e} unseen: {value}");
                }
                Slope::Unresolved => panic!("corner at {t:e} taken for noise"),
            }
        }
        assert_eq!(slope(f64::abs, 0.0), Slope::Kink);
        assert_eq!(slope(|x| x.max(0.0), 0.0), Slope::Kink);
    }

    #[test]
    fn a_corner_beyond_the_narrow_stencils_does_no_harm() {
        for t in [0.02, 2e-3, -3e-4, 5e-5_f64] {
            let exact = if t < 0.0 { 1.5 } else { 0.5 };
            expect(|x: f64| (x - t).max(0.0) + 0.5 * x, 0.0, exact);
        }
    }

    #[test]
    fn noise_is_called_noise_and_nan_never_passes() {
        assert_eq!(slope(|x| 1e12 + 1e-3 * x, 0.0), Slope::Unresolved);
        assert_eq!(slope(|_| f64::NAN, 0.0), Slope::Kink);
        assert_eq!(slope(|x| if x > 0.0 { f64::NAN } else { x }, 0.0), Slope::Kink);
        // Flat is flat.
        assert_eq!(slope(|_| 0.0, 3.0), Slope::Known { value: 0.0, noise: 0.0 });
    }
}
