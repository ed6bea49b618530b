//! Dates and times as numbers.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use serde::{Deserialize, Serialize};

/// How a column writes its dates.
///
/// ```
/// use layerwise_data::DateFormat;
///
/// let first = DateFormat::of(&["2024-05-01", "2024-12-31 23:59:59"]);
/// assert_eq!(first, Some(DateFormat::Iso));
/// assert_eq!(DateFormat::of(&["31.12.2024"]), Some(DateFormat::DayMonthYear));
/// assert_eq!(DateFormat::of(&["yesterday"]), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateFormat {
    /// `2024-12-31`, with or without a time and a zone (ISO 8601).
    Iso,
    /// `2024/12/31`.
    YearMonthDay,
    /// `31.12.2024`.
    DayMonthYear,
    /// `12/31/2024`.
    MonthDayYear,
    /// `31/12/2024`.
    DayMonthYearSlashes,
}

/// Which of two numbers before a year is the month.
///
/// ```
/// use layerwise_data::{DateFormat, DateOrder};
///
/// assert_eq!(DateOrder::DayFirst.format(), DateFormat::DayMonthYearSlashes);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// `12/31/2024`.
    MonthFirst,
    /// `31/12/2024`.
    DayFirst,
}

impl DateOrder {
    /// How a column of this order writes its dates.
    ///
    /// ```
    /// use layerwise_data::{DateFormat, DateOrder};
    ///
    /// assert_eq!(DateOrder::MonthFirst.format(), DateFormat::MonthDayYear);
    /// ```
    pub fn format(self) -> DateFormat {
        match self {
            Self::MonthFirst => DateFormat::MonthDayYear,
            Self::DayFirst => DateFormat::DayMonthYearSlashes,
        }
    }
}

impl DateFormat {
    pub(crate) const ALL: [Self; 5] = [
        Self::Iso,
        Self::YearMonthDay,
        Self::DayMonthYear,
        Self::MonthDayYear,
        Self::DayMonthYearSlashes,
    ];

    /// The first way in which all of these are dates: `1/2/2024` counts as the second of January if no
    /// other cell speaks against it.
    pub fn of(cells: &[impl AsRef<str>]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| cells.iter().all(|cell| format.read(cell.as_ref()).is_some()))
    }

    /// What comes first in it, in words.
    ///
    /// ```
    /// use layerwise_data::DateFormat;
    ///
    /// assert_eq!(DateFormat::Iso.order(), "year first");
    /// assert_eq!(DateFormat::DayMonthYear.order(), "day first");
    /// ```
    pub fn order(self) -> &'static str {
        match self {
            Self::Iso | Self::YearMonthDay => "year first",
            Self::DayMonthYear | Self::DayMonthYearSlashes => "day first",
            Self::MonthDayYear => "month first",
        }
    }

    /// Days from the first of January 1970 to a date, and parts of a day; `None` of what is no such date.
    ///
    /// ```
    /// use layerwise_data::DateFormat;
    ///
    /// assert_eq!(DateFormat::Iso.days("1970-01-02T06:00:00"), Some(1.25));
    /// assert_eq!(DateFormat::Iso.days("31.12.2024"), None);
    /// ```
    pub fn days(self, cell: &str) -> Option<f64> {
        self.parts(cell.trim()).map(|[days, ..]| days)
    }

    /// The date so many days after the first of January 1970, written in this way; `None` beyond the year 9999.
    ///
    /// ```
    /// use layerwise_data::DateFormat;
    ///
    /// assert_eq!(DateFormat::DayMonthYear.written(1.25).as_deref(), Some("02.01.1970"));
    /// assert_eq!(DateFormat::Iso.written(-1.0).as_deref(), Some("1969-12-31"));
    /// ```
    pub fn written(self, days: f64) -> Option<String> {
        let days = jiff::Span::new().try_days(days.floor() as i64).ok()?;
        let date = Date::constant(1970, 1, 1).checked_add(days).ok()?;
        Some(date.strftime(self.pattern()).to_string())
    }

    fn pattern(self) -> &'static str {
        match self {
            Self::Iso => "%Y-%m-%d",
            Self::YearMonthDay => "%Y/%m/%d",
            Self::DayMonthYear => "%d.%m.%Y",
            Self::MonthDayYear => "%m/%d/%Y",
            Self::DayMonthYearSlashes => "%d/%m/%Y",
        }
    }

    /// The way that differs in which number is the month.
    pub(crate) fn other_order(self) -> Option<Self> {
        match self {
            Self::MonthDayYear => Some(Self::DayMonthYearSlashes),
            Self::DayMonthYearSlashes => Some(Self::MonthDayYear),
            _ => None,
        }
    }

    /// Whether a cell without blanks around it is such a date.
    pub(crate) fn reads(self, cell: &str) -> bool {
        self.read(cell).is_some()
    }

    /// The date and time of a cell, without blanks around it.
    fn read(self, cell: &str) -> Option<DateTime> {
        // All of them start with a digit, and nothing else is worth a closer look.
        if !cell.as_bytes().first().is_some_and(u8::is_ascii_digit) || cell.len() < 8 {
            return None;
        }
        if self == Self::Iso {
            // A zone counts, where there is one.
            let zoned = cell.parse::<Timestamp>().ok().map(utc);
            return zoned.or_else(|| cell.parse::<DateTime>().ok());
        }
        let date = strtime::parse(self.pattern(), cell).ok()?.to_date().ok()?;
        Some(date.at(0, 0, 0, 0))
    }

    /// The parts of a date as numbers, see [`DATE_PARTS`].
    pub(crate) fn parts(self, cell: &str) -> Option<[f64; DATE_PARTS.len()]> {
        let time = self.read(cell)?;
        let circle = |part: f64, of: f64| (std::f64::consts::TAU * part / of).sin_cos();
        let seconds = f64::from(time.hour()) * 3600.0
            + f64::from(time.minute()) * 60.0
            + f64::from(time.second());
        let days = f64::from(Date::constant(1970, 1, 1).until(time.date()).ok()?.get_days());
        let year = circle(f64::from(time.day_of_year()) - 1.0, 365.25);
        let weekday = f64::from(time.weekday().to_monday_zero_offset());
        let week = circle(weekday, 7.0);
        let day = circle(seconds, 86_400.0);
        Some([days + seconds / 86_400.0, year.0, year.1, week.0, week.1, day.0, day.1])
    }
}

