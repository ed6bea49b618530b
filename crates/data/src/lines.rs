//! Which line of a file a byte is on, while the file goes by.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Hands on what it reads and remembers where lines end. LF, CRLF and a CR alone each end a line.
pub(crate) struct Lines<R> {
    inner: R,
    /// Bytes read so far.
    total: u64,
    /// Whether all has been read.
    ended: bool,
    /// A CR at the end of what was read: whether it ends a line by itself is not known yet.
    open: bool,
    /// From where to where each line end goes that nobody has asked beyond.
    ends: VecDeque<(u64, u64)>,
    /// The line after the last one that was taken off.
    line: u64,
}

impl<R> Lines<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, total: 0, ended: false, open: false, ends: VecDeque::new(), line: 1 }
    }

    /// Bytes read so far: all there are once something behind them has been read.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The first place at or after `from` that is no line end. Places before it are forgotten.
    pub(crate) fn skip_ends(&mut self, from: u64) -> u64 {
        let mut start = from;
        while let Some(&(begin, end)) = self.ends.front() {
            if begin > start {
                break;
            }
            start = start.max(end);
            self.ends.pop_front();
            self.line += 1;
        }
        start
    }

    /// The line at the place that [`skip_ends`](Lines::skip_ends) found.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The line on which a text ends that goes from there to `end`, its line end included or not.
    pub(crate) fn last_line(&self, end: u64) -> u64 {
        self.line + self.ends.iter().take_while(|(_, to)| *to < end).count() as u64
    }

    fn note(&mut self, bytes: &[u8]) {
        let mut from = 0;
        if self.open && !bytes.is_empty() {
            self.open = false;
            let lf = bytes[0] == b'\n';
            self.ends.push_back((self.total - 1, self.total + u64::from(lf)));
            from = usize::from(lf);
        }
        let mut at = from;
        for found in memchr::memchr2_iter(b'\n', b'\r', &bytes[from..]).map(|i| i + from) {
            if found < at {
                continue;
            }
            let begin = self.total + found as u64;
            match (bytes[found], bytes.get(found + 1)) {
                (b'\r', None) => self.open = true,
                (b'\r', Some(b'\n')) => {
                    self.ends.push_back((begin, begin + 2));
                    at = found + 2;
                }
                _ => self.ends.push_back((begin, begin + 1)),
            }
        }
        self.total += bytes.len() as u64;
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let read = self.inner.read(buffer)?;
        if read == 0 {
            self.ended = true;
            if self.open {
                self.open = false;
                self.ends.push_back((self.total - 1, self.total));
            }
        }
        self.note(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One byte at a time, so that every CRLF is torn apart.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(self.0.len()).min(1);
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn line_ends_are_found_however_the_bytes_come() {
        let text = b"a\nb\r\nc\rd\r\r\n\n\re\r";
        let expected = [(1, 2), (3, 5), (6, 7), (8, 9), (9, 11), (11, 12), (12, 13), (14, 15)];
        let mut whole = Lines::new(&text[..]);
        io::copy(&mut whole, &mut io::sink()).unwrap();
        let mut drops = Lines::new(Drops(text));
        io::copy(&mut drops, &mut io::sink()).unwrap();
        for lines in [&whole.ends, &drops.ends] {
            assert_eq!(Vec::from_iter(lines.iter().copied()), expected);
        }
        assert_eq!(whole.total(), text.len() as u64);
        assert_eq!((whole.skip_ends(0), whole.line()), (0, 1));
        assert_eq!((whole.skip_ends(4), whole.line()), (5, 3));
        assert_eq!((whole.skip_ends(8), whole.line()), (13, 8));
    }
}
