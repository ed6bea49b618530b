//! Sections put together to one page.

use askama::Template;
use serde_json::Value;

use crate::block::{Block, Section};
use crate::plot::Drawn;
use crate::{ReportError, Result, plot};

/// One page: what it is about, its sections, and the same facts for machines.
///
/// ```
/// use layerwise_report::Page;
///
/// let page = Page { title: "a & b".into(), facts: serde_json::json!({ "seed": 3 }), ..Page::default() };
/// let html = page.render()?;
/// assert!(html.contains("<title>a &#38; b</title>"));
/// // What repeats it stands in <script type="application/json" id="facts">.
/// assert!(html.contains("\"seed\":3"));
/// # Ok::<(), layerwise_report::ReportError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The heading of the whole.
    pub title: String,
    /// The same in full, where names in it are shortened; otherwise nothing.
    pub full: String,
    /// The whole in a sentence.
    pub summary: String,
    /// Its parts, in their order.
    pub sections: Vec<Section>,
    /// What machines read: everything to repeat what the page is about.
    pub facts: Value,
}

/// A section with its plots drawn.
struct Drawing<'a> {
    section: &'a Section,
    blocks: Vec<(&'a Block, Option<Drawn>)>,
}

#[derive(Template)]
#[template(path = "page.html")]
struct PageTemplate<'a> {
    page: &'a Page,
    sections: &'a [Drawing<'a>],
    facts: &'a str,
    style: &'static str,
    script: &'static str,
}

const STYLE: &str = include_str!("../templates/style.css");
const SCRIPT: &str = include_str!("../templates/hover.js");

impl Page {
    /// The page as HTML, all of it in one text. Where numbers cannot be drawn, as there are none that are finite, it
    /// says so.
    ///
    /// # Errors
    /// Facts that cannot be written.
    pub fn render(&self) -> Result<String> {
        let mut figures = 0;
        let mut sections = vec![];
        for section in &self.sections {
            let mut blocks = vec![];
            for block in &section.blocks {
                let drawn = match block {
                    Block::Figure(figure) => {
                        figures += 1;
                        match plot::draw(figure, figures) {
                            // The page says so in its place.
                            Err(ReportError::Plot { .. }) => None,
                            drawn => Some(drawn?),
                        }
                    }
                    _ => None,
                };
                blocks.push((block, drawn));
            }
            sections.push(Drawing { section, blocks });
        }
        let facts = in_script(&lines(&self.facts)?);
        let (style, script) = (STYLE, SCRIPT);
        let template =
            PageTemplate { page: self, sections: &sections, facts: &facts, style, script };
        Ok(template.render()?)
    }
}

/// Facts as JSON, an entry a line.
fn lines(facts: &Value) -> Result<String> {
    let Value::Object(entries) = facts else { return Ok(serde_json::to_string(facts)?) };
    let line = |(key, value): (&String, &Value)| {
        Ok(format!("{}:{}", serde_json::to_string(key)?, serde_json::to_string(value)?))
    };
    let lines = entries.iter().map(line).collect::<Result<Vec<_>>>()?;
    Ok(format!("{{\n{}\n}}", lines.join(",\n")))
}

/// JSON as it can stand in an element of the page: nothing in it can end that.
fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chart, Figure, Plot, Series, Table};

    const BAD: &str = "</script><script>alert('x')</script>&amp;\"";

    #[test]
    fn text_of_the_data_is_never_part_of_the_page() {
        let plot =
            Plot::Chart(Chart::new(BAD, BAD).with(Series::line(BAD, [(0.0, 1.0), (1.0, 2.0)])));
        let blocks = vec![
            Block::Text(BAD.into()),
            Block::Heading(BAD.into()),
            Block::Warnings(vec![BAD.into()]),
            Block::Facts(vec![(BAD.into(), BAD.into())]),
            Block::Measures(vec![[BAD.into(), BAD.into(), BAD.into()]]),
            Block::Table(Table::new(BAD, [BAD], [[BAD.to_owned()]])),
            Block::Folded(BAD.into(), Table::new(BAD, [BAD], [[BAD.repeat(9)]])),
            Figure::new(BAD, plot).in_full(BAD.repeat(2)).read(BAD).into(),
            Block::Code(BAD.into()),
        ];
        let section = Section { id: "a", title: BAD.into(), blocks };
        let facts = serde_json::json!({ BAD: BAD });
        let (title, full, summary) = (BAD.into(), BAD.into(), BAD.into());
        let page = Page { title, full, summary, sections: vec![section], facts };
        let html = page.render().unwrap();
        assert!(!html.contains("<script>alert"));
        // Its own: the facts and the script.
        assert_eq!(html.matches("<script").count(), 2);
        assert_eq!(html.matches("</script>").count(), 2);
        let start = html.find("id=\"facts\">").unwrap() + "id=\"facts\">".len();
        let json = &html[start..start + html[start..].find("</script>").unwrap()];
        assert_eq!(serde_json::from_str::<Value>(json).unwrap(), page.facts);
    }

    #[test]
    fn what_cannot_be_drawn_is_said_and_the_rest_is_there() {
        let chart = Chart::new("x", "y").with(Series::line("a", [(0.0, f64::NAN)]));
        let blocks =
            vec![Figure::new("Nothing", Plot::Chart(chart)).into(), Block::Text("the rest".into())];
        let section = Section { id: "a", title: "A".into(), blocks };
        let html = Page { sections: vec![section], ..Page::default() }.render().unwrap();
        assert!(
            html.contains("Nothing: its numbers cannot be drawn.") && html.contains("the rest")
        );
    }

    #[test]
    fn what_is_shortened_is_there_in_full() {
        let name = "n".repeat(300);
        let table = Table::new("t", ["a"], [[name.clone()]]);
        let blocks = vec![Block::Table(table)];
        let section = Section { id: "a", title: "A".into(), blocks };
        let (title, full) = ("n…".into(), name.clone());
        let html = Page { title, full, sections: vec![section], ..Page::default() };
        let html = html.render().unwrap();
        assert!(html.contains(&format!("<h1 title=\"{name}\">n…</h1>")), "{html}");
        let cell = format!("<th scope=\"row\" title=\"{name}\">{}…</th>", &name[..40]);
        assert!(html.contains(&cell), "{html}");
    }

    #[test]
    fn nothing_is_fetched() {
        let html = Page::default().render().unwrap();
        assert!(html.contains("default-src 'none'"));
        for word in ["http:", "https:", "src=\"/", "@import", "url("] {
            assert!(!html.contains(word), "{word}");
        }
    }
}
