//! The costs of all epochs as a drawing of characters.

use layerwise_model::EpochRecord;

/// Lines for the costs; with the axis, its numbers and the legend the drawing is 12 lines high.
const ROWS: usize = 9;
/// Columns for the epochs; with the axis and its numbers the drawing is at most 60 columns wide.
const COLUMNS: usize = 48;

const COST: char = '*';
const VALIDATION: char = 'o';
const BOTH: char = '@';

/// Cost and validation cost over the epochs, both axes linear; the upper end of the vertical one is
/// the largest cost, the lower end 0. Empty if there are fewer than two epochs or if a cost is not
/// finite.
///
/// Each column shows the mean over the epochs that fall into it; with fewer epochs than columns,
/// each epoch has a column.
pub fn curve(epochs: &[EpochRecord]) -> String {
    let cost: Vec<f64> = epochs.iter().map(|record| record.cost).collect();
    let validation: Option<Vec<f64>> = epochs.iter().map(|record| record.validation_cost).collect();
    let validation = validation.unwrap_or_default();
    let all = || cost.iter().chain(&validation);
    if epochs.len() < 2 || !all().all(|cost| cost.is_finite()) {
        return String::new();
    }
    let (cost, validation) = (columns(&cost), columns(&validation));
    let top = cost.iter().chain(&validation).copied().fold(f64::MIN_POSITIVE, f64::max);

    let mut cells = vec![[' '; COLUMNS]; ROWS];
    let row = |value: f64| {
        let height = (value / top * (ROWS - 1) as f64).round().clamp(0.0, (ROWS - 1) as f64);
        ROWS - 1 - height as usize
    };
    for (column, &value) in validation.iter().enumerate() {
        cells[row(value)][column] = VALIDATION;
    }
    for (column, &value) in cost.iter().enumerate() {
        let cell = &mut cells[row(value)][column];
        *cell = if *cell == VALIDATION { BOTH } else { COST };
    }

    let labels: Vec<String> = (0..ROWS)
        .map(|row| {
            let is_shown = row.is_multiple_of(2);
            let value = top * (ROWS - 1 - row) as f64 / (ROWS - 1) as f64;
            if is_shown { number(value, top) } else { String::new() }
        })
        .collect();
    let width = labels.iter().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for (label, cells) in labels.iter().zip(&cells) {
        let tick = if label.is_empty() { '│' } else { '┤' };
        let line: String = cells.iter().collect();
        text += &format!("{label:>width$} {tick}{}\n", coloured(line.trim_end()));
    }
    let used = cost.len();
    text += &format!("{:width$} └{}\n", "", "─".repeat(used));
    let last = format!("epoch {}", epochs.len());
    text += &format!(
        "{:width$}  1{last:>rest$}\n",
        "",
        rest = used.saturating_sub(1).max(last.len() + 1)
    );
    let mut legend = format!("{COST} cost");
    if !validation.is_empty() {
        legend += &format!("   {VALIDATION} validation cost   {BOTH} both");
    }
    text + &format!("{:width$}  {}\n", "", coloured_legend(&legend))
}

/// The values, or means of neighbours if there are more than columns.
fn columns(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    if n <= COLUMNS {
        return values.to_vec();
    }
    (0..COLUMNS)
        .map(|column| {
            let part = &values[column * n / COLUMNS..(column + 1) * n / COLUMNS];
            part.iter().sum::<f64>() / part.len() as f64
        })
        .collect()
}

/// A number of the vertical axis, with digits by the size of the largest.
fn number(value: f64, top: f64) -> String {
    if !(1e-3..1e5).contains(&top) {
        format!("{value:.1e}")
    } else {
        let decimals = if top >= 100.0 {
            0
        } else if top >= 1.0 {
            2
        } else {
            4
        };
        format!("{value:.decimals$}")
    }
}

/// The marks in their colours, on a terminal.
fn coloured(line: &str) -> String {
    line.chars().map(mark).collect()
}

/// The legend, in which only the marks, before blanks, are coloured.
fn coloured_legend(legend: &str) -> String {
    let mut words = legend.split(' ').map(|word| match word.chars().next() {
        Some(c) if word.len() == 1 => mark(c),
        _ => word.to_owned(),
    });
    let first = words.next().unwrap_or_default();
    words.fold(first, |text, word| text + " " + &word)
}

fn mark(c: char) -> String {
    match c {
        COST => console::style(c).cyan().to_string(),
        VALIDATION => console::style(c).yellow().to_string(),
        BOTH => console::style(c).green().to_string(),
        _ => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(n: usize, cost: impl Fn(usize) -> (f64, Option<f64>)) -> Vec<EpochRecord> {
        let record = |epoch| {
            let (cost, validation_cost) = cost(epoch);
            EpochRecord { epoch, cost, validation_cost, ..EpochRecord::default() }
        };
        (1..=n).map(record).collect()
    }

    #[test]
    fn a_curve_of_three_epochs() {
        let text = curve(&records(3, |epoch| {
            let cost = 0.8 / epoch as f64;
            (cost, Some(if epoch == 3 { 0.8 } else { cost }))
        }));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "0.8000 ┤@ o");
        assert_eq!(lines[1], "       │");
        assert_eq!(lines[4], "0.4000 ┤ @");
        assert_eq!(lines[5], "       │  *");
        assert_eq!(lines[8], "0.0000 ┤");
        assert_eq!(lines[9], "       └───");
        assert_eq!(lines[10], "        1 epoch 3");
        assert_eq!(lines[11], "        * cost   o validation cost   @ both");
    }

    #[test]
    fn stays_in_its_frame_whatever_the_costs() {
        type Shape = fn(usize) -> (f64, Option<f64>);
        let shapes: [Shape; 6] = [
            |epoch| (1.0 / epoch as f64, Some(2.0 / epoch as f64)),
            |_| (0.0, Some(0.0)),
            |epoch| (std::f64::consts::LN_2 + epoch as f64 * 1e-15, None),
            |epoch| (1e300 * epoch as f64, Some(1e-300)),
            |_| (87.3, Some(1e-320)),
            |_| (12345.6, None),
        ];
        for (shape, cost) in shapes.iter().enumerate() {
            for n in [2, 47, 48, 49, 100, 1000] {
                let text = curve(&records(n, cost));
                assert_eq!(text.lines().count(), 12, "{text}");
                let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
                assert!(widest <= 60, "shape {shape}, {n} epochs: {widest}\n{text}");
                assert!(text.contains(&format!("epoch {n}")), "{text}");
            }
        }
    }

    #[test]
    fn nothing_to_draw() {
        assert_eq!(curve(&records(1, |_| (1.0, None))), "");
        assert_eq!(curve(&records(3, |_| (f64::NAN, None))), "");
        assert_eq!(curve(&records(3, |_| (1.0, Some(f64::INFINITY)))), "");
    }

    #[test]
    fn many_epochs_are_averaged() {
        assert_eq!(columns(&[1.0, 2.0]), [1.0, 2.0]);
        let many: Vec<f64> = (0..2 * COLUMNS).map(|i| i as f64).collect();
        let few = columns(&many);
        assert_eq!((few.len(), few[0], few[1]), (COLUMNS, 0.5, 2.5));
    }
}
