//! What the window knows and what it can ask for, without a window.
//!
//! ```text
//!            requests                     orders
//!  Session ───────────▶ backend thread    ─────────▶ sync thread
//!     ▲                 (a Replica)                  (another Replica on the same file)
//!     └──── answers ◀───────┘ ◀───── "something changed" ◀────┘
//! ```
//!
//! A [`Session`] is owned by whoever draws. Drawing reads what is in it and never waits: what is not there yet is asked
//! for and comes with a later [`Session::pump`], which the backend announces by the callback that it was started with.

mod backend;
mod begun;
mod cache;
mod disk;
mod notice;
mod people;
pub(crate) mod renewing;
mod session;
mod settings;
mod steps;

pub use backend::{Answer, HistoryStep, Looked, RecordView, RefusedStep, RefusedWork, Request};
pub use notice::{Notice, NoticeLevel, Overwritten};
pub use people::{Known, Laptop, Person, Seen};
pub use session::{Absence, Session, Standing, Written};
pub use settings::{FirstPage, FirstWay, Settings, ThemeChoice};
pub use steps::{Done, StepId, Way};
