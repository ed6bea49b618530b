//! Rows in ranges of a number or of dates.

/// Ranges, each with as many rows.
const RANGES: usize = 5;

/// Rows in ranges of what `read` finds in their cells, each with about as many; what it finds nothing in is missing.
/// A range is named by its ends.
pub(super) fn ranges(
    cells: &[&str],
    read: impl Fn(&str) -> Option<f64>,
    end: impl Fn(f64) -> String,
) -> Vec<(String, Vec<usize>)> {
    let mut known: Vec<(f64, usize)> = vec![];
    let mut missing = vec![];
    for (j, cell) in cells.iter().enumerate() {
        match read(cell) {
            Some(value) if value.is_finite() => known.push((value, j)),
            _ => missing.push(j),
        }
    }
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut groups: Vec<Vec<(f64, usize)>> = vec![];
    let size = known.len().div_ceil(RANGES).max(1);
    for same in known.chunk_by(|a, b| a.0 == b.0) {
        match groups.last_mut() {
            // Equal values stay together.
            Some(last) if last.len() < size => last.extend(same),
            _ => groups.push(same.to_vec()),
        }
    }
    let named = |group: Vec<(f64, usize)>| {
        let (low, high) = (end(group[0].0), end(group[group.len() - 1].0));
        // Beside long ends, as those of dates, there is no room for a word.
        let to = if low.len() > 8 { "…" } else { " to " };
        let name = if low == high { low } else { format!("{low}{to}{high}") };
        (name, group.into_iter().map(|(_, j)| j).collect())
    };
    let mut named: Vec<(String, Vec<usize>)> = groups.into_iter().map(named).collect();
    if !missing.is_empty() {
        named.push(("missing".into(), missing));
    }
    named
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;
    use layerwise_data::DateFormat;

    fn found(
        cells: &[&str],
        read: impl Fn(&str) -> Option<f64>,
        dates: bool,
    ) -> Vec<(String, usize)> {
        let end = |value: f64| match dates {
            true => DateFormat::Iso.written(value).unwrap_or_default(),
            false => plain(value),
        };
        let ranges = ranges(cells, read, end).into_iter();
        ranges.map(|(name, rows)| (name, rows.len())).collect()
    }

    #[test]
    fn equal_numbers_are_in_one_range() {
        let cells: Vec<String> = (0..50).map(|i| (i / 20).to_string()).collect();
        let mut cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        cells.push("?");
        let expected = [("0", 20), ("1", 20), ("2", 10), ("missing", 1)];
        let expected = expected.map(|(name, rows)| (name.to_owned(), rows));
        assert_eq!(found(&cells, |cell| cell.parse().ok(), false), expected);
    }

    #[test]
    fn dates_are_in_ranges_of_days() {
        let cells: Vec<String> = (0..10).map(|i| format!("{:02}.05.2024", 20 - i)).collect();
        let mut cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        cells.push("");
        let found = found(&cells, |cell| DateFormat::DayMonthYear.days(cell), true);
        assert_eq!(found[0], ("2024-05-11…2024-05-12".to_owned(), 2));
        assert_eq!(found[5], ("missing".to_owned(), 1));
    }
}
