//! Room for numbers that are used in every step.

use std::ops::{Deref, DerefMut};

use crate::Scalar;
use crate::pack::LINE;

/// A fixed number of numbers from the start of a cache line on, where a `Vec` mostly starts sixteen bytes
/// behind one: whole registers of 32 or 64 bytes are then read and written without touching two lines.
///
/// It is used as the slice it is.
///
/// ```
/// use layerwise_linalg::Buffer;
///
/// let mut a = Buffer::<f32>::zeros(100);
/// a[99] = 1.0;
/// assert_eq!((a.len(), a.iter().sum::<f32>()), (100, 1.0));
/// assert_eq!(a.as_ptr().align_offset(64), 0);
/// ```
#[derive(Debug)]
pub struct Buffer<T> {
    numbers: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Scalar> Buffer<T> {
    /// So many zeros.
    ///
    /// ```
    /// assert_eq!(layerwise_linalg::Buffer::<f64>::zeros(2)[..], [0.0, 0.0]);
    /// ```
    pub fn zeros(len: usize) -> Self {
        if len == 0 {
            return Self { numbers: Vec::new(), start: 0, len };
        }
        let spare = LINE / size_of::<T>();
        let numbers = vec![T::zero(); len + spare];
        // Numbers divide a line, so the first line starts within the spare ones.
        let start = numbers.as_ptr().align_offset(LINE).min(spare);
        Self { numbers, start, len }
    }
}

impl<T: Scalar> From<&[T]> for Buffer<T> {
    /// The same numbers.
    ///
    /// ```
    /// let buffer = layerwise_linalg::Buffer::from(&[1.0, 2.0][..]);
    /// assert_eq!(buffer[..], [1.0, 2.0]);
    /// ```
    fn from(numbers: &[T]) -> Self {
        let mut buffer = Self::zeros(numbers.len());
        buffer.copy_from_slice(numbers);
        buffer
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.numbers[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.numbers[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_buffer_starts_a_line() {
        let buffers: Vec<_> = (0..100).map(|len| Buffer::<f64>::zeros(len * 7)).collect();
        for (i, buffer) in buffers.iter().enumerate() {
            assert_eq!(buffer.len(), i * 7);
            assert!(buffer.is_empty() || buffer.as_ptr().align_offset(LINE) == 0);
            assert!(buffer.iter().all(|&number| number == 0.0));
        }
        let copy = Buffer::from(&buffers[3][..]);
        assert_eq!(copy[..], buffers[3][..]);
    }
}
