//! Chance that can be asked again: equal questions get equal answers, in any order.

/// The thrower of one account.
#[derive(Debug, Clone, Copy)]
pub struct Dice(u64);

impl Dice {
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// A number below `sides` for a thing of a kind; `what` tells the questions about it apart.
    pub fn throw(self, what: u64, thing: u64, sides: u64) -> u64 {
        let mut x = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ what.wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ thing;
        // the finish of splitmix64
        x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % sides.max(1)
    }

    pub fn pick<'w>(self, what: u64, thing: u64, words: &[&'w str]) -> &'w str {
        words[self.throw(what, thing, words.len() as u64) as usize]
    }
}
