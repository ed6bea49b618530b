//! A table that was read and looked at, ready to be learned from.

use std::path::PathBuf;

use layerwise_data::{
    ColumnProfile, Fractions, Split, Table, Target, Task, profile, stratified_split,
};

use crate::bundle::DataNotes;
use crate::columns_named::columns_named;
use crate::distribution::Distribution;
use crate::doubts::Doubts;
use crate::error::CliError;
use crate::fingerprint::Fingerprint;
use crate::input::{self, Input};
use crate::learn_args::LearnArgs;
use crate::learner::Plan;
use crate::report::{self, columns};
use crate::results::Told;
use crate::streamed::{Memory, Survey};
use crate::table_args::DatesName;

/// What of a table to learn from, to stop by and to judge by.
const FRACTIONS: Fractions = Fractions { train: 0.6, validation: 0.2, test: 0.2 };
/// The same of a table with rows enough to stop by fewer.
const FRACTIONS_OF_MANY: Fractions = Fractions { train: 0.7, validation: 0.1, test: 0.2 };
/// Rows from which that holds.
const MANY: usize = 5000;

/// The data of a training, and what was asked for in the names of its columns.
pub struct Prepared {
    pub learn: LearnArgs,
    pub input: Input,
    pub profiles: Vec<ColumnProfile>,
    pub target: Target,
    /// What is known of a table larger than memory, of which `input` holds a sample.
    pub survey: Option<Survey>,
    /// What may have been read otherwise than it was meant, in words.
    pub doubts: Vec<String>,
}

/// The rows of a table to learn from, to stop by and to judge by: the same for the same table and seed.
pub fn split_of(table: &Table, target: &Target, seed: u64) -> Result<Split, CliError> {
    let fractions = if table.n_rows() >= MANY { FRACTIONS_OF_MANY } else { FRACTIONS };
    // A class is named as the user wrote it where there are too few of it.
    let label = |class: usize| target.labels().get(class).map_or("all rows", String::as_str);
    let strata = target.strata(table)?;
    let labels: Vec<&str> = strata.into_iter().map(label).collect();
    Ok(stratified_split(&labels, fractions, seed)?)
}

impl Prepared {
    /// Reads the data and finds the kinds of its columns, and the target.
    pub fn new(learn: &LearnArgs) -> Result<Self, CliError> {
        let input =
            input::to_learn(&learn.data, &learn.format, learn.target.as_deref(), &learn.images)?;
        let table = &input.table;
        let mut learn = learn.clone();
        for names in [&mut learn.leave_out, &mut learn.columns.categories] {
            *names = columns_named(names, table.column_names());
        }
        let profiles = profile(table, &learn.columns.missing(), &learn.columns.categories)?;
        Self::of(learn, input, profiles, None)
    }

    /// The same of a table larger than memory: a sample stands for it until it is learned from.
    pub fn surveyed(learn: &LearnArgs, memory: Memory, talks: bool) -> Result<Self, CliError> {
        let mut learn = learn.clone();
        let (survey, sample, profiles) = Survey::new(&mut learn, memory, talks)?;
        Self::of(learn, Input::of(sample, false), profiles, Some(survey))
    }

    fn of(
        learn: LearnArgs,
        input: Input,
        profiles: Vec<ColumnProfile>,
        survey: Option<Survey>,
    ) -> Result<Self, CliError> {
        let profiles = learn.columns.order_dates(profiles);
        let has_header = input::has_header(&learn.data, &learn.format)?;
        let doubts = Doubts { has_header, profiles: &profiles, columns: &learn.columns };
        doubts.refuse(&learn.data)?;
        let doubts = doubts.told(&learn.leave_out);
        let target = input.target(learn.target.as_deref());
        let target = Target::find(&input.table, &profiles, target, learn.task.map(Task::from))?;
        if learn.leave_out.iter().any(|name| name == target.column()) {
            let problem = format!(
                "column {:?} is to be predicted and cannot be left out; --target names another",
                target.column()
            );
            return Err(CliError::input(&learn.data, problem));
        }
        Ok(Self { learn, input, profiles, target, survey, doubts })
    }

