//! The page at `/`: a form made from the columns of the model. All text of the model is escaped by the template.

use std::io;

use askama::Template;
use layerwise_data::{DateFormat, Encoding};

use super::about::range;
use crate::bundle::Notes;
use crate::report::{count, measure};

/// How the page looks and what it does.
pub const STYLE: &str = include_str!("page/page.css");
pub const SCRIPT: &str = include_str!("page/page.js");

/// What the page may load and who may show it: only what comes from here.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                          img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Asks for the token where one is needed; tells nothing of the model.
pub const KEY: &str = include_str!("page/key.html");

#[derive(Template)]
#[template(path = "serve.html")]
struct Page<'a> {
    target: &'a str,
    task: &'static str,
    file: &'a str,
    scores: String,
    fields: Vec<Field<'a>>,
}

/// What is asked for a column.
struct Field<'a> {
    id: usize,
    column: &'a str,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Number {
        hint: String,
    },
    Date {
        format: &'static str,
        hint: String,
    },
    /// A category of two levels.
    Either {
        levels: &'a [String],
    },
    Choice {
        levels: &'a [String],
    },
    /// A category of very many.
    Text {
        levels: &'a [String],
    },
}

/// The page of a model.
pub fn html(notes: &Notes, file: &str) -> io::Result<String> {
    let target = &notes.target;
    let features = notes.recipe.features().iter().enumerate();
    let fields = features
        .map(|(id, feature)| Field { id, column: &feature.column, kind: kind(&feature.encoding) })
        .collect();
    let test = &notes.scores.test;
    let measures = test.measures.iter().filter(|(_, value)| value.is_some());
    let shown = measures.map(|(name, value)| format!("{name} {}", measure(name, *value).trim()));
    let scores = [count(test.examples, "row")].into_iter().chain(shown).collect::<Vec<_>>();
    let (target, task, scores) = (target.column(), target.task().words(), scores.join(", "));
    Page { target, task, file, scores, fields }.render().map_err(io::Error::other)
}

fn kind(encoding: &Encoding) -> Kind<'_> {
    match encoding {
        Encoding::Number { scaling, range: known, .. } => {
            let (word, [least, most]) = range(scaling, *known);
            let hint = if word == "range" { "" } else { "mostly " };
            Kind::Number { hint: format!("{hint}{least} to {most}") }
        }
        Encoding::OneHot { levels, .. } if levels.len() == 2 => Kind::Either { levels },
        Encoding::OneHot { levels, .. } => Kind::Choice { levels },
        Encoding::Codes { levels } => Kind::Text { levels },
        Encoding::Date { format, range, .. } => Kind::Date {
            hint: range
                .as_ref()
                .map_or_else(String::new, |(first, last)| format!("{first} to {last}")),
            format: match format {
                DateFormat::Iso => "Y-M-D",
                DateFormat::YearMonthDay => "Y/M/D",
                DateFormat::DayMonthYear => "D.M.Y",
                DateFormat::MonthDayYear => "M/D/Y",
                DateFormat::DayMonthYearSlashes => "D/M/Y",
            },
        },
    }
}
