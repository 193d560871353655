//! See `samsyn_fuzz::columns`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| samsyn_fuzz::columns(bytes));
