//! Samsyn on the desktop, and on the command line.
//!
//! ```text
//!  widgets ◀── pages ◀──┐
//!     (know no domain)  ├── window (eframe, threads)
//!  state ◀── pages ◀────┘
//!    │ (knows no egui)
//!    ├─▶ link (the relay)
//!    ├─▶ belonging (joining, inviting, erasing: shared with the command line)
//!    └─▶ engine
//! ```

pub mod belonging;
pub mod cli;
mod context;
pub mod demo;
pub mod explain;
mod failure;
pub mod keys;
pub mod link;
mod pages;
pub mod state;
mod told;
pub mod widgets;
pub mod window;
pub mod words;
