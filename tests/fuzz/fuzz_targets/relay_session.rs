//! See `samsyn_fuzz::relay_session`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| samsyn_fuzz::relay_session(bytes));
