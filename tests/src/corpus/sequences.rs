//! What the targets begin with that are given a sequence: programs, and whole connections made of the other targets' frames.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::{SEED, Seed, Seeds};

/// Programs for the target [`crate::fuzz::sequence`], and whole connections for those that are given one.
pub(super) fn add(seeds: &mut Seeds) {
    let mut random = SmallRng::seed_from_u64(SEED);
    // Each step that there is, once by itself and with folding behind it; then many at random.
    for step in 0..16_u8 {
        let arguments: Vec<u8> = (0..12).map(|_| random.random()).collect();
        seeds.add("sequence", format!("step-{step}"), [&[step][..], &arguments, &[12, 0, 1, 5, 0]].concat());
    }
    for number in 0..8 {
        let program: Vec<u8> = (0..160 + 40 * number).map(|_| random.random()).collect();
        seeds.add("sequence", format!("many-{number}"), program);
    }
    conversations(seeds, "session", ("from_relay", "welcome"));
    conversations(seeds, "relay_session", ("from_client", "hello"));
}

/// What one side may say first, each time with something else behind it; and all of that in a row.
fn conversations(seeds: &mut Seeds, target: &'static str, (of, first): (&str, &str)) {
    let is_small = |seed: &&Seed| seed.target == of && seed.bytes.len() < 1_000;
    let frames = seeds.0.iter().filter(is_small).map(|seed| (seed.name.clone(), timed(&seed.bytes)));
    let (firsts, others): (Vec<_>, Vec<_>) = frames.partition(|(name, _)| name.starts_with(first));
    for (name, first) in firsts {
        for (other, frame) in &others {
            seeds.add(target, format!("{name}-{other}"), [&first[..], frame, frame].concat());
        }
        let all = others.iter().flat_map(|(_, frame)| frame.clone()).collect();
        seeds.add(target, format!("{name}-all"), [first, all].concat());
    }
}

/// A frame as these targets take it, a second after the one before.
fn timed(frame: &[u8]) -> Vec<u8> {
    let length = u16::try_from(frame.len()).unwrap_or(u16::MAX);
    [&[2][..], &length.to_be_bytes(), frame].concat()
}
