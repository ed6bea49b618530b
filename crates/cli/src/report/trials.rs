//! The trials of a search.

use super::tables::plain_table;
use crate::config::Effective;

/// A trial, as it is shown.
pub struct TrialRow {
    /// Its number, from 1.
    pub number: usize,
    /// Its validation cost; none where training diverged.
    pub cost: Option<f64>,
    pub options: Effective,
}

impl TrialRow {
    pub fn new(number: usize, cost: Option<f64>, options: &Effective) -> Self {
        Self { number, cost, options: options.clone() }
    }

    /// What the best has least of.
    pub fn order(&self) -> f64 {
        self.cost.unwrap_or(f64::INFINITY)
    }

    fn shown_cost(&self) -> String {
        self.cost.map_or_else(|| "diverged".into(), |cost| format!("{cost:.4}"))
    }

    /// Its place among all, its cost and its options on one line.
    pub fn line(&self, of: usize, is_best: bool) -> String {
        let width = of.to_string().len();
        let [hidden, dropout, rate, decay, batch, numbers] = self.options.choices();
        let best = if is_best { console::style("best").green().to_string() } else { "    ".into() };
        format!(
            "{:>width$}/{of}  {:<8} {best}  hidden {hidden}, dropout {dropout}, rate {rate}, decay {decay}, \
             batch {batch}, {numbers}",
            self.number,
            self.shown_cost(),
        )
    }
}

/// A row a trial.
pub fn trial_table(rows: &[TrialRow]) -> String {
    let header = ["trial", "cost", "hidden", "dropout", "rate", "decay", "batch", "numbers"];
    let mut table = plain_table(header, 0);
    for row in rows {
        let [hidden, dropout, rate, decay, batch, numbers] = row.options.choices();
        let number = row.number.to_string();
        table.add_row([number, row.shown_cost(), hidden, dropout, rate, decay, batch, numbers]);
    }
    table.trim_fmt()
}
