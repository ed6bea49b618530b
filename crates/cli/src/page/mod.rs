//! The report page: what a model is, how it came about, how good it is, where it fails and why.

mod again;
mod classes;
mod curves;
mod data;
mod dependence;
mod failures;
mod glance;
mod groups;
mod inside;
mod intervals;
mod network;
mod numbers;
mod of_model;
mod pixel_worth;
mod pixels;
mod ranges;
mod reasons;
mod regions;
mod reliance;
mod summary;
mod training;
mod truths;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use layerwise_data::{DMatrix, Table, Task};
use layerwise_model::{Network, write_whole};
use layerwise_report::{Block, Page, Section};
use serde_json::{Map, Value};

pub use of_model::{held_out, run};

use crate::bundle::Notes;
use crate::error::CliError;
use crate::learner::Part;
use crate::predict::cells::best;
use crate::report::{count, figure, measure, share, short};

/// What a page is made of.
pub struct Subject<'a> {
    /// What it is of: data, or a model.
    pub name: String,
    /// The data, by what they are called, if there are any.
    pub data: Option<String>,
    pub network: &'a Network<f32>,
    pub notes: &'a Notes,
    /// What to judge by, if there is something.
    pub held: Option<Held<'a>>,
    /// What should be known before anything else.
    pub warnings: &'a [String],
    /// Columns with how many of their values are missing, if that is known.
    pub missing: Option<&'a [(String, usize)]>,
    /// The command that was typed, and the options it came to.
    pub command: String,
    pub config: Option<String>,
    /// Where the data come from, if that is known.
    pub source: Option<String>,
}

/// What the sections find out, for machines.
type Findings = Map<String, Value>;

/// Examples that a model is judged by.
pub struct Held<'a> {
    /// What they are, as `the 114 rows held out for testing`.
    pub words: String,
    /// Their rows.
    pub table: &'a Table,
    pub x: &'a DMatrix<f32>,
    pub y: &'a DMatrix<f32>,
    /// What the network says of them.
    pub al: DMatrix<f32>,
}

impl<'a> Held<'a> {
    /// The examples of a part, and their rows of the table in the same order.
    pub fn new(
        words: String,
        (table, part): (&'a Table, &'a Part),
        network: &Network<f32>,
    ) -> Result<Self, CliError> {
        let al = network.predict(&part.x)?;
        Ok(Self { words, table, x: &part.x, y: &part.y, al })
    }

    pub fn m(&self) -> usize {
        self.y.ncols()
    }
}

/// Where the page goes: as asked for, or beside the model; nowhere if there is to be none.
pub fn place(report: Option<&PathBuf>, no_report: bool, model: &Path) -> Option<PathBuf> {
    // A model may be called so itself.
    let beside = || model.with_extension(if is_named_so(model) { "report.html" } else { "html" });
    (!no_report).then(|| report.cloned().unwrap_or_else(beside))
}

/// Whether this is the name of a page.
pub fn is_named_so(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["html", "htm"].iter().any(|html| extension.eq_ignore_ascii_case(html))
}

/// Whether a page is there that says how good a model is on data, which a page without data would not.
pub fn is_judged(path: &Path) -> bool {
    let Ok(html) = std::fs::read_to_string(path) else { return false };
    let judged = html.lines().filter_map(|line| line.trim_start().strip_prefix("\"judged_by\":"));
    judged.map(str::trim_start).any(|words| !words.starts_with("null"))
}

/// Whether a file is there that is no page of this program: what nobody asked to replace stays.
pub fn is_foreign(path: &Path) -> bool {
    const MARK: &[u8] = b"<meta name=\"generator\" content=\"layerwise\">";
    const FIRST: u64 = 1024;
    let mut start = vec![];
    let Ok(file) = std::fs::File::open(path) else { return false };
    let read = file.take(FIRST).read_to_end(&mut start).is_ok();
    read && !start.windows(MARK.len()).any(|window| window == MARK)
}

/// Writes the page.
pub fn write(subject: &Subject<'_>, path: &Path) -> Result<(), CliError> {
    let html = page(subject)?.render().map_err(CliError::Page)?;
    let failed = |source| CliError::WriteTable { path: path.to_owned(), source };
    write_whole(path, |file| file.write_all(html.as_bytes()).map_err(failed), failed)
}

