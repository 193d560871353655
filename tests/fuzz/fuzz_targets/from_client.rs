//! See `samsyn_fuzz::from_client`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| samsyn_fuzz::from_client(bytes));
