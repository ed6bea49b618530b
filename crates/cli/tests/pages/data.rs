//! Data made up for pages.

/// Rows of numbers and categories, some missing, in columns whose names are tags; two classes.
pub fn mixed(rows: usize) -> String {
    let mut csv = String::from("<script>alert(1)</script>,town & country,since,answer\n");
    for i in 0..rows {
        let (number, town) = (i * 37 % 100, ["Oslo", "<b>Rome</b>", "", "Pa\"ris"][i * 7 % 4]);
        let answer = if number + 30 * (i * 7 % 4) + i % 17 > 95 { "<i>yes</i>" } else { "no" };
        let town = town.replace('"', "\"\"");
        csv += &format!("{number},\"{town}\",2024-{:02}-{:02},{answer}\n", i % 12 + 1, i % 28 + 1);
    }
    csv
}

/// A number that follows from two others, nearly.
pub fn line(rows: usize) -> String {
    let mut csv = String::from("height,width,price\n");
    for i in 0..rows {
        let (height, width) = (i * 37 % 101, i * 53 % 97);
        let price = 3.0 * height as f64 - 2.0 * width as f64 + (i * 29 % 13) as f64;
        csv += &format!("{height},{width},{price}\n");
    }
    csv
}

/// Points in a circle and around it.
pub fn plane(rows: usize) -> String {
    let mut csv = String::from("x,y,where\n");
    for i in 0..rows {
        let (x, y) = ((i * 37 % 101) as f64 / 50.0 - 1.0, (i * 53 % 97) as f64 / 48.0 - 1.0);
        let inside = x * x + y * y < 0.6;
        csv += &format!("{x},{y},{}\n", if inside { "inside" } else { "outside" });
    }
    csv
}

/// The same, one of three parts of the plane.
pub fn plane_of_classes(rows: usize) -> String {
    let mut csv = String::from("x,y,where\n");
    for i in 0..rows {
        let (x, y) = ((i * 37 % 101) as f64 / 50.0 - 1.0, (i * 53 % 97) as f64 / 48.0 - 1.0);
        let place = if x * x + y * y < 0.4 {
            "inside"
        } else if x < y {
            "above"
        } else {
            "below"
        };
        csv += &format!("{x},{y},{place}\n");
    }
    csv
}

/// Images of 8 x 8 with a bright row or column, and which it is, in IDX.
pub fn images(n: usize) -> (Vec<u8>, Vec<u8>) {
    let mut images = vec![0, 0, 8, 3];
    let mut labels = vec![0, 0, 8, 1];
    for size in [n as u32, 8, 8] {
        images.extend(size.to_be_bytes());
    }
    labels.extend((n as u32).to_be_bytes());
    for i in 0..n {
        let class = i * 7 % 10;
        for place in 0..64 {
            let (row, column) = (place / 8, place % 8);
            let bright = if class < 5 { row == class + 1 } else { column == class - 4 };
            let noise = (i * 31 + place * 17) % 60;
            images.push(if bright { 180 + noise as u8 } else { noise as u8 });
        }
        labels.push(class as u8);
    }
    (images, labels)
}

/// Names and levels as long as lines, and quotes among them.
pub fn long(rows: usize) -> String {
    let mut csv = format!("{},\"a,\"\"b\",answer\n", "n".repeat(300));
    for i in 0..rows {
        let answer = if i % 3 == 0 { "y".repeat(200) } else { "no \"\" 😀".into() };
        csv += &format!("{},{},\"{answer}\"\n", i * 37 % 101, ["u", "v"][i % 2]);
    }
    csv
}

/// Sixty classes, about as many rows of each.
pub fn classes(rows: usize) -> String {
    let mut csv = String::from("x,y,kind\n");
    for i in 0..rows {
        csv += &format!("{},{},kind {}\n", i * 37 % 101, i * 53 % 97, i % 60);
    }
    csv
}
