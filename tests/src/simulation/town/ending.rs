//! What must be so in the end.

use std::fs;
use std::path::{Path, PathBuf};

use samsyn_engine::document::{Document, is_seed_actor};
use samsyn_engine::identity::DeviceId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::store::OutboxState;
use samsyn_server::log::care;

use super::super::disk;
use super::super::world::{Promise, World};
use super::super::{assert_projection_is_true, assert_same_in};
use super::reads;

impl World {
    pub(in crate::simulation) fn check_the_town(&mut self) {
        let inside = self.inside();
        let lead = self.laptops[self.known_town().lead].look();
        let outbox = lead.store().outbox_state().expect("the store can be read");
        assert_eq!(outbox, OutboxState::default(), "something of a coordinator's was not sent, or refused");
        inside.iter().for_each(|who| self.has_what_it_may_read(*who));
        self.nothing_is_lost(&inside);
        self.actors_are_bound();
        self.erased_is_gone(&inside);
        care::verify(self.station.path()).expect("the log is whole");
    }

    /// A laptop has what its role may read, as the coordinator has it, and beside that only what waits for others' work.
    fn has_what_it_may_read(&self, who: usize) {
        let (lead, replica) = (self.laptops[self.known_town().lead].look(), self.laptops[who].look());
        assert_projection_is_true(replica);
        let outbox = replica.store().outbox_state().expect("the store can be read");
        let waits = OutboxState { held: outbox.held, ..OutboxState::default() };
        let apart = disk::kept_apart(self.laptops[who].path());
        assert_eq!(
            outbox, waits,
            "something of laptop {who} was not sent, or refused, or kept apart: {apart:?}"
        );
        let unsent = replica.store().unsent().expect("the store can be read");
        let (readable, all) = self.readable(who);
        let kinds = self.role_of(who).expect("whoever is let in has a role").readable();
        let may_read = |document: &Document| reads(kinds, document);
        for record in replica.store().records().expect("the store can be read") {
            if readable.contains(&record) {
                continue;
            }
            assert!(unsent.contains_key(&record), "laptop {who} has {record}, which it may not read");
            let document = replica.document(record).expect("it is there");
            // What came directly from somebody who has not brought it to the relay waits for them.
            if may_read(&document) {
                continue;
            }
            let theirs = all.contains(&record).then(|| lead.document(record).expect("it is there"));
            let own = document.change_names().into_iter().any(|change| {
                let is_own = document.device_of(&change.actor) == Some(replica.device());
                is_own && !theirs.as_ref().is_some_and(|document| document.has(&change.hash))
            });
            assert!(own, "laptop {who} has {record}, which it may not read, with nothing unsent in it");
        }
        assert_same_in(lead, replica, |record| readable.contains(&record) && !unsent.contains_key(&record));
    }

    /// Nothing that somebody was told is safe is lost, but for what was erased or what they let go of.
    fn nothing_is_lost(&self, inside: &[usize]) {
        let town = self.known_town();
        let lead = self.laptops[town.lead].look();
        for (change, Promise { record, who }) in &self.promised {
            let has = |replica: &Replica| {
                replica.document(*record).is_ok_and(|document| self.has(&document, change))
            };
            if has(lead) || self.is_erased(*record) || self.was_let_go(*change) {
                continue;
            }
            // Whoever is not let in keeps it, and whoever waits for others' work does.
            let replica = self.laptops[*who].look();
            let unsent = replica.store().unsent().expect("the store can be read");
            if has(replica) && (!inside.contains(who) || unsent.contains_key(record)) {
                continue;
            }
            // It was on the relay, and on nobody's laptop who could bring it again, as the relay was set back.
            let withdrawn = town.withdrawn.get(&(*who, *record));
            let lost = withdrawn.is_some_and(|when| town.set_back.is_some_and(|back| back >= *when));
            assert!(lost, "an edit that was saved on laptop {who} is lost: {change} in {record}");
        }
    }

