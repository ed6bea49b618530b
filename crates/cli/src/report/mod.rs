//! What is shown: text, tables and the curve.

pub mod columns;
mod curve;
mod tables;
mod trials;
mod warnings;

pub use curve::curve;
pub use tables::{
    confusion_table, fold_table, importance_table, layer_table, recipe_table, sample_line,
    score_table,
};
pub use trials::{TrialRow, trial_table};
pub use warnings::warnings;

/// What stands before a warning.
pub fn warning() -> String {
    console::style("note:").yellow().bold().to_string()
}

/// The value of a measure, or why there is none.
pub fn measure(name: &str, value: Option<f64>) -> String {
    match (name, value) {
        ("AUC", None) => "n/a (one class only)".into(),
        (_, None) => "n/a".into(),
        ("accuracy" | "AUC", Some(value)) => share(value),
        (_, Some(value)) => figure(value),
    }
}

/// A number of any size, in five digits or so.
pub fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 1e9 || (size > 0.0 && size < 0.0005) => format!("{value:.4e}"),
        1000.0.. => format!("{value:.1}"),
        _ => format!("{value:.4}"),
    }
}

/// A text from a file or an argument as it can be shown on a line: control characters (which could
/// move the cursor or change colours) are escaped.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// A text of at most 40 characters for a line or the cell of a table.
pub fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    let text = printable(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// An argument as it can be typed into a shell.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./\\:+=@%,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return printable(word);
    }
    printable(&format!("'{}'", word.replace('\'', r"'\''")))
}

/// A heading, bold on a terminal.
pub fn heading(text: &str) -> String {
    console::style(text).bold().to_string()
}

/// The words of a text in lines of at most 80 characters; a longer word has a line of its own.
pub fn wrapped(text: &str) -> String {
    const WIDTH: usize = 80;
    let (mut lines, mut used) = (String::new(), 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 {
            let fits = used + 1 + length <= WIDTH;
            lines.push(if fits { ' ' } else { '\n' });
            used = if fits { used + 1 } else { 0 };
        }
        lines.push_str(word);
        used += length;
    }
    lines
}

/// `1 row`, `2 rows`.
pub fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// A measure in [0, 1] with four digits; never rounded up to 1 or down to 0, which would say more
/// than is true.
pub fn share(value: f64) -> String {
    let text = format!("{value:.4}");
    match text.as_str() {
        "1.0000" if value < 1.0 => "0.9999".into(),
        "0.0000" if value > 0.0 => "0.0001".into(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\x1b[31mé\n"), "a\\u{1b}[31mé\\n");
        assert_eq!(short(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
        assert_eq!(short("benign"), "benign");
    }

    #[test]
    fn words_can_be_typed() {
        assert_eq!(shell_word("target/release/layerwise"), "target/release/layerwise");
        assert_eq!(shell_word("my data.csv"), "'my data.csv'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("$HOME;ls"), "'$HOME;ls'");
    }

    #[test]
    fn lines_are_at_most_80_wide() {
        let text = "word ".repeat(40) + &"x".repeat(90) + " end";
        let lines = wrapped(&text);
        let lengths: Vec<usize> = lines.lines().map(str::len).collect();
        assert_eq!(lengths, [79, 79, 39, 90, 3]);
        assert_eq!(lines.split_whitespace().count(), text.split_whitespace().count());
    }

    #[test]
    fn measures_of_any_size_have_few_digits() {
        let rmse = |value| measure("RMSE", Some(value));
        assert_eq!([rmse(0.25), rmse(0.0), rmse(12_345.67)], ["0.2500", "0.0000", "12345.7"]);
        assert_eq!([rmse(3e-300), rmse(1.5e39)], ["3.0000e-300", "1.5000e39"]);
        assert_eq!(measure("R²", Some(-1e-5)), "-1.0000e-5");
    }

    #[test]
    fn nearly_all_is_not_all() {
        assert_eq!([share(1.0), share(0.99999), share(0.97)], ["1.0000", "0.9999", "0.9700"]);
        assert_eq!([share(0.0), share(0.00001)], ["0.0000", "0.0001"]);
        assert_eq!([count(1, "row"), count(0, "row")], ["1 row", "0 rows"]);
    }
}
