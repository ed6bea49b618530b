//! The text of one cell.

/// A cell without blanks around it.
#[inline]
pub(crate) fn trimmed(cell: &str) -> &str {
    let cell = cell.trim_ascii();
    // Nearly all cells begin and end with a printed ASCII character.
    let printed = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = cell.as_bytes();
    if printed(bytes.first()) && printed(bytes.last()) { cell } else { cell.trim() }
}

/// The finite number a cell without blanks around it holds.
pub(crate) fn number(cell: &str) -> Option<f64> {
    // Words that mean infinity are no numbers here.
    cell.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn trimming_is_that_of_text(cell in "[ \t\u{a0}\u{3000}\u{feff}aé.]{0,6}") {
            prop_assert_eq!(trimmed(&cell), cell.trim());
        }
    }

    #[test]
    fn numbers_are_finite() {
        assert_eq!(number("-1.5e3"), Some(-1500.0));
        assert!(["", "inf", "nan", "1e999", "1,5", " 1"].iter().all(|cell| number(cell).is_none()));
    }
}
