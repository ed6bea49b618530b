//! `cargo xtask docs`: public items whose documentation shows no example.
//!
//! A scan of the text, as rustfmt leaves it: what belongs to a file stands at its margin, what belongs to
//! an `impl` or a trait four blanks further in, and a block ends with `}` where it began.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crate::output::say;

/// Lists the public items of the libraries that have no example which runs.
///
/// A method is covered, too, by an example of its type or trait that calls it by name.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The crates, by their folders; all libraries if none is named.
    crates: Vec<String>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct DocsError {
    /// The file or folder.
    path: PathBuf,
    /// Why it cannot be read.
    source: std::io::Error,
}

/// An item that is `pub`, or a method of a trait that is.
#[derive(Debug)]
struct Item {
    file: String,
    line: usize,
    /// The type or trait it is a method of.
    owner: Option<String>,
    name: String,
    /// The code of its examples.
    example: String,
}

/// Scans, and returns whether every item has its example.
pub fn run(args: &Args) -> Result<bool, DocsError> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("crates");
    let named = |name: &String| args.crates.is_empty() || args.crates.contains(name);
    let (mut all, mut without) = (0, 0);
    for name in entries(&crates)?.iter().filter(|&name| name != "cli" && named(name)) {
        let mut files = vec![];
        read(&crates, &format!("{name}/src"), &mut files)?;
        let items = public_items(&files);
        all += items.len();
        for item in uncovered(&items) {
            let owner = item.owner.as_ref().map_or(String::new(), |owner| format!("{owner}::"));
            say!("crates/{}:{}: {owner}{}", item.file, item.line, item.name);
            without += 1;
        }
    }
    say!("{all} public items, {without} without an example");
    Ok(without == 0)
}

/// The names in a folder, in order.
fn entries(folder: &Path) -> Result<BTreeSet<String>, DocsError> {
    let error = |source| DocsError { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(error)?;
    entries.map(|e| Ok(e.map_err(error)?.file_name().to_string_lossy().into_owned())).collect()
}

/// The path and the text of every Rust file in and below `folder`.
fn read(root: &Path, folder: &str, files: &mut Vec<(String, String)>) -> Result<(), DocsError> {
    for name in entries(&root.join(folder))? {
        let (path, inside) = (root.join(folder).join(&name), format!("{folder}/{name}"));
        if path.is_dir() {
            read(root, &inside, files)?;
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).map_err(|source| DocsError { path, source })?;
            files.push((inside, text));
        }
    }
    Ok(())
}

