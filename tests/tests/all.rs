//! All scenarios, as one program: each file beside this one is a module of it. Thirty programs took thirty times the linking and
//! the disk. `fuzz_corpus.rs` measures the memory of its whole process and stays alone.

#![allow(clippy::unwrap_used, reason = "what fails in here fails the test")]

mod at_rest;
mod backups;
mod care;
mod copies;
mod costs;
mod damage;
mod direct;
mod disks;
mod disorder;
mod documented;
mod earlier_versions;
mod erasure;
mod finding;
mod findings;
mod hotspot;
mod interleavings;
#[cfg(target_os = "linux")]
mod keyring;
mod languages;
mod limits;
#[cfg(unix)]
mod outputs;
mod partition;
mod refused;
mod relay;
mod roles;
mod second_client;
mod second_client_links;
mod simulation;
mod strangers;
mod terminal;
mod tls;
mod two_people;
mod values;
