//! IDX, as LeCun, Cortes and Burges publish the MNIST database: two zeros, the type, the number of dimensions,
//! each size in four bytes, the data; everything with the big end first.

/// Whether these are the first bytes of such a file.
pub(super) fn is(start: &[u8]) -> bool {
    matches!(start, [0, 0, 8 | 9 | 0x0b..=0x0e, 1..=8, ..])
}

/// Shape and values, or what is wrong.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f64>), String> {
    let &[0, 0, kind, dimensions, ref rest @ ..] = bytes else {
        return Err("it is neither a NumPy array nor an IDX file".into());
    };
    let size = match kind {
        8 | 9 => 1,
        0x0b => 2,
        0x0c | 0x0d => 4,
        0x0e => 8,
        other => return Err(format!("numbers of type {other} are not known to IDX")),
    };
    let (sizes, data) =
        rest.split_at_checked(4 * usize::from(dimensions)).ok_or("it ends within its header")?;
    let shape: Vec<usize> =
        sizes.as_chunks().0.iter().map(|&size| u32::from_be_bytes(size) as usize).collect();
    let expected = super::npy::bytes_of(&shape, size)?;
    if data.len() != expected {
        return Err(format!("it has {} bytes of data instead of {expected}", data.len()));
    }
    let values = match kind {
        8 => data.iter().map(|&v| f64::from(v)).collect(),
        9 => data.iter().map(|&v| f64::from(v as i8)).collect(),
        0x0b => data.as_chunks().0.iter().map(|&v| f64::from(i16::from_be_bytes(v))).collect(),
        0x0c => data.as_chunks().0.iter().map(|&v| f64::from(i32::from_be_bytes(v))).collect(),
        0x0d => data.as_chunks().0.iter().map(|&v| f64::from(f32::from_be_bytes(v))).collect(),
        _ => data.as_chunks().0.iter().map(|&v| f64::from_be_bytes(v)).collect(),
    };
    Ok((shape, values))
}
