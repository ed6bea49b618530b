//! Errors of rows that have something in common.

use std::collections::{HashMap, HashSet};

use layerwise_data::{DateFormat, Encoding, Feature, Target, Task};
use layerwise_report::{Bar, Bars, Block, Figure, Plot};

use super::ranges::ranges;
use super::reasons::Ranking;
use super::{Held, Subject, brief, is_wrong, percent, pixels, plain, share_interval, truth};
use crate::report::{count, short};

/// Columns by whose values errors are counted.
const BY: usize = 4;
/// Columns that are looked at for those.
const LOOKED_AT: usize = 50;
/// Rows that a group needs to be worth a bar, and groups of a column.
const LEAST: usize = 10;
const GROUPS: usize = 12;
/// Wrong answers from which on they are counted by columns.
pub(super) const ENOUGH: usize = 10;

/// Rows with one level of a column, or with numbers of a range.
pub(super) struct Group {
    pub name: String,
    pub rows: usize,
    /// The error in the mean, and between what it may well lie by chance.
    pub error: f64,
    pub interval: (f64, f64),
    /// The share of rows of the second of two classes.
    ones: Option<f64>,
}

/// Errors by the values of a column.
pub(super) struct ByColumn {
    pub column: String,
    /// The error of all rows in the mean.
    pub whole: f64,
    pub groups: Vec<Group>,
    /// How much it differs from group to group.
    differs: f64,
}

/// Errors by the values of those columns where they differ most; nothing where errors are too few, or rows are images.
pub(super) fn by_columns(
    subject: &Subject<'_>,
    held: &Held<'_>,
    ranking: &Ranking,
) -> Vec<ByColumn> {
    let is_number = subject.notes.target.task() == Task::Regression;
    let errors: Vec<f64> = (0..held.m()).map(|j| error_of(subject, held, j)).collect();
    let enough = is_number || errors.iter().sum::<f64>() >= ENOUGH as f64;
    if !enough || pixels::format(subject.notes).is_some() {
        return vec![];
    }
    let columns = ranking.columns(subject).take(LOOKED_AT);
    let found = columns.filter_map(|feature| by_column(subject, held, feature, &errors));
    let mut found: Vec<ByColumn> = found.collect();
    found.sort_by(|a, b| b.differs.total_cmp(&a.differs));
    found.truncate(BY);
    found
}

/// By how much a number is off; 1 for a wrong class and 0 for the right one.
fn error_of(subject: &Subject<'_>, held: &Held<'_>, j: usize) -> f64 {
    let target = &subject.notes.target;
    match target.task() {
        Task::Regression => f64::from(held.al[(0, j)] - held.y[(0, j)]).abs() * target.deviation(),
        _ => f64::from(u8::from(is_wrong(held, j))),
    }
}

/// The mean of some numbers, and between what it may well lie by chance.
pub(super) fn mean_of(values: &[f64]) -> (f64, (f64, f64)) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    let spread = 2.0 * (variance / n).sqrt();
    (mean, (mean - spread, mean + spread))
}

fn by_column(
    subject: &Subject<'_>,
    held: &Held<'_>,
    Feature { column, encoding, .. }: &Feature,
    errors: &[f64],
) -> Option<ByColumn> {
    let task = subject.notes.target.task();
    let cells: Vec<&str> = held.table.column(column).ok()?.map(str::trim).collect();
    let is_level = matches!(encoding, Encoding::OneHot { .. } | Encoding::Codes { .. });
    let group = |(name, rows): (String, Vec<usize>)| {
        let of: Vec<f64> = rows.iter().map(|&j| errors[j]).collect();
        let (error, (low, high)) = mean_of(&of);
        let interval = match task {
            Task::Regression => (low.max(0.0), high),
            _ => share_interval(error, rows.len()),
        };
        let ones = || rows.iter().filter(|&&j| truth(held.y.column(j).as_slice()) == 1).count();
        let ones = (task == Task::Binary).then(|| ones() as f64 / rows.len() as f64);
        Group { name, rows: rows.len(), error, interval, ones }
    };
    let rows = rows_by(&cells, encoding).into_iter().filter(|(_, rows)| rows.len() >= LEAST);
    let mut groups: Vec<Group> = rows.map(group).collect();
    if groups.len() < 2 {
        return None;
    }
    let (whole, _) = mean_of(errors);
    let total: usize = groups.iter().map(|group| group.rows).sum();
    let differ = |group: &Group| group.rows as f64 * (group.error - whole).powi(2);
    let differs = groups.iter().map(differ).sum::<f64>() / total as f64;
    if is_level {
        groups.sort_by(|a, b| b.error.total_cmp(&a.error).then_with(|| a.name.cmp(&b.name)));
    }
    // The best and the worst, where there are too many.
    if groups.len() > GROUPS {
        let rest = groups.split_off(groups.len() - GROUPS / 2);
        groups.truncate(GROUPS / 2);
        groups.extend(rest);
    }
    Some(ByColumn { column: column.clone(), whole, groups, differs })
}

