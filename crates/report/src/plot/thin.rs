//! Fewer points of a line that looks the same.

/// Stretches of the x axis of which each keeps four points at most.
const STRETCHES: f64 = 220.0;

/// Of many points in a row those that its picture needs: of each stretch of the x axis the first, the last, the
/// least and the largest (Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", 2014).
pub(super) fn thinned(points: Vec<(f64, f64)>, (low, high): (f64, f64)) -> Vec<(f64, f64)> {
    if points.len() as f64 <= 4.0 * STRETCHES {
        return points;
    }
    let stretch = |x: f64| ((x - low) / (high - low) * STRETCHES) as i64;
    let mut kept = vec![];
    for same in points.chunk_by(|a, b| stretch(a.0) == stretch(b.0)) {
        let by = |a: &&(usize, &(f64, f64)), b: &&(usize, &(f64, f64))| a.1.1.total_cmp(&b.1.1);
        let numbered: Vec<(usize, &(f64, f64))> = same.iter().enumerate().collect();
        let least = numbered.iter().min_by(by).map_or(0, |found| found.0);
        let largest = numbered.iter().max_by(by).map_or(0, |found| found.0);
        let mut places = [0, least, largest, same.len() - 1];
        places.sort_unstable();
        kept.extend(places.into_iter().map(|place| same[place]));
    }
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_and_ends_stay() {
        let mut points: Vec<(f64, f64)> =
            (0..50_000).map(|i| (f64::from(i), f64::from(i % 7))).collect();
        points[31_234].1 = 99.0;
        points[777].1 = -99.0;
        let kept = thinned(points.clone(), (0.0, 49_999.0));
        assert!(kept.len() < 900, "{}", kept.len());
        for point in [points[0], points[777], points[31_234], points[49_999]] {
            assert!(kept.contains(&point), "{point:?}");
        }
        assert!(kept.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(thinned(points[..500].to_vec(), (0.0, 499.0)), points[..500]);
    }
}