fn utc(time: Timestamp) -> DateTime {
    jiff::tz::TimeZone::UTC.to_datetime(time)
}

/// What a date becomes: days since 1970, and where in the year, the week and the day it lies, each as a place
/// on a circle, so that December is next to January.
pub(crate) const DATE_PARTS: [&str; 7] = [
    "days",
    "year (sine)",
    "year (cosine)",
    "week (sine)",
    "week (cosine)",
    "day (sine)",
    "day (cosine)",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_known_dates() {
        let parts = DateFormat::Iso.parts("1970-01-02T06:00:00").unwrap();
        assert_eq!(parts[0], 1.25);
        assert!((parts[5] - 1.0).abs() < 1e-12, "a quarter of a day");
        // A Thursday, three days after Monday.
        let thursday = DateFormat::Iso.parts("1970-01-01").unwrap();
        assert!((thursday[3] - (std::f64::consts::TAU * 3.0 / 7.0).sin()).abs() < 1e-12);
        assert_eq!(DateFormat::Iso.parts("1970-01-01T12:00:00+12:00").unwrap()[0], 0.0);
        assert_eq!(DateFormat::DayMonthYear.parts("02.01.1970").unwrap()[0], 1.0);
    }

    #[test]
    fn what_is_written_is_read() {
        for format in DateFormat::ALL {
            for days in [-25_567.0, 0.0, 19_843.0] {
                let written = format.written(days).unwrap();
                assert_eq!(format.days(&written), Some(days), "{written}");
            }
            assert_eq!(format.written(1e9), None);
        }
    }

    #[test]
    fn the_way_that_fits_all_is_taken() {
        let of = |cells: &[&str]| DateFormat::of(cells);
        assert_eq!(of(&["1/2/2024", "12/31/2024"]), Some(DateFormat::MonthDayYear));
        assert_eq!(of(&["01/02/2024", "31/12/2024"]), Some(DateFormat::DayMonthYearSlashes));
        assert_eq!(of(&["2024/1/31"]), Some(DateFormat::YearMonthDay));
        assert_eq!(of(&["2024-02-30"]), None);
        assert_eq!(of(&["20240131", "12345678"]), None, "plain numbers are no dates");
    }
}
