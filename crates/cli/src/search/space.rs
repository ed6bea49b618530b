//! What a search tries.

use clap::ValueEnum;
use layerwise_data::{ColumnKind, Split};
use layerwise_model::{Candidate, Space};

use crate::error::CliError;
use crate::learn_args::{LearnArgs, NumbersName, hidden};
use crate::learner::MANY_ROWS;
use crate::prepared::Prepared;

/// The options that can be searched, as a config names them.
pub const SEARCHED: [&str; 6] =
    ["hidden", "dropout", "learning_rate", "weight_decay", "batch_size", "numbers"];

/// Columns of numbers from which bins of each would be too many features.
const MOST_IN_BINS: usize = 100;

/// The options of each trial, first those that `train` would have taken; and the names of what is searched.
pub fn trials(
    prepared: &Prepared,
    split: &Split,
    count: usize,
) -> Result<(Vec<LearnArgs>, Vec<&'static str>), CliError> {
    let learn = &prepared.learn;
    let (space, searched) = space(prepared, split)?;
    if searched.is_empty() {
        let given = SEARCHED.iter().map(|key| format!("--{}", key.replace('_', "-"))).collect();
        return Err(CliError::NothingToSearch { given });
    }
    let drawn = space.random(count - 1, learn.seed);
    let mut trials = vec![learn.clone()];
    for candidate in &drawn {
        trials.push(with(learn, candidate)?);
    }
    Ok((trials, searched))
}

/// What is not given, within what makes sense for so many rows.
fn space(prepared: &Prepared, split: &Split) -> Result<(Space, Vec<&'static str>), CliError> {
    let (learn, rows) = (&prepared.learn, split.train.len());
    let large = rows >= MANY_ROWS;
    let (mut space, mut searched) = (Space::new(), vec![]);
    if learn.hidden.is_none() {
        let choices: &[&str] = match large {
            true => &["64", "128", "256", "64,32", "128,64", "256,128", "128,64,32"],
            false => &["none", "16", "32", "64", "32,16", "64,32", "128,64"],
        };
        space = space.names("hidden", choices)?;
        searched.push("hidden");
    }
    if learn.dropout.is_none() {
        space = space.numbers("dropout", &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5])?;
        searched.push("dropout");
    }
    if learn.learning_rate.is_none() {
        space = space.log_uniform("learning_rate", 3e-4, 2e-2)?;
        searched.push("learning_rate");
    }
    if learn.weight_decay.is_none() {
        space = space.log_uniform("weight_decay", 1e-4, 0.3)?;
        searched.push("weight_decay");
    }
    if learn.batch_size.is_none() {
        let sizes: &[f64] = match large {
            true => &[64.0, 128.0, 256.0, 512.0],
            false => &[16.0, 32.0, 64.0, 128.0],
        };
        // Fewer than four updates an epoch are few.
        let fit = sizes.iter().copied().filter(|&size| size * 4.0 <= rows as f64);
        let sizes: Vec<f64> = fit.collect();
        if !sizes.is_empty() {
            space = space.numbers("batch_size", &sizes)?;
            searched.push("batch_size");
        }
    }
    let numbers = prepared.profiles.iter().filter(|profile| {
        profile.kind == ColumnKind::Number && profile.name != prepared.target.column()
    });
    let numbers = numbers.count();
    if learn.numbers.is_none() && (1..=MOST_IN_BINS).contains(&numbers) {
        space = space.names("numbers", &["standard", "quantile", "bins"])?;
        searched.push("numbers");
    }
    Ok((space, searched))
}

/// The options with what was drawn.
fn with(learn: &LearnArgs, candidate: &Candidate) -> Result<LearnArgs, CliError> {
    let mut learn = learn.clone();
    let settings = candidate.settings();
    let has = |key: &str| settings.contains_key(key);
    // The names are our own, so they are understood.
    if has("hidden") {
        learn.hidden = hidden(candidate.name("hidden")?).ok();
    }
    if has("numbers") {
        learn.numbers = NumbersName::from_str(candidate.name("numbers")?, false).ok();
    }
    if has("dropout") {
        learn.dropout = Some(candidate.number("dropout")?);
    }
    if has("learning_rate") {
        learn.learning_rate = Some(rounded(candidate.number("learning_rate")?));
    }
    if has("weight_decay") {
        learn.weight_decay = Some(rounded(candidate.number("weight_decay")?));
    }
    if has("batch_size") {
        learn.batch_size = Some(candidate.number("batch_size")? as usize);
    }
    Ok(learn)
}

/// Two digits that count are enough, and can be read.
fn rounded(number: f64) -> f64 {
    format!("{number:.1e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits() {
        assert_eq!([0.012_345, 2e-2, 0.000_96].map(rounded), [0.012, 0.02, 0.000_96]);
    }
}
