//! The program `samsyn-relay`.

use std::process::ExitCode;

fn main() -> ExitCode {
    samsyn_engine::files::private::keep_to_ourselves();
    samsyn_server::run(std::env::args_os())
}
