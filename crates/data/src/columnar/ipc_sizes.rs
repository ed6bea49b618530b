//! Whether the sizes that an Arrow file names can be true, before its reader makes room for them.

use std::fs::File;
use std::io::{Error, Read, Seek, SeekFrom};

use arrow_ipc::{Message, RecordBatch};

/// Bytes of a packed buffer before its data: how many it becomes.
const PREFIX: u64 = 8;

/// More bytes than LZ4 can make of one.
const LARGEST_RATIO: u64 = 256;

/// Looks at every part that the end of a file lists.
pub(super) fn check_file(file: &mut File) -> Result<(), String> {
    let end = file.seek(SeekFrom::End(0)).map_err(said)?;
    // The footer, its length in four bytes and the magic bytes.
    let last: [u8; 10] = bytes(file, end.checked_sub(10).ok_or(WRONG)?)?;
    let length = u64::from(u32::from_le_bytes([last[0], last[1], last[2], last[3]]));
    let start = end.checked_sub(10 + length).ok_or(WRONG)?;
    let footer = read(file, start, length, end)?;
    let footer = arrow_ipc::root_as_footer(&footer).map_err(|_| WRONG)?;
    for blocks in [footer.dictionaries(), footer.recordBatches()].into_iter().flatten() {
        for block in blocks {
            let at = u64::try_from(block.offset()).map_err(|_| WRONG)?;
            let length = u64::try_from(block.metaDataLength()).map_err(|_| WRONG)?;
            let metadata = read(file, at, length, end)?;
            let skipped = if metadata.starts_with(&[0xff; 4]) { 8 } else { 4 };
            let metadata = metadata.get(skipped..).ok_or(WRONG)?;
            let message = arrow_ipc::root_as_message(metadata).map_err(|_| WRONG)?;
            let body = u64::try_from(block.bodyLength()).map_err(|_| WRONG)?;
            check_body(file, &message, at + length, body, end)?;
        }
    }
    file.rewind().map_err(said)
}

/// Looks at every part of a stream.
pub(super) fn check_stream(file: &mut File) -> Result<(), String> {
    let end = file.seek(SeekFrom::End(0)).map_err(said)?;
    let mut at = 0;
    while at + 8 <= end {
        let [a, b, c, d, rest @ ..]: [u8; 8] = bytes(file, at)?;
        // A marker and the length, or, as Arrow before 0.15 wrote it, the length alone.
        let (head, length) = match [a, b, c, d] {
            [0xff, 0xff, 0xff, 0xff] => (8, u32::from_le_bytes(rest)),
            length => (4, u32::from_le_bytes(length)),
        };
        if length == 0 {
            break;
        }
        let metadata = read(file, at + head, length.into(), end)?;
        let message = arrow_ipc::root_as_message(&metadata).map_err(|_| WRONG)?;
        let body = u64::try_from(message.bodyLength()).map_err(|_| WRONG)?;
        at += head + u64::from(length);
        check_body(file, &message, at, body, end)?;
        at += body;
    }
    file.rewind().map_err(said)
}

const WRONG: &str =
    "the sizes of its parts cannot be true; if it was copied or downloaded, do that again";

fn said(error: Error) -> String {
    error.to_string()
}

/// So many bytes, if the file has them.
fn read(file: &mut File, at: u64, length: u64, end: u64) -> Result<Vec<u8>, String> {
    if at.checked_add(length).is_none_or(|last| last > end) {
        return Err(WRONG.into());
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| WRONG)?];
    file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes)).map_err(said)?;
    Ok(bytes)
}

fn bytes<const N: usize>(file: &mut File, at: u64) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes)).map_err(said)?;
    Ok(bytes)
}

/// The body that follows a message: it lies within the file, and no packed buffer becomes more than it can.
fn check_body(
    file: &mut File,
    message: &Message<'_>,
    at: u64,
    length: u64,
    end: u64,
) -> Result<(), String> {
    if at.checked_add(length).is_none_or(|last| last > end) {
        return Err(WRONG.into());
    }
    let batch: Option<RecordBatch<'_>> = message
        .header_as_record_batch()
        .or_else(|| message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data()));
    let Some(batch) = batch.filter(|batch| batch.compression().is_some()) else { return Ok(()) };
    for buffer in batch.buffers().into_iter().flatten() {
        let offset = u64::try_from(buffer.offset()).map_err(|_| WRONG)?;
        let packed = u64::try_from(buffer.length()).map_err(|_| WRONG)?;
        if packed < PREFIX {
            continue;
        }
        if offset.checked_add(packed).is_none_or(|last| last > length) {
            return Err(WRONG.into());
        }
        // -1 where the buffer is not packed after all.
        let unpacked = i64::from_le_bytes(bytes(file, at + offset)?);
        if unpacked < -1 || unpacked as u64 > packed * LARGEST_RATIO && unpacked != -1 {
            return Err(WRONG.into());
        }
    }
    Ok(())
}
