//! No path comes from a request, and nothing is written.
//!
//! Whatever a request says is said twice: with the name of a file that is there, and with one of as many letters that
//! is not. A service that makes no path of it answers both alike. Where there is `strace`, it tells of any other look
//! at a file, too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::client::{Answer, Connection, JSON, get, post};
use crate::lifecycle::wait_for;
use crate::service::{COLUMNS, Service, models, objects, people};

/// What stands in a file that is there: a number, so that it could be the value of a column.
const CONTENT: &str = "47";

/// Names in both of whose places nothing else is, the first of a file that is there.
const NAMES: [(&str, &str); 2] = [("here.txt", "gone.txt"), ("here.st", "gone.st")];

/// A folder `cwd` to serve `m.st` in, one for what is temporary and one to be at home in; and in all of them and
/// above them a text and another model.
fn world() -> TempDir {
    let world = TempDir::new().unwrap();
    for folder in ["", "cwd", "tmp", "home"] {
        let folder = world.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("here.txt"), CONTENT).unwrap();
        fs::copy(models().join("income.st"), folder.join("here.st")).unwrap();
    }
    fs::copy(models().join("group.st"), world.path().join("cwd/m.st")).unwrap();
    world
}

/// All that lies in a folder: when it was changed, and what is in it.
fn lying(folder: &Path) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let about = fs::symlink_metadata(&path).unwrap();
        let content = if about.is_file() { fs::read(&path).unwrap() } else { vec![] };
        if about.is_dir() {
            all.extend(lying(&path));
        }
        all.insert(path, (about.modified().unwrap(), content));
    }
    all
}

/// The ways to write a name that could become a path.
fn written(name: &str, world: &Path) -> Vec<String> {
    let there = world.join("cwd").join(name).display().to_string();
    let mut all = vec![format!("file://{there}"), format!("file:{name}"), format!("@{name}")];
    all.extend(
        ["", "./", "../", "../cwd/", "..\\", "%2e%2e/", "..%2f", "....//"]
            .map(|way| way.to_owned() + name),
    );
    all.extend([format!("{name}%00"), format!("{name}%00.css"), format!("~/{name}"), there]);
    all
}

/// Requests for what is at a path, or with a word in their head.
fn heads(word: &str) -> Vec<Vec<u8>> {
    // A path of the system begins with the slash that a path of a request begins with, too.
    let word = word.replace('\\', "%5c");
    let bare = word.trim_start_matches('/');
    let mut targets: Vec<String> =
        ["/", "//", "/page.css/../", "/page.css/", "/model/", "/static/", "/predict/"]
            .map(|before| format!("{before}{bare}"))
            .into();
    let asked = [
        "/?file=",
        "/model?file=",
        "/model?model=",
        "/page.js?src=",
        "/metrics?out=",
        "/health?log=",
    ];
    targets.extend(asked.map(|before| format!("{before}{word}")));
    let ask = |method: &str, target: &str| {
        format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\nhi")
            .into_bytes()
    };
    let mut all: Vec<_> = targets.iter().map(|target| ask("GET", target)).collect();
    all.extend(["PUT", "DELETE"].map(|method| ask(method, &targets[0])));
    for name in [
        "x-original-url",
        "x-rewrite-url",
        "x-sendfile",
        "x-model",
        "content-location",
        "referer",
        "cookie",
    ] {
        let head = format!("GET /model HTTP/1.1\r\nhost: localhost\r\n{name}: {word}\r\n\r\n");
        all.push(head.into_bytes());
    }
    all
}

/// Requests for predictions with a word where a name, a value, a cell or a file could be.
fn bodies(word: &str) -> Vec<Vec<u8>> {
    let row = objects(0..1).remove(0);
    let (header, cells) =
        people(1).split_once('\n').map(|(a, b)| (a.to_owned(), b.trim_end().to_owned())).unwrap();
    let mut all =
        vec![post(JSON, json!(word).to_string().as_bytes()), post("text/csv", word.as_bytes())];
    for (place, column) in COLUMNS.iter().enumerate() {
        let mut other = row.clone();
        other[*column] = word.into();
        all.push(post(JSON, other.to_string().as_bytes()));
        let mut cells: Vec<&str> = cells.split(',').collect();
        cells[place] = word;
        all.push(post("text/csv", format!("{header}\n{}\n", cells.join(",")).as_bytes()));
    }
    for key in [word, "file", "model", "path", "url", "out"] {
        let mut other = row.clone();
        other[key] = word.into();
        all.push(post(JSON, other.to_string().as_bytes()));
        all.push(post(
            JSON,
            Value::Object(Map::from_iter([(key.to_owned(), json!(word))])).to_string().as_bytes(),
        ));
    }
    let part = format!(
        "--b\r\ncontent-disposition: form-data; name=\"{word}\"; filename=\"{word}\"\r\n\r\n{header}\n{cells}\n\r\n--b--\r\n"
    );
    all.push(post("multipart/form-data; boundary=b", part.as_bytes()));
    all.push(post(
        "application/x-www-form-urlencoded",
        format!("file={word}&model={word}").as_bytes(),
    ));
    let query = format!("POST /predict?model={word}&out={word} HTTP/1.1");
    all.push(
        [
            query.as_bytes(),
            &post(JSON, row.to_string().as_bytes())[b"POST /predict HTTP/1.1".len()..],
        ]
        .concat(),
    );
    all
}

