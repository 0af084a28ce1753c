//! What goes wrong.

use std::time::Duration;

/// At most one of these; a delay may come before.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A refusal in the vendor's envelope.
    Status { status: u16, message: Option<String>, retry_after: Option<u64> },
    /// 401, as for a token that has run out.
    Expired,
    /// 429 with the seconds until the window ends, from the call after the last allowed one.
    Limit { calls: u64, per: Duration },
    /// So many bytes a second.
    Slow { bytes: usize },
    /// The connection ends after so many bytes of the body; before the head where none is given.
    Cut { after: Option<usize> },
    /// Half a document.
    Malformed,
}

/// Longest delay that is ever waited.
pub const LONGEST: Duration = Duration::from_secs(60);

/// How long an answer waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// Anything between two ends, each as likely as the other; always the same where they are.
    Even { least: Duration, most: Duration },
    /// As networks have it: half of all answers come before the median, one in a hundred after the p99 (log-normal).
    Skewed { median: Duration, p99: Duration },
}

impl Delay {
    /// The delay that so many of all are shorter than; `chance` lies between 0 and 1.
    pub fn pick(self, chance: f64) -> Duration {
        match self {
            Self::Even { least, most } => least + most.saturating_sub(least).mul_f64(chance),
            Self::Skewed { median, p99 } => {
                let (median, p99) = (median.as_secs_f64(), p99.as_secs_f64());
                let spread = (p99 / median).ln() / deviations(0.99);
                let seconds = median * (spread * deviations(chance)).exp();
                Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST)
            }
        }
    }
}

/// How many deviations from the mean of a normal distribution lies what `chance` of all are below; good to 0.0005.
/// Source: Abramowitz and Stegun, formula 26.2.23.
fn deviations(chance: f64) -> f64 {
    let tail = chance.min(1.0 - chance).max(1e-9);
    let t = (-2.0 * tail.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let distance = t - above / below;
    if chance < 0.5 { -distance } else { distance }
}

/// A number from 0 up to 1 that follows from a seed and a counter.
pub fn chance(seed: u64, counter: u64) -> f64 {
    // SplitMix64
    let mut z = seed.wrapping_add(counter.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_follow_from_their_seed_and_spread_evenly() {
        let hits = |seed: u64| (1..=1000).filter(|n| chance(seed, *n) < 0.3).count();
        assert_eq!(hits(7), hits(7));
        assert!((250..350).contains(&hits(7)) && (250..350).contains(&hits(8)), "{} {}", hits(7), hits(8));
        let delay = Delay::Even { least: Duration::from_millis(50), most: Duration::from_millis(150) };
        assert_eq!(delay.pick(0.5), Duration::from_millis(100));
    }

    #[test]
    fn a_skewed_delay_has_its_median_and_its_tail() {
        let delay = Delay::Skewed { median: Duration::from_millis(80), p99: Duration::from_millis(900) };
        let near = |chance: f64, wanted: f64| (delay.pick(chance).as_secs_f64() * 1000.0 / wanted - 1.0).abs() < 0.01;
        assert!(near(0.5, 80.0) && near(0.99, 900.0) && near(0.01, 7.11), "{:?}", delay.pick(0.01));
        assert!(delay.pick(0.0) < Duration::from_millis(1) && delay.pick(1.0) <= LONGEST);
    }
}
