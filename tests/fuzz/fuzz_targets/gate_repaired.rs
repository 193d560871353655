//! See `samsyn_fuzz::gate_repaired`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| samsyn_fuzz::gate_repaired(bytes));
