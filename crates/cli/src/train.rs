//! `layerwise train`.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use layerwise_data::{Dataset, Fractions, Split, Standardizer};
use layerwise_model::activations::{Relu, Sigmoid};
use layerwise_model::cost::BinaryCrossEntropy;
use layerwise_model::optim::GradientDescent;
use layerwise_model::{Ended, Examples, History, ModelError, Network, Trainer};

use crate::args::TrainArgs;
use crate::bundle::{Bundle, NOTES_FORMAT, Notes, PartScores, Settings};
use crate::error::CliError;
use crate::input::{self, Input, Prepared};
use crate::interrupt;
use crate::report::{self, count, heading, printable, shell_word, short};
use crate::scores::Scores;
use crate::terminal::{Progress, program};

/// Parameters of the largest network, about 2 GB with its gradients and copies.
const MOST_PARAMETERS: u128 = 100_000_000;

const FRACTIONS: Fractions = Fractions { train: 0.6, validation: 0.2, test: 0.2 };

/// Reads, shows what will be done, trains, writes the model, shows what came of it.
pub fn run(args: &TrainArgs, out: &mut impl Write) -> Result<(), CliError> {
    check_out(&args.out, &args.data)?;
    let input = input::read(&args.data)?;
    let target = match (&args.target, &input.shipped) {
        (Some(target), _) => target,
        (None, Some(set)) => set.target,
        (None, None) => input.table.last_column_name(),
    };
    let data = Dataset::<f64>::from_table(&input.table, target)?;
    let split = data.split(FRACTIONS, args.seed)?;
    show_data(out, args, &input, &data, &split)?;
    drop(input);

    let (parts, standardizer) = prepare(&data, &split)?;
    let mut network = build(args, data.n_features())?;
    writeln!(out, "{}\n{}\n", heading("Network"), report::layer_table(&network))?;
    writeln!(
        out,
        "{}\ngradient descent on binary cross-entropy: {}, mini-batches of {}, learning rate {}, seed {}\n",
        heading("Training"),
        count(args.epochs, "epoch"),
        args.batch_size.min(split.train.len()),
        args.learning_rate,
        args.seed
    )?;
    out.flush()?;

    let history = fit(args, &mut network, &parts)?;
    if history.ended == Ended::Asked {
        show_interrupted(out, args, &history)?;
    }
    let [train, validation, test] = &parts;
    let scores = PartScores {
        train: Scores::of(&network, train)?,
        validation: Scores::of(&network, validation)?,
        test: Scores::of(&network, test)?,
    };

    // The file first: whatever happens to the output, the work is kept.
    let replaced = args.out.exists();
    let notes = Notes {
        notes_format: NOTES_FORMAT,
        target: data.target_name,
        classes: data.classes,
        standardizer,
        training: settings(args, &history),
        scores: scores.clone(),
    };
    let file = Bundle { network, notes }.into_file()?;
    file.write(&args.out).map_err(CliError::WriteModel)?;

    writeln!(out, "{}\n{}\n", heading("Result"), report::score_table(&scores))?;
    let curve = report::curve(&history.epochs);
    if !curve.is_empty() {
        writeln!(out, "{curve}")?;
    }
    show_next(out, args, replaced)
}

