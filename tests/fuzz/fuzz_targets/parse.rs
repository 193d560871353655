//! See `samsyn_fuzz::parse`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| samsyn_fuzz::parse(bytes));
