//! The page: what of the model is in it is text, and it predicts in a browser.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::{get, predict};
use crate::service::{Service, objects};

#[test]
fn names_and_levels_are_text_and_nothing_from_elsewhere_is_loaded() {
    let service = Service::start("group.st", &[]);
    let answer = get(&service.address, "/");
    assert!(answer.has("content-type", "text/html; charset=utf-8"));
    assert!(answer.has("x-content-type-options", "nosniff"));
    let policy = answer.head.lines().find(|line| line.starts_with("content-security-policy: "));
    let policy = policy.unwrap();
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let scripts: Vec<_> = answer.body.match_indices("<script").collect();
    assert_eq!(scripts.len(), 1, "the page's own: {}", answer.body);
    assert!(answer.body.contains("data-column=\"&#60;script&#62;\""), "{}", answer.body);
    for text in [
        "type=\"date\"",
        "<option value=\"Oslo\">",
        "value=\"True\"",
        "type=\"number\"",
        "20 to 69",
    ] {
        assert!(answer.body.contains(text), "expected {text} in {}", answer.body);
    }
    assert!(
        get(&service.address, "/page.js").has("content-type", "text/javascript; charset=utf-8")
    );
    assert!(get(&service.address, "/page.css").has("content-type", "text/css; charset=utf-8"));
}

/// Presses the button and gives the text of the answer.
pub fn press(browser: &mut Browser) -> String {
    let script = "(async () => {
        const answer = document.getElementById('answer');
        answer.hidden = true;
        document.querySelector('[type=submit]').click();
        while (answer.hidden) await new Promise((done) => setTimeout(done, 10));
        return answer.innerText;
    })()";
    browser.value(script).as_str().unwrap().to_owned()
}

#[test]
fn the_form_predicts_in_a_browser() {
    let service = Service::start("group.st", &[]);
    let Some(mut browser) = Browser::open(&format!("http://{}/", service.address)) else { return };
    browser.look((390, 800), true, "dark");
    let fields = browser
        .value("[...document.querySelectorAll('[data-column]')].map((f) => f.dataset.column)");
    assert_eq!(fields, json!(["age", "town", "since", "<script>", "member"]));
    let wide = browser.value("document.documentElement.scrollWidth - innerWidth");
    assert!(wide.as_i64().unwrap() <= 0, "a phone shows all of its width");

    // With nothing filled in all is missing.
    let mut row = objects(5..6).remove(0);
    let nothing = Value::Object(
        row.as_object().unwrap().keys().map(|key| (key.clone(), Value::Null)).collect(),
    );
    let class = |row: &Value| {
        let answer = predict(&service.address, row).json();
        let predicted = answer["predictions"][0]["predicted"].as_str().unwrap().to_owned();
        let p = answer["predictions"][0]["probabilities"][&predicted].as_f64().unwrap();
        (predicted, format!("{:.1} %", 100.0 * p))
    };
    let (predicted, p) = class(&nothing);
    let shown = press(&mut browser);
    assert!(shown.starts_with(&predicted) && shown.contains(&p), "{shown}: {predicted} {p}");

    row["age"] = 33.5.into();
    let fill = format!(
        "(() => {{ const row = {row};
            for (const field of document.querySelectorAll('[data-column]')) {{
                const value = row[field.dataset.column];
                if (field.tagName === 'FIELDSET') {{
                    field.querySelector(value ? '[value=True]' : '[value=False]').click();
                }} else field.value = value;
            }} }})()"
    );
    browser.value(&fill);
    let (predicted, p) = class(&row);
    let shown = press(&mut browser);
    assert!(shown.starts_with(&predicted) && shown.contains(&p), "{shown}: {predicted} {p}");
    // A class with a tag in its name is shown as text.
    assert!(shown.contains("old <b>"), "{shown}");

    browser.picture(&std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-form.png"));
    assert_eq!(browser.problems(), [] as [Value; 0], "nothing is blocked, nothing fails");

    // What is wrong is shown in the service's words.
    browser.value("document.querySelector('[data-column=\"age\"]').type = 'text'");
    browser.value("document.querySelector('[data-column=\"age\"]').value = 'young'");
    let shown = press(&mut browser);
    assert!(
        shown.starts_with("request, row 1, column \"age\": \"young\" is not a number"),
        "{shown}"
    );
}
