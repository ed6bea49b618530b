//! Random numbers by position: a function of where they are wanted, without a generator's state.

/// A whole number from 64 bits, all of which change when one does (Steele, Lea and Flood, "Fast
/// Splittable Pseudorandom Number Generators", 2014: the finalizer of SplitMix64).
pub(crate) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A number in (0, 1] from 64 bits.
fn unit(x: u64) -> f64 {
    ((x >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

/// A standard normal number from 64 bits (Box and Muller, "A Note on the Generation of Random Normal
/// Deviates", 1958).
pub(crate) fn normal(x: u64) -> f64 {
    let (radius, angle) = (unit(mix(x)), unit(mix(x ^ 0x5bf0_3635)));
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
