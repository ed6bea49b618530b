//! Analytic against numeric, coordinate by coordinate.

use crate::coordinate::places;
use crate::difference::{self, FLOOR, Slope};
use crate::draw;
use crate::report::{Comparison, Report};
use crate::subject::Subject;
use crate::{CheckOptions, GradcheckError, Result};

/// Checks every coordinate (or a sample) of `subject` and reports under the name `case`.
pub(crate) fn check(
    case: String,
    subject: &mut Subject<'_>,
    options: &CheckOptions,
) -> Result<Report> {
    options.check()?;
    let trace = subject.trace()?;
    let terms = subject.terms(&trace.a[trace.a.len() - 1])?;
    if let Some(&value) = terms.iter().find(|value| !value.is_finite()) {
        return Err(GradcheckError::NotFinite { what: "the cost".into(), value });
    }
    let at_point = (&trace, &terms[..]);
    let ways = subject.analytic(&trace, options.input)?;
    let groups = subject.groups(options.input);
    let total = groups.iter().map(|group| group.len()).sum();
    let places = places(&groups, &draw::sample(total, options.limit, options.seed));

    // How large the derivatives of each group are, before any is judged.
    let mut firsts = Vec::with_capacity(places.len());
    let mut scales = vec![0.0_f64; groups.len()];
    for &(g, position) in &places {
        let x = subject.value(&groups[g], position);
        let first =
            difference::first_attempt(x, |p| subject.change(&groups[g], position, p, at_point))?;
        if first.slope.is_finite() {
            scales[g] = scales[g].max(first.slope.abs());
        }
        firsts.push(first);
    }

    let mut slopes = Vec::with_capacity(places.len());
    let mut two_sided = Vec::with_capacity(places.len());
    for (&(g, position), &first) in places.iter().zip(&firsts) {
        let x = subject.value(&groups[g], position);
        let mut at = |p| subject.change(&groups[g], position, p, at_point);
        slopes.push(difference::resolve(x, first, scales[g], options.tolerance, &mut at)?);
        two_sided.push(difference::two_sided(x, &mut at)?);
    }

    let mut report = Report::new(case, "f64", subject.x.ncols(), options.tolerance, options);
    report.total = total;
    report.checked = places.len();
    report.kinks = slopes.iter().filter(|slope| **slope == Slope::Kink).count();
    report.unresolved = slopes.iter().filter(|slope| **slope == Slope::Unresolved).count();
    for way in &ways {
        let analytic_at = |g: usize, position: usize| {
            let matrix = match groups[g].parameter {
                Some((l, index)) => &way.gradients.parameters[l][index],
                None => return way.gradients.x.as_ref().map_or(f64::NAN, |x| x[position]),
            };
            matrix[position]
        };
        for (&(g, position), slope) in places.iter().zip(&slopes) {
            let &Slope::Known { value: numeric, noise } = slope else { continue };
            let floor = (FLOOR * scales[g]).max(noise / options.tolerance);
            let coordinate = groups[g].coordinate(position);
            let analytic = analytic_at(g, position);
            report.compare(Comparison::new(coordinate, way.through, analytic, numeric, floor));
        }
        let analytic = places.iter().map(|&(g, position)| analytic_at(g, position));
        report.compare_norms(analytic.zip(two_sided.iter().copied()));
    }
    Ok(report)
}

/// Adds the promises of the [`Layer`](layerwise_core::Layer) trait, for each layer where it stands.
pub(crate) fn check_promises(
    report: &mut Report,
    subject: &Subject<'_>,
    options: &CheckOptions,
) -> Result<()> {
    let trace = subject.trace()?;
    for (l, layer) in subject.layers().into_iter().enumerate() {
        let seed = options.seed.wrapping_add(l as u64);
        let (n_out, m) = trace.a[l + 1].shape();
        let da = draw::weights(n_out, m, seed, draw::Purpose::Promises);
        let input = options.input || l > 0;
        let point = crate::promises::Point { a_prev: &trace.a[l], da: &da, pass: subject.pass };
        report.broken.extend(crate::promises::broken(layer, l + 1, &point, input)?);
    }
    Ok(())
}
