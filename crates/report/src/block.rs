//! What a page is made of.

use crate::{Picture, Plot};

/// A part of the page with a heading.
///
/// ```
/// use layerwise_report::{Block, Page, Section};
///
/// let data = Section { id: "data", title: "Data".into(), blocks: vec![Block::Text("569 rows".into())] };
/// let html = Page { sections: vec![data], ..Page::default() }.render()?;
/// assert!(html.contains("<section id=\"data\""));
/// # Ok::<(), layerwise_report::ReportError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// A word to link to it, unlike those of other sections.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What stands below it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
///
/// ```
/// use layerwise_report::{Block, Page, Section};
///
/// // Whatever text the data bring along is shown as it is.
/// let blocks = vec![Block::Warnings(vec!["column <script> is constant".into()])];
/// let section = Section { id: "data", title: "Data".into(), blocks };
/// let html = Page { sections: vec![section], ..Page::default() }.render()?;
/// assert!(html.contains("column &#60;script&#62; is constant"));
/// # Ok::<(), layerwise_report::ReportError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A smaller heading.
    Heading(String),
    /// What should be known before anything else.
    Warnings(Vec<String>),
    /// Terms, each with what it is.
    Facts(Vec<(String, String)>),
    /// Numbers that stand out, each with its name and what is to be known of it.
    Measures(Vec<[String; 3]>),
    /// A table that is always shown.
    Table(Table),
    /// A table that is shown to whoever asks for it, and what it is.
    Folded(String, Table),
    /// A plot.
    Figure(Box<Figure>),
    /// The layers of a network, forward and backward.
    Layers(Vec<LayerBox>),
    /// Pictures, each with what is to be said of it.
    Pictures(Vec<Picture>),
    /// A command or a file, as it can be copied.
    Code(String),
}

/// Letters of a cell that are shown; a mouse on it shows all.
const LONGEST: usize = 40;

/// A table; the first column names the row. Of a long cell the beginning is shown.
///
/// ```
/// use layerwise_report::Table;
///
/// let table = Table::new("Classes", ["class", "rows"], [["benign".to_owned(), "357".to_owned()]]);
/// assert_eq!((table.header.len(), table.rows.len()), (2, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The names of its columns.
    pub header: Vec<String>,
    /// Its cells, as many a row as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table of rows that are as long as its header.
    pub fn new<const N: usize>(
        caption: impl Into<String>,
        header: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        Self {
            caption: caption.into(),
            header: header.map(str::to_owned).to_vec(),
            rows: rows.into_iter().map(Vec::from).collect(),
        }
    }

    /// A cell as it is shown.
    pub(crate) fn shown(&self, cell: &str) -> String {
        match cell.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &cell[..end]),
            None => cell.to_owned(),
        }
    }

    /// Whether a cell is shown in part only.
    pub(crate) fn is_cut(&self, cell: &str) -> bool {
        cell.chars().nth(LONGEST).is_some()
    }

    /// Whether a column holds numbers and nothing else. By reference, as the template calls it.
    pub(crate) fn is_number(&self, column: &usize) -> bool {
        let number =
            |cell: &String| cell.trim_end_matches(" %").parse::<f64>().is_ok() || cell == "n/a";
        !self.rows.is_empty() && self.rows.iter().all(|row| row.get(*column).is_some_and(number))
    }
}

/// A plot with what it shows, how to read it, and the same as a table.
///
/// ```
/// use layerwise_report::{Chart, Figure, Plot, Series};
///
/// let plot = Plot::Chart(Chart::new("epoch", "cost").with(Series::line("training", [(1.0, 0.7), (2.0, 0.5)])));
/// let figure = Figure::new("The cost, epoch by epoch", plot).read("Lower is better.");
/// assert_eq!((figure.table.rows.len(), figure.reading.as_str()), (2, "Lower is better."));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it shows, in a line.
    pub title: String,
    /// The same in full, where names in it are shortened; otherwise nothing.
    pub full: String,
    /// How to read it, in a sentence or two.
    pub reading: String,
    /// What is drawn.
    pub plot: Plot,
    /// The same in figures.
    pub table: Table,
}

impl Figure {
    /// A figure with the table that follows from its plot, and nothing on how to read it.
    pub fn new(title: impl Into<String>, plot: Plot) -> Self {
        let title = title.into();
        let table = plot.table(&title);
        Self { title, full: String::new(), reading: String::new(), plot, table }
    }

    /// With what it shows in full, for one whose title has shortened names.
    ///
    /// ```
    /// use layerwise_report::{Chart, Figure, Plot};
    ///
    /// let figure = Figure::new("As inco… moves", Plot::Chart(Chart::default())).in_full("As income moves");
    /// assert_eq!(figure.full, "As income moves");
    /// ```
    #[must_use]
    pub fn in_full(mut self, full: impl Into<String>) -> Self {
        self.full = full.into();
        if self.full == self.title {
            self.full.clear();
        }
        self
    }

    /// With a sentence on how to read it.
    #[must_use]
    pub fn read(mut self, reading: impl Into<String>) -> Self {
        self.reading = reading.into();
        self
    }
}

impl From<Figure> for Block {
    fn from(figure: Figure) -> Self {
        Self::Figure(Box::new(figure))
    }
}

/// A layer as a block of the diagram: forward on one side, backward on the other.
///
/// ```
/// use layerwise_report::LayerBox;
///
/// let dense = LayerBox {
///     name: "1: dense relu".into(),
///     forward: "Z = W A + b, A = relu(Z)".into(),
///     shapes: vec!["W (64, 30)".into(), "b (64, 1)".into()],
///     a: "A (64, m)".into(),
///     backward: "dZ = dA * relu'(Z)".into(),
///     gradients: vec!["dW (64, 30)".into(), "db (64, 1)".into()],
///     da: "dA (64, m)".into(),
///     parameters: 1984,
/// };
/// assert_eq!(dense.parameters, 64 * 31);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerBox {
    /// Which layer and what kind.
    pub name: String,
    /// What it computes.
    pub forward: String,
    /// Its parameters with their shapes.
    pub shapes: Vec<String>,
    /// What it hands on, with its shape.
    pub a: String,
    /// What it computes on the way back.
    pub backward: String,
    /// The gradients of its parameters with their shapes.
    pub gradients: Vec<String>,
    /// What it is given on the way back, with its shape.
    pub da: String,
    /// Numbers that it learns.
    pub parameters: usize,
}
