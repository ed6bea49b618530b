//! The page of a model of images: a box to draw in or to drop a picture on, and the numbers to paste.

use std::fs;
use std::path::Path;

use base64::Engine;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::Browser;
use crate::client::{get, predict};
use crate::lists::{folder, folder_of, npy, pixels};
use crate::page::press;
use crate::service::{Service, layerwise};

/// Opens the page, so that what it sends is kept.
fn open(service: &Service) -> Option<Browser> {
    let mut browser = Browser::open(&format!("http://{}/", service.address))?;
    browser.value(
        "{ const real = fetch; window.fetch = (path, options) => {
            window.sent = JSON.parse(options.body);
            return real(path, options);
        } }",
    );
    Some(browser)
}

/// What is sent and answered when the button is pressed.
fn sent(browser: &mut Browser) -> (Value, String) {
    let answer = press(browser);
    (browser.value("window.sent"), answer)
}

/// Drops a file, and waits until the box has changed.
fn drop_file(browser: &mut Browser, bytes: &[u8]) {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    browser.value(&format!(
        "(async () => {{
            const seen = () => document.getElementById('seen').toDataURL();
            const before = seen();
            const bytes = Uint8Array.from(atob('{text}'), (c) => c.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], 'it.png', {{ type: 'image/png' }}));
            const event = new DragEvent('drop', {{ dataTransfer, bubbles: true, cancelable: true }});
            document.getElementById('box').dispatchEvent(event);
            const answer = document.getElementById('answer');
            answer.hidden = true;
            while (seen() === before && answer.hidden) await new Promise((done) => setTimeout(done, 10));
        }})()"
    ));
}

/// Draws a line with the mouse, from and to parts of the box's sides.
fn draw(browser: &mut Browser, points: &[(f64, f64)]) {
    let place = browser.value(
        "(() => { const box = document.getElementById('box'); box.scrollIntoView();
            const { left, top, width, height } = box.getBoundingClientRect();
            return [left, top, width, height]; })()",
    );
    let [left, top, width, height] = [0, 1, 2, 3].map(|i| place[i].as_f64().unwrap());
    let last = points.len() - 1;
    let mut mouse = |kind: &str, (x, y): (f64, f64)| {
        let (x, y) = (left + x * width, top + y * height);
        let params = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1 });
        browser.call("Input.dispatchMouseEvent", params);
    };
    mouse("mousePressed", points[0]);
    points.iter().for_each(|point| mouse("mouseMoved", *point));
    mouse("mouseReleased", points[last]);
}

fn set(browser: &mut Browser, numbers: &str) {
    browser.value(&format!(
        "{{ const field = document.getElementById('numbers'); field.value = '{numbers}';
            field.dispatchEvent(new Event('input')); }}"
    ));
}

#[test]
fn a_picture_that_is_dropped_is_predicted() {
    let folder = folder();
    let service = Service::start_in(folder.path(), "m.st", &[]);
    let Some(mut browser) = open(&service) else { return };
    browser.look((390, 800), true, "light");
    let wide = browser.value("document.documentElement.scrollWidth - innerWidth");
    assert!(wide.as_i64().unwrap() <= 0, "a phone shows all of its width");
    assert_eq!(browser.value("document.querySelectorAll('[data-column]').length"), 0);
    // Of the model's size it is sent as it is, to the last pixel.
    for example in [0, 1, 5] {
        drop_file(&mut browser, &crate::png::grey(4, 4, &pixels(example)));
        let (sent, shown) = sent(&mut browser);
        assert_eq!(sent, json!([pixels(example)]));
        let answer = predict(&service.address, &sent).json();
        let class = answer["predictions"][0]["predicted"].as_str().unwrap();
        assert_eq!((class, &shown[..1]), (["0", "1"][example % 2], class), "{shown}");
    }
    // A larger one is made smaller: four pixels are one.
    let large: Vec<u8> =
        (0..64).map(|i| pixels(2)[i / 16 * 4 + i % 8 / 2].saturating_add((i % 2) as u8)).collect();
    drop_file(&mut browser, &crate::png::grey(8, 8, &large));
    let (found, _) = sent(&mut browser);
    for (found, pixel) in found[0].as_array().unwrap().iter().zip(pixels(2)) {
        let off = (found.as_f64().unwrap() - f64::from(pixel)).abs();
        assert!(off < 40.0, "{found} for {pixel}");
    }
    browser.value("document.getElementById('swap').click()");
    let (swapped, shown) = sent(&mut browser);
    let sum = found[0][5].as_f64().unwrap() + swapped[0][5].as_f64().unwrap();
    assert!(sum == 255.0 && shown.starts_with('1'), "{swapped}: {shown}");
    assert_eq!(browser.problems(), [] as [Value; 0], "nothing is blocked, nothing fails");
    drop_file(&mut browser, b"no picture");
    let said = browser.value("document.getElementById('answer').innerText");
    assert_eq!(said, "it.png is no picture that this browser can show.");
}

