use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::*;
use crate::CsvFormat;

/// Columns of many types, with gaps.
fn batch() -> RecordBatch {
    let towns: DictionaryArray<Int32Type> =
        vec![Some("Bern"), None, Some("Oslo"), Some("Bern")].into_iter().collect();
    let dates = Date32Array::from(vec![Some(0), Some(-1), None, Some(19_844)]);
    let times = TimestampMicrosecondArray::from(vec![0, 1_500_000, -1, 86_400_000_000]);
    let moments = times.clone().with_timezone("Europe/Zurich");
    let prices = Decimal128Array::from(vec![Some(-150), Some(7), None, Some(100_000)]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("whole", Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(0), Some(7)]))),
        ("double", Arc::new(Float64Array::from(vec![0.1, 1e300, -0.0, 5e-324]))),
        ("single", Arc::new(Float32Array::from(vec![0.1, 3e38, 16_777_216.0, 1e-9]))),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, None]))),
        ("town", Arc::new(towns)),
        ("date", Arc::new(dates)),
        ("time", Arc::new(times)),
        ("moment", Arc::new(moments)),
        ("price", Arc::new(prices.with_precision_and_scale(10, 2).unwrap())),
        ("clock", Arc::new(Time64NanosecondArray::from(vec![0, 1, 1_500_000_000, 61_000_000_000]))),
        ("text", Arc::new(StringArray::from(vec!["a,b", "", "\"é\"", "\n"]))),
        ("view", Arc::new(StringViewArray::from(vec!["x"; 4]))),
        ("none", Arc::new(NullArray::new(4))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true)))
        .unwrap()
}

fn write_parquet(path: &Path, batch: &RecordBatch, packed: Compression) {
    let properties =
        WriterProperties::builder().set_compression(packed).set_max_row_group_row_count(Some(3));
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn write_arrow(path: &Path, batch: &RecordBatch) {
    let file = File::create(path).unwrap();
    let mut writer = FileWriter::try_new(file, &batch.schema()).unwrap();
    writer.write(&batch.slice(0, 3)).unwrap();
    writer.write(&batch.slice(3, batch.num_rows() - 3)).unwrap();
    writer.finish().unwrap();
}

fn write_stream(path: &Path, batch: &RecordBatch) {
    let file = File::create(path).unwrap();
    let packed =
        IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME)).unwrap();
    let mut writer = StreamWriter::try_new_with_options(file, &batch.schema(), packed).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
}

fn read(path: &Path) -> Result<Table> {
    Table::read(path, &CsvFormat::default())
}

fn column(table: &Table, name: &str) -> Vec<String> {
    table.column(name).unwrap().map(str::to_owned).collect()
}

#[test]
fn cells_read_back_as_the_same_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t");
    for kind in 0..3 {
        match kind {
            0 => write_parquet(&path, &batch(), Compression::SNAPPY),
            1 => write_arrow(&path, &batch()),
            _ => write_stream(&path, &batch()),
        }
        let table = read(&path).unwrap();
        for (name, cells) in [
            ("whole", ["-9223372036854775808", "", "0", "7"]),
            ("double", ["0.1", "1e300", "-0", "5e-324"]),
            ("single", ["0.1", "3e38", "16777216", "1e-9"]),
            ("flag", ["true", "false", "", ""]),
            ("town", ["Bern", "", "Oslo", "Bern"]),
            ("date", ["1970-01-01", "1969-12-31", "", "2024-05-01"]),
            ("price", ["-1.50", "0.07", "", "1000.00"]),
            ("clock", ["0", "0.000000001", "1.5", "61"]),
            ("text", ["a,b", "", "\"é\"", "\n"]),
            ("view", ["x"; 4]),
            ("none", [""; 4]),
        ] {
            assert_eq!(column(&table, name), cells, "{name}");
        }
        let times = ["1970-01-01T00:00:00", "1970-01-01T00:00:01.5", "1969-12-31T23:59:59.999999"];
        assert_eq!(column(&table, "time")[..3], times);
        assert_eq!(column(&table, "moment")[..3], times.map(|time| format!("{time}Z")));
        assert!(crate::DateFormat::of(&column(&table, "moment")).is_some());
        assert_eq!((table.line(0), table.line(3)), (Some(0), Some(3)), "rows are counted from 0");
    }
}

#[test]
fn files_of_another_program_read_as_the_same_table() {
    for (name, feature) in [
        ("kinds-gzip.parquet", None),
        ("kinds-lz4.parquet", None),
        ("kinds.feather", None),
        ("kinds-zstd.parquet", Some(("zstd", cfg!(feature = "zstd")))),
        ("kinds-zstd.feather", Some(("zstd", cfg!(feature = "zstd")))),
        ("kinds-brotli.parquet", Some(("brotli", cfg!(feature = "brotli")))),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
        let table = read(&path);
        if let Some((feature, false)) = feature {
            let problem = table.unwrap_err().to_string();
            let expected = format!("takes the feature `{feature}`, and this build is without it");
            assert!(problem.contains(&expected), "{problem}");
            assert!(problem.contains(&format!("build with `--features {feature}`")), "{problem}");
            continue;
        }
        let table = table.unwrap();
        for (of, cells) in [
            ("i8", ["1", "", "3"]),
            ("u64", ["1", "2", "1152921504606846976"]),
            ("f", ["1.5", "", "inf"]),
            ("b", ["true", "", "false"]),
            ("s", ["a", "b", ""]),
            ("d", ["2020-01-02", "", "1999-12-31"]),
            ("ts", ["2020-01-02T03:04:05", "", "1970-01-01T00:00:00"]),
            ("dict", ["x", "y", "x"]),
            ("dec", ["1.23", "", "-4.56"]),
            ("large", ["long text"; 3]),
        ] {
            assert_eq!(column(&table, of), cells, "{of} of {name}");
        }
    }
}