/// The items of a crate that can be named from outside: in `lib.rs` or a `pub mod` of it, or re-exported.
fn public_items(files: &[(String, String)]) -> Vec<Item> {
    let (mut exported, mut open) = (BTreeSet::new(), BTreeSet::from(["lib".to_owned()]));
    for (_, text) in files {
        for statement in text.split(';') {
            if let Some((_, path)) = statement.rsplit_once("\npub use ") {
                let names = path.rsplit("::").next().unwrap_or(path);
                exported.extend(names.split(|c| !is_name(c)).map(str::to_owned));
            } else if let Some((_, module)) = statement.rsplit_once("\npub mod ") {
                open.insert(module.to_owned());
            }
        }
    }
    let mut items = vec![];
    for (file, text) in files {
        let stem = file.trim_end_matches("/mod.rs").trim_end_matches(".rs");
        let all = stem.rsplit('/').next().is_some_and(|module| open.contains(module));
        items.extend(
            items_of(file, text)
                .into_iter()
                .filter(|item| all || exported.contains(item.owner.as_ref().unwrap_or(&item.name))),
        );
    }
    items
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The `pub` items of one file.
fn items_of(file: &str, text: &str) -> Vec<Item> {
    let (mut items, mut docs, mut owner) = (vec![], vec![], None);
    // Within a block at the margin, and whether it is a public trait; within an attribute.
    let (mut block, mut in_trait, mut attribute) = (false, false, false);
    let mut lines = text.lines().enumerate();
    while let Some((i, line)) = lines.next() {
        let (trimmed, margin) = (line.trim_start(), !line.starts_with(' '));
        if let Some(doc) = trimmed.strip_prefix("///") {
            docs.push(doc);
        } else if attribute || trimmed.starts_with("#[") {
            attribute = !trimmed.ends_with(']');
        } else {
            let mut push = |owner: Option<&String>, name: &str| {
                let (file, example) = (file.to_owned(), example(&docs));
                let (owner, name) = (owner.cloned(), name.to_owned());
                items.push(Item { file, line: i + 1, owner, name, example });
            };
            if margin && line.starts_with('}') {
                (block, in_trait, owner) = (false, false, None);
            } else if margin && !block {
                if let Some(name) = item_name(line) {
                    push(None, name);
                    in_trait = line.starts_with("pub trait ");
                    owner = in_trait.then(|| name.to_owned());
                } else if line.starts_with("impl") {
                    let mut header = line.to_owned();
                    while !header.contains('{') {
                        let Some((_, line)) = lines.next() else { break };
                        header.push_str(line);
                    }
                    owner = own_impl(&header).map(str::to_owned);
                    block = !header.ends_with('}');
                }
                // `use` in braces, a function's arguments in lines of their own: ended by a `}`, too.
                block |= line.ends_with('{');
            } else if owner.is_some() && line.len() - trimmed.len() == 4 {
                let item = if in_trait { trimmed.strip_prefix("fn ") } else { item_name(trimmed) };
                if let Some(item) = item {
                    push(owner.as_ref(), item.split(|c| !is_name(c)).next().unwrap_or(item));
                }
            }
            docs.clear();
        }
    }
    items
}

/// The name in `pub fn name`, `pub struct Name` and the like.
fn item_name(line: &str) -> Option<&str> {
    let mut item = line.strip_prefix("pub ")?;
    for word in ["const fn ", "unsafe fn ", "fn ", "struct ", "enum ", "trait ", "type ", "const "]
    {
        if let Some(name) = item.strip_prefix(word) {
            item = name;
            return item.split(|c| !is_name(c)).next();
        }
    }
    None
}

/// The type in `impl<T> Type<T> {`; none if it implements a trait.
fn own_impl(header: &str) -> Option<&str> {
    let header = header.strip_prefix("impl")?.split('{').next()?;
    let (mut depth, mut start) = (0, 0);
    for (i, c) in header.char_indices() {
        depth += i32::from(c == '<') - i32::from(c == '>' && !header[..i].ends_with('-'));
        if depth == 0 {
            start = if c == '>' || c == ' ' { i + 1 } else { i };
            break;
        }
    }
    let header = header[start..].trim_start();
    (!header.contains(" for ")).then(|| header.split(|c| !is_name(c)).next())?
}

/// The code in a documentation's examples that run.
fn example(docs: &[&str]) -> String {
    let (mut code, mut fence) = (String::new(), None);
    for doc in docs {
        match (doc.trim().strip_prefix("```"), fence) {
            (Some(_), Some(_)) => fence = None,
            (Some(tag), None) => fence = Some(["", "rust", "should_panic"].contains(&tag)),
            (None, Some(true)) => code = code + doc + "\n",
            _ => {}
        }
    }
    code
}

/// The items without an example of their own and not called in that of their type.
fn uncovered(items: &[Item]) -> Vec<&Item> {
    let owners = items.iter().filter(|item| item.owner.is_none());
    let examples: HashMap<&str, &str> =
        owners.map(|item| (item.name.as_str(), item.example.as_str())).collect();
    let covered = |item: &&Item| {
        let example = item.owner.as_ref().and_then(|owner| examples.get(owner.as_str()));
        !item.example.is_empty() || example.is_some_and(|example| calls(example, &item.name))
    };
    items.iter().filter(|item| !covered(item)).collect()
}

/// Whether `code` says `.name(`, `::name` or `fn name`.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(i, _)| {
        let (before, after) = (&code[..i], &code[i + name.len()..]);
        let call = before.ends_with('.') && (after.starts_with('(') || after.starts_with("::<"));
        let named = before.ends_with("::") || before.ends_with("fn ");
        call || (named && !after.starts_with(is_name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
/// Half of a number.
///
/// ```
/// assert_eq!(Half::of(4.0).value(), 2.0);
/// ```
#[derive(
    Debug,
)]
pub struct Half {
    pub field: f64,
}

impl<F: Fn() -> u8> Half {
    /// Called above.
    pub fn of(x: f64) -> Self {
        pub fn inside() {}
    }
    pub fn value(&self) -> f64 {}
    /// ```text
    /// no code
    /// ```
    pub fn val(&self) -> f64 {}
    fn private(&self) {}
}

impl Whole for Half {
    fn whole(&self) {}
}

pub trait Whole {
    /// ```
    /// assert!(true);
    /// ```
    fn shown(&self);
    fn whole(&self);
}

pub(crate) fn within() {}
pub fn hidden() {}

#[cfg(test)]
mod tests {
    pub fn test() {}
}
";

    fn missing(lib: &str) -> Vec<String> {
        let files = [("a/src/half.rs".into(), TEXT.into()), ("a/src/lib.rs".into(), lib.into())];
        let items = public_items(&files);
        uncovered(&items).iter().map(|item| item.name.clone()).collect()
    }

    #[test]
    fn lists_what_is_exported_and_shown_nowhere() {
        assert_eq!(missing("\npub use half::{\n    Half, Whole,\n};\n"), ["val", "Whole", "whole"]);
        assert_eq!(missing("\npub use half::Half;\n"), ["val"]);
        assert_eq!(missing("\npub mod half;\n"), ["val", "Whole", "whole", "hidden"]);
        assert!(missing("\nmod half;\npub(crate) use half::Half;\n").is_empty());
    }

    #[test]
    fn finds_the_type_of_an_impl() {
        assert_eq!(own_impl("impl<'a, F: Fn(&T) -> T, T> View<'a, F> {"), Some("View"));
        assert_eq!(own_impl("impl Half {"), Some("Half"));
        assert_eq!(own_impl("impl<T> Clone for View<T> {"), None);
    }

    #[test]
    fn a_call_is_by_the_whole_name() {
        assert!(calls("x.val()", "val") && calls("map(Half::val)", "val"));
        assert!(!calls("x.value()", "val") && !calls("let val = 1;", "val"));
        assert!(!calls("Half::value", "val") && calls("x.val::<f32>()", "val"));
    }
}