/// Rows by the level of a column, or by the range that its value lies in.
fn rows_by(cells: &[&str], encoding: &Encoding) -> Vec<(String, Vec<usize>)> {
    match encoding {
        Encoding::Number { .. } => ranges(cells, |cell| cell.parse().ok(), plain),
        Encoding::Date { format, .. } => {
            let day = |days: f64| DateFormat::Iso.written(days).unwrap_or_default();
            ranges(cells, |cell| format.days(cell), day)
        }
        Encoding::OneHot { levels, .. } | Encoding::Codes { levels } => {
            let known: HashSet<&str> = levels.iter().map(String::as_str).collect();
            let mut by: HashMap<&str, Vec<usize>> = HashMap::new();
            for (j, cell) in cells.iter().enumerate() {
                let level = if known.contains(cell) { cell } else { "missing or unknown" };
                by.entry(level).or_default().push(j);
            }
            by.into_iter().map(|(level, rows)| (level.to_owned(), rows)).collect()
        }
    }
}

/// What is said before the plots of these.
pub(super) fn words(task: Task) -> String {
    let what = match task {
        Task::Regression => "The mean error",
        _ => "The share of wrong answers",
    };
    let mixed = match task {
        Task::Binary => {
            " Where both classes are about as frequent more is wrong of necessity: the table below a plot tells how \
             many rows of each group are of the second class."
        }
        _ => "",
    };
    format!(
        "{what} by groups of rows, for the columns where it differs most from group to group. The line on a bar is the \
         interval of 95 % for a group of that size; the line through all bars is the value of all rows.{mixed}"
    )
}

impl Group {
    /// The error that it has at least, as sure as can be where the worst of a hundred groups is looked for: one of
    /// them lies beyond its own interval by chance alone, but hardly beyond one 1.65 times as wide (Bonferroni's
    /// correction of 95 %: 3.3 standard deviations instead of 2).
    fn surely(&self) -> f64 {
        self.error - 1.65 * (self.error - self.interval.0)
    }

    /// The share of rows that are wrong if all are taken for the class that is more frequent among them.
    pub(super) fn always_one(&self) -> Option<f64> {
        self.ones.map(|ones| ones.min(1.0 - ones))
    }

    /// How many rows it has, and of two classes how many of them are of the second.
    pub(super) fn words(&self, target: &Target) -> String {
        let rows = count(self.rows, "row");
        match self.ones.zip(target.labels().get(1)) {
            Some((ones, label)) => format!("{rows}, {} of them {}", percent(ones), short(label)),
            None => rows,
        }
    }
}

impl ByColumn {
    /// The group that is surely worse than all rows together, the worst if there are several.
    pub(super) fn worst(&self) -> Option<&Group> {
        let worse = self.groups.iter().filter(|group| group.surely() > self.whole);
        worse.max_by(|a, b| a.surely().total_cmp(&b.surely()))
    }

    /// By how many times it is surely worse.
    pub(super) fn times(&self) -> f64 {
        self.worst().map_or(0.0, |group| group.surely() / self.whole)
    }

    /// An error as it is shown.
    pub(super) fn shown(task: Task, error: f64) -> String {
        if task == Task::Regression { brief(error) } else { percent(error) }
    }

    pub(super) fn figure(&self, subject: &Subject<'_>) -> Block {
        let target = &subject.notes.target;
        let bar = |group: &Group| {
            let (low, high) = group.interval;
            Bar::new(&group.name, group.error).between(low, high).note(group.words(target))
        };
        let value = match target.task() {
            Task::Regression => "mean error",
            _ => "share wrong",
        };
        let bars = Bars::new(value, self.groups.iter().map(bar)).marked(self.whole, "all rows");
        let whole = Self::shown(target.task(), self.whole);
        let title = |column: &str| format!("Errors by {column}; of all rows {whole}");
        let drawn = Figure::new(title(&short(&self.column)), Plot::Bars(bars));
        drawn.in_full(title(&self.column)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, error: f64, interval: (f64, f64)) -> Group {
        Group { name: name.into(), rows: 20, error, interval, ones: None }
    }

    #[test]
    fn the_worst_group_is_surely_worse() {
        let groups = vec![
            group("few", 0.9, (0.05, 1.0)),
            group("many", 0.3, (0.2, 0.4)),
            group("more", 0.28, (0.25, 0.31)),
        ];
        let mut by = ByColumn { column: "c".into(), whole: 0.1, groups, differs: 0.0 };
        assert_eq!(by.worst().map(|group| group.name.as_str()), Some("more"));
        assert!((by.times() - 2.305).abs() < 1e-9);
        // As far off as the best of many may be by chance.
        by.whole = 0.24;
        assert!(by.worst().is_none());
        by.whole = 0.5;
        assert!(by.worst().is_none() && by.times() == 0.0);
    }

    #[test]
    fn a_mean_has_an_interval() {
        let (mean, (low, high)) = mean_of(&[1.0, 3.0, 1.0, 3.0]);
        assert_eq!((mean, low, high), (2.0, 1.0, 3.0));
        assert_eq!(mean_of(&[]).0, 0.0);
    }
}