#[test]
fn rows_come_in_pieces_of_any_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t");
    let numbers: ArrayRef = Arc::new((0..10_000).collect::<Int32Array>());
    let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
    write_parquet(&path, &batch.slice(0, 1000), Compression::LZ4_RAW);
    let mut reader = TableReader::open(&path, &CsvFormat::default()).unwrap();
    let (mut cells, mut lines) = (vec![], vec![]);
    while let Some(piece) = reader.next_rows(7).unwrap() {
        assert!(piece.n_rows() <= 7);
        cells.extend(column(&piece, "n"));
        lines.extend((0..piece.n_rows()).map(|row| piece.line(row).unwrap()));
    }
    assert_eq!(cells, (0..1000).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(lines, (0..1000).collect::<Vec<u64>>());
    write_arrow(&path, &batch);
    assert_eq!(read(&path).unwrap().n_rows(), 10_000);
}

#[test]
fn what_is_no_table_is_refused_by_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let mut tags = ListBuilder::new(Int64Builder::new());
    tags.append_value([Some(1), Some(2)]);
    let tags: ArrayRef = Arc::new(tags.finish());
    write_parquet(
        &path,
        &RecordBatch::try_from_iter([("tags", tags)]).unwrap(),
        Compression::SNAPPY,
    );
    let message = |path: &Path| read(path).unwrap_err().to_string();
    let said = message(&path);
    assert!(
        said.contains("column \"tags\" holds a list in each row; write the file without it"),
        "{said}"
    );

    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![&b"ok"[..], b"\xff"]));
    write_arrow(&path, &{
        let two = RecordBatch::try_from_iter([("raw", bytes)]).unwrap();
        arrow_select_twice(&two)
    });
    let said = message(&path);
    assert!(said.contains("row 1, column \"raw\": it holds bytes that are no text"), "{said}");

    let far: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX]));
    write_stream(&path, &RecordBatch::try_from_iter([("when", far)]).unwrap());
    assert!(message(&path).contains("row 0, column \"when\""));

    let none: ArrayRef = Arc::new(Int32Array::from(Vec::<i32>::new()));
    write_stream(&path, &RecordBatch::try_from_iter([("n", none)]).unwrap());
    assert!(message(&path).contains("no rows"));
}

/// At least four rows, for a file of two batches.
fn arrow_select_twice(batch: &RecordBatch) -> RecordBatch {
    let column = batch.column(0).as_any().downcast_ref::<BinaryArray>().unwrap();
    let twice: BinaryArray = column.iter().chain(column.iter()).collect();
    RecordBatch::try_from_iter([("raw", Arc::new(twice) as ArrayRef)]).unwrap()
}

#[test]
fn damage_is_told_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t");
    for kind in 0..3 {
        match kind {
            0 => write_parquet(&path, &batch(), Compression::SNAPPY),
            1 => write_arrow(&path, &batch()),
            _ => write_stream(&path, &batch()),
        }
        let whole = fs::read(&path).unwrap();
        for cut in [4, 6, 8, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            let said = read(&path).err().map(|error| error.to_string());
            // A stream may end anywhere between its parts.
            assert!(said.is_some() || kind == 2, "{kind}, cut at {cut}");
        }
        for i in 0..600_usize {
            let mut changed = whole.clone();
            // Magic bytes left alone: without them it is another file.
            let at = 8 + i * 104_729 % (changed.len() - 8);
            changed[at] ^= 1 << (i % 8);
            if i % 3 == 0 {
                changed[8 + i * 7919 % (whole.len() - 8)] = 0xff;
            }
            fs::write(&path, &changed).unwrap();
            drop(read(&path));
        }
    }
}

#[test]
fn no_room_is_made_for_sizes_that_cannot_be_true() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t");
    let zeros: ArrayRef = Arc::new(Int64Array::from(vec![0; 10_000]));
    let batch = RecordBatch::try_from_iter([("n", zeros)]).unwrap();
    write_stream(&path, &batch);
    assert_eq!(read(&path).unwrap().n_rows(), 10_000);
    let mut bytes = fs::read(&path).unwrap();
    // The length of what is packed stands before it, 80,000 bytes.
    let length = 80_000_i64.to_le_bytes();
    let at = bytes.windows(8).rposition(|window| window == length).unwrap();
    bytes[at..at + 8].copy_from_slice(&(1_i64 << 50).to_le_bytes());
    fs::write(&path, &bytes).unwrap();
    let said = read(&path).unwrap_err().to_string();
    assert!(said.contains("the sizes of its parts cannot be true"), "{said}");
    // The same where the part is headed as in files of old: without the marker.
    let schema = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    bytes.drain(8 + schema..8 + schema + 4);
    fs::write(&path, &bytes).unwrap();
    let said = read(&path).unwrap_err().to_string();
    assert!(said.contains("the sizes of its parts cannot be true"), "{said}");
}
