//! Images in PNG, so that tests need none.

use std::io::Write;

/// A grey image of these pixels, row by row.
pub fn grey(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(data);
        [&(data.len() as u32).to_be_bytes(), kind, data, &sum.sum().to_be_bytes()].concat()
    };
    let rows: Vec<u8> =
        pixels.chunks(width as usize).flat_map(|row| [&[0], row].concat()).collect();
    let mut packer = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::fast());
    packer.write_all(&rows).unwrap();
    let packed = packer.finish().unwrap();
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let head = [&size[..], &[8, 0, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &head),
        chunk(b"IDAT", &packed),
        chunk(b"IEND", &[]),
    ]
    .concat()
}
