//! How training went inside the layers, and what their units do now.

use layerwise_model::layer_activity;
use layerwise_report::{Block, Chart, Figure, Plot, Series, Table};

use super::{Subject, figure, percent, text};
use crate::error::CliError;

/// Examples whose activations are looked at.
const EXAMPLES: usize = 1000;
/// Layers whose activations are drawn.
const DRAWN: usize = 6;

/// How to read what a layer of this kind gives out.
fn reading(kind: &str) -> &'static str {
    match kind.split_once(' ').map(|(_, activation)| activation) {
        Some("relu") => {
            "About half of the values at 0 is usual after ReLU; nearly all of them there say that the layer hardly speaks."
        }
        Some("sigmoid" | "softmax") => {
            "Probabilities: heaps at 0 and 1 are answers it is sure of, what lies between are those it is not."
        }
        Some("tanh") => "Heaps at −1 and 1 say that units are saturated and learn slowly.",
        Some("identity") => "Predictions in standard deviations of the target, around its mean.",
        _ => "A few values far from all others say that some rows are unlike the rest.",
    }
}

pub(super) fn blocks(subject: &Subject<'_>) -> Result<Vec<Block>, CliError> {
    let layers = subject.network.layers();
    let learns = |l: &usize| layers[*l].parameter(0).is_some();
    let name = |l: usize| format!("{}: {}", l + 1, layers[l].kind());
    let mut blocks = vec![];
    let recorded = subject.notes.epochs.iter().any(|epoch| epoch.layers.len() == layers.len());
    if recorded {
        let chart = |y: &str, of: fn(&layerwise_model::LayerRecord) -> f64| {
            let mut chart = Chart::new("epoch", y).by_factors();
            for l in (0..layers.len()).filter(learns) {
                let points = subject.notes.epochs.iter().enumerate();
                let points = points
                    .filter_map(|(i, epoch)| Some(((i + 1) as f64, of(epoch.layers.get(l)?))));
                chart = chart.with(Series::line(&name(l), points));
            }
            Plot::Chart(chart)
        };
        blocks.push(
            Figure::new("Norm of the gradients, layer by layer", chart("norm", |r| r.gradient_norm))
                .read(
                    "Each line is a layer. Lines that lie together are a good sign; a layer far below the others \
                     hardly learns (its gradients vanish), one that shoots up makes training unsteady.",
                )
                .into(),
        );
        blocks.push(
            Figure::new("Update as a part of the weights", chart("ratio", |r| r.update_ratio))
                .read(
                    "How far the last update of each epoch moved a layer's weights. 0.001 to 0.01 is usual; far more \
                     is restless, far less is slow.",
                )
                .into(),
        );
    }
    let Some(held) = &subject.held else { return Ok(blocks) };
    let m = held.x.ncols().min(EXAMPLES);
    let activity = layer_activity(subject.network, &held.x.columns(0, m).into_owned())?;
    let spoken: Vec<_> = activity
        .iter()
        .enumerate()
        .filter(|(l, _)| learns(l) && layers[*l].kind() != "embedding")
        .collect();
    let rows = spoken.iter().map(|(l, found)| {
        let silent = if found.silent == 0 {
            "none".into()
        } else {
            format!("{} of {}", found.silent, found.units)
        };
        [name(*l), figure(found.mean), figure(found.deviation), percent(found.zeros), silent]
    });
    let header = ["layer", "mean", "deviation", "zeros", "dead units"];
    let caption = format!("What the units give out over {m} of the test rows");
    let silent: usize = spoken.iter().map(|(_, found)| found.silent).sum();
    let units: usize = spoken.iter().map(|(_, found)| found.units).sum();
    blocks.push(text(match silent {
        0 => "No unit is dead: each says something about one of these rows at least.".to_owned(),
        silent => format!(
            "{silent} of {units} units {} dead, 0 for every one of these rows: a dead unit costs time and says \
             nothing. Many of them mean that a smaller layer, or a lower learning rate, would do as well.",
            if silent == 1 { "is" } else { "are" }
        ),
    }));
    blocks.push(Block::Table(Table::new(caption, header, rows)));
    if spoken.len() > DRAWN {
        let n = spoken.len();
        blocks.push(text(format!(
            "Drawn are the first {DRAWN} of these {n} layers; all are in the table."
        )));
    }
    for (l, found) in spoken.into_iter().take(DRAWN) {
        let (low, high) = found.range;
        let n = found.counts.len();
        let width = (high - low) / n as f64;
        if width.is_nan() || width <= 0.0 {
            continue;
        }
        let edges: Vec<f64> = (0..=n).map(|i| low + i as f64 * width).collect();
        let counts: Vec<f64> = found.counts.iter().map(|&count| count as f64).collect();
        let chart = Chart::new("what a unit gives out", "times")
            .with(Series::histogram("times", &edges, &counts));
        let figure = Figure::new(format!("What layer {} gives out", name(l)), Plot::Chart(chart));
        blocks.push(figure.read(reading(&layers[l].kind())).into());
    }
    Ok(blocks)
}