#[test]
fn behind_a_token_the_box_takes_a_picture_too() {
    let folder = folder();
    fs::write(folder.path().join("token.txt"), "s3cret").unwrap();
    let service = Service::start_in(folder.path(), "m.st", &["--token-file", "token.txt"]);
    let Some(mut browser) = Browser::open(&format!("http://{}/", service.address)) else { return };
    browser.value("document.getElementById('token').value = 's3cret'");
    browser.value("document.querySelector('[type=submit]').click()");
    browser.wait_for("document.getElementById('box') !== null");
    for example in [0, 1] {
        drop_file(&mut browser, &crate::png::grey(4, 4, &pixels(example)));
        let shown = press(&mut browser);
        assert!(shown.starts_with(["0", "1"][example]), "{shown}");
    }
    assert_eq!(browser.problems(), [] as [Value; 0], "nothing is blocked, nothing fails");
}

/// 4 x 4 pixels, of which one row is light, in the upper half or in the lower; the first pixel is always 0.
fn lines(example: usize) -> Vec<u8> {
    let light = 2 * (example % 2) + example / 2 % 2;
    let value = |pixel: usize| match pixel / 4 == light {
        true => 150 + (example * 7 + pixel * 31) % 100,
        false => example % 9,
    };
    (0..16).map(|pixel| if pixel == 0 { 0 } else { value(pixel) as u8 }).collect()
}

#[test]
fn what_is_drawn_or_pasted_is_predicted() {
    let folder = folder_of(lines);
    let service = Service::start_in(folder.path(), "m.st", &[]);
    let Some(mut browser) = open(&service) else { return };
    assert_eq!(
        sent(&mut browser).0,
        json!([vec![0; 16]]),
        "as empty as what it learned from is dark"
    );
    // Light on dark, in the upper half.
    draw(&mut browser, &[(0.1, 0.12), (0.9, 0.12), (0.9, 0.37), (0.1, 0.37)]);
    let (drawn, shown) = sent(&mut browser);
    let numbers: Vec<f64> =
        drawn[0].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert!(numbers.iter().all(|number| number.fract() == 0.0), "{drawn}");
    assert!(numbers[..8].iter().all(|&number| number > 30.0), "{drawn}");
    assert!(numbers[8..].iter().all(|&number| number == 0.0), "{drawn}");
    assert!(shown.starts_with('0'), "{shown}");
    browser.picture(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-picture.png"));

    // What is pasted goes before what is drawn, until something is drawn again.
    let pasted: Vec<String> = lines(3).iter().map(u8::to_string).collect();
    for text in [format!("[{}]", pasted.join(", ")), pasted.join(" "), pasted.join("\\n")] {
        set(&mut browser, &text);
        let (sent, shown) = sent(&mut browser);
        assert!(sent == json!([lines(3)]) && shown.starts_with('1'), "{sent}: {shown}");
    }
    let seen = browser.value(
        "[...document.getElementById('seen').getContext('2d').getImageData(0, 0, 4, 4).data]
            .filter((_, i) => i % 4 === 0)",
    );
    assert_eq!(seen, json!(lines(3)), "it is shown as well");
    assert_eq!(browser.problems(), [] as [Value; 0], "nothing is blocked, nothing fails");
    set(&mut browser, "1, 2, three");
    let (_, shown) = sent(&mut browser);
    assert!(
        shown.starts_with(
            "request, row 1 has 3 numbers, but the model m.st was trained on examples of 16"
        ),
        "{shown}"
    );
    set(&mut browser, &[&["bright".to_owned()], &pasted[1..]].concat().join(" "));
    let (_, shown) = sent(&mut browser);
    assert!(shown.starts_with("0") || shown.starts_with("1"), "the first is of no use: {shown}");
    set(&mut browser, &[&pasted[..15], &["bright".to_owned()]].concat().join(" "));
    let (_, shown) = sent(&mut browser);
    assert!(shown.contains("column \"x15\": \"bright\" is not a number"), "{shown}");
    browser.problems();
    draw(&mut browser, &[(0.9, 0.6), (0.1, 0.6)]);
    assert_eq!(browser.value("document.getElementById('numbers').value"), "");
    browser.value("document.getElementById('clear').click()");
    assert_eq!(sent(&mut browser).0, json!([vec![0; 16]]));
    assert_eq!(browser.problems(), [] as [Value; 0], "nothing is blocked, nothing fails");
}

/// A folder with a model of coloured pixels from 0 to 1, dark on light, of 5 x 4 in three colours.
fn coloured() -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let values = |example: usize| {
        (0..60).map(move |i| {
            let is_ink = i / 30 == example % 2 && i % 3 == 2;
            let ink = if is_ink { 0.9 } else { ((example * 7 + i * 31) % 10) as f32 / 100.0 };
            1.0 - ink
        })
    };
    let x: Vec<u8> = (0..100).flat_map(values).flat_map(f32::to_le_bytes).collect();
    npy(&path.join("x.npy"), "<f4", "(100, 4, 5, 3)", &x);
    let labels: Vec<u8> = (0..100).map(|example| example % 2).collect();
    npy(&path.join("y.npy"), "|u1", "(100,)", &labels);
    let train =
        ["train", "x.npy", "--target", "y.npy", "--epochs", "5", "--quiet", "--out", "m.st"];
    layerwise(path, &train);
    folder
}

