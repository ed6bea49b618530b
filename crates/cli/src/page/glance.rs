//! How good, where it fails and why, in words.

use layerwise_data::Task;
use layerwise_report::Block;

use super::dependence::Moved;
use super::groups::ByColumn;
use super::reasons::Ranking;
use super::summary::{Judged, most_frequent};
use super::truths::Truths;
use super::{Held, Subject, brief, numbers, percent, reliance};
use crate::error::CliError;
use crate::report::{measure, short};
use crate::scores::confusion;

/// Mistakes that are named.
const NAMED: usize = 3;
/// What is said where nothing is wrong.
const NONE_WRONG: &str = "Not one of these rows is taken for a wrong class.";

/// What the sections found out.
pub(super) struct Found<'a> {
    pub ranking: &'a Ranking,
    pub moved: &'a [Moved<'a>],
    pub groups: &'a [ByColumn],
    pub truths: &'a [Truths],
}

pub(super) fn block(
    subject: &Subject<'_>,
    held: &Held<'_>,
    judged: &[Judged],
    found: &Found<'_>,
) -> Result<Block, CliError> {
    let counts = match subject.notes.target.task() {
        Task::Regression => vec![],
        _ => confusion(&subject.notes.target, &held.al, held.y)?,
    };
    let facts = [
        ("how good it is", good(subject, held, judged, &counts)),
        ("where it fails", fails(subject, &counts, found)),
        ("why", reliance::words(subject, held, found)),
    ];
    let facts = facts.map(|(term, fact)| (term.to_owned(), fact));
    Ok(Block::Facts(facts.into_iter().filter(|(_, fact)| !fact.is_empty()).collect()))
}

/// `3 of 4 rows (75.0 %)`.
fn part(n: usize, of: usize, what: &str) -> String {
    format!("{n} of {of}{what} ({})", percent(n as f64 / of.max(1) as f64))
}

fn good(
    subject: &Subject<'_>,
    held: &Held<'_>,
    judged: &[Judged],
    counts: &[Vec<usize>],
) -> String {
    let target = &subject.notes.target;
    let mut words = if let Some((half, nine)) = numbers::off_by(subject, held) {
        let mean = judged.iter().find(|judged| judged.name == "MAE").and_then(|mae| mae.value);
        format!(
            "Predictions are off by {} in the mean, half of them by at most {} and nine of ten by at most {}; always \
             saying the mean of all would be off by {}.",
            mean.map_or("n/a".into(), brief),
            brief(half),
            brief(nine),
            brief(numbers::off_without(subject, held))
        )
    } else {
        let right = counts.iter().enumerate().filter_map(|(class, row)| row.get(class)).sum();
        let (class, most) = most_frequent(held, target.labels().len());
        let label = target.labels().get(class).map_or(String::new(), |label| short(label));
        format!(
            "{} are right; always saying {label} would be right for {}.",
            part(right, held.m(), " rows"),
            percent(most)
        )
    };
    // What was learned by heart: the same measure on the rows that were learned from.
    let first = judged.first();
    let train = subject.notes.scores.train.measures.first().and_then(|(_, value)| *value);
    if let (Some(Judged { name, interval: Some((_, high)), .. }), Some(train)) = (first, train) {
        let shown = measure(name, Some(train));
        words += &match train > *high {
            true => format!(
                " On the rows it learned from it is better by more than chance ({name} {shown}): part of that is \
                 learned by heart."
            ),
            false => format!(
                " On the rows it learned from it is not surely better ({name} {shown}): nothing says that much was \
                 learned by heart."
            ),
        };
    }
    words
}

fn fails(subject: &Subject<'_>, counts: &[Vec<usize>], found: &Found<'_>) -> String {
    let target = &subject.notes.target;
    let label = |class: usize| target.labels().get(class).map_or(String::new(), |l| short(l));
    let mut said = vec![];
    match (target.task(), counts) {
        (Task::Regression, _) => said.extend(too_high(found.truths, &short(target.column()))),
        (Task::Binary, [no, yes]) => {
            said.push(errors_of_two((no, yes), [label(0), label(1)]));
        }
        _ => said.extend(mistakes(counts, label)),
    }
    let by = found.groups.iter().max_by(|a, b| a.times().total_cmp(&b.times()));
    if let Some((by, group)) = by.and_then(|by| Some((by, by.worst()?))) {
        let task = target.task();
        let [error, whole] = [group.error, by.whole].map(|error| ByColumn::shown(task, error));
        let (what, column) = (short(&group.name), short(&by.column));
        let rows = group.words(target);
        said.push(match task {
            Task::Regression => format!(
                "It is off most where {column} is {what}: by {error} in the mean of {rows}; of all rows it is {whole}."
            ),
            _ => format!(
                "It is wrong most often where {column} is {what}: for {error} of {rows}; of all rows it is {whole}."
            ),
        });
    } else if target.task() == Task::Regression && !found.groups.is_empty() {
        said.push("By no column is a group of rows surely worse than the others.".into());
    }
    said.join(" ")
}

