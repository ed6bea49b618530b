//! What a network relies on, in words.

use layerwise_data::Task;

use super::dependence::Moved;
use super::glance::Found;
use super::summary::most_frequent;
use super::{Held, Subject, brief, pixel_worth, pixels, share};
use crate::report::short;

/// Columns that are named.
const NAMED: usize = 3;
/// The part of what a network knows that a column has to be worth to be said to count by itself.
const MUCH: f64 = 0.1;

/// The columns that count most, and which way they move what is said; where most of what pixels are worth lies.
pub(super) fn words(subject: &Subject<'_>, held: &Held<'_>, found: &Found<'_>) -> String {
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
    if knows <= 0.0 {
        return "It knows nothing beyond guessing: what its columns seem to be worth is noise."
            .into();
    }
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
            "It relies most on {}; in brackets is what {name} loses when the column is shuffled. Columns \
             that say much the same share what they are worth.",
            named.collect::<Vec<_>>().join(", ")
        )
    };
    words.extend(directions(subject, found.moved));
    words
}

/// Which way what is said goes with the columns that count most; of several classes there is no one way.
fn directions(subject: &Subject<'_>, moved: &[Moved<'_>]) -> Option<String> {
    if subject.notes.target.task() == Task::Classes {
        return None;
    }
    let of = |up: bool| -> Vec<String> {
        let ways = moved.iter().filter_map(Moved::direction);
        ways.filter(|way| way.1 == up).map(|way| short(way.0)).collect()
    };
    let mut ways = vec![];
    for (columns, way) in [(of(true), "rises"), (of(false), "falls")] {
        match &columns[..] {
            [] => {}
            [column] => ways.push(format!("{way} as {column} goes up")),
            _ => ways.push(format!("{way} as {} go up", columns.join(", "))),
        }
    }
    let others = moved.iter().filter(|moved| moved.direction().is_none());
    let highest: Vec<String> = others.filter_map(Moved::highest).collect();
    if !highest.is_empty() {
        ways.push(format!("is highest where {}", highest.join(", where ")));
    }
    let what = match subject.notes.target.task() {
        Task::Regression => "The prediction".to_owned(),
        _ => format!(
            "The probability of {}",
            subject.notes.target.labels().get(1).map_or("1".into(), |label| short(label))
        ),
    };
    (!ways.is_empty()).then(|| format!(" {what} {}.", ways.join("; it ")))
}
