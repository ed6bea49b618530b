//! What there is to choose from.

use std::collections::BTreeMap;

use layerwise_core::CoreError;
use rand::RngExt;

use crate::{ModelError, Result, Stream, generator};

/// One setting's value.
///
/// ```
/// use layerwise_model::{Space, Value};
///
/// let candidates = Space::new().names("activation", &["relu"])?.integers("units", 8, 8)?.grid(1);
/// let settings = candidates[0].settings();
/// assert_eq!(settings["activation"], Value::Name("relu".into()));
/// assert_eq!(settings["units"].to_string(), "8");
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A whole number: units, layers, examples.
    Integer(i64),
    /// A name: of an activation, an optimizer.
    Name(String),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Integer(integer) => write!(f, "{integer}"),
            Self::Name(name) => write!(f, "{name}"),
        }
    }
}

/// The values a setting may take.
#[derive(Debug, Clone, PartialEq)]
enum Range {
    Choices(Vec<Value>),
    Integers(i64, i64),
    Uniform(f64, f64),
    LogUniform(f64, f64),
}

/// A value for each setting of a [`Space`].
///
/// ```
/// use layerwise_model::Space;
///
/// let space = Space::new().numbers("alpha", &[0.1])?.integers("units", 8, 8)?;
/// let candidate = &space.names("activation", &["relu"])?.random(1, 0)[0];
/// assert_eq!((candidate.number("alpha")?, candidate.count("units")?), (0.1, 8));
/// assert_eq!(candidate.name("activation")?, "relu");
/// assert!(candidate.settings().contains_key("units") && candidate.count("alpha").is_err());
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Candidate(BTreeMap<String, Value>);

impl Candidate {
    /// All settings, by name.
    pub fn settings(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// The setting of this name as a number, whole or not.
    ///
    /// # Errors
    /// [`ModelError::NoSetting`] if it is not there or a name.
    pub fn number(&self, name: &str) -> Result<f64> {
        match self.0.get(name) {
            Some(Value::Number(number)) => Ok(*number),
            Some(Value::Integer(integer)) => Ok(*integer as f64),
            _ => Err(ModelError::NoSetting { name: name.into(), expected: "number" }),
        }
    }

    /// The setting of this name as a count: units, layers, examples.
    ///
    /// # Errors
    /// [`ModelError::NoSetting`] if it is not there or no whole number of at least 0.
    pub fn count(&self, name: &str) -> Result<usize> {
        let count = match self.0.get(name) {
            Some(Value::Integer(integer)) => usize::try_from(*integer).ok(),
            _ => None,
        };
        count.ok_or_else(|| ModelError::NoSetting { name: name.into(), expected: "count" })
    }

    /// The setting of this name as a name.
    ///
    /// # Errors
    /// [`ModelError::NoSetting`] if it is not there or a number.
    pub fn name(&self, name: &str) -> Result<&str> {
        match self.0.get(name) {
            Some(Value::Name(value)) => Ok(value),
            _ => Err(ModelError::NoSetting { name: name.into(), expected: "name" }),
        }
    }
}

/// The settings to search over, each with a type and a range.
///
/// ```
/// use layerwise_model::Space;
///
/// let space = Space::new()
///     .log_uniform("alpha", 1e-4, 1e-1)?
///     .integers("units", 8, 64)?
///     .names("activation", &["relu", "silu"])?;
/// let candidates = space.random(20, 7);
/// assert_eq!(candidates.len(), 20);
/// assert!((1e-4..=1e-1).contains(&candidates[3].number("alpha")?));
/// assert!((8..=64).contains(&candidates[3].count("units")?));
///
/// // A grid takes three values of each range, and all names.
/// assert_eq!(space.grid(3).len(), 3 * 3 * 2);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "a space is searched by search()"]
pub struct Space {
    settings: Vec<(String, Range)>,
}

fn refuse(what: &'static str, expected: &'static str, found: f64) -> ModelError {
    CoreError::Setting { what, expected, found }.into()
}

impl Space {
    /// Nothing to choose yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, name: &str, range: Range) -> Self {
        // Said twice, the later one counts.
        self.settings.retain(|(own, _)| own != name);
        self.settings.push((name.to_owned(), range));
        self
    }

    /// A number anywhere in `[low, high]`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless both and their distance are finite and `low <= high`.
    ///
    /// ```
    /// use layerwise_model::Space;
    ///
    /// let space = Space::new().uniform("p", 0.1, 0.5)?;
    /// for candidate in space.random(20, 0) {
    ///     assert!((0.1..=0.5).contains(&candidate.number("p")?));
    /// }
    /// assert!(space.uniform("p", 0.5, 0.1).is_err());
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn uniform(self, name: &str, low: f64, high: f64) -> Result<Self> {
        if !low.is_finite() {
            return Err(refuse("the start of a range", "finite", low));
        }
        if !(high - low).is_finite() && high.is_finite() {
            return Err(refuse("the end of a range", "less than 1.8e308 from its start", high));
        }
        if high.is_finite() && low <= high {
            return Ok(self.with(name, Range::Uniform(low, high)));
        }
        Err(refuse("the end of a range", "finite and no less than its start", high))
    }

    /// A number in `[low, high]`, each power of ten as likely: for learning rates and penalties.
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless `0 < low <= high`.
    pub fn log_uniform(self, name: &str, low: f64, high: f64) -> Result<Self> {
        if low > 0.0 && high.is_finite() && low <= high {
            return Ok(self.with(name, Range::LogUniform(low, high)));
        }
        if !high.is_finite() {
            return Err(refuse("the end of a logarithmic range", "finite", high));
        }
        Err(refuse("the start of a logarithmic range", "above 0 and no more than its end", low))
    }