fn page(subject: &Subject<'_>) -> Result<Page, CliError> {
    let section = |id, title: &str, blocks| Section { id, title: title.to_owned(), blocks };
    let target = &subject.notes.target;
    let judged = summary::judged(subject)?;
    let mut findings = Findings::new();
    let mut glance = None;
    let mut of_rows = vec![];
    if let Some(held) = &subject.held {
        let ranking = reasons::ranking(subject, held)?;
        let moved = dependence::followed(subject, held, &ranking)?;
        let groups = groups::by_columns(subject, held, &ranking);
        let truths = match target.task() {
            Task::Regression => truths::by_truth(subject, held),
            _ => vec![],
        };
        let found =
            glance::Found { ranking: &ranking, moved: &moved, groups: &groups, truths: &truths };
        glance = Some(glance::block(subject, held, &judged, &found)?);
        let quality = match target.task() {
            Task::Regression => numbers::blocks(subject, held, &mut findings)?,
            _ => classes::blocks(subject, held, &mut findings)?,
        };
        let failures =
            failures::blocks(subject, held, &ranking, (&groups, &truths), &mut findings)?;
        let reasons = reasons::blocks(subject, held, (&ranking, &moved), &mut findings)?;
        of_rows = vec![
            section("quality", "How good it is", quality),
            section("failures", "Where it fails", failures),
            section("reasons", "Why", reasons),
        ];
    }
    let mut sections = vec![
        section("summary", "In short", summary::blocks(subject, &judged, glance)),
        section("data", "Task and data", data::blocks(subject)),
        section("network", "The network", network::blocks(subject)),
        section("training", "Training", training::blocks(subject)),
        section("inside", "Inside the layers", inside::blocks(subject)?),
    ];
    sections.extend(of_rows);
    sections.push(section("again", "To repeat it", again::blocks(subject)));
    sections.retain(|section| !section.blocks.is_empty());
    // Of a path the end tells most.
    let file = Path::new(&subject.name).file_name().map(|name| name.to_string_lossy());
    let name = file.as_deref().unwrap_or(&subject.name);
    let title = format!("{} from {}", short(target.column()), short(name));
    let full = format!("{} from {}", target.column(), subject.name);
    Ok(Page {
        full: if full == title { String::new() } else { full },
        title,
        summary: summary::sentence(subject, &judged),
        sections,
        facts: again::facts(subject, summary::facts(&judged), findings)?,
    })
}

/// A paragraph.
fn text(text: impl Into<String>) -> Block {
    Block::Text(text.into())
}

/// A number without zeros that say nothing.
fn plain(value: f64) -> String {
    let text = figure(value);
    match text.contains('.') && !text.contains('e') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A number as it is said, in four digits or all that are before the point.
fn brief(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || (size > 0.0 && !(1e-3..1e7).contains(&size)) {
        return figure(value);
    }
    let digits = if size > 0.0 { (3 - size.log10().floor() as i32).max(0) as usize } else { 0 };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A number in six digits, which are enough for machines.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// Between what a share of `n` may well lie, by chance alone: Wilson, "Probable Inference, the Law of Succession, and
/// Statistical Inference", 1927, for 95 %.
fn share_interval(share: f64, n: usize) -> (f64, f64) {
    const Z: f64 = 1.96;
    let n = n.max(1) as f64;
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let of = 1.0 + Z * Z / n;
    (((middle - spread) / of).max(0.0), ((middle + spread) / of).min(1.0))
}

/// `12.5 %`.
fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// The class that an example is taken for, and how sure the network is.
fn taken_for(al: &[f32]) -> (usize, f64) {
    match al {
        [a] => (usize::from(*a > 0.5), f64::from(a.max(1.0 - a))),
        al => best(al).map_or((0, 0.0), |class| (class, f64::from(al[class]))),
    }
}

/// The true class of an example.
fn truth(y: &[f32]) -> usize {
    match y {
        [y] => usize::from(*y > 0.5),
        y => best(y).unwrap_or(0),
    }
}

/// Whether an example is taken for a class that it is not of.
fn is_wrong(held: &Held<'_>, j: usize) -> bool {
    let (al, y) = (held.al.column(j), held.y.column(j));
    taken_for(al.as_slice()).0 != truth(y.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        assert_eq!(
            [plain(2.0), plain(8.678), plain(1e-9), plain(1234.56)],
            ["2", "8.678", "1.0000e-9", "1234.6"]
        );
        assert_eq!(percent(0.125), "12.5 %");
        let said = [310.0, -146.9187, 51.9396, 0.30517, 123456.7, 0.0, 1e-5, f64::NAN].map(brief);
        assert_eq!(said, ["310", "-146.9", "51.94", "0.3052", "123457", "0", "1.0000e-5", "NaN"]);
    }

    #[test]
    fn an_interval_of_a_share_is_never_empty() {
        // Half of 100: 0.404 to 0.596, as tables have it.
        let (low, high) = share_interval(0.5, 100);
        assert!((low - 0.404).abs() < 1e-3 && (high - 0.596).abs() < 1e-3, "{low} {high}");
        let (low, high) = share_interval(0.0, 10);
        assert!(low == 0.0 && (high - 0.278).abs() < 1e-3, "{high}");
    }

    #[test]
    fn the_class_of_an_answer() {
        assert_eq!(taken_for(&[0.25]), (0, 0.75));
        assert_eq!(taken_for(&[0.25, 0.5, 0.25]), (1, 0.5));
        assert_eq!((truth(&[1.0]), truth(&[0.0, 0.0, 1.0])), (1, 2));
    }
}
