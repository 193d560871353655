//! The program `samsyn`.

/// Automerge's work is to a fifth asking for memory: see docs/decisions, 18.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    samsyn_client::cli::run(std::env::args_os())
}
