//! The changes that make a record's containers: the same wherever they are made, to the byte.
//!
//! Two replicas that each create the map `emails` would make two maps, of which one wins and hides what was written into
//! the other. So every container of a record is created by a *seed change* that follows from the kind and the record's name
//! alone (fixed actor, time 0, no author). Whoever makes it makes the same change with the same hash, and merging it twice
//! is merging it once. Containers that come with a later [`Field::since`] are in a seed of their own behind the first, which
//! a newer client adds to an older document when it first writes there.
//!
//! A consequence: a field that was released must keep its name, type and generation for ever. A test holds on to the
//! seeds' hashes.
//!
//! Every record that comes is checked for forged seeds, so they are made often. The seeds of two records of a kind differ
//! in the record's name alone, and in the hash of the seed before: Automerge makes each once, and from then on these are
//! written into a copy of its bytes.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, AutomergeError, Change, ChangeHash, ROOT, ScalarValue};
use sha2::{Digest, Sha256};

use super::layout::{ID, KIND, container, kind_name};
use super::{DocumentError, gate};
use crate::id::RecordId;
use crate::schema::{self, Field, FieldType, KINDS, Kind};

/// The seed changes of a record, the oldest generation first.
pub(super) fn seeds(kind: &'static Kind, id: RecordId) -> Vec<Change> {
    let change = |(_, bytes)| Change::from_bytes(bytes).expect("a seed is a change with another name in it");
    written(kind, id).map(change).collect()
}

/// The names of a record's seed changes.
fn hashes(kind: &'static Kind, id: RecordId) -> Vec<ChangeHash> {
    written(kind, id).map(|(hash, _)| hash).collect()
}

/// The seed changes of a record as chunks, each with its name.
fn written(kind: &'static Kind, id: RecordId) -> impl Iterator<Item = (ChangeHash, Vec<u8>)> {
    let mut before = None;
    templates(kind).iter().map(move |template| {
        let (hash, bytes) = template.write(id, before);
        before = Some(hash);
        (hash, bytes)
    })
}

/// A seed change of some record, and what in it is another for other records.
#[derive(Debug)]
struct Template {
    body: Vec<u8>,
    /// Where the record's name stands, if it does.
    name: Option<Range<usize>>,
    /// Where the hash of the seed before stands, if there is one.
    before: Option<Range<usize>>,
}

impl Template {
    fn of(seed: &Change, id: RecordId) -> Template {
        let body = gate::body_of(seed.raw_bytes()).expect("a change is a change chunk").to_vec();
        let place = |wanted: &[u8]| {
            let mut places = body.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted);
            let (first, second) = (places.next(), places.next());
            assert!(second.is_none(), "a random name of 26 letters or 32 bytes stands in a seed once");
            first.map(|(start, _)| start..start + wanted.len())
        };
        let name = place(id.to_string().as_bytes());
        let before = seed.deps().first().and_then(|hash| place(&hash.0));
        Template { body, name, before }
    }

    fn write(&self, id: RecordId, before: Option<ChangeHash>) -> (ChangeHash, Vec<u8>) {
        let mut body = self.body.clone();
        if let Some(place) = &self.name {
            body[place.clone()].copy_from_slice(id.to_string().as_bytes());
        }
        if let (Some(place), Some(hash)) = (&self.before, before) {
            body[place.clone()].copy_from_slice(&hash.0);
        }
        gate::change_of(&body)
    }
}

/// The record of which templates are made. Like nothing else that stands in a seed.
const EXAMPLE: RecordId = RecordId::from_bytes([
    0x9d, 0x3b, 0x71, 0xe4, 0x0c, 0x5f, 0xa8, 0x26, 0xd1, 0x47, 0xbe, 0x93, 0x6a, 0x08, 0xf5, 0x7c,
]);

fn templates(kind: &Kind) -> &'static [Template] {
    static ALL: LazyLock<HashMap<&'static str, Vec<Template>>> = LazyLock::new(|| {
        let of = |kind: &'static Kind| {
            // Always the same: whatever asked first for a template would otherwise take randomness that in a simulation is its
            // seed's, and only the first one would.
            let id = EXAMPLE;
            make(kind, id).iter().map(|seed| Template::of(seed, id)).collect()
        };
        KINDS.iter().map(|kind| (kind.name, of(kind))).collect()
    });
    ALL.get(kind.name).map(Vec::as_slice).unwrap_or_default()
}

