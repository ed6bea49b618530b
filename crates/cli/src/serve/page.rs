//! The page at `/`: a form made from the columns of the model, or a box to draw in where these are pixels. All text of
//! the model is escaped by the templates.

use std::io;

use askama::Template;
use layerwise_data::{DateFormat, Encoding};

use super::about::range;
use super::list::List;
use crate::bundle::Notes;
use crate::report::{count, measure};

/// How the page looks and what it does.
pub const STYLE: &str = include_str!("page/page.css");
/// What is pasted, drawn and dropped comes first, as it says how strict all is.
pub const SCRIPT: &str = concat!(include_str!("page/picture.js"), include_str!("page/page.js"));

/// Numbers of a row of arrays that a form has a field for each of; more are pasted.
const FIELDS: usize = 64;

/// What the page may load and who may show it: only what comes from here.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                          img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "serve/key.html")]
struct Key;

#[derive(Template)]
#[template(path = "serve/form.html")]
struct Page<'a> {
    target: &'a str,
    task: &'static str,
    file: &'a str,
    scores: String,
    /// Asked for instead of fields.
    list: Option<List>,
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

/// The page that asks for the token where one is needed; it tells nothing of the model.
pub fn key() -> io::Result<String> {
    Key.render().map_err(io::Error::other)
}

/// The page of a model.
pub fn html(notes: &Notes, file: &str) -> io::Result<String> {
    let target = &notes.target;
    let list = List::of(notes).filter(|list| list.image.is_some() || list.length > FIELDS);
    let features = notes.recipe.features().iter().enumerate();
    let fields = features
        .filter(|_| list.is_none())
        .map(|(id, feature)| Field { id, column: &feature.column, kind: kind(&feature.encoding) })
        .collect();
    let test = &notes.scores.test;
    let measures = test.measures.iter().filter(|(_, value)| value.is_some());
    let shown = measures.map(|(name, value)| format!("{name} {}", measure(name, *value).trim()));
    let scores = [count(test.examples, "row")].into_iter().chain(shown).collect::<Vec<_>>();
    let (target, task, scores) = (target.column(), target.task().words(), scores.join(", "));
    Page { target, task, file, scores, list, fields }.render().map_err(io::Error::other)
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
