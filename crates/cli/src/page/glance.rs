//! How good, where it fails and why, in words.

use layerwise_data::Task;
use layerwise_report::Block;

use super::dependence::Moved;
use super::groups::ByColumn;
use super::reasons::Ranking;
use super::summary::{Judged, most_frequent};
use super::truths::Truths;
use super::{Held, Subject, brief, numbers, percent, pixel_worth, pixels, share};
use crate::error::CliError;
use crate::report::{measure, short};
use crate::scores::confusion;

/// Mistakes and columns that are named.
const NAMED: usize = 3;
/// The part of what a network knows that a column has to be worth to be said to count by itself.
const MUCH: f64 = 0.1;

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
        ("why", why(subject, held, found)),
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
            let (rows, others) = (yes.iter().sum(), no.iter().sum());
            said.push(format!(
                "It overlooks {}, and takes {} for {}.",
                part(yes[0], rows, &format!(" rows of {}", label(1))),
                part(no[1], others, &format!(" of {}", label(0))),
                label(1)
            ));
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
        return vec!["Not one of these rows is taken for a wrong class.".into()];
    }
    let (n, of) = (counts[least][least], rows(least));
    let of = format!("Least often found is {}: {}.", label(least), part(n, of, " rows"));
    let named = wrong.iter().take(NAMED).map(|&(i, j)| {
        format!("{} taken for {} ({} of {})", label(i), label(j), counts[i][j], rows(i))
    });
    let named: Vec<String> = named.collect();
    vec![of, format!("The most frequent mistakes: {}.", named.join(", "))]
}

fn why(subject: &Subject<'_>, held: &Held<'_>, found: &Found<'_>) -> String {
    let ranking = found.ranking;
    if !ranking.is_measured() {
        return String::new();
    }
    if let Some(format) = pixels::format(subject.notes) {
        let place = pixel_worth::middle(ranking, subject, format);
        return place.unwrap_or_default();
    }
    let name = ranking.name();
    let guess = match subject.notes.target.task() {
        Task::Regression => 0.0,
        Task::Binary => 0.5,
        Task::Classes => most_frequent(held, subject.notes.target.labels().len()).1,
    };
    let knows = ranking.whole() - guess;
    let worth: Vec<(String, f64, f64)> = ranking
        .columns(subject)
        .zip(ranking.worth())
        .map(|(feature, (mean, deviation))| (short(&feature.column), mean, deviation))
        .collect();
    let surely: Vec<_> = worth.iter().filter(|(_, mean, deviation)| mean > deviation).collect();
    let Some((first, most, _)) = surely.first() else {
        return format!(
            "No column is worth more than chance explains: shuffled, none takes {name} down for sure."
        );
    };
    let mut words = if *most < MUCH * knows {
        format!(
            "No column counts for much by itself: shuffling {first}, which counts most, takes {name} only from {} to \
             {}. What one says, others say as well.",
            share(ranking.whole()),
            share(ranking.whole() - most)
        )
    } else {
        let named = surely.iter().take(NAMED);
        let named = named.map(|(column, mean, _)| format!("{column} ({})", brief(*mean)));
        format!(
            "It relies most on {}; in brackets is what {name} loses when the column is shuffled.",
            named.collect::<Vec<_>>().join(", ")
        )
    };
    if subject.notes.target.task() != Task::Classes {
        let of = |up: bool| -> Vec<String> {
            let found = found.moved.iter().filter_map(Moved::direction);
            found.filter(|found| found.1 == up).map(|found| short(found.0)).collect()
        };
        let ways: Vec<String> = [(of(true), "rises"), (of(false), "falls")]
            .into_iter()
            .filter(|(columns, _)| !columns.is_empty())
            .map(|(columns, way)| format!("{way} as {} go up", columns.join(", ")))
            .map(|way| if way.contains(", ") { way } else { way.replace(" go up", " goes up") })
            .collect();
        let what = match subject.notes.target.task() {
            Task::Regression => "The prediction".to_owned(),
            _ => format!(
                "The probability of {}",
                subject.notes.target.labels().get(1).map_or("1".into(), |label| short(label))
            ),
        };
        if !ways.is_empty() {
            words += &format!(" {what} {}.", ways.join("; it "));
        }
    }
    words
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
        assert_eq!(right, ["Not one of these rows is taken for a wrong class."]);
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