#[test]
fn colours_and_the_range_of_values_are_those_of_the_model() {
    let folder = coloured();
    let service = Service::start_in(folder.path(), "m.st", &[]);
    let list = get(&service.address, "/model").json()["list"].clone();
    assert_eq!(list["range"], json!([0.0, 1.0]));
    assert_eq!(list["image"], json!({ "width": 5, "height": 4, "channels": 3 }));
    let Some(mut browser) = open(&service) else { return };
    assert_eq!(sent(&mut browser).0, json!([vec![1; 60]]), "the ground is light");
    draw(&mut browser, &[(0.1, 0.5), (0.1, 0.5)]);
    let (drawn, _) = sent(&mut browser);
    let numbers: Vec<f64> =
        drawn[0].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    let ink: Vec<usize> = (0..60).filter(|&i| numbers[i] < 1.0).collect();
    // A dot between the second row and the third of the first column: all colours of pixels 5 and 10.
    assert_eq!(ink, [15, 16, 17, 30, 31, 32], "{drawn}");
    assert!(numbers.iter().all(|number| (0.0..=1.0).contains(number)));
    // Each colour by itself: a picture of the model's size, in one row red, green and blue.
    browser.value(
        "(async () => {
            const canvas = new OffscreenCanvas(5, 4), pen = canvas.getContext('2d');
            ['#f00', '#0f0', '#00f'].forEach((c, x) => { pen.fillStyle = c; pen.fillRect(x, 0, 1, 1); });
            const file = new File([await canvas.convertToBlob()], 'it.png');
            const chosen = document.getElementById('file'), transfer = new DataTransfer();
            transfer.items.add(file);
            chosen.files = transfer.files;
            chosen.dispatchEvent(new Event('change'));
            await new Promise((done) => setTimeout(done, 50));
        })()",
    );
    browser.wait_for(
        "document.getElementById('seen').getContext('2d').getImageData(0, 0, 1, 1).data.join() === '255,0,0,255'",
    );
    let (chosen, _) = sent(&mut browser);
    let first = &chosen[0].as_array().unwrap()[..12];
    // Where it is clear the ground is seen.
    assert_eq!(first, [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1].map(Value::from), "{chosen}");
}

#[test]
fn many_numbers_that_are_no_image_are_pasted() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let value = |i: usize| (i * 37 % 251) as u8;
    let x: Vec<u8> = (0..100 * 70).map(value).collect();
    npy(&path.join("x.npy"), "|u1", "(100, 70)", &x);
    let labels: Vec<u8> = (0..100).map(|example| example % 2).collect();
    npy(&path.join("y.npy"), "|u1", "(100,)", &labels);
    layerwise(
        path,
        &["train", "x.npy", "--target", "y.npy", "--epochs", "1", "--quiet", "--out", "m.st"],
    );
    let service = Service::start_in(path, "m.st", &[]);
    let page = get(&service.address, "/").body;
    assert!(
        page.contains("70 numbers") && !page.contains("data-column") && !page.contains("<canvas"),
        "{page}"
    );
    let Some(mut browser) = open(&service) else { return };
    let numbers: Vec<String> = (0..70).map(|i| value(i).to_string()).collect();
    set(&mut browser, &numbers.join(","));
    let (sent, shown) = sent(&mut browser);
    assert_eq!(sent, json!([(0..70).map(value).collect::<Vec<u8>>()]));
    assert!(shown.contains('%'), "{shown}");
}
