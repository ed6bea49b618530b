//! `--tensorboard`: how training goes, as event files that TensorBoard reads.
//!
//! An event file is records, each a length, a checksum of it, a message and a checksum of that (TensorFlow,
//! `core/lib/io/record_writer.h`); the messages are protocol buffers (`core/util/event.proto`,
//! `core/framework/summary.proto`), of which what is needed stands here.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use layerwise_model::{EpochRecord, Network};
use prost::Message;

/// What came about at a time.
#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Value>,
}

/// A number or a histogram with its name.
#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
    #[prost(message, optional, tag = "5")]
    histo: Option<Histogram>,
}

/// How many values lie up to each limit.
#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(double, tag = "1")]
    min: f64,
    #[prost(double, tag = "2")]
    max: f64,
    #[prost(double, tag = "3")]
    num: f64,
    #[prost(double, tag = "4")]
    sum: f64,
    #[prost(double, tag = "5")]
    sum_squares: f64,
    #[prost(double, repeated, tag = "6")]
    bucket_limit: Vec<f64>,
    #[prost(double, repeated, tag = "7")]
    bucket: Vec<f64>,
}

/// Ranges of a histogram.
const RANGES: usize = 30;

/// An event file that is written to.
pub struct EventFile {
    file: File,
}

impl EventFile {
    /// A new file in this folder, which is made if it is not there.
    pub fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let seconds = now() as u64;
        // Names of its kind begin like this; the process tells runs of one second apart.
        let name = format!("events.out.tfevents.{seconds}.layerwise.{}", std::process::id());
        let file = File::options().write(true).create_new(true).open(folder.join(name))?;
        let mut events = Self { file };
        let file_version = Some("brain.Event:2".to_owned());
        events.write(&Event { wall_time: now(), step: 0, file_version, summary: None })?;
        Ok(events)
    }

    /// Costs, the measure called `measured`, learning rate and what went on in each layer, of one epoch.
    pub fn epoch(
        &mut self,
        network: &Network<f32>,
        record: &EpochRecord,
        measured: &str,
    ) -> io::Result<()> {
        let mut value =
            vec![number("cost/train", record.cost), number("learning_rate", record.alpha)];
        value.extend(record.validation_cost.map(|cost| number("cost/validation", cost)));
        let measures = [("train", &record.training_metrics), ("validation", &record.metrics)];
        for (part, measures) in measures {
            let first = measures.first();
            value.extend(first.map(|&measure| number(&format!("{measured}/{part}"), measure)));
        }
        for (l, layer) in network.layers().iter().enumerate() {
            let name = format!("layer {} {}", l + 1, layer.kind());
            if let (Some(found), Some(_)) = (record.layers.get(l), layer.parameter(0)) {
                value.push(number(&format!("gradient_norm/{name}"), found.gradient_norm));
                value.push(number(&format!("update_ratio/{name}"), found.update_ratio));
            }
            for index in 0.. {
                let Some(parameter) = layer.parameter(index) else { break };
                let tag = format!("{name}/{}", layer.parameter_name(index));
                value.extend(histogram(parameter.as_slice()).map(|histo| Value {
                    tag,
                    simple_value: None,
                    histo: Some(histo),
                }));
            }
        }
        let summary = Some(Summary { value });
        let step = i64::try_from(record.epoch).unwrap_or(i64::MAX);
        self.write(&Event { wall_time: now(), step, file_version: None, summary })?;
        // Whoever looks on meanwhile sees it.
        self.file.flush()
    }

    fn write(&mut self, event: &Event) -> io::Result<()> {
        self.file.write_all(&framed(&event.encode_to_vec()))
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

fn number(tag: &str, number: f64) -> Value {
    Value { tag: tag.to_owned(), simple_value: Some(number as f32), histo: None }
}

/// A message as a record of the file.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u64).to_le_bytes();
    let mut record = length.to_vec();
    record.extend(masked(&length).to_le_bytes());
    record.extend(message);
    record.extend(masked(message).to_le_bytes());
    record
}

/// The checksum that records have: CRC-32C, turned and moved so that one of a checksum is another.
fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Equal ranges from the least to the most; none where there is no number.
fn histogram(values: &[f32]) -> Option<Histogram> {
    let all = || values.iter().map(|&value| f64::from(value)).filter(|value| value.is_finite());
    let (min, max) =
        all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if min > max {
        return None;
    }
    let width = (max - min) / RANGES as f64;
    let mut bucket = vec![0.0; RANGES];
    for value in all() {
        let k = if width > 0.0 { ((value - min) / width) as usize } else { 0 };
        bucket[k.min(RANGES - 1)] += 1.0;
    }
    // Limits must rise, also where all values are the same.
    let step = if width > 0.0 { width } else { f64::max(min.abs(), 1.0) * 1e-6 };
    Some(Histogram {
        min,
        max,
        num: all().count() as f64,
        sum: all().sum(),
        sum_squares: all().map(|value| value * value).sum(),
        bucket_limit: (1..=RANGES).map(|k| min + k as f64 * step).collect(),
        bucket,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first record of a file that TensorFlow 2 writes: the version alone, without a time.
    #[test]
    fn records_are_framed_as_tensorflow_does() {
        let file_version = Some("brain.Event:2".to_owned());
        let event = Event { wall_time: 0.0, step: 0, file_version, summary: None };
        let message = event.encode_to_vec();
        assert_eq!(message, b"\x1a\x0dbrain.Event:2");
        let record = framed(&message);
        assert_eq!(record.len(), 8 + 4 + 15 + 4);
        assert_eq!(record[..8], [15, 0, 0, 0, 0, 0, 0, 0]);
        // RFC 3720, B.4: the CRC-32C of 32 bytes of zero is 8A9136AA.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(masked(&[0; 32]), 0x8a91_36aa_u32.rotate_right(15).wrapping_add(0xa282_ead8));
    }

    #[test]
    fn histograms_hold_every_value_once() {
        for values in [vec![1.0], vec![-1.0, 0.5, 2.0, f32::NAN], vec![3.0; 7]] {
            let found = histogram(&values).unwrap();
            let finite = values.iter().filter(|value| value.is_finite()).count() as f64;
            assert_eq!((found.bucket.iter().sum::<f64>(), found.num), (finite, finite));
            assert!(found.bucket_limit.is_sorted_by(|a, b| a < b), "{found:?}");
        }
        assert_eq!(histogram(&[f32::NAN]), None);
    }
}