    /// Rows of the whole table.
    pub fn rows(&self) -> usize {
        self.survey.as_ref().map_or(self.table().n_rows(), |survey| survey.rows)
    }

    pub fn table(&self) -> &Table {
        &self.input.table
    }

    /// Rows to learn from, to stop by and to judge by.
    pub fn split(&self) -> Result<Split, CliError> {
        let strata = self.target.strata(self.table())?;
        self.refuse_few(&strata, 3, "one to learn from, one to stop by, one to judge by")?;
        split_of(self.table(), &self.target, self.learn.seed)
    }

    /// Refuses rows, of these classes, of which some are too few.
    pub fn refuse_few(
        &self,
        strata: &[usize],
        needed: usize,
        why: &'static str,
    ) -> Result<(), CliError> {
        let (file, rows) = (self.table().name().to_owned(), strata.len());
        let labels = self.target.labels();
        if labels.is_empty() && rows < needed {
            return Err(CliError::TooFewRows { file, rows, needed, why });
        }
        let mut counts = vec![0; labels.len()];
        for &class in strata {
            if let Some(n) = counts.get_mut(class) {
                *n += 1;
            }
        }
        let counts = labels.iter().cloned().zip(counts);
        let mut rare: Vec<(String, usize)> = counts.filter(|(_, n)| *n < needed).collect();
        if labels.is_empty() || rare.is_empty() {
            return Ok(());
        }
        rare.sort_by_key(|(_, n)| *n);
        let column = self.target.column().to_owned();
        let numbers = self.profile_of_target().is_some_and(|profile| profile.range.is_some());
        Err(CliError::RareClasses { file, column, rare, needed, why, numbers })
    }

    fn profile_of_target(&self) -> Option<&ColumnProfile> {
        self.profiles.iter().find(|profile| profile.name == self.target.column())
    }

    /// How many rows of the whole table are to learn from, to stop by and to judge by.
    pub fn rows_of(&self, split: &Split) -> [usize; 3] {
        let [validation, test] = [&split.validation, &split.test].map(Vec::len);
        [self.rows() - validation - test, validation, test]
    }

    /// The plan for these rows with these options.
    pub fn plan(&self, learn: &LearnArgs, split: &Split) -> Result<Plan, CliError> {
        Plan::new(learn, self.table(), &self.profiles, self.target.clone(), split)
    }

    /// What the report on a model of these data says beside what the model file holds.
    pub fn told(&self, path: PathBuf, split: &Split, config: String) -> Result<Told, CliError> {
        let mut held = self.table().emptied();
        held.append_rows(self.table(), split.test.iter().copied())?;
        let known = (self.table(), self.rows());
        let mut warnings = self.doubts.clone();
        warnings.extend(report::warnings(known, &self.profiles, Some(&self.target)));
        let missing = self.profiles.iter().filter(|profile| profile.missing > 0);
        let missing = missing.map(|profile| (profile.name.clone(), profile.missing)).collect();
        let source = self.input.shipped.as_ref().map(|set| set.credit.to_owned());
        Ok(Told { path, held, warnings, missing, config, source })
    }

    /// What a model file says of the data.
    pub fn notes(&self, plan: &Plan, split: &Split) -> Result<DataNotes, CliError> {
        let asked = &self.learn.leave_out;
        let left_out = columns::left_out(&self.profiles, &plan.recipe, plan.target.column(), asked);
        let fingerprint = match &self.survey {
            Some(survey) => survey.fingerprint.clone(),
            None => Fingerprint::of(self.table()),
        };
        let Input { images, array, pixels, .. } = self.input;
        let dates = self.learn.columns.dates.filter(|order| *order != DatesName::MonthFirst);
        let distribution = Some(Distribution::of(self.table(), &plan.target, split)?);
        let rows = self.rows();
        Ok(DataNotes { rows, left_out, fingerprint, images, array, pixels, dates, distribution })
    }
}
