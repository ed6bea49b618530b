//! What is kept in mind of the numbers of a column while its cells go by.

/// Numbers that are kept for a histogram; beyond, every second of them is forgotten.
const KEPT: usize = 1 << 17;

/// The numbers of a column.
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) n: usize,
    /// The least and the largest.
    pub(super) range: (f64, f64),
    /// On which lines they are.
    pub(super) range_rows: (u64, u64),
    pub(super) mean: f64,
    last: f64,
    /// Whether each was one more than the one before.
    rising_by_one: bool,
    /// Every number, or every second, fourth, ….
    kept: Vec<f64>,
    stride: usize,
}

impl Default for Numbers {
    fn default() -> Self {
        let range = (f64::INFINITY, f64::NEG_INFINITY);
        let (mean, last, rising_by_one, kept, stride) = (0.0, 0.0, true, vec![], 1);
        Self { n: 0, range, range_rows: (0, 0), mean, last, rising_by_one, kept, stride }
    }
}

impl Numbers {
    /// Adds a number on this line.
    pub(super) fn add(&mut self, number: f64, line: impl Fn() -> u64) {
        self.rising_by_one &= self.n == 0 || number == self.last + 1.0;
        if self.n.is_multiple_of(self.stride) {
            if self.kept.len() == KEPT {
                let mut index = 0;
                self.kept.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.stride *= 2;
            }
            if self.n.is_multiple_of(self.stride) {
                self.kept.push(number);
            }
        }
        self.n += 1;
        let n = self.n as f64;
        // Each by itself: a sum or a difference could be beyond all numbers.
        self.mean += number / n - self.mean / n;
        if number < self.range.0 {
            (self.range.0, self.range_rows.0) = (number, line());
        }
        if number > self.range.1 {
            (self.range.1, self.range_rows.1) = (number, line());
        }
        self.last = number;
    }

    /// Whether they number the rows.
    pub(super) fn counts_rows(&self) -> bool {
        const ENOUGH: usize = 20;
        self.n >= ENOUGH && self.rising_by_one
    }

    /// How many of those that were kept lie in each tenth of the range.
    pub(super) fn histogram(&self) -> [usize; 10] {
        let (least, most) = self.range;
        let mut counts = [0; 10];
        let width = most / 10.0 - least / 10.0;
        for &number in &self.kept {
            let bin = if width > 0.0 { ((number - least) / width) as usize } else { 0 };
            counts[bin.min(9)] += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_those_kept_are_thinned_out() {
        let mut numbers = Numbers::default();
        (0..3 * KEPT).for_each(|i| numbers.add((i % 1000) as f64, || i as u64));
        assert!(numbers.kept.len() <= KEPT && numbers.kept.len() > KEPT / 2);
        assert_eq!((numbers.range, numbers.range_rows), ((0.0, 999.0), (0, 999)));
        assert!((numbers.mean - 499.5).abs() < 0.5);
        let histogram = numbers.histogram();
        let (least, most) = (histogram.iter().min().unwrap(), histogram.iter().max().unwrap());
        assert!(most - least < most / 10, "{histogram:?}");
    }

    #[test]
    fn numbers_near_the_largest_have_a_mean() {
        let mut numbers = Numbers::default();
        (0..4).for_each(|_| numbers.add(1.7e308, || 0));
        assert!((numbers.mean / 1.7e308 - 1.0).abs() < 1e-12);
    }
}