/// Refuses a place where the model could not be written, before any time is spent.
fn check_out(path: &Path, data: &Path) -> Result<(), CliError> {
    let refused = |problem| Err(CliError::BadOut { path: path.to_owned(), problem });
    if path.file_name().is_none() || path.is_dir() {
        return refused("it is a folder; name a file");
    }
    if path.exists() {
        if !path.is_file() {
            return refused("it is not a regular file");
        }
        if let (Ok(path), Ok(data)) = (path.canonicalize(), data.canonicalize())
            && path == data
        {
            return refused("it is the data file itself");
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return refused("its folder does not exist");
    }
    Ok(())
}

fn show_data(
    out: &mut impl Write,
    args: &TrainArgs,
    input: &Input,
    data: &Dataset<f64>,
    split: &Split,
) -> Result<(), CliError> {
    writeln!(out, "{}", heading("Data"))?;
    match &input.shipped {
        Some(set) => {
            writeln!(out, "{}: {}", set.name, set.description)?;
            writeln!(out, "{}", report::wrapped(&format!("credit: {}", set.credit)))?;
        }
        None => writeln!(out, "{}", printable(input.table.name()))?,
    }
    let chosen = match (&args.target, &input.shipped) {
        (None, None) => " (the last column; --target chooses another)",
        _ => "",
    };
    writeln!(
        out,
        "{}, {}, target {}{chosen}",
        count(data.n_examples(), "row"),
        count(data.n_features(), "feature"),
        short(&data.target_name)
    )?;
    let ([class_0, class_1], [n_0, n_1]) = (data.classes.labels().map(short), data.class_counts());
    writeln!(out, "class 0: {class_0}, {}", count(n_0, "row"))?;
    writeln!(out, "class 1: {class_1}, {}", count(n_1, "row"))?;
    writeln!(
        out,
        "split: {} to train, {} to validate, {} to test, the same share of each class in all\n",
        split.train.len(),
        split.validation.len(),
        split.test.len()
    )?;
    Ok(())
}

/// The three parts, standardized with mean and scale of the training part.
fn prepare(data: &Dataset<f64>, split: &Split) -> Result<([Prepared; 3], Standardizer), CliError> {
    let train = data.select(&split.train)?;
    let standardizer = Standardizer::fit(&train.x, &train.feature_names)?;
    let parts = [
        Prepared::new(train, &standardizer)?,
        Prepared::new(data.select(&split.validation)?, &standardizer)?,
        Prepared::new(data.select(&split.test)?, &standardizer)?,
    ];
    Ok((parts, standardizer))
}

/// `[LINEAR → RELU] × hidden → LINEAR → SIGMOID`.
fn build(args: &TrainArgs, n_features: usize) -> Result<Network<f32>, CliError> {
    let sizes = [&[n_features], args.hidden.0.as_slice(), &[1]].concat();
    // Units are below 2^64 and layers few, so the sum can only overflow if the product does.
    let found = sizes.windows(2).fold(0_u128, |sum, pair| {
        sum.saturating_add((pair[0] as u128 + 1).saturating_mul(pair[1] as u128))
    });
    if found > MOST_PARAMETERS {
        return Err(CliError::TooManyParameters { found, most: MOST_PARAMETERS });
    }
    let mut network = Network::builder(n_features);
    for &units in &args.hidden.0 {
        network = network.dense(units, Relu);
    }
    Ok(network.dense(1, Sigmoid).seed(args.seed).build()?)
}

fn fit(
    args: &TrainArgs,
    network: &mut Network<f32>,
    [train, validation, _]: &[Prepared; 3],
) -> Result<History, CliError> {
    let diverged = |epoch| CliError::Diverged { epoch, learning_rate: args.learning_rate };
    let optimizer = GradientDescent::new(args.learning_rate as f32).map_err(ModelError::from)?;
    let progress = Progress::new(args.epochs);
    let history = Trainer::new(BinaryCrossEntropy, optimizer)
        .epochs(args.epochs)
        .batch_size(args.batch_size.min(train.x.ncols()))
        .seed(args.seed)
        .stop_flag(interrupt::flag().map_err(CliError::Signals)?)
        .after_epoch(|record| {
            progress.show(record);
            // Parameters that the last step of an epoch ruined show only here.
            match record.validation_cost {
                Some(cost) if !cost.is_finite() => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })
        .fit(
            network,
            Examples::new(&train.x, &train.y)?,
            Some(Examples::new(&validation.x, &validation.y)?),
        );
    progress.leave();
    match history {
        Err(ModelError::Diverged { epoch, .. }) => Err(diverged(epoch)),
        Err(error) => Err(error.into()),
        Ok(history) => match history.last() {
            Some(last) if last.validation_cost.is_some_and(|cost| !cost.is_finite()) => {
                Err(diverged(last.epoch))
            }
            _ => Ok(history),
        },
    }
}

fn settings(args: &TrainArgs, history: &History) -> Settings {
    Settings {
        hidden: args.hidden.0.clone(),
        epochs: history.epochs.len(),
        learning_rate: args.learning_rate,
        batch_size: args.batch_size,
        seed: args.seed,
        split: [FRACTIONS.train, FRACTIONS.validation, FRACTIONS.test],
    }
}

/// Says that training ended before its time, and what there is of it.
fn show_interrupted(
    out: &mut impl Write,
    args: &TrainArgs,
    history: &History,
) -> Result<(), CliError> {
    let of = count(args.epochs, "epoch");
    writeln!(
        out,
        "interrupted after {} of {of}; what was learned so far is kept\n",
        history.epochs.len()
    )?;
    Ok(())
}

fn show_next(out: &mut impl Write, args: &TrainArgs, replaced: bool) -> Result<(), CliError> {
    let replaced = if replaced { " (replacing the file that was there)" } else { "" };
    writeln!(out, "model written to {}{replaced}\n", printable(&args.out.display().to_string()))?;
    let program = program();
    let [model, data] = [&args.out, &args.data].map(|path| shell_word(&path.display().to_string()));
    writeln!(out, "{}", heading("What to type next"))?;
    writeln!(out, "  {program} predict {model} {data}")?;
    writeln!(out, "  {program} evaluate {model} {data}")?;
    Ok(())
}
