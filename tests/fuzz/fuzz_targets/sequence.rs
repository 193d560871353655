//! See `samsyn_fuzz::sequence`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| samsyn_fuzz::sequence(bytes));
