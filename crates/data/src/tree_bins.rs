//! Bins found by what a target does: the splits of a small decision tree.

use std::cmp::Ordering;

/// Edges of at most `bins` bins of one feature: its least value, the splits of a tree that grows where most is
/// gained, and its largest value.
///
/// A split's gain is what it takes from `Σ (y − ȳ)²` over examples and rows of Y (Breiman et al.,
/// "Classification and Regression Trees", 1984, sections 4.3 and 8.4): the variance of numbers, and of classes
/// as 0 and 1 the Gini impurity. No bin has fewer than `least` examples; without any gain there is one bin.
///
/// `x` and the columns of `y` are those of the same examples.
pub(crate) fn tree_edges(x: &[f64], y: &[Vec<f64>], bins: usize, least: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&i, &j| x[i].total_cmp(&x[j]));
    let sorted: Vec<f64> = order.iter().map(|&i| x[i]).collect();
    let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    if first == last {
        return vec![first];
    }
    let sums = y.iter().map(|y| {
        let mut sum = 0.0;
        let add = |&i: &usize| {
            sum += y[i];
            sum
        };
        std::iter::once(0.0).chain(order.iter().map(add)).collect()
    });
    let tree = Tree { sorted, sums: sums.collect(), least: least.max(1) };
    let mut leaves = vec![tree.leaf(0, x.len())];
    while leaves.len() < bins {
        let best = leaves
            .iter()
            .enumerate()
            .filter_map(|(leaf, &(_, _, split))| split.map(|(at, gain)| (leaf, at, gain)));
        let Some((leaf, at, _)) =
            best.max_by(|a, b| a.2.partial_cmp(&b.2).unwrap_or(Ordering::Equal))
        else {
            break;
        };
        let (from, to, _) = leaves[leaf];
        leaves.splice(leaf..=leaf, [tree.leaf(from, at), tree.leaf(at, to)]);
    }
    let between = |&(from, ..): &Leaf| {
        let (below, above) = (tree.sorted[from - 1], tree.sorted[from]);
        let middle = below + (above - below) / 2.0;
        // Where there is no number between them.
        if middle > below { middle } else { above }
    };
    let mut edges = vec![first];
    edges.extend(leaves[1..].iter().map(between));
    edges.push(last);
    edges.dedup();
    edges
}

/// A run of the sorted examples, and its best split with what it gains.
type Leaf = (usize, usize, Option<(usize, f64)>);

struct Tree {
    sorted: Vec<f64>,
    /// For each row of Y the sums over the first 0, 1, … examples.
    sums: Vec<Vec<f64>>,
    least: usize,
}

impl Tree {
    fn leaf(&self, from: usize, to: usize) -> Leaf {
        // Σ (y − ȳ)² = Σ y² − (Σ y)²/n, and Σ y² stays.
        let square = |from: usize, to: usize| -> f64 {
            let of = |sums: &Vec<f64>| (sums[to] - sums[from]).powi(2) / (to - from) as f64;
            self.sums.iter().map(of).sum()
        };
        let whole = square(from, to);
        let mut best: Option<(usize, f64)> = None;
        for at in from + self.least..(to + 1).saturating_sub(self.least) {
            if self.sorted[at - 1] < self.sorted[at] {
                let gain = square(from, at) + square(at, to) - whole;
                // Rounding alone is no gain.
                if gain > 1e-12 * whole.abs() && best.is_none_or(|(_, most)| gain > most) {
                    best = Some((at, gain));
                }
            }
        }
        (from, to, best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_where_the_target_jumps() {
        let x: Vec<f64> = (0..100).map(f64::from).collect();
        let y = vec![x.iter().map(|&x| if x < 20.0 { 1.0 } else { 5.0 }).collect()];
        assert_eq!(tree_edges(&x, &y, 8, 5), [0.0, 19.5, 99.0]);
        // In any order of the examples, and of classes as of numbers.
        let turned: Vec<f64> = x.iter().rev().copied().collect();
        let left: Vec<f64> = turned.iter().map(|&x| f64::from(u8::from(x < 20.0))).collect();
        let classes = vec![left.iter().map(|&left| 1.0 - left).collect(), left];
        assert_eq!(tree_edges(&turned, &classes, 8, 5), [0.0, 19.5, 99.0]);
    }

    #[test]
    fn bins_are_few_and_large_enough() {
        let x: Vec<f64> = (0..100).map(|i| f64::from(i * i)).collect();
        let y = vec![(0..100).map(|i| f64::from(i).sin()).collect::<Vec<f64>>()];
        for (bins, least) in [(1, 1), (4, 1), (100, 7), (100, 51)] {
            let edges = tree_edges(&x, &y, bins, least);
            assert!(edges.len() <= bins + 1 && edges.windows(2).all(|pair| pair[0] < pair[1]));
            let inside = |pair: &[f64]| {
                let above = |x: &&f64| **x >= pair[0] && (**x < pair[1] || pair[1] == 9801.0);
                x.iter().filter(above).count()
            };
            assert!(
                edges.windows(2).all(|pair| inside(pair) >= least),
                "{bins}, {least}: {edges:?}"
            );
        }
    }

    #[test]
    fn nothing_to_split() {
        assert_eq!(tree_edges(&[2.0; 4], &[vec![1.0, 2.0, 3.0, 4.0]], 4, 1), [2.0]);
        assert_eq!(tree_edges(&[1.0, 2.0, 3.0], &[vec![7.0; 3]], 4, 1), [1.0, 3.0]);
        // Neighbours with no number between them.
        let next = 1.0_f64.next_up();
        assert_eq!(tree_edges(&[1.0, next], &[vec![0.0, 1.0]], 4, 1), [1.0, next]);
    }
}
