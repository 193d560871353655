//! See `samsyn_fuzz::from_relay`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| samsyn_fuzz::from_relay(bytes));
