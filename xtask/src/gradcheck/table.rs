//! Reports as tables to read.

use layerwise::gradcheck::Report;

use crate::output::say;

/// Prints a line for each case and what is wrong below; whether everything passed.
pub fn print_reports(reports: &[Report], seed: u64, seconds: f64) -> bool {
    let width = reports.iter().map(|report| report.case.chars().count()).max().unwrap_or(0);
    say!(
        "{:width$}  type  batch   checked  kinks  largest relative error   course's measure",
        "case"
    );
    for report in reports {
        let checked = match report.total {
            total if total == report.checked => total.to_string(),
            total => format!("{}/{total}", report.checked),
        };
        let worst = report.worst.as_ref().map_or(f64::NAN, |worst| worst.error);
        let course = report.course.map_or("-".into(), |course| format!("{course:.1e}"));
        let (case, precision, batch) = (&report.case, report.precision, report.batch);
        let left_out = report.kinks + report.unresolved;
        let verdict = if report.passed() { "ok" } else { "FAILED" };
        say!(
            "{case:width$}  {precision}  {batch:5}  {checked:>8}  {left_out:5}  {:>22}  {course:>17}  \
             {verdict}",
            format!("{worst:.1e} of {:.0e}", report.tolerance),
        );
    }
    let failed: Vec<_> = reports.iter().filter(|report| !report.passed()).collect();
    let of = |precision| reports.iter().filter(move |report| report.precision == precision);
    say!();
    for precision in ["f64", "f32"] {
        let checked: usize = of(precision).map(|report| report.checked).sum();
        let against = if precision == "f64" { "differences and identities" } else { "f64" };
        say!("{precision} against {against}: {} cases, {checked} numbers", of(precision).count());
        let worst = of(precision).filter_map(|report| report.worst.as_ref());
        if let Some(worst) = worst.max_by(|x, y| x.error.total_cmp(&y.error)) {
            say!("  worst: {worst}");
        }
    }
    let kinks: usize = reports.iter().map(|report| report.kinks).sum();
    let unresolved: usize = reports.iter().map(|report| report.unresolved).sum();
    say!("left out: {kinks} at kinks, {unresolved} lost in rounding");
    for report in &failed {
        say!("\n{report}");
    }
    say!(
        "{} of {} cases right, seed {seed}, {seconds:.1} s",
        reports.len() - failed.len(),
        reports.len()
    );
    failed.is_empty()
}

/// Prints what gave each fault away, and the controls; whether every fault was caught.
pub fn print_faults(reports: &[Report], controls: &[Report], seed: u64, seconds: f64) -> bool {
    let names = || reports.iter().chain(controls).map(|report| report.case.chars().count());
    let width = names().max().unwrap_or(0);
    for report in reports {
        let evidence = match (&report.worst, report.broken.first()) {
            (Some(worst), _) if report.wrong > 0 => worst.to_string(),
            (_, Some(broken)) => broken.clone(),
            _ => "nothing gave it away".into(),
        };
        let verdict = if report.passed() { "MISSED" } else { "caught" };
        say!("{verdict}  {:width$}  {evidence}", report.case);
    }
    say!();
    for report in controls {
        let verdict = if report.passed() { "right " } else { "FAILED" };
        let worst = report.worst.as_ref().map_or(f64::NAN, |worst| worst.error);
        let of =
            format!("{} numbers, worst {worst:.1e} of {:.0e}", report.checked, report.tolerance);
        say!("{verdict}  {:width$}  {of}", report.case);
    }
    for report in controls.iter().filter(|report| !report.passed()) {
        say!("\n{report}");
    }
    let caught = reports.iter().filter(|report| !report.passed()).count();
    say!(
        "\n{caught} of {} faults caught, {} of {} controls right, seed {seed}, {seconds:.1} s",
        reports.len(),
        controls.iter().filter(|report| report.passed()).count(),
        controls.len()
    );
    caught == reports.len()
}
