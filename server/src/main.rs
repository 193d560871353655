//! The program `samsyn-relay`.

use std::process::ExitCode;

fn main() -> ExitCode {
    samsyn_server::run(std::env::args_os())
}
