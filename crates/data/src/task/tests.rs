use super::*;
use crate::{Missing, Result, Table, profile};

fn find(cells: &[&str], task: Option<Task>) -> Result<Target> {
    let rows: String = cells.iter().map(|cell| format!("1,{cell}\n")).collect();
    let table = Table::from_csv_reader(format!("x,y\n{rows}").as_bytes(), "t.csv")?;
    let columns = profile(&table, &Missing::default(), &[])?;
    Target::find(&table, &columns, "y", task)
}

fn message(cells: &[&str], task: Option<Task>) -> String {
    find(cells, task).unwrap_err().to_string()
}

#[test]
fn tasks_are_found_and_can_be_said() {
    let task = |cells: &[&str]| find(cells, None).unwrap().task();
    assert_eq!(task(&["a", "b", "a"]), Task::Binary);
    assert_eq!(task(&["0", "1", "1"]), Task::Binary);
    assert_eq!(task(&["a", "b", "c", "a"]), Task::Classes);
    assert_eq!(task(&["1.5", "2.5", "1.5"]), Task::Regression);
    assert_eq!(task(&["1", "2", "3", "4"]), Task::Regression);
    let digits: Vec<String> = (0..100).map(|i| (i % 10).to_string()).collect();
    let digits: Vec<&str> = digits.iter().map(String::as_str).collect();
    let target = find(&digits, None).unwrap();
    assert_eq!((target.task(), target.labels()[9].as_str()), (Task::Classes, "9"));
    assert_eq!(find(&digits, Some(Task::Regression)).unwrap().n_out(), 1);
}

#[test]
fn what_cannot_be_a_target_is_refused() {
    assert!(message(&["a", "a"], None).contains("only one class"));
    assert!(message(&["1", "?"], None).contains("row 3"));
    assert!(message(&["a", "b"], Some(Task::Regression)).contains("it holds texts"));
    assert!(message(&["a", "b", "c", "c"], Some(Task::Binary)).contains("3 classes instead of"));
    assert!(message(&["a", "b"], Some(Task::Classes)).contains("fewer than three"));
    let keys: Vec<String> = (0..90).map(|i| format!("k{i}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert!(message(&keys, None).contains("a class of its own"));
}
