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

/// How long an answer waits: always the same, or anything between two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    pub least: Duration,
    pub most: Duration,
}

impl Delay {
    /// `chance` lies between 0 and 1.
    pub fn pick(self, chance: f64) -> Duration {
        self.least + self.most.saturating_sub(self.least).mul_f64(chance)
    }
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
        let delay = Delay { least: Duration::from_millis(50), most: Duration::from_millis(150) };
        assert_eq!(delay.pick(0.5), Duration::from_millis(100));
    }
}
