//! From the text of a config to arguments, every key checked by its option.

use std::any::TypeId;
use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command};
use layerwise_data::near_match;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, NOT_IN_FILES, VERBS};
use crate::learn_args::Hidden;

/// A key of the file, and what would have to be typed for it.
pub struct Entry {
    pub key: String,
    pub arguments: Vec<String>,
}

/// What kind of value an option takes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Switch,
    Whole,
    Number,
    Units,
    List,
    Text,
}

impl Kind {
    fn of(arg: &Arg) -> Self {
        let parser = arg.get_value_parser().type_id();
        let is = |id: TypeId| parser == id;
        match arg.get_action() {
            ArgAction::SetTrue => Self::Switch,
            ArgAction::Append => Self::List,
            _ if is(TypeId::of::<usize>()) || is(TypeId::of::<u64>()) => Self::Whole,
            _ if is(TypeId::of::<f64>()) => Self::Number,
            _ if is(TypeId::of::<Hidden>()) => Self::Units,
            _ => Self::Text,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Switch => "true or false",
            Self::Whole => "a whole number",
            Self::Number => "a number",
            Self::Units => "an array of whole numbers, as [16, 8], or \"none\"",
            Self::List => "an array of texts",
            Self::Text => "a text in quotes",
        }
    }
}

/// Reads the file and checks every key of it; those of `verb` as `verb` has them.
pub fn read(path: &Path, program: &Command, verb: &str) -> Result<Vec<Entry>, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let table = DeTable::parse(&text).map_err(|error| {
        // The end of the text, where what is missing has no place.
        let at = error.span().map_or(text.len(), |span| span.start);
        let problem = error.message().trim().replace('\n', ", ");
        ConfigError::Syntax { path: path.to_owned(), line: line_of(&text, at), problem }
    })?;
    let commands: Vec<&Command> = [verb]
        .into_iter()
        .chain(VERBS.into_iter().filter(|other| *other != verb))
        .filter_map(|verb| program.find_subcommand(verb))
        .collect();
    let file = File { path, text: &text, commands };
    let mut keys: Vec<_> = table.get_ref().iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    keys.into_iter()
        .map(|(key, value)| file.entry(key.get_ref(), key.span(), (value.get_ref(), value.span())))
        .collect()
}

/// The line, from 1, of a place in a text.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count()
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
    commands: Vec<&'a Command>,
}

impl File<'_> {
    fn entry(
        &self,
        key: &str,
        place: Range<usize>,
        (value, written): (&DeValue<'_>, Range<usize>),
    ) -> Result<Entry, ConfigError> {
        let (path, line) = (self.path.to_owned(), line_of(self.text, place.start));
        let Some((command, arg)) = self.option(key) else {
            let known = self.known();
            let nearest = near_match(key, &known).map(str::to_owned);
            return Err(ConfigError::UnknownKey { path, line, key: key.into(), nearest, known });
        };
        let kind = Kind::of(arg);
        let Some(texts) = texts(kind, value) else {
            let (expected, found) = (kind.words(), found(value));
            return Err(ConfigError::WrongType { path, line, key: key.into(), expected, found });
        };
        let arguments = arguments(arg, kind, &texts);
        let refused = match arg.get_value_delimiter() {
            Some(mark) if texts.iter().any(|text| text.contains(mark)) => {
                Some(format!("a word cannot hold {mark:?}"))
            }
            _ => refusal(command, &arguments),
        };
        if let Some(problem) = refused {
            let value = self.text[written].split_whitespace().collect::<Vec<_>>().join(" ");
            let key = key.to_owned();
            return Err(ConfigError::Value { path, line, key, value, problem });
        }
        Ok(Entry { key: key.to_owned(), arguments })
    }

    /// The option a key stands for, of the first verb that has it.
    fn option(&self, key: &str) -> Option<(&Command, &Arg)> {
        if NOT_IN_FILES.contains(&key) {
            return None;
        }
        self.commands.iter().find_map(|&command| {
            let arg = command.get_arguments().find(|arg| arg.get_id() == key)?;
            Some((command, arg))
        })
    }

    fn known(&self) -> Vec<String> {
        let all = self.commands.iter().flat_map(|command| command.get_arguments());
        let mut known: Vec<String> = all.map(|arg| arg.get_id().to_string()).collect();
        known.retain(|key| !NOT_IN_FILES.contains(&key.as_str()));
        known.sort();
        known.dedup();
        known
    }
}

