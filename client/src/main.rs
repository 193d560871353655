//! The program `samsyn`.

fn main() -> std::process::ExitCode {
    samsyn_client::cli::run(std::env::args_os())
}
