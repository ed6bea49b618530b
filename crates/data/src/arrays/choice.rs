//! Which arrays of a file are features and labels, by their names.

use super::rows::{NUMBERS_OF_CLASSES, turned};

/// What is wanted of a file that holds examples to learn from and others to judge by.
///
/// ```
/// assert_ne!(layerwise_data::Part::Training, layerwise_data::Part::Testing);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `x_train` before `x_test`.
    Training,
    /// `x_test` before `x_train`.
    Testing,
}

/// The names of what was chosen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub features: String,
    pub labels: Option<String>,
}

type Named = (String, Vec<usize>);

/// What an array may be called that holds features or labels, the surer first.
const FEATURES: [&str; 7] = ["x", "data", "features", "inputs", "input", "images", "image"];
const LABELS: [&str; 6] = ["y", "target", "targets", "labels", "label", "classes"];

/// A name in parts.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    /// What is neither part nor role.
    rest: Vec<String>,
    /// 0 for training, 1 for testing, 2 for validation, 3 where the name says nothing.
    part: usize,
    role: String,
}

/// `train_set_x`: the role `x` of the part for training.
fn parts(name: &str) -> Parts {
    let (mut rest, mut part) = (vec![], 3);
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    for word in words.map(str::to_lowercase) {
        match word.as_str() {
            "train" | "training" => part = 0,
            "test" | "testing" => part = 1,
            "val" | "valid" | "validation" | "dev" => part = 2,
            "set" => {}
            _ => rest.push(word),
        }
    }
    // In Python's way of writing both `x_train` and `train_x` are met, but the role stands last of the rest.
    let role = rest.pop().unwrap_or_default();
    Parts { rest, part, role }
}

/// Features and labels that go together.
pub(super) fn choose(arrays: &[Named], labels: Option<&str>, part: Part) -> Result<Choice, String> {
    if let Some(labels) = labels {
        let features = beside(arrays, labels)?;
        return Ok(Choice { features, labels: Some(labels.to_owned()) });
    }
    match arrays {
        [] => return Err("it holds no arrays".into()),
        [(only, _)] => return Ok(Choice { features: only.clone(), labels: None }),
        _ => {}
    }
    let pairs: Vec<(usize, Choice)> = sets(arrays)
        .into_iter()
        .filter_map(|(part, features, labels)| {
            Some((part, Choice { features, labels: Some(labels?) }))
        })
        .collect();
    first_of(pairs, part).map_err(|problem| unfit_labels(arrays).unwrap_or(problem))
}

/// What is wrong with labels that go with features by their names and not by their size.
fn unfit_labels(arrays: &[Named]) -> Option<String> {
    let named: Vec<(Parts, &Named)> = arrays.iter().map(|array| (parts(&array.0), array)).collect();
    let of_role = |roles: &'static [&str]| {
        named.iter().filter(|(parts, _)| roles.contains(&parts.role.as_str()))
    };
    let pairs = of_role(&FEATURES).flat_map(|(x, features)| {
        let beside = of_role(&LABELS).filter(move |(y, _)| y.part == x.part && y.rest == x.rest);
        beside.map(move |(_, labels)| (features, labels))
    });
    pairs.into_iter().find_map(|((x, x_shape), (y, y_shape))| {
        let m = x_shape.first().copied().unwrap_or(0);
        match y_shape.as_slice() {
            shape if count(shape) == m => None,
            [rows, classes] if *rows == m => {
                Some(format!("labels of {y} have {classes} numbers each; {NUMBERS_OF_CLASSES}"))
            }
            shape => Some(turned(shape, m).map_or_else(
                || {
                    let labels = count(shape);
                    format!("{x} has {m} examples and {y} {labels} labels: they do not go together")
                },
                |turned| format!("labels of {y} {turned}"),
            )),
        }
    })
}

/// Features, whether they have labels or not.
pub(super) fn features(arrays: &[Named], part: Part) -> Result<String, String> {
    match arrays {
        [] => Err("it holds no arrays".into()),
        [(only, _)] => Ok(only.clone()),
        _ => {
            let sets = sets(arrays).into_iter().map(|(part, features, _)| (part, features));
            first_of(sets.collect(), part)
        }
    }
}

/// Each set of features: its part, its name and that of its labels.
fn sets(arrays: &[Named]) -> Vec<(usize, String, Option<String>)> {
    let named: Vec<(Parts, &Named)> = arrays.iter().map(|array| (parts(&array.0), array)).collect();
    // The array of a set whose role is one of these, by the first of them that is there.
    let found = |of: &Parts, roles: &[&str]| {
        roles.iter().find_map(|role| {
            let like = |(p, _): &&(Parts, &Named)| {
                p.rest == of.rest && p.part == of.part && p.role == *role
            };
            named.iter().find(like).map(|(_, array)| *array)
        })
    };
    let mut sets = vec![];
    for (of, (name, shape)) in &named {
        let is_first = found(of, &FEATURES).is_some_and(|first| first.0 == *name);
        if is_first {
            let labels = found(of, &LABELS).filter(|(_, s)| shape.first() == Some(&count(s)));
            sets.push((of.part, name.clone(), labels.map(|(name, _)| name.clone())));
        }
    }
    sets
}

fn count(shape: &[usize]) -> usize {
    shape.iter().fold(1, |count, &size| count.saturating_mul(size))
}

