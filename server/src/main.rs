//! The program `samsyn-relay`.

fn main() -> std::process::ExitCode {
    samsyn_server::run(std::env::args_os())
}
