//! See `samsyn_fuzz::document`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| samsyn_fuzz::document(bytes));
