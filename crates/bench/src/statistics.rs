//! Medians and percentiles, so that one disturbed round or request does not decide.
//! Both take what there is and sort it themselves.

use std::time::Duration;

/// The middle value, or the mean of the two in the middle; 0 of nothing.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The smallest value that `percent` percent of all do not exceed (nearest rank), for each.
pub(crate) fn percentiles<const N: usize>(
    mut values: Vec<Duration>,
    percents: [usize; N],
) -> [Duration; N] {
    values.sort_unstable();
    percents.map(|percent| {
        let rank = (values.len() * percent).div_ceil(100);
        values.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0]), 2.5);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn a_percentile_is_a_value_that_was_there() {
        let values = (1..=200).rev().map(Duration::from_millis).collect();
        let expected = [100, 198, 200].map(Duration::from_millis);
        assert_eq!(percentiles(values, [50, 99, 100]), expected);
        assert_eq!(percentiles(vec![], [50]), [Duration::ZERO]);
    }
}
