//! The program `samsyn-relay`.

use std::process::ExitCode;

fn main() -> ExitCode {
    samsyn_engine::files::private::keep_to_ourselves();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    memory::give_back();
    samsyn_server::run(std::env::args_os())
}

/// How the system's allocator (glibc's) gives memory back.
///
/// It takes large blocks from the system one by one, and gives each back once it is free. But whenever a larger one is freed it raises the
/// bound for that, up to 32 MB: then what a thread used for a moment stays with that thread. A heavy change takes a hundred MB for a
/// moment. A bound that is set does not move. Small blocks come out of an arena, of which there are eight for each core: what is free in one
/// is of no use to the threads of another. All of it can be set only as a process begins (mallopt(3), `M_MMAP_THRESHOLD`, `M_ARENA_MAX`). See
/// docs/decisions, 43.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod memory {
    use std::env;
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    const BOUNDS: [(&str, &str); 3] = [
        ("MALLOC_MMAP_THRESHOLD_", "131072"),
        ("MALLOC_TRIM_THRESHOLD_", "131072"),
        ("MALLOC_ARENA_MAX", "2"),
    ];

    /// Begins anew, as the same process, with these bounds. Whoever has set one keeps it, and sets the others.
    pub(super) fn give_back() {
        let mut arguments = env::args_os();
        let (name, rest): (_, Vec<_>) = (arguments.next(), arguments.collect());
        // All others end soon.
        let serves = rest.first().is_some_and(|command| command == "serve");
        if !serves || BOUNDS.iter().any(|(name, _)| env::var_os(name).is_some()) {
            return;
        }
        let Ok(program) = env::current_exe() else { return };
        let mut again = Command::new(program);
        if let Some(name) = name {
            again.arg0(name);
        }
        // Answers only where that cannot be: then it goes on as it is.
        let _ = again.args(rest).envs(BOUNDS).exec();
    }
}
