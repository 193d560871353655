//! What Samsyn's scenario tests share: a relay in memory, real processes, and what the fuzzer runs.

pub mod bench;
pub mod corpus;
pub mod documented;
mod figures;
pub mod fuzz;
pub mod javascript;
pub mod kills;
pub mod memory_relay;
pub mod partition;
#[cfg(feature = "peers")]
pub mod peers;
pub mod planted;
pub mod process;
pub mod simulation;
pub mod wire;
