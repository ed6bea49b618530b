//! What makes a model look better than it is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;

use layerwise_data::{ColumnKind, ColumnProfile, Table, Target, Task};

use super::{count, shell_word, short};

/// Part of an equal share below which a class is said to be rare.
const RARE: f64 = 0.1;
/// How much of a target a single column may tell before it is suspected to be the target itself.
const LEAK: f64 = 0.9995;

/// What a person should know before a model is believed. `table` may be a sample of one of so many rows.
pub fn warnings(
    (table, of): (&Table, usize),
    profiles: &[ColumnProfile],
    target: Option<&Target>,
) -> Vec<String> {
    let mut warnings = vec![];
    let mut seen = HashSet::with_capacity(table.n_rows());
    // By a hash of 64 bits: two rows of a billion share one by chance in one table of forty.
    let hasher = std::hash::RandomState::new();
    let row = |row| hasher.hash_one(table.cells(row).collect::<Vec<_>>());
    let repeated = (0..table.n_rows()).filter(|&i| !seen.insert(row(i))).count();
    if repeated > 0 {
        let rows = count(repeated, "row");
        let repeat = if repeated == 1 { "repeats another" } else { "repeat others" };
        let sampled = if table.n_rows() < of { " of the sample" } else { "" };
        warnings.push(format!(
            "{rows}{sampled} {repeat}: one copy may be learned from and the other be there to judge by"
        ));
    }
    let Some(target) = target else { return warnings };
    if let Some(profile) = profiles.iter().find(|profile| profile.name == target.column())
        && target.task() != Task::Regression
        && let Some((label, n)) = profile.levels.last()
        && let Some(classes) = profile.distinct
    {
        let limit = RARE * of as f64 / classes as f64;
        let rare = profile.levels.iter().filter(|(_, n)| (*n as f64) < limit).count();
        let (label, rows) = (short(label), count(*n, "row"));
        match rare {
            0 => {}
            1 => {
                warnings.push(format!("class {label} is rare ({rows}): accuracy says little of it"))
            }
            _ => warnings.push(format!(
                "{rare} classes are rare, {label} the rarest ({rows}): accuracy says little of them"
            )),
        }
    }
    warnings.extend(alike(target.labels()));
    for profile in profiles {
        if profile.name != target.column()
            && profile.kind.is_useful()
            && tells_all(table, profile, target)
        {
            warnings.push(format!(
                "column {} alone tells the target: does it come from it? (--leave-out {})",
                short(&profile.name),
                shell_word(&profile.name)
            ));
        }
    }
    warnings
}

/// Says which labels differ in nothing but capitals, such as `True` and `TRUE`.
fn alike(labels: &[String]) -> Option<String> {
    let mut spellings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for label in labels {
        spellings.entry(label.to_lowercase()).or_default().push(short(label));
    }
    let several = spellings.into_values().find(|spellings| spellings.len() > 1)?;
    Some(format!(
        "classes {} differ only in capitals and are told apart: write them alike if they are one",
        several.join(", ")
    ))
}

/// Whether a column gives the target away.
fn tells_all(table: &Table, profile: &ColumnProfile, target: &Target) -> bool {
    let (Ok(cells), Ok(truths)) = (table.column(&profile.name), table.column(target.column()))
    else {
        return false;
    };
    let pairs = cells.map(str::trim).zip(truths.map(str::trim));
    if target.task() == Task::Regression {
        let numbers = pairs.filter_map(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?)));
        return profile.kind == ColumnKind::Number
            && correlation(&numbers.collect::<Vec<_>>()) > LEAK;
    }
    if profile.kind == ColumnKind::Number && profile.distinct.is_none_or(|n| n > 20) {
        let mut numbers: Vec<(f64, &str)> =
            pairs.filter_map(|(x, y)| Some((x.parse().ok()?, y))).collect();
        numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let changes = numbers.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
        return changes + 1 == target.labels().len() && numbers.len() > 10 * (changes + 1);
    }
    let mut classes: HashMap<&str, &str> = HashMap::new();
    let mut rows = 0;
    for (level, class) in pairs {
        rows += 1;
        if *classes.entry(level).or_insert(class) != class {
            return false;
        }
    }
    // Levels of a few rows agree by chance.
    classes.len() * 10 <= rows && classes.values().collect::<HashSet<_>>().len() > 1
}

/// |r| of pairs of numbers.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(|p| of(p) / n).sum::<f64>();
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let xy = sum(&|p| (p.0 - x) * (p.1 - y));
    let (xx, yy) = (sum(&|p| (p.0 - x).powi(2)), sum(&|p| (p.1 - y).powi(2)));
    if xx > 0.0 && yy > 0.0 { (xy / (xx * yy).sqrt()).abs() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_data::{Missing, profile};

    fn warned(csv: &str, target: &str) -> Vec<String> {
        let table = Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap();
        let profiles = profile(&table, &Missing::default(), &[]).unwrap();
        let target = Target::find(&table, &profiles, target, None).unwrap();
        warnings((&table, table.n_rows()), &profiles, Some(&target))
    }

    #[test]
    fn a_column_that_is_the_target_in_disguise_is_named() {
        let rows = |f: &dyn Fn(usize) -> String| (0..100).map(f).collect::<String>();
        let copy = rows(&|i| format!("{},{},{i}.5\n", ["n", "y"][i % 2], i % 2));
        let found = warned(&format!("copy,y,x\n{copy}"), "y");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("column copy alone tells the target"));
        let cut = rows(&|i| format!("{}.5,{}\n", i * 7 % 100, usize::from(i * 7 % 100 > 50)));
        assert_eq!(warned(&format!("x,y\n{cut}"), "y").len(), 1);
        let line = rows(&|i| format!("{},{}\n", i * 7 % 100, 3.5 * (i * 7 % 100) as f64));
        assert_eq!(warned(&format!("x,y\n{line}"), "y").len(), 1);
        let noise = rows(&|i| format!("{},{}\n", i * 7 % 100, i * 31 % 2));
        assert!(warned(&format!("x,y\n{noise}"), "y").is_empty());
    }

    #[test]
    fn repeated_rows_and_rare_classes_are_told() {
        let rows: String = (0..100).map(|i| format!("{i},{}\n", usize::from(i == 40))).collect();
        let found = warned(&format!("x,y\n{rows}7,0\n"), "y");
        assert!(found[0].starts_with("1 row repeats another"), "{found:?}");
        assert!(found[1].starts_with("class 1 is rare (1 row)"), "{found:?}");
    }

    #[test]
    fn of_many_classes_none_is_rare_for_being_one_of_many() {
        let rows = |last: usize| {
            let even = (0..400).map(|i| format!("{}.5,c{}\n", i * 7 % 997, i % 40));
            let rare = (0..last).map(|i| format!("{i}.25,last\n"));
            "x,y\n".to_owned() + &even.chain(rare).collect::<String>()
        };
        assert!(warned(&rows(5), "y").is_empty(), "{:?}", warned(&rows(5), "y"));
        let rows = rows(0) + &rows(0)[4..] + "7.75,last\n";
        let found = warned(&rows, "y");
        assert!(
            found.iter().any(|text| text.starts_with("class last is rare (1 row)")),
            "{found:?}"
        );
    }

    #[test]
    fn labels_that_differ_in_capitals_alone_are_told() {
        let rows: String =
            (0..90).map(|i| format!("{i}.5,{}\n", ["True", "true", "False"][i * 7 % 3])).collect();
        let found = warned(&format!("x,y\n{rows}"), "y");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("classes True, true differ only in capitals"));
    }
}
