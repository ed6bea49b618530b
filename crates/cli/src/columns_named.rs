//! Columns named on the command line or in a config.

use std::collections::HashSet;

/// The names that were given: one that a column has as a whole is that column, commas and all; others are cut at
/// commas, at each as far behind as a column has the name up to it.
pub fn columns_named(given: &[String], columns: &[String]) -> Vec<String> {
    let known: HashSet<&str> = columns.iter().map(|name| name.trim()).collect();
    let mut names = Vec::new();
    for given in given {
        let pieces: Vec<&str> = given.split(',').collect();
        let mut from = 0;
        while from < pieces.len() {
            let joined = |to: usize| pieces[from..to].join(",");
            let longest =
                (from + 1..=pieces.len()).rev().find(|&to| known.contains(joined(to).trim()));
            let to = longest.unwrap_or(from + 1);
            names.push(joined(to).trim().to_owned());
            from = to;
        }
    }
    // Nothing between commas names nothing: `--leave-out ""` takes back what a config leaves out.
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_come_before_commas() {
        let columns = ["a", "b", "a,b", "last, first", " c "].map(String::from);
        let named = |given: &[&str]| {
            let given: Vec<String> = given.iter().map(|&name| name.into()).collect();
            columns_named(&given, &columns)
        };
        assert_eq!(named(&["a", "b"]), ["a", "b"]);
        assert_eq!(named(&["a,b"]), ["a,b"]);
        assert_eq!(named(&["b,a"]), ["b", "a"]);
        assert_eq!(named(&["a,last, first,a,b"]), ["a", "last, first", "a,b"]);
        assert_eq!(named(&["a, c,typo,b"]), ["a", "c", "typo", "b"]);
        assert_eq!(named(&["", "a,"]), ["a"]);
    }
}
