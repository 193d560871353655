//! The program `samsyn`.

/// Automerge's work is to a fifth asking for memory: see docs/decisions, 18.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    samsyn_engine::files::private::keep_to_ourselves();
    samsyn_client::cli::run(std::env::args_os())
}