/// Has Automerge make a record's seeds.
fn make(kind: &'static Kind, id: RecordId) -> Vec<Change> {
    let mut document = Automerge::new();
    let made =
        generations(kind).into_iter().filter_map(|generation| make_seed(&mut document, kind, generation, id));
    made.collect()
}

/// Whether that actor makes only seeds: nobody's.
pub(super) fn is_seed_actor(actor: &ActorId) -> bool {
    static ACTORS: LazyLock<BTreeSet<ActorId>> = LazyLock::new(|| {
        let of = |kind: &&'static Kind| {
            generations(kind).into_iter().map(|generation| seed_actor(kind, generation)).collect::<Vec<_>>()
        };
        KINDS.iter().flat_map(of).collect()
    });
    ACTORS.contains(actor)
}

fn generations(kind: &Kind) -> BTreeSet<u16> {
    kind.fields.iter().map(|field| field.since).chain([1]).collect()
}

fn seed_actor(kind: &Kind, generation: u16) -> ActorId {
    let name = Sha256::digest(format!("samsyn seed {} {generation}", kind.name));
    ActorId::from(&name[..16])
}

fn make_seed(document: &mut Automerge, kind: &'static Kind, generation: u16, id: RecordId) -> Option<Change> {
    let mut fields: Vec<&Field> = kind.fields.iter().filter(|field| field.since == generation).collect();
    // By name, so that a form can be put in another order.
    fields.sort_by_key(|field| field.name);
    document.set_actor(seed_actor(kind, generation));
    let mut transaction = document.transaction();
    let written = seed_fields(&mut transaction, kind, (generation, id), &fields);
    written.expect("putting fresh keys into the root of a document of our own cannot fail");
    transaction.commit_with(CommitOptions::default().with_time(0));
    document.get_last_local_change()
}

fn seed_fields(
    transaction: &mut impl Transactable,
    kind: &Kind,
    (generation, id): (u16, RecordId),
    fields: &[&Field],
) -> Result<(), AutomergeError> {
    if generation == 1 {
        transaction.put(ROOT, KIND, kind.name)?;
        transaction.put(ROOT, ID, id.to_string())?;
    }
    for field in fields {
        match (container(&field.field_type), field.field_type) {
            (Some(object), _) => drop(transaction.put_object(ROOT, field.name, object)?),
            (None, FieldType::Counter) => transaction.put(ROOT, field.name, ScalarValue::counter(0))?,
            (None, _) => {}
        }
    }
    Ok(())
}

/// Whether these changes, written in the name of the seeds, are seeds of this record. A forged one would stand in the
/// way of the true ones for ever.
///
/// # Errors
/// [`DocumentError::Layout`] where one is not.
pub(super) fn check_seeds(
    automerge: &Automerge,
    id: RecordId,
    written: &[ChangeHash],
) -> Result<(), DocumentError> {
    let fail = |reason: &str| Err(DocumentError::Layout { record: id, reason: reason.to_owned() });
    let kind = kind_name(automerge).and_then(|name| schema::kind(&name));
    let known = kind.map_or_else(Vec::new, |kind| hashes(kind, id));
    if !written.iter().all(|hash| known.contains(hash)) {
        return fail("a change in the name of its seeds is none of them");
    }
    if known.first().is_some_and(|first| automerge.get_change_meta_by_hash(first).is_none()) {
        return fail("it lacks the seed of its kind");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_from_a_template_is_what_automerge_makes() {
        for kind in KINDS {
            for id in [RecordId::from_bytes([0; 16]), RecordId::from_bytes([0xff; 16]), RecordId::random()] {
                let (written, made) = (seeds(kind, id), make(kind, id));
                assert_eq!(written, made, "{}", kind.name);
                assert_eq!(hashes(kind, id), made.iter().map(Change::hash).collect::<Vec<_>>());
            }
        }
    }
}
