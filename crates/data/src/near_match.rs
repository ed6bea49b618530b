//! The name somebody probably meant.

/// The name nearest to `wanted`: one that differs only in case, in blanks, `_` and `-`, or else in
/// at most a third of its letters. The first one wins a tie.
///
/// ```
/// use layerwise_data::near_match;
///
/// let names = ["mean_area", "diagnosis"].map(String::from);
/// assert_eq!(near_match("Mean area", &names), Some("mean_area"));
/// assert_eq!(near_match("price", &names), None);
/// ```
pub fn near_match<'a>(wanted: &str, names: &'a [String]) -> Option<&'a str> {
    let wanted = letters(wanted);
    let most = wanted.len() / 3;
    names
        .iter()
        .map(|name| (distance(&wanted, &letters(name)), name.as_str()))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// So many of the names, the nearest first and of equal distance in their order.
pub(crate) fn nearest<'a>(wanted: &str, names: &'a [String], count: usize) -> Vec<&'a String> {
    let wanted = letters(wanted);
    let mut all: Vec<(usize, &String)> =
        names.iter().map(|name| (distance(&wanted, &letters(name)), name)).collect();
    all.sort_by_key(|&(distance, _)| distance);
    all.into_iter().take(count).map(|(_, name)| name).collect()
}

fn letters(name: &str) -> Vec<char> {
    // A name is compared up to a length that keeps the table of distances small.
    const LONGEST: usize = 80;
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .take(LONGEST)
        .collect()
}

/// Levenshtein's distance: the fewest letters to insert, delete or replace.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(wanted: &str) -> Option<String> {
        let names = ["mean_area", "mean_radius", "diagnosis"].map(String::from);
        near_match(wanted, &names).map(String::from)
    }

    #[test]
    fn finds_slips_of_case_separator_and_letters() {
        assert_eq!(near("Mean Area").as_deref(), Some("mean_area"));
        assert_eq!(near("diagnosys").as_deref(), Some("diagnosis"));
        assert_eq!(near("diagnoses ").as_deref(), Some("diagnosis"));
        assert_eq!(near("mean_raduis").as_deref(), Some("mean_radius"));
    }

    #[test]
    fn finds_nothing_in_what_is_far() {
        assert_eq!(near("price"), None);
        assert_eq!(near(""), None);
    }

    #[test]
    fn distance_counts_edits() {
        let chars = |s: &str| s.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(distance(&chars(""), &chars("abc")), 3);
        assert_eq!(distance(&chars("abc"), &chars("")), 3);
    }
}
