//! The values of an Arrow column as text that reads back as the same value.

use std::fmt::{Display, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Writes the value of a row; nothing where there is none.
pub(super) type Cell<'a> = Box<dyn Fn(usize, &mut String) -> Result<(), String> + 'a>;

/// Whether a type holds one value a row that can be written as text; otherwise what it holds.
pub(super) fn check(kind: &DataType) -> Result<(), String> {
    use DataType::*;
    match kind {
        Dictionary(_, values) => check(values),
        Null | Boolean | Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64
        | Float16 | Float32 | Float64 | Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary
        | BinaryView | Date32 | Date64 | Time32(_) | Time64(_) | Timestamp(..) | Duration(_)
        | Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => Ok(()),
        List(_) | LargeList(_) | ListView(_) | LargeListView(_) | FixedSizeList(..) => {
            Err("a list in each row".into())
        }
        Struct(_) => Err("several values in each row (a struct)".into()),
        Map(..) => Err("a map in each row".into()),
        other => Err(format!("values of type {other}")),
    }
}

/// The cells of a column.
pub(super) fn of(array: &dyn Array) -> Result<Cell<'_>, String> {
    use DataType::*;
    Ok(match array.data_type() {
        Null => Box::new(|_, _| Ok(())),
        Boolean => {
            let array = array.as_boolean();
            present(array, |row, text| show(text, array.value(row)))
        }
        Int8 => whole::<Int8Type>(array),
        Int16 => whole::<Int16Type>(array),
        Int32 => whole::<Int32Type>(array),
        Int64 => whole::<Int64Type>(array),
        UInt8 => whole::<UInt8Type>(array),
        UInt16 => whole::<UInt16Type>(array),
        UInt32 => whole::<UInt32Type>(array),
        UInt64 => whole::<UInt64Type>(array),
        Float16 => values::<Float16Type>(array, |v, text| float(text, f64::from(v), v)),
        Float32 => values::<Float32Type>(array, |v, text| float(text, f64::from(v), v)),
        Float64 => values::<Float64Type>(array, |v, text| float(text, v, v)),
        Utf8 => {
            let array = array.as_string::<i32>();
            present(array, |row, text| show(text, array.value(row)))
        }
        LargeUtf8 => {
            let array = array.as_string::<i64>();
            present(array, |row, text| show(text, array.value(row)))
        }
        Utf8View => {
            let array = array.as_string_view();
            present(array, |row, text| show(text, array.value(row)))
        }
        Binary => {
            let array = array.as_binary::<i32>();
            present(array, |row, text| bytes(text, array.value(row)))
        }
        LargeBinary => {
            let array = array.as_binary::<i64>();
            present(array, |row, text| bytes(text, array.value(row)))
        }
        BinaryView => {
            let array = array.as_binary_view();
            present(array, |row, text| bytes(text, array.value(row)))
        }
        Decimal32(..) => decimal::<Decimal32Type>(array),
        Decimal64(..) => decimal::<Decimal64Type>(array),
        Decimal128(..) => decimal::<Decimal128Type>(array),
        Decimal256(..) => decimal::<Decimal256Type>(array),
        Date32 => values::<Date32Type>(array, |days, text| date(text, days)),
        Date64 => values::<Date64Type>(array, |ms, text| instant(text, ms, 1_000_000, false)),
        Timestamp(unit, zone) => {
            let (nanos, zoned) = (nanoseconds(*unit), zone.is_some());
            match unit {
                TimeUnit::Second => values::<TimestampSecondType>(array, move |v, text| {
                    instant(text, v, nanos, zoned)
                }),
                TimeUnit::Millisecond => {
                    values::<TimestampMillisecondType>(array, move |v, text| {
                        instant(text, v, nanos, zoned)
                    })
                }
                TimeUnit::Microsecond => {
                    values::<TimestampMicrosecondType>(array, move |v, text| {
                        instant(text, v, nanos, zoned)
                    })
                }
                TimeUnit::Nanosecond => values::<TimestampNanosecondType>(array, move |v, text| {
                    instant(text, v, nanos, zoned)
                }),
            }
        }
        // A time of day alone is no date: it becomes a number, the seconds since midnight.
        Time32(TimeUnit::Second) => {
            values::<Time32SecondType>(array, |v, text| seconds(text, v.into(), TimeUnit::Second))
        }
        Time32(_) => values::<Time32MillisecondType>(array, |v, text| {
            seconds(text, v.into(), TimeUnit::Millisecond)
        }),
        Time64(TimeUnit::Microsecond) => values::<Time64MicrosecondType>(array, |v, text| {
            seconds(text, v, TimeUnit::Microsecond)
        }),
        Time64(_) => {
            values::<Time64NanosecondType>(array, |v, text| seconds(text, v, TimeUnit::Nanosecond))
        }
        Duration(unit) => match unit {
            TimeUnit::Second => duration::<DurationSecondType>(array, *unit),
            TimeUnit::Millisecond => duration::<DurationMillisecondType>(array, *unit),
            TimeUnit::Microsecond => duration::<DurationMicrosecondType>(array, *unit),
            TimeUnit::Nanosecond => duration::<DurationNanosecondType>(array, *unit),
        },
        Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let level = of(dictionary.values())?;
            // Without a value there is no key either, whatever number stands there.
            let keys =
                if dictionary.values().is_empty() { vec![] } else { dictionary.normalized_keys() };
            present(dictionary.keys(), move |row, text| match keys.get(row) {
                Some(&key) => level(key, text),
                None => Ok(()),
            })
        }
        other => return Err(format!("values of type {other} cannot be read")),
    })
}

