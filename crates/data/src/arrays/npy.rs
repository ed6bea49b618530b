//! NumPy's `.npy`, read with the crate `npyz`.

use npyz::{DType, NpyFile, NpyHeader, Order};

/// Bytes before the data, at most: what NumPy itself takes for safe, and a little more.
pub(super) const LONGEST_HEADER: usize = 10_240;

/// Brackets within brackets. The parser calls itself for each, and tries each several ways.
const DEEPEST: usize = 6;

/// Types of numbers, without the order of their bytes.
const KINDS: [&str; 12] = ["b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"];

/// Whether these are the first bytes of such a file.
pub(super) fn is(start: &[u8]) -> bool {
    start.starts_with(b"\x93NUMPY")
}

/// Shape and values, or what is wrong.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f64>), String> {
    let (header, length) = header(bytes)?;
    let array = NpyFile::with_header(header, &bytes[length..]);
    let size_of = |&size: &u64| usize::try_from(size).map_err(|_| too_many());
    let shape = array.shape().iter().map(size_of).collect::<Result<Vec<usize>, String>>()?;
    let (order, dtype) = (array.order(), array.dtype());
    let DType::Plain(kind) = &dtype else {
        return Err(format!("it holds records of type {}, not numbers", dtype.descr()));
    };
    let (name, size) = (kind.to_string(), kind.size_field());
    let kind = name.get(1..).unwrap_or("");
    if !KINDS.contains(&kind) {
        return Err(format!("it holds values of type {name}, not numbers; number classes 0, 1, …"));
    }
    // The data are what follows the header: whether all is there is known before anything is allocated.
    let expected = bytes_of(&shape, usize::try_from(size).map_err(|_| too_many())?)?;
    let found = bytes.len() - length;
    if found != expected {
        return Err(format!("it has {found} bytes of data instead of {expected}"));
    }
    macro_rules! values {
        ($number:ty) => {
            array.into_vec::<$number>().map(|values| values.into_iter().map(|v| v as f64).collect())
        };
    }
    let values: std::io::Result<Vec<f64>> = match kind {
        "b1" => array.into_vec::<bool>().map(|v| v.into_iter().map(f64::from).collect()),
        "u1" => values!(u8),
        "u2" => values!(u16),
        "u4" => values!(u32),
        "u8" => values!(u64),
        "i1" => values!(i8),
        "i2" => values!(i16),
        "i4" => values!(i32),
        "i8" => values!(i64),
        "f2" => Ok(halves(&bytes[length..], name.starts_with('>'))),
        "f4" => values!(f32),
        _ => values!(f64),
    };
    let values = values.map_err(|error| error.to_string())?;
    Ok(match order {
        Order::C => (shape, values),
        Order::Fortran => (shape.clone(), last_fastest(&shape, &values)),
    })
}

/// Numbers in half precision (IEEE 754 binary16), their big end first or last.
fn halves(data: &[u8], big_end_first: bool) -> Vec<f64> {
    let (halves, _) = data.as_chunks::<2>();
    let bits = |half: &[u8; 2]| match big_end_first {
        true => u16::from_be_bytes(*half),
        false => u16::from_le_bytes(*half),
    };
    halves.iter().map(|half| half_to_f64(bits(half))).collect()
}

/// The number of a sign, five bits of exponent and ten of fraction.
fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    sign * match exponent {
        0 => fraction * 2.0_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2.0_f64.powi(exponent - 15),
    }
}

fn too_many() -> String {
    "its shape asks for more than fit into memory".into()
}

/// Bytes that numbers of this size take in an array of this shape.
pub(super) fn bytes_of(shape: &[usize], size: usize) -> Result<usize, String> {
    shape.iter().try_fold(size, |bytes, &n| bytes.checked_mul(n)).ok_or_else(too_many)
}

/// The header of an array and the bytes that it takes; of `start` no more is looked at.
pub(super) fn header(start: &[u8]) -> Result<(NpyHeader, usize), String> {
    const CUT: &str = "it ends within its header";
    let length = length_of_header(start).ok_or(CUT)?;
    if length > LONGEST_HEADER {
        return Err(format!("its header: {length} bytes are too many"));
    }
    let header = start.get(..length).ok_or(CUT)?;
    let mut depth = 0_usize;
    for byte in header {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err("its header: brackets within brackets too deep to be read".into());
        }
    }
    // The dictionary begins after the magic, the version and the length.
    if !counts_its_numbers(header.get(10..).unwrap_or(&[])) {
        return Err(too_many());
    }
    let read = NpyHeader::from_reader(header).map_err(|error| format!("its header: {error}"));
    Ok((read?, length))
}

/// Whether the product of all numbers of a header, 0 left out, can be counted: the parser multiplies those of the
/// shape, some of them and all, without a look at whether it can. Sums count for more than they are, and what is
/// written in another way than in decimals, as no shape is, for too much.
fn counts_its_numbers(header: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let words = header
        .split(|byte| !word(byte))
        .filter(|word| word.first().is_some_and(u8::is_ascii_digit));
    let sums = header.iter().filter(|&&byte| byte == b'+').map(|_| Some(2));
    let number = |word: &[u8]| {
        let mut digits = word.iter().take_while(|byte| byte.is_ascii_digit());
        // 0x1f, 0b11, 1_000; but 25s of times, and 3L of Python 2.
        let decimal = !matches!(word, [b'0', b'x' | b'X' | b'b' | b'B' | b'o' | b'O', ..])
            && !word.contains(&b'_');
        let number = digits.try_fold(0_u64, |number, digit| {
            number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        });
        number.filter(|_| decimal)
    };
    words
        .map(number)
        .chain(sums)
        .try_fold(1_u64, |product, number| product.checked_mul(number?.max(1)))
        .is_some()
}

/// Bytes before the data: magic, version, length, header.
fn length_of_header(bytes: &[u8]) -> Option<usize> {
    let length = match *bytes.get(6)? {
        1 => 10 + usize::from(u16::from_le_bytes(*bytes.get(8..)?.first_chunk()?)),
        _ => 12_usize.saturating_add(u32::from_le_bytes(*bytes.get(8..)?.first_chunk()?) as usize),
    };
    Some(length)
}

/// Values whose first index runs fastest, in the order in which the last does.
fn last_fastest(shape: &[usize], values: &[f64]) -> Vec<f64> {
    let mut index = vec![0; shape.len()];
    let mut strides = vec![1; shape.len()];
    for i in 1..shape.len() {
        strides[i] = strides[i - 1] * shape[i - 1];
    }
    let mut ordered = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let at: usize = index.iter().zip(&strides).map(|(i, stride)| i * stride).sum();
        ordered.push(values[at]);
        for (i, size) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < *size {
                break;
            }
            *i = 0;
        }
    }
    ordered
}
