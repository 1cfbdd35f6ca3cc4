//! Chance, addressed by name: every draw is a function of a seed and the names of what is drawn.
//!
//! Nothing here has a cursor. "How long device 7 takes to obey request 3" is the same number whatever was drawn before
//! it, so neither the order of requests nor a new kind of draw changes another outcome. The mixing is written out
//! (FNV-1a over the names, finished by `SplitMix64`) because the values are a contract: tenant ids and secrets made
//! from a seed sit in people's configuration files and must not change with a library's version.
//!
//! Not for cryptography: whoever knows the seed knows everything drawn from it, which is the point.

use uuid::Uuid;

/// Where a family of draws comes from: a seed and the names that led here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw(u64);

impl Draw {
    /// The root of everything drawn from `seed`.
    pub const fn from_seed(seed: u64) -> Self {
        Self(mix(seed ^ 0x5369_6d74_756e_6531))
    }

    /// The draw called `name` below this one.
    #[must_use]
    pub const fn at(self, name: &str) -> Self {
        const FNV_PRIME: u64 = 0x0100_0000_01b3;
        let bytes = name.as_bytes();
        let mut hash = self.0 ^ 0xcbf2_9ce4_8422_2325;
        let mut position = 0;
        while position < bytes.len() {
            hash = (hash ^ bytes[position] as u64).wrapping_mul(FNV_PRIME);
            position += 1;
        }
        Self(mix(hash))
    }

    /// The `number`-th draw of a series below this one.
    #[must_use]
    pub const fn nth(self, number: u64) -> Self {
        Self(mix(self.0 ^ mix(number.wrapping_add(0x9e37_79b9_7f4a_7c15))))
    }

    /// 64 even bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// A number below `bound`, which must not be 0. (The bias of the multiplication is below 2⁻³² for our bounds.)
    pub const fn below(self, bound: u64) -> u64 {
        ((self.0 as u128 * bound as u128) >> 64) as u64
    }

    /// One of `choices`, which must not be empty.
    pub const fn pick<T>(self, choices: &[T]) -> &T {
        #[expect(clippy::cast_possible_truncation, reason = "below the length of a slice")]
        let index = self.below(choices.len() as u64) as usize;
        &choices[index]
    }

    /// True with a probability of `per_mille` in a thousand.
    pub const fn chance(self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// A version 4 GUID.
    pub const fn guid(self) -> Uuid {
        let high = self.nth(1).0;
        let low = self.nth(2).0;
        uuid::Builder::from_random_bytes(((high as u128) << 64 | low as u128).to_be_bytes()).into_uuid()
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014).
const fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::Draw;
    use proptest::prelude::*;

    #[test]
    fn values_are_a_contract() {
        let root = Draw::from_seed(1);
        assert_eq!(root.at("tenant").guid().to_string(), "5408fc74-e576-4eb9-b21c-2a5dd53d97a8");
    }

    proptest! {
        #[test]
        fn a_draw_below_a_bound_is_below_it(seed: u64, name: String, bound in 1_u64..u64::MAX) {
            prop_assert!(Draw::from_seed(seed).at(&name).below(bound) < bound);
        }

        #[test]
        fn sibling_draws_differ(seed: u64, a in 0_u64..1_000_000, b in 0_u64..1_000_000) {
            prop_assume!(a != b);
            let root = Draw::from_seed(seed);
            prop_assert_ne!(root.nth(a), root.nth(b));
        }
    }
}