/// Cells that are empty where the array has no value.
fn present<'a>(
    array: &'a dyn Array,
    write: impl Fn(usize, &mut String) -> Result<(), String> + 'a,
) -> Cell<'a> {
    Box::new(move |row, text| if array.is_null(row) { Ok(()) } else { write(row, text) })
}

fn values<'a, T: ArrowPrimitiveType>(
    array: &'a dyn Array,
    write: impl Fn(T::Native, &mut String) -> Result<(), String> + 'a,
) -> Cell<'a> {
    let array: &PrimitiveArray<T> = array.as_primitive();
    present(array, move |row, text| write(array.value(row), text))
}

fn whole<'a, T: ArrowPrimitiveType<Native: Display>>(array: &'a dyn Array) -> Cell<'a> {
    values::<T>(array, |value, text| show(text, value))
}

fn decimal<'a, T: DecimalType>(array: &'a dyn Array) -> Cell<'a> {
    let array: &PrimitiveArray<T> = array.as_primitive();
    present(array, |row, text| show(text, array.value_as_string(row)))
}

fn duration<'a, T: ArrowPrimitiveType<Native = i64>>(
    array: &'a dyn Array,
    unit: TimeUnit,
) -> Cell<'a> {
    values::<T>(array, move |value, text| seconds(text, value, unit))
}

fn show(text: &mut String, value: impl Display) -> Result<(), String> {
    write!(text, "{value}").map_err(|error| error.to_string())
}

/// The shortest digits that give the same number again, of its own precision.
fn float(
    text: &mut String,
    size: f64,
    value: impl Display + std::fmt::LowerExp,
) -> Result<(), String> {
    let plain = size == 0.0 || !size.is_finite() || (1e-5..1e16).contains(&size.abs());
    let written = if plain { write!(text, "{value}") } else { write!(text, "{value:e}") };
    written.map_err(|error| error.to_string())
}

fn bytes(text: &mut String, value: &[u8]) -> Result<(), String> {
    let value = std::str::from_utf8(value)
        .map_err(|_| "it holds bytes that are no text; write the file without this column")?;
    show(text, value)
}

fn date(text: &mut String, days: i32) -> Result<(), String> {
    let date =
        Span::new().try_days(days).and_then(|days| Date::constant(1970, 1, 1).checked_add(days));
    show(text, date.map_err(|_| format!("{days} days from 1970 lie beyond the year 9999"))?)
}

/// A date and time, with `Z` where it is a moment and not what a clock shows somewhere.
fn instant(text: &mut String, value: i64, nanos: i128, zoned: bool) -> Result<(), String> {
    let time = Timestamp::from_nanosecond(i128::from(value) * nanos)
        .map_err(|_| format!("the time {value} lies beyond the year 9999"))?;
    if zoned { show(text, time) } else { show(text, TimeZone::UTC.to_datetime(time)) }
}

/// A length of time as a number of seconds, with all its digits.
fn seconds(text: &mut String, value: i64, unit: TimeUnit) -> Result<(), String> {
    let (digits, sign) = (value.unsigned_abs(), if value < 0 { "-" } else { "" });
    let (one, width) = match unit {
        TimeUnit::Second => return show(text, value),
        TimeUnit::Millisecond => (1_000, 3),
        TimeUnit::Microsecond => (1_000_000, 6),
        TimeUnit::Nanosecond => (1_000_000_000, 9),
    };
    let fraction = format!("{:0width$}", digits % one);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    show(text, format_args!("{sign}{}{point}{fraction}", digits / one))
}

fn nanoseconds(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}
