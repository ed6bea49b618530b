//! How good, where it fails and why, in words.

use layerwise_data::Task;
use layerwise_report::Block;

use super::dependence::Moved;
use super::groups::ByColumn;
use super::reasons::Ranking;
use super::summary::{Judged, most_frequent, shown};
use super::truths::Truths;
use super::{Held, Subject, brief, numbers, percent, reliance, share_interval};
use crate::error::CliError;
use crate::report::short;
use crate::scores::{Scores, confusion};

/// Mistakes that are named.
const NAMED: usize = 3;
/// Rows below which a share of them is said with what it may be as well.
const FEW: usize = 200;
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

/// The same, and of few rows what the share may be as well.
fn part_of_few(n: usize, of: usize, what: &str) -> String {
    if of >= FEW || of == 0 {
        return part(n, of, what);
    }
    let share = n as f64 / of as f64;
    let (low, high) = share_interval(share, of);
    let [share, low, high] = [share, low, high].map(percent);
    format!("{n} of {of}{what} ({share}; of so few rows, {low} to {high} are possible)")
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
    words.extend(by_heart(&subject.notes.scores.train, judged));
    words
}

/// What was learned by heart: the same measures on the rows that were learned from, the first that is better there by
/// more than chance.
fn by_heart(train: &Scores, judged: &[Judged]) -> Option<String> {
    let of = |judged: &Judged| {
        let (low, high) = judged.interval?;
        let (name, value) = train.measures.iter().find(|(name, _)| *name == judged.name)?;
        let better = match name.as_str() {
            "RMSE" | "MAE" => (*value)? < low,
            _ => (*value)? > high,
        };
        Some((better, format!("{name} {}", shown(name, *value))))
    };
    let all: Vec<(bool, String)> = judged.iter().filter_map(of).collect();
    if let Some((_, shown)) = all.iter().find(|(better, _)| *better) {
        return Some(format!(
            " On the rows it learned from it is better by more than chance ({shown}): part of that is learned by heart."
        ));
    }
    let (_, shown) = all.first()?;
    Some(format!(" On the rows it learned from it is not surely better ({shown})."))
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
            _ => {
                let one = group.always_one().map_or(String::new(), |one| {
                    format!(" (always saying one class: {})", percent(one))
                });
                format!(
                    "It is wrong most often where {column} is {what}: for {error} of {rows}{one}; of all rows it is \
                     {whole}."
                )
            }
        });
    } else if !found.groups.is_empty() {
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
    let overlooked = part_of_few(yes[0], rows, &format!(" rows of {label}"));
    let taken = part_of_few(no[1], others, &format!(" rows of {other}"));
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
    (!ends.is_empty())
        .then(|| format!("The value of {column} is predicted {}.", ends.join(" and ")))
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
        let both = "It overlooks 250 of 1000 rows of yes (25.0 %), and takes 40 of 800 rows of no (5.0 %) for yes.";
        assert_eq!(said(&[760, 40], &[250, 750]), both);
        let few = "It overlooks 1 of 42 rows of yes (2.4 %; of so few rows, 0.4 % to 12.3 % are possible), and takes 0 \
                   of 800 rows of no (0.0 %) for yes.";
        assert_eq!(said(&[800, 0], &[1, 41]), few);
        assert_eq!(said(&[6, 0], &[0, 1]), NONE_WRONG);
        assert!(said(&[6, 2], &[0, 0]).ends_with("there are no rows of yes here."));
        assert!(said(&[0, 0], &[1, 0]).starts_with("It overlooks 1 of 1 rows of yes (100.0 %; "));
    }

    #[test]
    fn what_is_better_where_it_was_learned_by_more_than_chance_is_by_heart() {
        let scores = |measures: &[(&str, f64)]| Scores {
            examples: 9,
            measures: measures.iter().map(|(name, value)| ((*name).into(), Some(*value))).collect(),
            cost: 0.0,
        };
        let judged = |name: &str, value, interval| Judged {
            name: name.into(),
            value: Some(value),
            interval: Some(interval),
        };
        let all = [judged("R²", 0.5, (0.4, 0.6)), judged("RMSE", 9.0, (8.0, 10.0))];
        let said = |r, rmse| by_heart(&scores(&[("R²", r), ("RMSE", rmse)]), &all).unwrap();
        assert!(said(0.55, 8.5).contains("is not surely better (R² 0.55"), "{}", said(0.55, 8.5));
        assert!(said(0.55, 7.5).contains("by more than chance (RMSE 7.5)"), "{}", said(0.55, 7.5));
        assert!(said(0.55, 11.0).contains("is not surely better"));
        assert_eq!(by_heart(&scores(&[]), &all), None);
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
            "The value of y is predicted too low by 12.5 in the mean where it is 8 to 9."
        );
        assert!(said(4.0).unwrap().ends_with(" and too high by 4 in the mean where it is 1 to 2."));
        assert_eq!(too_high(&[], "y"), None);
    }
}
