//! Two replicas that edit the same record without knowing of each other, and a relay that merges them, all in one process.
//!
//! ```text
//!  Åsa's replica ⇄ frames ⇄ relay ⇄ frames ⇄ Bo's replica
//! ```
//!
//! The engine has no sockets: whoever uses it carries frames between a replica and a relay. Here a loop does.
//!
//! `cargo run -p samsyn-engine --example two_replicas`

use std::error::Error;
use std::path::Path;

use samsyn_engine::document::Edit;
use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::{Replica, ReplicaSync};
use samsyn_engine::schema::kinds::VENUE;
use samsyn_engine::schema::{FieldPath, NewRecord, Value};
use samsyn_engine::store::NewReplica;
use samsyn_engine::sync::Epoch;
use samsyn_server::log::Meta;
use samsyn_server::{Folder, InlineConnection, InlineRelay};

/// As many bytes of the log as one frame carries.
const FRAME: usize = 64 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
    let mut relay = relay(&folder.path().join("relay"), workspace, &secret)?;
    let replica = |person: &str| {
        let way = Some(("ws://relay".to_owned(), secret.clone().into()));
        let new = NewReplica { workspace, workspace_name: "Bureau".to_owned(), relay: way };
        Replica::create(&folder.path().join(format!("{person}.samsyn")), &new, person)
    };
    let (mut asa, mut bo) = (replica("Åsa")?, replica("Bo")?);

    // Åsa makes a venue. Each edit is durable when it returns, with or without a network.
    let mut hall = NewRecord::new(&VENUE);
    hall.cells.insert("name".to_owned(), Value::Text("Storsjöteatern".to_owned()));
    let hall = asa.create_record(&hall)?.record;
    sync(&mut asa, &mut relay)?;
    sync(&mut bo, &mut relay)?;

    // Both write offline: in the same text, and in the same field.
    let note = |text: &str| Edit::Prose {
        path: FieldPath::field("description"),
        base: String::new(),
        text: text.to_owned(),
    };
    let link = |address: &str| Edit::set("website", Value::Text(address.to_owned()));
    asa.edit(hall, &[note("Parking behind the house. "), link("https://teatern.example")], None)?;
    bo.edit(
        hall,
        &[note("The lift is 90 cm wide. "), link("https://storsjo.example")],
        Some("Saw the sign"),
    )?;

    // They meet.
    sync(&mut asa, &mut relay)?;
    sync(&mut bo, &mut relay)?;
    sync(&mut asa, &mut relay)?;
    assert_eq!(asa.record(hall)?, bo.record(hall)?, "both have the same");

    let record = asa.record(hall)?;
    println!("{}: {}", record.title(), record.get("description").as_text().unwrap_or_default());
    for conflict in asa.conflicts(hall)? {
        println!(
            "{} holds {} values at once: somebody has to decide",
            conflict.path,
            conflict.writings.len()
        );
    }
    let people = asa.people()?;
    for entry in asa.history(hall)? {
        let who = entry.stamp.device.and_then(|device| people.get(&device));
        println!("a change by {} {}", who.map_or("?", String::as_str), entry.why.unwrap_or_default());
    }
    Ok(())
}

/// A relay with one empty workspace.
fn relay(
    data: &Path,
    workspace: WorkspaceId,
    secret: &WorkspaceSecret,
) -> Result<InlineRelay, Box<dyn Error>> {
    let folder = Folder::open_or_create(data)?;
    let (name, secret_hash) = ("Bureau".to_owned(), Some(secret.hash()));
    folder.create(&Meta { workspace, name, secret_hash, epoch: Epoch::random(), created_at: 0 })?;
    Ok(InlineRelay::open(&folder.log(workspace))?)
}

/// Connects a replica, and carries frames both ways until neither has anything more to say.
fn sync(replica: &mut Replica, relay: &mut InlineRelay) -> Result<(), Box<dyn Error>> {
    let mut connection = InlineConnection::default();
    let mut sync = ReplicaSync::begin(replica, Some(connection.challenge()), 0)?;
    loop {
        let mut is_quiet = true;
        while let Some(frame) = sync.poll_transmit(replica)? {
            for answer in relay.handle_input(&mut connection, &frame).map_err(|notice| notice.words)? {
                sync.handle_input(replica, &answer, 0)?;
            }
            is_quiet = false;
        }
        while let Some(frame) = relay.poll_transmit(&mut connection, FRAME).map_err(|notice| notice.words)? {
            sync.handle_input(replica, &frame, 0)?;
            is_quiet = false;
        }
        if is_quiet {
            return Ok(());
        }
    }
}
