//! `--print-config`: every option with its value, typed, from the file, or decided by the data.

use std::path::Path;

use clap::ValueEnum;
use layerwise_data::{Encoding, Recipe, Scaling};
use serde::{Serialize, Serializer};

use crate::input::Origin;
use crate::learn_args::{LearnArgs, NumbersName, TaskName};
use crate::learner::Plan;
use crate::streamed::Memory;
use crate::table_args::DatesName;

/// The options of a training, all of them decided, in the order and by the names of a config.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effective {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    /// Not where the labels of arrays were found without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    task: String,
    leave_out: Vec<String>,
    categories: Vec<String>,
    missing: Vec<String>,
    dates: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    numbers: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropout: Option<f64>,
    epochs: Whole,
    patience: Whole,
    #[serde(skip_serializing_if = "Option::is_none")]
    learning_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_decay: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_size: Option<Whole>,
    seed: Whole,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    no_header: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    header: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_size: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    grey: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rgb: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    folds: Option<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trials: Option<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<String>,
}

/// A whole number, in quotes where it is larger than those of TOML.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Whole(u64);

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0) {
            Ok(number) => serializer.serialize_i64(number),
            Err(_) => serializer.serialize_str(&self.0.to_string()),
        }
    }
}

impl From<usize> for Whole {
    fn from(number: usize) -> Self {
        Self(number as u64)
    }
}

impl Effective {
    /// What `args`, whose columns are names of the table, and the plan come to, on data of this origin.
    pub fn new(args: &LearnArgs, plan: &Plan, origin: Origin) -> Self {
        let settings = plan.settings.clone();
        let task = TaskName::from(plan.target.task());
        let numbers = args.numbers.unwrap_or_else(|| numbers_of(&plan.recipe));
        let delimiter = args.format.delimiter.map(|byte| match byte {
            b'\t' => "tab".to_owned(),
            byte => char::from(byte).to_string(),
        });
        Self {
            data: Some(text_of(&args.data)),
            // A column made of labels that were found elsewhere is none that could be named.
            target: args
                .target
                .clone()
                .or_else(|| (!origin.labels).then(|| plan.target.column().to_owned())),
            task: name_of(&task),
            leave_out: args.leave_out.clone(),
            categories: args.columns.categories.clone(),
            missing: args.columns.words(),
            dates: name_of(&args.columns.dates.unwrap_or(DatesName::MonthFirst)),
            numbers: Some(name_of(&numbers)),
            hidden: Some(settings.hidden),
            dropout: Some(settings.dropout),
            epochs: settings.epochs.into(),
            patience: settings.patience.into(),
            learning_rate: Some(settings.learning_rate),
            weight_decay: Some(settings.weight_decay),
            batch_size: Some(settings.batch_size.into()),
            seed: Whole(settings.seed),
            delimiter,
            no_header: args.format.no_header,
            header: args.format.header,
            image_size: origin
                .images
                .map(|format| format!("{}x{}", format.width(), format.height())),
            grey: origin.images.is_some_and(|format| format.channels() == 1),
            rgb: origin.images.is_some_and(|format| format.channels() > 1),
            folds: None,
            trials: None,
            minutes: None,
            memory: None,
            out: None,
        }
    }

    /// Without places, which are no part of a model: those of the data, of labels that lie elsewhere, of the model.
    pub fn without_places(mut self, origin: Origin) -> Self {
        (self.data, self.out) = (None, None);
        if origin.labels {
            self.target = None;
        }
        self
    }

    /// With where the model goes.
    pub fn with_out(mut self, out: &Path) -> Self {
        self.out = Some(text_of(out));
        self
    }

    /// With the memory that a table larger than it is learned with.
    pub fn with_memory(mut self, memory: Option<&Memory>) -> Self {
        self.memory = memory.map(|memory| memory.typed().to_owned());
        self
    }

    /// With the number of folds.
    pub fn with_folds(mut self, folds: usize) -> Self {
        self.folds = Some(folds.into());
        self
    }

    /// Without what is searched, and with how long.
    pub fn searching(mut self, searched: &[&str], trials: usize, minutes: Option<f64>) -> Self {
        for key in searched {
            match *key {
                "hidden" => self.hidden = None,
                "dropout" => self.dropout = None,
                "learning_rate" => self.learning_rate = None,
                "weight_decay" => self.weight_decay = None,
                "batch_size" => self.batch_size = None,
                _ => self.numbers = None,
            }
        }
        (self.trials, self.minutes) = (Some(trials.into()), minutes);
        self
    }

    /// Hidden layers, dropout, learning rate, weight decay, mini-batch and numbers, in words.
    pub fn choices(&self) -> [String; 6] {
        let hidden = self.hidden.as_deref().unwrap_or_default();
        let units: Vec<String> = hidden.iter().map(usize::to_string).collect();
        let number = |number: Option<f64>| number.unwrap_or_default().to_string();
        [
            if units.is_empty() { "none".into() } else { units.join(",") },
            number(self.dropout),
            number(self.learning_rate),
            number(self.weight_decay),
            self.batch_size.map_or(0, |size| size.0).to_string(),
            self.numbers.clone().unwrap_or_default(),
        ]
    }

    /// As a config file has it.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A value by the name it is typed by.
fn name_of(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The way numbers were made ready where nothing was said, by a name that gives the same again.
fn numbers_of(recipe: &Recipe) -> NumbersName {
    let scalings = recipe.features().iter().filter_map(|feature| match &feature.encoding {
        Encoding::Number { scaling, .. } => Some(scaling),
        _ => None,
    });
    let scalings: Vec<&Scaling> = scalings.collect();
    if scalings.iter().any(|scaling| matches!(scaling, Scaling::Bins { .. })) {
        return NumbersName::Bins;
    }
    // One scale for all, as pixels have it, is a choice that only the automatic way makes.
    let joint = scalings.len() > 1 && scalings.windows(2).all(|pair| pair[0] == pair[1]);
    if joint { NumbersName::Automatic } else { NumbersName::Standard }
}
