//! Every file of the fuzz corpus through its target, and a thousand mutations of each (fewer for whole sequences), the same in every run.
//!
//! One test, because it measures the memory of the whole process: what a target is given must not make it take more than
//! [`MOST`], however much it claims to hold.

use std::fs;
use std::path::PathBuf;

use peak_alloc::PeakAlloc;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use samsyn_tests::corpus;
use samsyn_tests::fuzz::{TARGETS, Target};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What one input may take at its worst, in bytes.
const MOST: usize = 64 * 1024 * 1024;
const MUTATIONS: usize = 1_000;
/// The whole corpus, in bytes.
const CORPUS: usize = 400 * 1024;

#[test]
fn no_file_of_the_corpus_and_no_mutation_of_one_breaks_a_promise() {
    let mut size = 0;
    for (name, target) in TARGETS {
        let files = files(name);
        assert!(files.len() > 5, "{name} has a corpus");
        for (path, bytes) in &files {
            size += bytes.len();
            run(target, bytes, &format!("{}", path.display()));
        }
        let mutations = mutations(name);
        let mut random = SmallRng::seed_from_u64(1);
        for (place, (path, bytes)) in files.iter().enumerate() {
            for number in 0..mutations {
                let (_, other) = &files[(place + number) % files.len()];
                let mutant = corpus::mutated(bytes, other, &mut random);
                run(target, &mutant, &format!("{}, mutation {number}", path.display()));
            }
        }
    }
    assert!(size < CORPUS, "the corpus is small: {size} bytes");
}

/// How many of each file: fewer where a target takes long, or has many files that are much the same.
fn mutations(target: &str) -> usize {
    match target {
        "sequence" => MUTATIONS / 100,
        "session" | "relay_session" => MUTATIONS / 10,
        _ => MUTATIONS,
    }
}

fn files(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = corpus::folder().join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a folder of ours can be read").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).expect("a file of ours can be read");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}

/// Runs the target; a panic and too much memory fail with what it was and how to see it again.
fn run(target: Target, bytes: &[u8], what: &str) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let done = std::panic::catch_unwind(|| target(bytes));
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(done.is_ok(), "{what} panicked: {bytes:02x?}");
    assert!(taken < MOST, "{what} took {} MiB: {bytes:02x?}", taken / 1024 / 1024);
}
