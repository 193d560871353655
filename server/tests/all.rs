//! All tests over a relay's process, as one program: each file beside this one is a module of it. Ten programs took ten times
//! the linking and the disk.

#![allow(clippy::unwrap_used, reason = "what fails in here fails the test")]
#![allow(unreachable_pub, reason = "what is shared is a module of this program alone")]

mod acme;
mod attacks;
mod certificates;
mod commands;
mod crowd;
mod door;
mod durability;
mod exchange;
mod faults;
mod presence;
mod restoring;
mod support;
mod vectors;
