//! Small files to start from: those of the tests, and some that are made here.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use layerwise::activations::{Gelu, Identity, LeakyRelu, Relu, Sigmoid, Silu, Tanh};
use layerwise::core::DMatrix;
use layerwise::cost::MeanSquaredError;
use layerwise::model::{Examples, ModelFile, Network, Trainer};
use layerwise::optim::Adam;

use super::FuzzError;

type Seeds = Result<Vec<Vec<u8>>, Box<dyn Error>>;

/// Writes the seeds of a target into its corpus.
pub(super) fn write(target: &str, corpus: &Path) -> Result<(), FuzzError> {
    let seeds = match target {
        "csv" => Ok(csv()),
        "arrays" => arrays(),
        "columnar" => columnar(),
        "hdf5" => files(&["data/tests/data/small.h5"]),
        "images" => files(&[
            "data/tests/data/pets/cat/1.png",
            "data/tests/data/pets/dog/1.png",
            "data/tests/data/grey.jpg",
            "data/tests/data/colour.jpg",
        ]),
        "model" => models(),
        _ => states(),
    };
    let failed = |problem: String| FuzzError::Seed { path: corpus.to_owned(), problem };
    fs::create_dir_all(corpus).map_err(|error| failed(error.to_string()))?;
    for (index, seed) in seeds.map_err(|error| failed(error.to_string()))?.iter().enumerate() {
        let path = corpus.join(format!("seed-{index}"));
        fs::write(path, seed).map_err(|error| failed(error.to_string()))?;
    }
    Ok(())
}

/// Files of the tests, as they are.
fn files(paths: &[&str]) -> Seeds {
    let read = |path: &&str| fs::read(Path::new("crates").join(path)).map_err(Box::from);
    paths.iter().map(read).collect()
}

/// How the target is to take it, and what.
fn told(how: u8, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    [&[how], bytes.as_ref()].concat()
}

fn csv() -> Vec<Vec<u8>> {
    vec![
        told(0, "age,town,born\n31,Rome,2001-02-03\n27,\"Os\"\"lo\",1999-12-31\n\n55,,\n"),
        told(0x10, "\u{feff}a;b\r\n1,5;x\r\n\"2\n3\";NA\r\n"),
        told(0x21, "1\t2.5e-3\n3\t-inf\n"),
        told(0, "n\n\"\"\n7\n"),
        told(0, b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x4b\xd4\x49\xe2\x32\xd4\x31\xe2\x02\0"),
    ]
}

fn arrays() -> Seeds {
    let npy = |descr: &str, order: &str, shape: &str, data: &[u8]| {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), data].concat()
    };
    let rows = npy(">i2", "True", "(2, 3)", &[0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]);
    let labels = npy("|u1", "False", "(2,)", &[1, 0]);
    let idx = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4];
    let mut seeds = vec![
        told(0, &rows),
        told(0, npy("<f8", "False", "(1,)", &0.5_f64.to_le_bytes())),
        told(0, npy("|b1", "False", "(1, 1)", &[1])),
        told(0, idx),
        told(2, [&rows, &b"|"[..], &labels].concat()),
        told(3, rows),
        told(3, idx),
    ];
    seeds.extend(files(&["data/tests/data/small.npz"])?.iter().map(|file| told(1, file)));
    Ok(seeds)
}

fn columnar() -> Seeds {
    let mut seeds = files(&[
        "cli/tests/data/people.parquet",
        "data/tests/data/kinds-gzip.parquet",
        "data/tests/data/kinds-lz4.parquet",
        "data/tests/data/kinds.feather",
        "cli/tests/data/people.feather",
    ])?;
    // Behind its first eight bytes an Arrow file is a stream.
    seeds.extend(seeds.last().and_then(|file| file.get(8..)).map(<[u8]>::to_vec));
    Ok(seeds)
}

/// A layer of every kind, and layers within layers.
fn models() -> Seeds {
    let edges = vec![vec![-1.0, 1.0 / 3.0, 7.0], vec![0.0, 1e-300], vec![2.0]];
    let builder = Network::<f32>::builder(3).piecewise_linear(edges).feature_scale();
    let builder = builder.dense(3, LeakyRelu::new(0.2)?).layer_norm().dropout(0.1);
    let builder = builder.dense(2, Identity).prelu().dense(3, Gelu).gaussian_noise(0.1);
    let builder = builder.batch_norm().dense(2, Identity).mixed(Silu).periodic(2, 0.1);
    let all = builder.periodic_linear(2, 1, 0.1).dense(1, Sigmoid).seed(3).build()?;
    let builder = Network::<f32>::builder(2).dense(2, Relu);
    let nested =
        builder.residual(|stack| stack.residual(|stack| stack.dense(2, Tanh)).batch_norm());
    let tables = Network::<f32>::builder(4).embedding(&[(1, 3, 2), (3, 2, 1)]);
    let mut seeds = vec![];
    for network in [all, nested.dense(1, Sigmoid).build()?, tables.dense(1, Sigmoid).build()?] {
        let mut file = ModelFile::new(network);
        file.notes.insert("classes".into(), serde_json::json!(["no", "yes"]));
        seeds.extend(both_ways(&file.to_bytes()?));
    }
    Ok(seeds)
}

fn states() -> Seeds {
    let x = DMatrix::from_row_slice(1, 4, &[-1.0_f32, 0.0, 1.0, 2.0]);
    let mut network = Network::builder(1).dense(1, Identity).seed(1).build()?;
    let mut seeds = vec![];
    Trainer::new(MeanSquaredError, Adam::new(0.1)?)
        .epochs(3)
        .batch_size(2)
        .keep_state(Duration::ZERO, |state| {
            seeds.extend(both_ways(&state.to_bytes()?));
            Ok(())
        })
        .fit(&mut network, Examples::new(&x, &x)?, None)?;
    Ok(seeds)
}

/// As a file, and as its header and its data.
fn both_ways(file: &[u8]) -> Vec<Vec<u8>> {
    let mut ways = vec![told(0, file)];
    if let Some((length, rest)) = file.split_first_chunk() {
        let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
        ways.push(told(1, [header, &[0], data].concat()));
    }
    ways
}