    /// Every change stands in the log under a device that says of itself that it wrote it.
    fn actors_are_bound(&self) {
        let (lead, log) = (self.laptops[self.known_town().lead].look(), self.station.log());
        for record in lead.store().records().expect("the store can be read") {
            let document = lead.document(record).expect("it is there");
            for change in document.change_names().into_iter().filter(|change| !is_seed_actor(&change.actor)) {
                let owner = log.owner(&change.actor).expect("the log can be read");
                assert!(owner.is_some(), "nobody's actor has written in {record}");
                assert_eq!(owner, document.device_of(&change.actor), "whose is a change in {record}?");
            }
        }
    }

    /// What was erased is nowhere: in no document, row or search, and in no file of the relay or of those who are let in.
    fn erased_is_gone(&mut self, inside: &[usize]) {
        let erased = self.station.erased();
        let town = self.known_town();
        let lacking = town.erased.iter().find(|record| !erased.iter().any(|(_, known)| known == *record));
        assert_eq!(lacking, None, "an erasure that somebody was told of is forgotten");
        let last = erased.last().map_or(0, |(number, _)| *number);
        let texts: Vec<&String> = erased.iter().filter_map(|(_, record)| town.planted.get(record)).collect();
        assert_eq!(found(self.station.data(), &texts), Vec::<String>::new(), "the relay still has it");
        for who in inside {
            let replica = self.laptops[*who].look();
            let meta = replica.meta().expect("the store can be read");
            let confirmed = (meta.erased.up_to.number, meta.erased.scrubbed());
            assert_eq!(confirmed, (last, last), "laptop {who} has not confirmed all erasures");
            for (_, record) in &erased {
                assert!(replica.store().is_erased(*record).expect("the store can be read"));
                assert!(replica.document(*record).is_err(), "laptop {who} still has {record}");
                let rows = replica.store().rows(&[*record]).expect("rows can be read");
                assert_eq!(rows, [None], "laptop {who} still lists {record}");
            }
            for text in &texts {
                let hits = replica.store().search(text, &[CONTACT.name], 10).expect("search works");
                assert!(hits.is_empty(), "laptop {who} still finds {text}");
            }
            let files: Vec<_> = beside(self.laptops[*who].path())
                .into_iter()
                .flat_map(|file| found_in(&file, &texts))
                .collect();
            assert_eq!(files, Vec::<String>::new(), "laptop {who} still has it");
        }
        let devices: Vec<DeviceId> = inside.iter().map(|who| self.laptops[*who].look().device()).collect();
        for erasure in self.station.roster().erasures {
            let waits = erasure.waiting.iter().find(|device| devices.contains(device));
            assert_eq!(waits, None, "a device has confirmed an erasure, and the relay does not know");
        }
    }
}

/// A replica's file and all that lies beside it.
fn beside(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().and_then(|name| name.to_str()).expect("a replica has a name").to_owned();
    let folder = fs::read_dir(path.parent().expect("a replica lies in a folder")).expect("it can be read");
    let files = folder.map(|entry| entry.expect("it can be read").path());
    files
        .filter(|file| file.file_name().is_some_and(|other| other.to_string_lossy().starts_with(&name)))
        .collect()
}

/// The texts that stand in files below a folder.
fn found(folder: &Path, texts: &[&String]) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        all.extend(if path.is_dir() { found(&path, texts) } else { found_in(&path, texts) });
    }
    all
}

/// Of how many letters the beginning of a text may stand elsewhere: a search index does not write again what words share.
const SHARED: usize = 4;

fn found_in(file: &Path, texts: &[&String]) -> Vec<String> {
    if texts.is_empty() {
        return Vec::new();
    }
    let content = fs::read(file).expect("a file can be read").to_ascii_lowercase();
    let texts = texts.iter().map(|text| text[SHARED..].to_ascii_lowercase());
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        let (first, bytes) = (text.as_bytes()[0], text.as_bytes());
        let places = content.iter().enumerate().filter(|(_, byte)| **byte == first);
        if places.into_iter().any(|(place, _)| content[place..].starts_with(bytes)) {
            all.push(format!("{text} in {}", file.display()));
        }
    }
    all
}
