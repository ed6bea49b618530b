//! A value for each pair of names.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::bars::NAME;
use super::canvas::{FINE, INK, Picture, colour, cut, width_of, words};
use super::figure_of;
use crate::Table;

/// A value for each pair of names, such as how many of one class were taken for another.
///
/// ```
/// use layerwise_report::Heat;
///
/// let heat = Heat {
///     rows: ("truly".into(), vec!["no".into(), "yes".into()]),
///     columns: ("taken for".into(), vec!["no".into(), "yes".into()]),
///     values: vec![vec![50.0, 3.0], vec![4.0, 43.0]],
/// };
/// assert_eq!(heat.values[1][0], 4.0);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heat {
    /// What the rows are, and their names.
    pub rows: (String, Vec<String>),
    /// What the columns are, and their names.
    pub columns: (String, Vec<String>),
    /// A value for each column, of each row; each row is coloured by its share of the row's sum.
    pub values: Vec<Vec<f64>>,
}

impl Heat {
    pub(super) fn table(&self, caption: &str) -> Table {
        let first = format!("{} ↓ {} →", self.rows.0, self.columns.0);
        let header = std::iter::once(first).chain(self.columns.1.iter().cloned()).collect();
        let row = |(name, values): (&String, &Vec<f64>)| {
            std::iter::once(name.clone())
                .chain(values.iter().map(|value| figure_of(*value)))
                .collect()
        };
        let rows = self.rows.1.iter().zip(&self.values).map(row).collect();
        Table { caption: caption.to_owned(), header, rows }
    }

    pub(super) fn draw(&self) -> Result<Picture, String> {
        let (n, m) = (self.rows.1.len(), self.columns.1.len());
        let fits = self.values.len() == n && self.values.iter().all(|row| row.len() == m);
        if n == 0 || m == 0 || !fits {
            return Err("it has another number of values than names".into());
        }
        let tile = (300 / n.max(m) as u32).clamp(8, 64);
        let height = 70 + tile * n as u32;
        // Of names as long as they are shown.
        let longest =
            self.rows.1.iter().map(|name| cut(name, NAME).chars().count()).max().unwrap_or(0);
        let row_words = width_of(longest).clamp(60, 226);
        Picture::new(height, |area| {
            let mut chart = ChartBuilder::on(area)
                .margin(6 * FINE)
                .x_label_area_size(4 * FINE)
                .top_x_label_area_size(50 * FINE)
                .y_label_area_size(row_words * FINE)
                .build_cartesian_2d(0.0..m as f64, 0.0..n as f64)?;
            let style = words().color(&INK);
            let mut places = vec![];
            for (i, row) in self.values.iter().enumerate() {
                let sum = row.iter().sum::<f64>().max(f64::MIN_POSITIVE);
                let (top, bottom) = ((n - i) as f64, (n - i - 1) as f64);
                for (j, &value) in row.iter().enumerate() {
                    let share = (value / sum).clamp(0.0, 1.0);
                    // What is right in one colour, what is wrong in the other.
                    let fill = colour(usize::from(i != j)).mix(0.06 + 0.64 * share.sqrt());
                    let corners = [(j as f64 + 0.02, bottom + 0.02), (j as f64 + 0.98, top - 0.02)];
                    chart.draw_series([Rectangle::new(corners, fill.filled())])?;
                    let middle = chart.backend_coord(&(j as f64 + 0.5, bottom + 0.5));
                    if tile >= 24 && value != 0.0 {
                        let style = style.pos(Pos::new(HPos::Center, VPos::Center));
                        area.draw_text(&figure_of(value), &style, middle)?;
                    }
                    let text = format!(
                        "{} {}\n{} {}\n{} ({:.1} %)",
                        self.rows.0,
                        self.rows.1[i],
                        self.columns.0,
                        self.columns.1[j],
                        figure_of(value),
                        share * 100.0
                    );
                    places.push((middle, text));
                }
                if tile >= 14 {
                    let left = chart.backend_coord(&(0.0, bottom + 0.5));
                    let style = style.pos(Pos::new(HPos::Right, VPos::Center));
                    area.draw_text(
                        &cut(&self.rows.1[i], NAME),
                        &style,
                        (left.0 - 5 * FINE as i32, left.1),
                    )?;
                }
            }
            let width = chart.backend_coord(&(1.0, 0.0)).0 - chart.backend_coord(&(0.0, 0.0)).0;
            for (j, name) in self.columns.1.iter().enumerate() {
                // As many letters as fit, of about 9 units each.
                let most = (width / (9 * FINE as i32)).max(1) as usize;
                let shown = match name.chars().nth(most) {
                    Some(_) if most > 3 => cut(name, most - 2),
                    Some(_) => name.chars().take(most).collect(),
                    None => name.clone(),
                };
                let above = chart.backend_coord(&(j as f64 + 0.5, n as f64));
                let style = style.pos(Pos::new(HPos::Center, VPos::Bottom));
                if tile >= 14 {
                    area.draw_text(&shown, &style, (above.0, above.1 - 4 * FINE as i32))?;
                }
            }
            let from = chart.backend_coord(&(0.0, n as f64));
            let style = style.pos(Pos::new(HPos::Left, VPos::Top));
            area.draw_text(&format!("{} →", self.columns.0), &style, (from.0, 6 * FINE as i32))?;
            area.draw_text(
                &format!("{} ↓", self.rows.0),
                &style,
                (6 * FINE as i32, 28 * FINE as i32),
            )?;
            Ok(places)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heat(n: usize) -> Heat {
        let names: Vec<String> = (0..n).map(|i| format!("class {i}")).collect();
        let values = (0..n).map(|i| (0..n).map(|j| (i * j) as f64).collect()).collect();
        Heat { rows: ("truly".into(), names.clone()), columns: ("taken for".into(), names), values }
    }

    #[test]
    fn few_and_many_classes() {
        for n in [1, 2, 10, 50] {
            let (svg, points) = heat(n).draw().unwrap().finish(1);
            assert_eq!(points.len(), (n * n).min(points.len()));
            assert!(svg.contains("taken for →"), "{svg}");
        }
        assert!(heat(0).draw().is_err());
        let mut wrong = heat(3);
        wrong.values[1].pop();
        assert!(wrong.draw().is_err());
    }
}
