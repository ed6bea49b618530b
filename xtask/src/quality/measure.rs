//! One run: split, scale, train, score on the test part.

use std::fmt::Write;
use std::time::{Duration, Instant};

use layerwise::data::{Fractions, PiecewiseLinear, Standardizer, stratified_split};
use layerwise::model::ModelError;
use layerwise::prelude::*;

use super::recipe::{Goal, Recipe};
use super::{Data, QualityError, Task};

/// What came of one run.
pub struct Score {
    /// The recipe's goals, measured on the test part.
    values: Vec<f64>,
    /// Training only.
    time: Duration,
}

/// Trains on 80 % and scores on 20 %.
pub fn fit(data: &Data, recipe: &Recipe, seed: u64) -> Result<Score, QualityError> {
    let strata: Vec<usize> = match data.task {
        Task::Binary => data.y.iter().map(|&y| y as usize).collect(),
        Task::Classes => data.y.column_iter().map(|y| y.imax()).collect(),
        Task::Regression => vec![0; data.y.ncols()],
    };
    let fractions = Fractions { train: 0.8, validation: 0.0, test: 0.2 };
    let split = stratified_split(&strata, fractions, seed)?;
    let part = |matrix: &DMatrix<f32>, chosen: &[usize]| matrix.select_columns(chosen);
    let (mut x, mut test_x) = (part(&data.x, &split.train), part(&data.x, &split.test));
    let (mut y, test_y) = (part(&data.y, &split.train), part(&data.y, &split.test));
    if data.task == Task::Classes {
        // Pixels: one scale for all.
        let (mean, deviation) = (x.mean(), x.variance().sqrt());
        [&mut x, &mut test_x].into_iter().for_each(|x| x.apply(|v| *v = (*v - mean) / deviation));
    } else {
        let mut names: Vec<String> = (0..x.nrows()).map(|i| i.to_string()).collect();
        if recipe.bins > 0 {
            let encoding = PiecewiseLinear::fit(&x, &names, recipe.bins)?;
            (x, test_x) = (encoding.transform(&x)?, encoding.transform(&test_x)?);
            names = encoding.feature_names();
        }
        let standardizer = Standardizer::fit(&x, &names)?;
        for x in [&mut x, &mut test_x] {
            let as_it_was = x.clone();
            standardizer.transform_mut(x)?;
            // In bins there are other rows than in the data, all of them numbers.
            if !recipe.scaled_categories && recipe.bins == 0 {
                for &row in &data.categories {
                    x.set_row(row, &as_it_was.row(row));
                }
            }
        }
    }
    // A regression learns its target standardized too.
    let (mut y_mean, mut y_deviation) = (0.0, 1.0);
    if data.task == Task::Regression {
        (y_mean, y_deviation) = (y.mean(), y.variance().sqrt());
        y.apply(|y| *y = (*y - y_mean) / y_deviation);
    }

    let mut builder = Network::<f32>::builder(x.nrows()).seed(seed);
    let mut n_in = x.nrows();
    for &units in &recipe.hidden {
        let deviation = recipe.start * (2.0 / n_in as f64).sqrt();
        builder = builder.dense_scaled(units, Relu, Scale::Normal(deviation));
        n_in = units;
        if recipe.dropout > 0.0 {
            builder = builder.dropout(recipe.dropout);
        }
    }
    let (builder, cost): (_, Box<dyn Cost<f32>>) = match data.task {
        Task::Binary => (builder.dense(1, Sigmoid), Box::new(BinaryCrossEntropy)),
        Task::Classes => (builder.dense(y.nrows(), Softmax), Box::new(CategoricalCrossEntropy)),
        Task::Regression => (builder.dense(1, Identity), Box::new(MeanSquaredError)),
    };
    let mut network = builder.build()?;
    let optimizer = AdamW::new(recipe.learning_rate as f32, recipe.weight_decay as f32);
    let optimizer = optimizer.map_err(ModelError::from)?;
    let start = Instant::now();
    Trainer::new(cost, optimizer)
        .epochs(recipe.epochs)
        .batch_size(recipe.batch_size)
        .schedule(recipe.schedule)
        .seed(seed)
        .fit(&mut network, Examples::new(&x, &y)?, None)?;
    let time = start.elapsed();

    let al = network.predict(&test_x)?.map(|a| a * y_deviation + y_mean);
    let (al, y) = (MatrixView::from(&al), MatrixView::from(&test_y));
    let value = |goal: &Goal| match (goal.measure, data.task) {
        ("ROC AUC", _) => roc_auc(al, y),
        ("R²", _) => r_squared(al, y),
        (_, Task::Classes) => class_accuracy(al, y),
        _ => accuracy(al, y),
    };
    let values = recipe.goals.iter().map(value).collect::<Result<_, _>>()?;
    Ok(Score { values, time })
}

/// The lines of one recipe, and whether every goal was reached.
pub fn summary(recipe: &Recipe, data: &Data, scores: &[Score]) -> (String, bool) {
    let n = scores.len() as f64;
    let seconds = scores.iter().map(|score| score.time.as_secs_f64()).sum::<f64>() / n;
    let columns = match (recipe.set, recipe.bins) {
        ("mnist", _) => "pixels".into(),
        (_, 0) if data.categories.is_empty() => "standardized".into(),
        (_, 0) if recipe.scaled_categories => "one-hot, all standardized".into(),
        (_, 0) => "one-hot, numbers standardized".into(),
        (_, bins) => format!("one-hot, numbers in {bins} bins, standardized"),
    };
    let mut text = format!(
        "{}: {} rows, {} features, {columns}; {:?} from {} of He's weights, dropout {}, AdamW {} with \
         decay {}, {} epochs of {}; {seconds:.2} s a run\n",
        recipe.set,
        data.x.ncols(),
        data.x.nrows(),
        recipe.hidden,
        recipe.start,
        recipe.dropout,
        recipe.learning_rate,
        recipe.weight_decay,
        recipe.epochs,
        recipe.batch_size,
    );
    let mut all = true;
    for (index, goal) in recipe.goals.iter().enumerate() {
        let values = || scores.iter().map(|score| score.values[index]);
        let mean = values().sum::<f64>() / n;
        let deviation = (values().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        let reached = mean >= goal.least;
        all &= reached;
        let (verdict, least) = (if reached { "reached" } else { "NOT REACHED" }, goal.least);
        let others = if goal.others.is_empty() {
            String::new()
        } else {
            format!("   others: {}", goal.others)
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {:<9} {mean:.4} ± {deviation:.4}   goal {least:.3}: {verdict:<11}{others}",
            goal.measure
        );
    }
    (text, all)
}
