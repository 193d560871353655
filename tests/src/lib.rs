//! What Samsyn's scenario tests share: a relay in memory, and real processes.

pub mod bench;
pub mod memory_relay;
pub mod process;
pub mod simulation;
pub mod wire;
