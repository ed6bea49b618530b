//! What the pixels of images are worth to a network.

use layerwise_data::ImageFormat;
use layerwise_report::{Block, Chart, Colours, Figure, Grid, Plot, Table};

use super::reasons::{REPEATS, Ranking, SHOWN};
use super::{Held, Subject, pixels, plain, text, truth};
use crate::error::CliError;
use crate::report::short;

/// Classes whose mean image is shown, and rows that it is of, in all.
const CLASSES: usize = 12;
const ROWS: usize = 600;

/// The size of images, and how many values a pixel has.
fn size(format: ImageFormat) -> (usize, usize, usize) {
    (format.width() as usize, format.height() as usize, format.channels() as usize)
}

/// What each pixel is worth, row by row from the top; of several values of a pixel the most.
fn worth(ranking: &Ranking, subject: &Subject<'_>, format: ImageFormat) -> Vec<f64> {
    let (width, height, channels) = size(format);
    let mut worth = vec![0.0; width * height];
    for (feature, (mean, _)) in ranking.columns(subject).zip(ranking.worth()) {
        let index = feature.column.strip_prefix('x').and_then(|i| i.parse::<usize>().ok());
        if let Some(place) = index.map(|i| i / channels).filter(|place| *place < worth.len()) {
            worth[place] = f64::max(worth[place], mean);
        }
    }
    worth
}

/// The rows and columns of pixels, counted from 0, outside of which lies a tenth of the whole at each side, at most.
fn extent(worth: &[f64], width: usize) -> Option<[(usize, usize); 2]> {
    let whole: f64 = worth.iter().sum();
    let within = |of: Vec<f64>| {
        let mut sum = 0.0;
        let sums: Vec<f64> = of
            .iter()
            .map(|part| {
                sum += part;
                sum
            })
            .collect();
        let at = |part: f64| sums.iter().position(|sum| *sum > part * whole);
        Some((at(0.1)?, at(0.9)?))
    };
    if width == 0 || whole <= 0.0 {
        return None;
    }
    let rows = worth.chunks(width).map(|row| row.iter().sum()).collect();
    let columns = (0..width).map(|x| worth.iter().skip(x).step_by(width).sum()).collect();
    Some([within(rows)?, within(columns)?])
}

/// Where most of what the pixels are worth lies, in words.
pub(super) fn middle(
    ranking: &Ranking,
    subject: &Subject<'_>,
    format: ImageFormat,
) -> Option<String> {
    let (width, height, _) = size(format);
    let worth: Vec<f64> =
        worth(ranking, subject, format).into_iter().map(|worth| worth.max(0.0)).collect();
    let [(top, bottom), (left, right)] = extent(&worth, width)?;
    let mut order = worth.clone();
    order.sort_by(|a, b| b.total_cmp(a));
    let half = order.iter().sum::<f64>() / 2.0;
    let mut sum = 0.0;
    let few = order
        .iter()
        .take_while(|worth| {
            sum += **worth;
            sum < half
        })
        .count()
        + 1;
    Some(format!(
        "Most of what it goes by lies between rows {} and {} of {height} from the top and columns {} and {} of {width}; {few} of \
         the {} pixels are worth as much as all others together.",
        top + 1,
        bottom + 1,
        left + 1,
        right + 1,
        worth.len()
    ))
}

pub(super) fn blocks(
    subject: &Subject<'_>,
    held: &Held<'_>,
    ranking: &Ranking,
    format: ImageFormat,
) -> Result<Vec<Block>, CliError> {
    let mut blocks: Vec<Block> = middle(ranking, subject, format).map(text).into_iter().collect();
    blocks.push(picture(subject, ranking, format));
    let means = means(subject, held, format).into_iter();
    let means = means.collect::<layerwise_report::Result<Vec<_>>>().map_err(CliError::Page)?;
    if !means.is_empty() {
        blocks.push(text(
            "To compare: the classes as they look in the mean of their test images. Where those of two classes are much \
             alike, a pixel that tells them apart is worth most.",
        ));
        blocks.push(Block::Pictures(means));
    }
    Ok(blocks)
}

/// The mean image of each class.
fn means(
    subject: &Subject<'_>,
    held: &Held<'_>,
    format: ImageFormat,
) -> Vec<layerwise_report::Result<layerwise_report::Picture>> {
    let labels = subject.notes.target.labels();
    if labels.len() > CLASSES {
        return vec![];
    }
    let mut sums = vec![(0_usize, vec![0.0; format.n_values()]); labels.len()];
    for j in (0..held.m()).step_by(held.m().div_ceil(ROWS).max(1)) {
        let class = truth(held.y.column(j).as_slice());
        let Some((n, sum)) = sums.get_mut(class) else { continue };
        let values = pixels::values(held.table, j);
        if values.len() == sum.len() {
            *n += 1;
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
    }
    let means = labels.iter().zip(sums).filter(|(_, (n, _))| *n > 0);
    let means = means.map(|(label, (n, sum))| {
        let mean: Vec<f64> = sum.into_iter().map(|sum| sum / n as f64).collect();
        pixels::of_values(short(label), &mean, format)
    });
    means.collect()
}

/// What each pixel is worth, as a picture.
fn picture(subject: &Subject<'_>, ranking: &Ranking, format: ImageFormat) -> Block {
    let (width, height, _) = size(format);
    let worth = worth(ranking, subject, format);
    let most = worth.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    // Row by row from below.
    let values = (0..height).rev().flat_map(|y| worth[y * width..(y + 1) * width].to_vec());
    let values = values.map(|worth| (worth / most).max(0.0)).collect();
    let (x, y) = ((0.0, width as f64), (0.0, height as f64));
    let name = "of the strongest".to_owned();
    let grid =
        Grid { name, x, y, columns: width, values, range: (0.0, 1.0), colours: Colours::One };
    let mut chart = Chart::new("column", "row").over(x, y).as_image();
    chart.grid = Some(grid);
    let mut figure = Figure::new("What each pixel is worth", Plot::Chart(chart)).read(format!(
        "By how much the log loss ({}) rises when a pixel is shuffled among {} of the test images, {REPEATS} \
         times: the strongest colour stands for {}, and where there is none a single pixel hardly matters.",
        plain(-ranking.whole()),
        ranking.rows(),
        plain(most)
    ));
    let channels = size(format).2;
    let row = |(feature, (mean, deviation)): (&layerwise_data::Feature, (f64, f64))| {
        let index = feature.column.strip_prefix('x').and_then(|i| i.parse::<usize>().ok());
        let place = |of: fn(usize, usize) -> usize| {
            index.map_or(String::new(), |i| (of(i / channels, width) + 1).to_string())
        };
        let (y, x) = (place(|i, width| i / width), place(|i, width| i % width));
        [feature.column.clone(), y, x, plain(mean), plain(deviation)]
    };
    let header = ["value", "row", "column", "log loss rises by", "±"];
    let rows = ranking.columns(subject).zip(ranking.worth()).take(SHOWN).map(row);
    figure.table = Table::new("The values that count most", header, rows);
    figure.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_the_worth_lies_within_rows_and_columns() {
        let mut worth = vec![0.0; 5 * 4];
        worth[0] = 0.05;
        for place in [6, 7, 11, 12] {
            worth[place] = 1.0;
        }
        assert_eq!(extent(&worth, 5), Some([(1, 2), (1, 2)]));
        assert_eq!(extent(&[0.0; 4], 2), None);
    }
}