/// An answer as it would be if the file had no name; without what the service counts, which it does all the time.
fn nameless(answer: Answer, name: &str) -> (u16, String) {
    let body = if answer.body.starts_with("# HELP") { String::new() } else { answer.body };
    (answer.status, body.replace(name, "NAME"))
}

/// Asks for all that could be a path, and expects the same for what is there and what is not.
fn ask_for_files(service: &Service, world: &Path) {
    for (here, gone) in NAMES {
        for (there, not) in written(here, world).into_iter().zip(written(gone, world)) {
            let requests = |word: &str| [heads(word), bodies(word)].concat();
            for (request, other) in requests(&there).into_iter().zip(requests(&not)) {
                let ask = |request| Connection::open(&service.address).ask(request);
                let found = nameless(ask(&request), here);
                let shown = String::from_utf8_lossy(&request);
                assert_eq!(found, nameless(ask(&other), gone), "{shown}");
            }
        }
    }
}

/// The program in its world, watched by `strace` where there is one.
fn start(world: &Path) -> (Service, Option<PathBuf>) {
    let program = env!("CARGO_BIN_EXE_layerwise");
    let trace = world.with_extension("trace");
    let can = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status();
    let watched = can.is_ok_and(|status| status.success());
    let mut command = Command::new(if watched { "strace" } else { program });
    if watched {
        // The watcher is not the program's parent, so that the program is this one's child as ever.
        command.args([
            "-D",
            "-f",
            "-q",
            "-y",
            "-e",
            "trace=%file,write",
            "-e",
            "signal=none",
            "-o",
        ]);
        command.arg(&trace).arg(program);
    } else {
        eprintln!("without strace only what is answered and what lies in folders is looked at");
    }
    let (cwd, tmp, home) = (world.join("cwd"), world.join("tmp"), world.join("home"));
    command.current_dir(cwd).env("TMPDIR", tmp).env("HOME", home);
    (Service::start_by(command, "m.st", &[]), watched.then_some(trace))
}

/// What a program that has ended did with files from when it listened.
fn looks(trace: &Path, program: u32) -> Vec<String> {
    let text = || String::from_utf8_lossy(&fs::read(trace).unwrap()).into_owned();
    let end = format!("{program} +++ exited");
    wait_for("end of the trace", || text().lines().any(|line| line.starts_with(&end)));
    let text = text();
    let mut lines = text.lines().skip_while(|line| !line.contains("\"listening on"));
    assert!(lines.next().is_some(), "{text}");
    let is_look = |line: &&str| match line.split_once("write(") {
        // Words for whoever started it, and what threads wake each other with.
        Some((_, write)) => write
            .split_once('>')
            .is_some_and(|(to, _)| to.contains("</") && !to.contains("</dev/null")),
        // How many processors there are: what an allocator asks.
        None => {
            line.contains('(')
                && !line.contains("\"/sys/devices/system/cpu")
                && !line.contains("\"/proc/")
        }
    };
    lines.filter(is_look).map(str::to_owned).collect()
}

#[test]
fn no_path_comes_from_a_request_and_nothing_is_written() {
    let world = world();
    let before = lying(world.path());
    let (mut service, trace) = start(world.path());
    ask_for_files(&service, world.path());
    let about = get(&service.address, "/model");
    assert!(about.status == 200 && about.body.contains("\"group\""), "{about:?}");
    service.signal("-TERM");
    assert_eq!(service.code(), Some(0));
    let after = lying(world.path());
    let places = before.keys().chain(after.keys());
    let changed: Vec<_> = places.filter(|&place| before.get(place) != after.get(place)).collect();
    assert!(changed.is_empty(), "{changed:?}");
    if let Some(trace) = trace {
        let looks = looks(&trace, service.child.id());
        let _ = fs::remove_file(trace);
        assert!(looks.is_empty(), "{looks:#?}");
    }
}