/// What is overlooked of the second of two classes, and what is taken for it.
fn errors_of_two((no, yes): (&[usize], &[usize]), labels: [String; 2]) -> String {
    let [other, label] = labels;
    let (rows, others) = (yes.iter().sum::<usize>(), no.iter().sum::<usize>());
    if yes[0] + no[1] == 0 {
        return NONE_WRONG.into();
    }
    let overlooked = part(yes[0], rows, &format!(" rows of {label}"));
    let taken = part(no[1], others, &format!(" rows of {other}"));
    match (rows, others) {
        (0, _) => format!("It takes {taken} for {label}; there are no rows of {label} here."),
        (_, 0) => format!("It overlooks {overlooked}; there are no rows of {other} here."),
        _ => format!("It overlooks {overlooked}, and takes {taken} for {label}."),
    }
}

/// The ends of what is true, if predictions stay away from them.
fn too_high(truths: &[Truths], column: &str) -> Option<String> {
    let (least, most) = (truths.first()?, truths.last()?);
    let end = |of: &Truths| {
        let (low, high) = of.interval;
        let by = brief(of.too_high.abs());
        match (low > 0.0, high < 0.0) {
            (true, _) => Some(format!("too high by {by} in the mean where it is {}", of.name)),
            (_, true) => Some(format!("too low by {by} in the mean where it is {}", of.name)),
            _ => None,
        }
    };
    let ends: Vec<String> = [most, least].into_iter().filter_map(end).collect();
    (!ends.is_empty()).then(|| format!("{column} is predicted {}.", ends.join(" and ")))
}

/// The class that is found least, and what is most often taken for what.
fn mistakes(counts: &[Vec<usize>], label: impl Fn(usize) -> String) -> Vec<String> {
    let rows = |class: usize| counts[class].iter().sum::<usize>();
    let found = |class: &usize| counts[*class][*class] as f64 / rows(*class) as f64;
    let classes = (0..counts.len()).filter(|&class| rows(class) > 0);
    let Some(least) = classes.min_by(|a, b| found(a).total_cmp(&found(b))) else { return vec![] };
    let pairs = (0..counts.len()).flat_map(|i| (0..counts[i].len()).map(move |j| (i, j)));
    let mut wrong: Vec<_> = pairs.filter(|&(i, j)| i != j && counts[i][j] > 0).collect();
    wrong.sort_by_key(|&(i, j)| std::cmp::Reverse(counts[i][j]));
    if wrong.is_empty() {
        return vec![NONE_WRONG.into()];
    }
    let (n, of) = (counts[least][least], rows(least));
    let of = format!("Least often found is {}: {}.", label(least), part(n, of, " rows"));
    let named = wrong.iter().take(NAMED).map(|&(i, j)| {
        format!("{} taken for {} ({} of {})", label(i), label(j), counts[i][j], rows(i))
    });
    let named: Vec<String> = named.collect();
    vec![of, format!("The most frequent mistakes: {}.", named.join(", "))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_found_least_and_the_mistakes_are_named() {
        let counts = vec![vec![8, 2, 0], vec![1, 4, 5], vec![0, 0, 0]];
        let label = |class: usize| ["a", "b", "c"][class].to_owned();
        assert_eq!(
            mistakes(&counts, label).join(" "),
            "Least often found is b: 4 of 10 rows (40.0 %). The most frequent mistakes: b taken for c (5 of 10), a \
             taken for b (2 of 10), b taken for a (1 of 10)."
        );
        let right = mistakes(&[vec![3, 0], vec![0, 2]], label);
        assert_eq!(right, [NONE_WRONG]);
    }

    #[test]
    fn what_is_overlooked_of_two_classes() {
        let said = |no, yes| errors_of_two((no, yes), ["no".into(), "yes".into()]);
        let both = "It overlooks 3 of 4 rows of yes (75.0 %), and takes 2 of 8 rows of no (25.0 %) for yes.";
        assert_eq!(said(&[6, 2], &[3, 1]), both);
        assert_eq!(said(&[6, 0], &[0, 1]), NONE_WRONG);
        assert!(said(&[6, 2], &[0, 0]).ends_with("there are no rows of yes here."));
        assert!(said(&[0, 0], &[1, 0]).starts_with("It overlooks 1 of 1 rows of yes (100.0 %); "));
    }

    #[test]
    fn only_ends_that_are_surely_off_are_named() {
        let truths = |name: &str, too_high: f64, spread: f64| Truths {
            name: name.into(),
            rows: 20,
            too_high,
            interval: (too_high - spread, too_high + spread),
        };
        let said = |least: f64| {
            too_high(&[truths("1 to 2", least, 3.0), truths("8 to 9", -12.5, 3.0)], "y")
        };
        assert_eq!(
            said(1.0).unwrap(),
            "y is predicted too low by 12.5 in the mean where it is 8 to 9."
        );
        assert!(said(4.0).unwrap().ends_with(" and too high by 4 in the mean where it is 1 to 2."));
        assert_eq!(too_high(&[], "y"), None);
    }
}
