//! How training went.

use layerwise_report::{Block, Chart, Figure, Plot, Series};

use super::{Subject, count, text};
use crate::bundle::EpochNotes;

pub(super) fn blocks(subject: &Subject<'_>) -> Vec<Block> {
    let notes = subject.notes;
    let t = &notes.training;
    let n = notes.history.len();
    let kept = notes.kept;
    let mut words = format!(
        "AdamW went through the examples {}, in mini-batches of {}, with weight decay {}{}; ",
        count(n, "time"),
        t.batch_size,
        t.weight_decay,
        if t.hidden.is_empty() { String::new() } else { format!(" and dropout {}", t.dropout) }
    );
    words += &match kept {
        0 => "none of the epochs was finished.".to_owned(),
        kept if kept < n => format!(
            "epoch {kept} had the lowest cost on the validation rows, and its parameters were kept ({} later the cost had got \
             no lower).",
            count(n - kept, "epoch")
        ),
        _ => "the last epoch had the lowest cost on the validation rows, and its parameters were kept.".to_owned(),
    };
    let mut blocks = vec![text(words)];
    if n == 0 {
        return blocks;
    }
    let at = |i: usize| (i + 1) as f64;
    let train = notes.history.iter().enumerate().map(|(i, (cost, _))| (at(i), *cost));
    let validation = notes.history.iter().enumerate();
    let validation = validation.filter_map(|(i, (_, cost))| Some((at(i), (*cost)?)));
    let mut chart = Chart::new("epoch", "cost").with(Series::line("training rows", train));
    chart = chart.with(Series::line("validation rows", validation));
    if kept > 0 {
        chart = chart.marked(kept as f64, format!("kept: {kept}"));
    }
    blocks.push(
        Figure::new("The cost, epoch by epoch", Plot::Chart(chart))
            .read(
                "Lower is better. Where the first line goes on falling while the second rises, the network learns its \
                 examples by heart. With dropout the first can lie above the second.",
            )
            .into(),
    );
    if let Some(name) = notes.validated.as_deref() {
        // Errors in units of the target, as everywhere else.
        let unit = if name == "RMSE" { notes.target.deviation() } else { 1.0 };
        let points = |of: fn(&EpochNotes) -> Option<f64>| -> Vec<(f64, f64)> {
            let points = notes.epochs.iter().enumerate();
            points.filter_map(|(i, epoch)| Some((at(i), unit * of(epoch)?))).collect()
        };
        let (trained, validated) = (points(|epoch| epoch.trained), points(|epoch| epoch.validated));
        if !validated.is_empty() {
            let mut chart = Chart::new("epoch", name);
            let both = !trained.is_empty();
            if both {
                chart = chart.with(Series::line("training rows", trained));
            }
            chart = chart.with(Series::line("validation rows", validated));
            if kept > 0 {
                chart = chart.marked(kept as f64, format!("kept: {kept}"));
            }
            // The others are capitals anyway.
            let title = if name == "accuracy" { "Accuracy" } else { name };
            let better = if name == "RMSE" { "Lower" } else { "Higher" };
            let (title, some) = match both {
                true => (
                    format!("{title} on training and validation rows"),
                    " Both are measured after each epoch, without dropout; of the training rows a fixed sample, no \
                      more than there are validation rows.",
                ),
                false => (format!("{title} on the validation rows"), ""),
            };
            let chosen = match name {
                "accuracy" => {
                    " The epoch is chosen by the cost, which also tells how sure the network is: here another may be \
                     better."
                }
                _ => "",
            };
            let reading = format!("{better} is better.{chosen}{some}");
            blocks.push(Figure::new(title, Plot::Chart(chart)).read(reading).into());
        }
    }
    let rates: Vec<(f64, f64)> =
        notes.epochs.iter().enumerate().map(|(i, epoch)| (at(i), epoch.alpha)).collect();
    let constant = rates.iter().all(|(_, alpha)| Some(*alpha) == rates.first().map(|rate| rate.1));
    if constant {
        let words = format!("The learning rate was {} throughout.", t.learning_rate);
        blocks.push(text(words));
    } else {
        let chart = Chart::new("epoch", "learning rate").with(Series::line("learning rate", rates));
        blocks.push(Figure::new("The learning rate", Plot::Chart(chart)).into());
    }
    blocks
}
