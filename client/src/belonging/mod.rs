//! Who belongs and what is known about people: what window and command line do alike.
//!
//! ```text
//!  join     an address and a code ──▶ a replica that is in
//!  enter    a code and a replica that is here ──▶ it is in again
//!  invite   a role and a time ──▶ a code, and what the relay is told of it
//!  dossier  a person's record ──▶ all that is known about them, to read and for programs
//!  erasing  a person's record ──▶ what goes with it, and what refuses
//! ```
//!
//! Nothing here knows a window or a terminal. What is asked of the relay goes over whatever link there is.

pub mod backup;
pub mod dossier;
pub mod enter;
pub mod erasing;
pub mod invite;
pub mod join;
pub mod moving;
pub mod sharing;
