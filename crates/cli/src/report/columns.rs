//! What is said of a table and its columns.

use std::collections::HashSet;

use comfy_table::CellAlignment;
use layerwise_data::{ColumnKind, ColumnProfile, Recipe, Target, Task};

use super::tables::plain_table;
use super::{count, short};

/// Rows, columns, and how many of each kind.
pub fn overview(rows: usize, profiles: &[ColumnProfile]) -> String {
    let kinds = |kind: &str| profiles.iter().filter(|p| p.kind.words() == kind).count();
    let names = ["number", "category", "date", "text", "row number", "constant", "empty"];
    let parts: Vec<String> = names
        .iter()
        .map(|name| (kinds(name), name))
        .filter(|(n, _)| *n > 0)
        .map(|(n, name)| format!("{n} {name}"))
        .collect();
    let (rows, columns) = (count(rows, "row"), count(profiles.len(), "column"));
    let missing: usize = profiles.iter().map(|p| p.missing).sum();
    let missing =
        if missing > 0 { format!("; {}", count(missing, "missing value")) } else { String::new() };
    format!("{rows}, {columns}: {}{missing}", parts.join(", "))
}

/// A row a column.
pub fn table(profiles: &[ColumnProfile]) -> String {
    const MOST: usize = 200;
    let mut table = plain_table(["column", "kind", "missing", "distinct", "values"], 4);
    for index in 2..4 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for profile in profiles.iter().take(MOST) {
        let missing = if profile.missing > 0 { profile.missing.to_string() } else { String::new() };
        let distinct = profile.distinct.map_or_else(|| "many".into(), |n| n.to_string());
        table.add_row([
            short(&profile.name),
            profile.kind.words().into(),
            missing,
            distinct,
            values(profile),
        ]);
    }
    if profiles.len() > MOST {
        let more = format!("and {} more", profiles.len() - MOST);
        table.add_row([more, String::new(), String::new(), String::new(), String::new()]);
    }
    table.trim_fmt()
}

/// The distribution of a number, or the most frequent levels.
fn values(profile: &ColumnProfile) -> String {
    if let (ColumnKind::Number, Some((least, most))) = (profile.kind, profile.range) {
        const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let tallest = profile.histogram.iter().copied().max().unwrap_or(1).max(1);
        let bar = |&n: &usize| match n {
            0 => ' ',
            n => BARS[(n * (BARS.len() - 1)).div_ceil(tallest).min(BARS.len() - 1)],
        };
        let bars: String = profile.histogram.iter().map(bar).collect();
        let mean = profile.mean.unwrap_or(f64::NAN);
        return format!("{bars}  {} to {}, mean {}", digits(least), digits(most), digits(mean));
    }
    const SHOWN: usize = 3;
    let level = |(level, n): &(String, usize)| format!("{} ({n})", cut(level));
    let shown: Vec<String> = profile.levels.iter().take(SHOWN).map(level).collect();
    let more = if profile.levels.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn cut(level: &str) -> String {
    const LONGEST: usize = 16;
    let level = short(level);
    match level.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &level[..end]),
        None => level,
    }
}

/// A number with four digits.
fn digits(number: f64) -> String {
    if number == 0.0 || (0.001..100_000.0).contains(&number.abs()) {
        let decimals = if number == 0.0 { 0 } else { 3 - number.abs().log10().floor() as i32 };
        let text = format!("{number:.*}", decimals.clamp(0, 6) as usize);
        let text = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        return text.to_owned();
    }
    format!("{number:.3e}")
}

/// Columns that are not learned from, each with why.
pub fn left_out(
    profiles: &[ColumnProfile],
    recipe: &Recipe,
    target: &str,
    asked: &[String],
) -> Vec<(String, String)> {
    let used: HashSet<&str> = recipe.features().iter().map(|f| f.column.as_str()).collect();
    let why = |profile: &ColumnProfile| {
        if asked.iter().any(|name| name.trim() == profile.name) {
            return "as asked for".to_owned();
        }
        match profile.kind {
            ColumnKind::Text => "free text or a key: nearly every row has its own".into(),
            ColumnKind::RowNumber => "it counts the rows".into(),
            ColumnKind::Constant => "one value in all rows".into(),
            ColumnKind::Empty => "no values".into(),
            _ => "one value in all rows to learn from".into(),
        }
    };
    profiles
        .iter()
        .filter(|profile| profile.name != target && !used.contains(profile.name.as_str()))
        .map(|profile| (profile.name.clone(), why(profile)))
        .collect()
}

/// A line for each column that is left out, the last for all beyond ten.
pub fn left_out_lines(left_out: &[(String, String)]) -> Vec<String> {
    const SHOWN: usize = 10;
    let line = |(name, why): &(String, String)| format!("left out: {} ({why})", short(name));
    let mut lines: Vec<String> = left_out.iter().take(SHOWN).map(line).collect();
    if left_out.len() > SHOWN {
        lines.push(format!("left out: {} more columns", left_out.len() - SHOWN));
    }
    lines
}

/// The classes with their shares, or the range of a number.
pub fn target_line(rows: usize, profiles: &[ColumnProfile], target: &Target) -> String {
    let Some(profile) = profiles.iter().find(|profile| profile.name == target.column()) else {
        return String::new();
    };
    if target.task() == Task::Regression {
        return values(profile);
    }
    const SHOWN: usize = 10;
    let class = |(label, n): &(String, usize)| {
        format!("{} {n} ({:.1} %)", short(label), 100.0 * *n as f64 / rows as f64)
    };
    let classes: Vec<String> = profile.levels.iter().take(SHOWN).map(class).collect();
    let more = if profile.levels.len() > SHOWN { ", …" } else { "" };
    format!("{} classes: {}{more}", target.labels().len(), classes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([digits(0.0), digits(12.5), digits(99999.0)], ["0", "12.5", "99999"]);
        assert_eq!(
            [digits(1.0 / 3.0), digits(1e-5), digits(-2e7)],
            ["0.3333", "1.000e-5", "-2.000e7"]
        );
    }
}