    /// A whole number in `[low, high]`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] unless `low <= high`.
    pub fn integers(self, name: &str, low: i64, high: i64) -> Result<Self> {
        if low <= high {
            return Ok(self.with(name, Range::Integers(low, high)));
        }
        Err(refuse("the end of a range", "no less than its start", high as f64))
    }

    /// One of these numbers.
    ///
    /// # Errors
    /// [`ModelError::AtLeastOne`] if there are none.
    ///
    /// ```
    /// use layerwise_model::Space;
    ///
    /// let grid = Space::new().numbers("l2", &[0.0, 1e-4, 1e-2])?.grid(2);
    /// assert_eq!((grid.len(), grid[2].number("l2")?), (3, 1e-2));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn numbers(self, name: &str, choices: &[f64]) -> Result<Self> {
        self.choices(name, choices.iter().map(|&number| Value::Number(number)).collect())
    }

    /// One of these names.
    ///
    /// # Errors
    /// [`ModelError::AtLeastOne`] if there are none.
    pub fn names(self, name: &str, choices: &[&str]) -> Result<Self> {
        self.choices(name, choices.iter().map(|&choice| Value::Name(choice.into())).collect())
    }

    fn choices(self, name: &str, choices: Vec<Value>) -> Result<Self> {
        if choices.is_empty() {
            return Err(ModelError::AtLeastOne { what: "the number of choices" });
        }
        Ok(self.with(name, Range::Choices(choices)))
    }

    /// `count` candidates drawn independently (Bergstra and Bengio, "Random Search for Hyper-Parameter
    /// Optimization", 2012); the same ones for the same seed.
    pub fn random(&self, count: usize, seed: u64) -> Vec<Candidate> {
        let mut rng = generator(seed, Stream::Search);
        let mut draw = |range: &Range| match range {
            Range::Choices(choices) => choices[rng.random_range(0..choices.len())].clone(),
            Range::Integers(low, high) => Value::Integer(rng.random_range(*low..=*high)),
            Range::Uniform(low, high) => Value::Number(rng.random_range(*low..=*high)),
            Range::LogUniform(low, high) => {
                let power = rng.random_range(low.ln()..=high.ln());
                Value::Number(power.exp().clamp(*low, *high))
            }
        };
        let mut candidate = || {
            let settings = self.settings.iter().map(|(name, range)| (name.clone(), draw(range)));
            Candidate(settings.collect())
        };
        (0..count).map(|_| candidate()).collect()
    }

    /// Every combination of all choices and of at most `points` values of each range, evenly from its start
    /// to its end; 1 takes the start.
    pub fn grid(&self, points: usize) -> Vec<Candidate> {
        let mut candidates = vec![Candidate::default()];
        for (name, range) in &self.settings {
            let values = range.spread(points.max(1));
            candidates = candidates
                .iter()
                .flat_map(|candidate| {
                    values.iter().map(|value| {
                        let mut candidate = candidate.clone();
                        candidate.0.insert(name.clone(), value.clone());
                        candidate
                    })
                })
                .collect();
        }
        candidates
    }
}

impl Range {
    fn spread(&self, points: usize) -> Vec<Value> {
        let between = |low: f64, high: f64| {
            (0..points).map(move |k| low + (high - low) * k as f64 / (points - 1).max(1) as f64)
        };
        match *self {
            Self::Choices(ref choices) => choices.clone(),
            Self::Uniform(low, high) => between(low, high).map(Value::Number).collect(),
            Self::LogUniform(low, high) => between(low.ln(), high.ln())
                .map(|power| Value::Number(power.exp().clamp(low, high)))
                .collect(),
            Self::Integers(low, high) => {
                let mut values: Vec<i64> =
                    between(low as f64, high as f64).map(|value| value.round() as i64).collect();
                values.dedup();
                values.into_iter().map(Value::Integer).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_hold_every_combination_once() {
        let space = Space::new().integers("n", 1, 3).unwrap().uniform("p", 0.0, 1.0).unwrap();
        let grid = space.grid(5);
        assert_eq!(grid.len(), 3 * 5, "five points of three whole numbers are three");
        for (index, candidate) in grid.iter().enumerate() {
            assert!(!grid[..index].contains(candidate));
        }
        assert_eq!(grid[14].number("p").unwrap(), 1.0);
        assert_eq!(Space::new().grid(3), [Candidate::default()]);
    }

    #[test]
    fn draws_repeat_themselves_and_have_their_types() {
        let space =
            Space::new().names("g", &["relu"]).unwrap().log_uniform("a", 0.1, 10.0).unwrap();
        let drawn = space.random(200, 3);
        assert_eq!(drawn, space.random(200, 3));
        assert_ne!(drawn, space.random(200, 4));
        let low = drawn.iter().filter(|candidate| candidate.number("a").unwrap() < 1.0).count();
        assert!((70..130).contains(&low), "half of the powers lie below 1: {low} of 200");
        assert_eq!(drawn[0].name("g").unwrap(), "relu");
        let error = drawn[0].count("a").unwrap_err().to_string();
        assert_eq!(error, "this candidate has no count called \"a\"");
    }

    #[test]
    fn ranges_the_wrong_way_round_are_refused() {
        assert!(Space::new().uniform("p", 1.0, 0.0).is_err());
        assert!(Space::new().log_uniform("p", 0.0, 1.0).is_err());
        let message = |low, high| Space::new().uniform("p", low, high).unwrap_err().to_string();
        assert_eq!(message(f64::NAN, 1.0), "expected the start of a range finite, found NaN");
        assert!(message(-1e308, 1e308).contains("from its start"));
        assert!(message(0.0, f64::INFINITY).contains("found inf"));
        assert!(Space::new().integers("p", 2, 1).is_err());
        assert!(Space::new().numbers("p", &[]).is_err());
    }
}