/// The value as it would be typed, a text for each part; none if it is of another kind.
fn texts(kind: Kind, value: &DeValue<'_>) -> Option<Vec<String>> {
    let text = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    let one = |text: Option<String>| text.map(|text| vec![text]);
    match (kind, value) {
        (Kind::Switch, DeValue::Boolean(on)) => Some(vec![on.to_string()]),
        // A seed may be larger than whole numbers of TOML.
        (Kind::Whole, DeValue::String(digits)) if digits.parse::<u64>().is_ok() => one(text(value)),
        (Kind::Whole, _) => one(whole(value)),
        (Kind::Number, DeValue::Float(number)) => Some(vec![number.as_str().to_owned()]),
        (Kind::Number, _) => one(whole(value)),
        (Kind::Units, DeValue::Array(all)) if all.is_empty() => Some(vec!["none".into()]),
        (Kind::Units, DeValue::Array(all)) => {
            let units: Option<Vec<String>> =
                all.iter().map(|units| whole(units.get_ref())).collect();
            units.map(|units| vec![units.join(",")])
        }
        (Kind::List, DeValue::Array(all)) => all.iter().map(|part| text(part.get_ref())).collect(),
        (Kind::Units | Kind::List | Kind::Text, _) => one(text(value)),
        (Kind::Switch, _) => None,
    }
}

/// A whole number as it would be typed.
fn whole(value: &DeValue<'_>) -> Option<String> {
    let DeValue::Integer(integer) = value else { return None };
    match integer.radix() {
        10 => Some(integer.as_str().to_owned()),
        radix => i128::from_str_radix(integer.as_str(), radix).ok().map(|n| n.to_string()),
    }
}

fn found(value: &DeValue<'_>) -> String {
    let name = match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(all) => {
            let mut kinds: Vec<String> = all.iter().map(|part| found(part.get_ref())).collect();
            kinds.dedup();
            return match &kinds[..] {
                [] => "an empty array".into(),
                [one, ..] => format!("an array with {one} in it"),
            };
        }
        DeValue::Table(_) => "a section",
    };
    name.to_owned()
}

/// What would be typed.
fn arguments(arg: &Arg, kind: Kind, texts: &[String]) -> Vec<String> {
    let Some(long) = arg.get_long() else {
        // What is not an option but in its place: a name with a dash is no option.
        let dash = |text: &&String| text.starts_with('-') && text.len() > 1;
        let plain = |text| if dash(&text) { format!("./{text}") } else { text.clone() };
        return texts.iter().map(plain).collect();
    };
    match kind {
        Kind::Switch if texts == ["true"] => vec![format!("--{long}")],
        Kind::Switch => vec![],
        // None at all is something else than nothing said.
        Kind::List if texts.is_empty() => vec![format!("--{long}=")],
        _ => texts.iter().map(|text| format!("--{long}={text}")).collect(),
    }
}

/// What the option says against these arguments, if it does.
fn refusal(command: &Command, arguments: &[String]) -> Option<String> {
    let typed = [command.get_name(), "--config=it"].into_iter().map(str::to_owned);
    let all = typed.chain(arguments.iter().cloned());
    let error = command.clone().try_get_matches_from(all).err()?;
    if let Some(ContextValue::Strings(all)) = error.get(ContextKind::ValidValue) {
        return Some(format!("possible values: {}", all.join(", ")));
    }
    if let Some(source) = error.source() {
        return Some(source.to_string());
    }
    let text = error.to_string();
    Some(text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned())
}
