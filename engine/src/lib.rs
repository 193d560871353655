//! Samsyn's engine: records that many people edit without a network, merged and reviewed.
//!
//! A library without sockets, threads or windows. From the top down, and arrows only point down:
//!
//! | module | what it does |
//! | --- | --- |
//! | [`replica`] | the front door: open, create, edit, undo, sync |
//! | [`review`] | what a merge did: the queue, what changed, who did it, what contradicts |
//! | [`sync`] | the protocol as two state machines without I/O |
//! | [`exchange`] | out of a replica in forms that others read |
//! | [`store`] | one SQLite file: changes, snapshots, projections, search, outbox |
//! | [`document`] | one Automerge document for each record: gate, read, edit, differences, conflicts, history |
//! | [`schema`] | what a record is: one file for each kind |
//! | [`identity`] | workspaces, devices, and who may enter |
//! | [`address`] | addresses of relays, workspaces and other computers, as people write them |
//! | [`typed`] | what people type and paste, made plain |
//! | [`id`] | the identifiers that all of them share |
//! | [`text`] | text that others wrote, made fit to be read |
//! | [`backup`] | copies of a replica to be put back |
//! | [`clock`] | what time it is |
//! | [`parallel`] | the same work for many things, on all cores |
//!
//! A first look:
//!
//! ```
//! use samsyn_engine::document::Edit;
//! use samsyn_engine::identity::WorkspaceId;
//! use samsyn_engine::replica::Replica;
//! use samsyn_engine::schema::{NewRecord, Value, kinds::CONTACT};
//! use samsyn_engine::store::NewReplica;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("mine.samsyn");
//! let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Bureau".into(), relay: None };
//! let mut replica = Replica::create(&path, &new, "Åsa Berg")?;
//! let contact = replica.create_record(&NewRecord::new(&CONTACT))?.record;
//! replica.edit(contact, &[Edit::set("family", Value::Text("Körner".into()))], None)?;
//! assert_eq!(replica.store().search("korner", &[], 10)?[0].id, contact, "o finds ö, too");
//! assert_eq!(replica.store().search("kör", &[], 10)?[0].id, contact);
//! # Ok(())
//! # }
//! ```
//!
//! Two replicas and a relay in one process (`cargo run -p samsyn-engine --example two_replicas`):
//!
//! ```rust,ignore
#![doc = include_str!("../examples/two_replicas.rs")]
//! ```

pub mod address;
pub mod backup;
pub mod clock;
pub mod document;
pub mod exchange;
pub mod files;
pub mod id;
pub mod identity;
pub mod parallel;
pub mod random;
pub mod replica;
pub mod review;
pub mod sample;
pub mod schema;
pub mod store;
pub mod sync;
pub mod text;
pub mod typed;