/// The only one, or the only one of the part that is wanted most.
fn first_of<T>(mut found: Vec<(usize, T)>, part: Part) -> Result<T, String> {
    let order = match part {
        Part::Training => [3, 0, 1, 2],
        Part::Testing => [3, 1, 2, 0],
    };
    for part in order {
        let mut of_part: Vec<T> =
            found.extract_if(.., |(of, _)| *of == part).map(|f| f.1).collect();
        match (of_part.pop(), of_part.is_empty()) {
            (Some(only), true) => return Ok(only),
            (Some(_), false) => return Err("several of its arrays may be meant".into()),
            (None, _) => {}
        }
    }
    Err("which of its arrays are features and labels does not follow from their names \
         (such as X and y, or x_train and y_train)"
        .into())
}

/// The features of which these are the labels.
fn beside(arrays: &[Named], labels: &str) -> Result<String, String> {
    let Some((_, shape)) = arrays.iter().find(|(name, _)| name == labels) else {
        return Err(format!("it has no array {labels:?}"));
    };
    let m = count(shape);
    let fits = |(name, shape): &&Named| name != labels && shape.first() == Some(&m);
    let of = parts(labels);
    let like = FEATURES.iter().find_map(|role| {
        let same = |(name, _): &&Named| {
            let named = parts(name);
            (named.part, &named.rest, named.role.as_str()) == (of.part, &of.rest, role)
        };
        arrays.iter().filter(fits).find(same)
    });
    if let Some((name, _)) = like {
        return Ok(name.clone());
    }
    let mut others = arrays.iter().filter(fits);
    match (others.next(), others.next()) {
        (Some((only, _)), None) => Ok(only.clone()),
        (None, _) => {
            Err(format!("no other array has an example for each of the {m} values of {labels}"))
        }
        _ => Err(format!("several arrays have an example for each of the {m} values of {labels}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrays(named: &[(&str, &[usize])]) -> Vec<Named> {
        named.iter().map(|(name, shape)| (name.to_string(), shape.to_vec())).collect()
    }

    fn chosen(named: &[(&str, &[usize])], labels: Option<&str>, part: Part) -> (String, String) {
        let Choice { features, labels } = choose(&arrays(named), labels, part).unwrap();
        (features, labels.unwrap_or_default())
    }

    #[test]
    fn pairs_are_found_by_their_names() {
        for (x, y) in [
            ("X", "y"),
            ("x", "labels"),
            ("X_train", "Y_train"),
            ("train_set_x", "train_set_y"),
            ("data", "target"),
            ("images", "classes"),
            ("deep/group/x", "deep/group/y"),
        ] {
            let all: [(&str, &[usize]); 3] = [("other", &[3]), (y, &[1, 4]), (x, &[4, 2, 2])];
            assert_eq!(chosen(&all, None, Part::Training), (x.into(), y.into()));
        }
        assert_eq!(chosen(&[("whatever", &[3, 2])], None, Part::Testing).0, "whatever");
        let digits: [(&str, &[usize]); 4] =
            [("data", &[9, 4]), ("target", &[9]), ("images", &[9, 2, 2]), ("target_names", &[3])];
        assert_eq!(chosen(&digits, None, Part::Training), ("data".into(), "target".into()));
    }

    #[test]
    fn of_several_parts_the_one_that_is_wanted() {
        let mnist: [(&str, &[usize]); 4] =
            [("x_test", &[2, 4]), ("x_train", &[3, 4]), ("y_test", &[2]), ("y_train", &[3])];
        assert_eq!(chosen(&mnist, None, Part::Training).0, "x_train");
        assert_eq!(chosen(&mnist, None, Part::Testing), ("x_test".into(), "y_test".into()));
        assert_eq!(chosen(&mnist, Some("y_test"), Part::Training).0, "x_test");
        assert_eq!(features(&arrays(&mnist), Part::Testing), Ok("x_test".into()));
    }

    #[test]
    fn what_does_not_follow_is_said() {
        let problem = |named: &[(&str, &[usize])], labels| {
            choose(&arrays(named), labels, Part::Training).unwrap_err()
        };
        assert!(problem(&[("a", &[3, 2]), ("b", &[3])], None).contains("does not follow"));
        // As many labels as examples, or they are none.
        assert_eq!(
            problem(&[("x", &[3, 2]), ("y", &[4])], None),
            "x has 3 examples and y 4 labels: they do not go together"
        );
        let one_hot = problem(&[("x_train", &[3, 2]), ("y_train", &[3, 10])], None);
        assert!(one_hot.starts_with("labels of y_train have 10 numbers each; of classes give"));
        let rows_of_classes = problem(&[("x", &[3, 2]), ("y", &[10, 3])], None);
        assert!(rows_of_classes.starts_with("labels of y have shape (10, 3)"), "{rows_of_classes}");
        assert!(
            problem(&[("a/x", &[3]), ("a/y", &[3]), ("b/x", &[3]), ("b/y", &[3])], None)
                .contains("several")
        );
        assert!(problem(&[("a", &[3, 2])], Some("c")).contains("no array \"c\""));
        assert!(problem(&[("a", &[3, 2]), ("c", &[4])], Some("c")).contains("no other array"));
        assert!(problem(&[("a", &[3]), ("b", &[3]), ("c", &[3])], Some("c")).contains("several"));
        assert!(problem(&[], None).contains("no arrays"));
        assert_eq!(
            chosen(&[("pixels", &[3, 2]), ("kinds", &[3])], Some("kinds"), Part::Training).0,
            "pixels"
        );
    }
}
