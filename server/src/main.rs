//! The program `samsyn-relay`.

use std::process::ExitCode;

/// Automerge's work is to a fifth asking for memory: see docs/decisions, 18.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    samsyn_server::run(std::env::args_os())
}
