//! Samsyn's engine: records that many people edit without a network, merged and reviewed.
//!
//! A library without sockets, threads or windows. From the top down:
//!
//! | module | what it does |
//! | --- | --- |
//! | [`schema`] | what a record is: one file for each kind |
//! | [`identity`] | workspaces, devices, and who may enter |
//! | [`id`] | the identifiers that all of them share |

pub mod document;
pub mod id;
pub mod identity;
pub mod schema;
pub mod store;
pub mod sync;
