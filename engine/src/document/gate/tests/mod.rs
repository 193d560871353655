//! Bombs, corruption and honest changes.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Author, ObjType, ROOT, ScalarValue};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};

use super::reader::write_unsigned;
use super::*;
use automerge::{ActorId, Automerge, ReadDoc};

mod documents;
mod order;

use order::at_once;

/// A chunk of that kind with a right checksum.
fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut head = vec![1];
    write_unsigned(body.len() as u64, &mut head);
    let digest = Sha256::new().chain_update(&head).chain_update(body).finalize();
    frame(kind, &digest[..4], body)
}

fn frame(kind: u8, checksum: &[u8], data: &[u8]) -> Vec<u8> {
    let mut chunk = vec![0x85, 0x6f, 0x4a, 0x83];
    chunk.extend(checksum);
    chunk.push(kind);
    write_unsigned(data.len() as u64, &mut chunk);
    chunk.extend(data);
    chunk
}

/// The body of a change without dependencies, with these columns (specification, data).
fn body(columns: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![0, 16];
    body.extend([7; 16]);
    body.extend([1, 1, 0, 0, 0]);
    write_unsigned(columns.len() as u64, &mut body);
    for (specification, data) in columns {
        write_unsigned(u64::from(*specification), &mut body);
        write_unsigned(data.len() as u64, &mut body);
    }
    columns.iter().for_each(|(_, data)| body.extend(data));
    body
}

fn signed(value: i64) -> Vec<u8> {
    let (mut value, mut out) = (value, Vec::new());
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

fn limits() -> Limits {
    Limits::default()
}

fn document() -> Automerge {
    let mut document = Automerge::new().with_author(Some(Author::from(vec![5; 16])));
    let mut transaction = document.transaction();
    let text = transaction.put_object(ROOT, "notes", ObjType::Text).unwrap();
    transaction.splice_text(&text, 0, 0, "Spelar cello i Östersund").unwrap();
    transaction.put(ROOT, "count", ScalarValue::counter(1)).unwrap();
    let map = transaction.put_object(ROOT, "map", ObjType::Map).unwrap();
    transaction.put(&map, "a", 1.5).unwrap();
    transaction.commit_with(CommitOptions::default().with_message("varför").with_time(1_700_000_000));
    for number in 0..5 {
        let mut transaction = document.transaction();
        transaction.increment(ROOT, "count", number).unwrap();
        transaction.put(ROOT, "name", format!("Åsa {number}")).unwrap();
        transaction.splice_text(&text, 3, 2, "åäö").unwrap();
        transaction.delete(&map, "a").unwrap();
        transaction.put(&map, "a", number).unwrap();
        transaction.commit();
    }
    document
}

fn changes(document: &Automerge) -> Vec<Change> {
    document.get_changes(&[])
}

#[test]
fn honest_changes_pass_raw_and_compressed() {
    let mut document = document();
    let mut transaction = document.transaction();
    let text = transaction.put_object(ROOT, "long", ObjType::Text).unwrap();
    transaction.splice_text(&text, 0, 0, &"lång text ".repeat(2_000)).unwrap();
    let list = transaction.put_object(ROOT, "list", ObjType::List).unwrap();
    transaction.insert(&list, 0, ScalarValue::Bytes(vec![1, 2, 3])).unwrap();
    transaction.insert(&list, 1, ScalarValue::Timestamp(5)).unwrap();
    transaction.insert(&list, 2, ScalarValue::Uint(5)).unwrap();
    transaction.insert(&list, 3, ()).unwrap();
    transaction.insert(&list, 4, true).unwrap();
    transaction.commit();
    let mut seen_compressed = false;
    for mut change in changes(&document) {
        let compressed = change.bytes().into_owned();
        seen_compressed |= compressed[8] == 2;
        assert_eq!(admit(&compressed, &limits()).unwrap().hash(), change.hash());
        let raw = change.raw_bytes().to_vec();
        assert_eq!(admit(&raw, &limits()).unwrap().raw_bytes(), raw);
        assert_eq!(hash_of(&raw), Some(change.hash()));
    }
    assert!(seen_compressed);
}

#[test]
fn a_wrong_checksum_is_refused() {
    let change = changes(&document()).remove(0);
    let mut bytes = change.raw_bytes().to_vec();
    bytes[5] ^= 1;
    assert_eq!(admit(&bytes, &limits()), Err(GateError::Checksum));
    let mut bytes = change.raw_bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(admit(&bytes, &limits()), Err(GateError::Checksum));
}

#[test]
fn every_truncation_and_every_flipped_bit_is_refused_without_a_panic() {
    for mut change in changes(&document()) {
        for bytes in [change.raw_bytes().to_vec(), change.bytes().into_owned()] {
            for end in 0..bytes.len() {
                assert!(admit(&bytes[..end], &limits()).is_err());
                let mut flipped = bytes.clone();
                flipped[end] ^= 1 << (end % 8);
                assert!(admit(&flipped, &limits()).is_err());
            }
            assert!(admit(&[&bytes[..], b"x"].concat(), &limits()).is_err());
        }
    }
}

#[test]
fn documents_and_bundles_are_refused() {
    let document = document();
    assert_eq!(admit(&document.save(), &limits()), Err(GateError::Kind(0)));
    for kind in [0, 3, 4, 255] {
        assert_eq!(admit(&frame(kind, &[0; 4], &[0; 40]), &limits()), Err(GateError::Kind(kind)));
    }
}

#[test]
fn a_deflate_bomb_is_refused_before_it_has_grown() {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..100 {
        encoder.write_all(&[0; 1024 * 1024]).unwrap();
    }
    let data = encoder.finish().unwrap();
    assert!(data.len() < 1024 * 1024);
    let error = admit(&frame(2, &[0; 4], &data), &limits()).unwrap_err();
    assert_eq!(error.code(), "too-large");
}

#[test]
fn run_length_bombs_are_refused_in_every_column() {
    const MANY: i64 = 4_000_000;
    let nulls = || {
        [vec![0], {
            let mut n = Vec::new();
            write_unsigned(MANY as u64, &mut n);
            n
        }]
        .concat()
    };
    let run = |value: &[u8]| [&signed(MANY)[..], value].concat();
    let group = [&signed(1)[..], &{
        let mut n = Vec::new();
        write_unsigned(MANY as u64, &mut n);
        n
    }]
    .concat();
    let bombs: [(u32, Vec<u8>); 9] = [
        (0x01, run(&[0])),       // object actor
        (0x02, nulls()),         // object counter
        (0x13, run(&[1])),       // key counter, differences
        (0x15, run(&[1, b'a'])), // key text
        (0x34, {
            let mut n = Vec::new();
            write_unsigned(MANY as u64, &mut n);
            n
        }), // insert
        (0x42, run(&[1])),       // action
        (0x56, run(&[0])),       // value lengths
        (0x70, group),           // predecessors of one operation
        (0x70, run(&[1])),       // a predecessor for each of many
    ];
    for (specification, data) in bombs {
        let bytes = chunk(1, &body(&[(specification, data)]));
        assert!(bytes.len() < 113);
        let error = admit(&bytes, &limits()).unwrap_err();
        assert_eq!(error.code(), "too-large", "{specification:#x}: {error}");
    }
}

#[test]
fn values_that_claim_to_be_longer_than_they_are_are_refused() {
    let mut length = Vec::new();
    write_unsigned((512 * 1024 * 1024) << 4 | 7, &mut length);
    let columns = [(0x56, [&signed(1)[..], &length].concat()), (0x57, vec![1, 2, 3])];
    assert_eq!(admit(&chunk(1, &body(&columns)), &limits()).unwrap_err().code(), "malformed");
}

#[test]
fn huge_claims_over_short_input_are_refused() {
    let mut huge = Vec::new();
    write_unsigned(u64::from(u32::MAX), &mut huge);
    let head = [&[0, 16][..], &[7; 16]].concat();
    let cases = [
        huge.clone(),                                           // dependencies
        [&[0][..], &huge].concat(),                             // the actor's length
        [&head[..], &[1, 1, 0], &huge].concat(),                // the message
        [&head[..], &[1, 1, 0, 0], &huge].concat(),             // other actors
        [&head[..], &[1, 1, 0, 0, 0], &huge].concat(),          // columns
        [&head[..], &[1, 1, 0, 0, 0, 1, 0x42], &huge].concat(), // a column's length
    ];
    for body in cases {
        assert!(admit(&chunk(1, &body), &limits()).is_err());
    }
    assert!(admit(&frame(1, &[0; 4], &[]), &limits()).is_err());
    assert!(admit(&vec![0; 2 * 1024 * 1024], &limits()).is_err());
}

#[test]
fn padded_numbers_and_columns_out_of_order_are_refused() {
    let mut padded = body(&[]);
    padded.splice(0..1, [0x80, 0x00]);
    assert_eq!(admit(&chunk(1, &padded), &limits()).unwrap_err().code(), "malformed");
    let columns = [(0x42, vec![1, 1]), (0x15, vec![1, 1, b'a'])];
    assert_eq!(admit(&chunk(1, &body(&columns)), &limits()).unwrap_err().code(), "malformed");
    let compressed = [(0x42 | 8, vec![1, 1])];
    assert_eq!(admit(&chunk(1, &body(&compressed)), &limits()).unwrap_err().code(), "malformed");
}

/// Mutants with a right checksum: what a hostile client can make. None may panic out of the gate, and none that passes may
/// leave a document that cannot be loaded.
#[test]
fn no_mutant_gets_through_that_breaks_a_document() {
    let mut random = SmallRng::seed_from_u64(20_261_123);
    let document = document();
    let all = changes(&document);
    let mut base = Automerge::new();
    base.apply_changes(all[..3].to_vec()).unwrap();
    let mut passed = 0;
    for round in 0..4_000 {
        let original = &all[round % all.len()];
        let bytes = original.raw_bytes();
        // Behind magic, checksum, kind and a length of one or two bytes.
        let start = if bytes.len() - 10 < 128 { 10 } else { 11 };
        let mut mutant = bytes[start..].to_vec();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..mutant.len());
            match random.random_range(0..4) {
                0 => mutant[at] = random.random(),
                1 => mutant[at] ^= 1 << random.random_range(0..8),
                2 => drop(mutant.remove(at)),
                _ => mutant.insert(at, random.random()),
            }
        }
        let Ok(change) = admit(&chunk(1, &mutant), &limits()) else { continue };
        let Ok(applied) = apply(&base, vec![change], &limits()) else { continue };
        if applied.applied.is_empty() {
            continue;
        }
        passed += 1;
        let again = Automerge::load(&applied.document.save()).expect("what passed the gate can be loaded");
        assert_eq!(again.get_heads(), applied.document.get_heads());
    }
    assert!(passed > 0, "some mutants are harmless, or this test sees nothing");
}

fn empty_commit(document: &Automerge, actor: u8, key: &str, value: i64) -> Change {
    let mut document = document.clone();
    document.set_actor(ActorId::from(&[actor; 16][..]));
    let mut transaction = document.transaction();
    transaction.put(ROOT, key, value).unwrap();
    transaction.commit();
    document.get_last_local_change().unwrap()
}

#[test]
fn a_reused_actor_is_refused_and_takes_nobody_along() {
    let document = document();
    let first = empty_commit(&document, 1, "x", 1);
    let twin = empty_commit(&document, 1, "x", 2);
    let innocent = empty_commit(&document, 2, "y", 3);
    let base = apply(&document, vec![first], &limits()).unwrap().document;
    let applied = apply(&base, vec![twin.clone(), innocent.clone()], &limits()).unwrap();
    assert_eq!(applied.rejected, [(twin.hash(), GateError::ActorCollision)]);
    assert_eq!(applied.applied, [innocent.hash()]);
    assert!(Automerge::load(&applied.document.save()).is_ok());
}

#[test]
fn what_builds_on_unknown_changes_is_refused_with_all_that_builds_on_it() {
    let document = document();
    let one = empty_commit(&document, 1, "x", 1);
    let mut with_one = document.clone();
    with_one.apply_changes([one.clone()]).unwrap();
    let two = empty_commit(&with_one, 1, "x", 2);
    let mut with_two = with_one.clone();
    with_two.apply_changes([two.clone()]).unwrap();
    let three = empty_commit(&with_two, 3, "x", 3);
    let innocent = empty_commit(&document, 4, "y", 4);
    let applied = apply(&document, vec![three.clone(), two.clone(), innocent.clone()], &limits()).unwrap();
    assert_eq!(applied.applied, [innocent.hash()]);
    let reason = |hash| applied.rejected.iter().find(|(known, _)| *known == hash).unwrap().1.clone();
    assert_eq!(reason(two.hash()), GateError::MissingDependencies(vec![one.hash()]));
    assert_eq!(reason(three.hash()), GateError::DependsOnRefused(two.hash()));
    // In any order, and twice, once everything is there.
    let all = vec![three.clone(), two.clone(), three, one, two];
    let applied = apply(&document, all, &limits()).unwrap();
    assert_eq!((applied.applied.len(), applied.rejected.len()), (3, 0));
    let again = apply(&applied.document, changes(&applied.document), &limits()).unwrap();
    assert_eq!((again.applied.len(), again.rejected.len()), (0, 0));
}

#[test]
fn a_record_cannot_grow_without_end() {
    let document = document();
    let change = empty_commit(&document, 1, "x", 1);
    let small = Limits { document_operations: document.stats().num_ops, ..limits() };
    let applied = apply(&document, vec![change], &small).unwrap();
    assert_eq!(applied.rejected[0].1.code(), "too-large");
}

/// A change without columns, by actor 7: its number and its first operation.
fn bare(seq: u8, start: u8, columns: &[(u32, Vec<u8>)]) -> Change {
    let mut body = body(columns);
    (body[18], body[19]) = (seq, start);
    admit(&chunk(1, &body), &limits()).unwrap()
}

/// Such a document could be saved, and never be loaded again: so it must not depend on how large the document is.
#[test]
fn a_change_without_operations_leaves_no_gap_in_their_numbers() {
    let unchecked = Limits { reload_bytes: 0, ..limits() };
    let applied = apply(&Automerge::new(), vec![bare(1, 7, &[])], &unchecked).unwrap();
    assert_eq!(applied.rejected[0].1, GateError::OperationNumbers);
    let applied = apply(&Automerge::new(), vec![bare(1, 1, &[])], &unchecked).unwrap();
    assert_eq!(applied.applied.len(), 1);
    Automerge::load(&applied.document.save()).unwrap();
}

/// Nothing in a change's form makes it name its actor's last among those that it builds on.
#[test]
fn an_actor_builds_on_its_own_last_change() {
    let unchecked = Limits { reload_bytes: 0, ..limits() };
    let null = [
        (0x15, vec![0x7f, 1, b'a']),
        (0x34, vec![1]),
        (0x42, vec![0x7f, 1]),
        (0x56, vec![0x7f, 0]),
        (0x70, vec![0x7f, 0]),
    ];
    let (first, second) = (bare(1, 1, &null), bare(2, 1, &null));
    let applied = apply(&Automerge::new(), vec![first.clone(), second.clone()], &unchecked).unwrap();
    assert_eq!(applied.applied, [first.hash()]);
    assert_eq!(applied.rejected, [(second.hash(), GateError::OperationNumbers)]);
    // And where the first is in the document already.
    let again = apply(&applied.document, vec![second.clone()], &unchecked).unwrap();
    assert_eq!(again.rejected, [(second.hash(), GateError::OperationNumbers)]);
    // Numbered behind it, and still not knowing it: a saved document could not tell which operation is whose.
    let unknowing = bare(2, 2, &null);
    let applied = apply(&applied.document, vec![unknowing.clone()], &unchecked).unwrap();
    assert_eq!(applied.rejected, [(unknowing.hash(), GateError::OperationNumbers)]);
}

/// Honest programs always build on their own last change. One that does not is taken where it fits all the same; then everybody has
/// to take it, in whatever order it comes, and what was built on it.
#[test]
fn a_change_that_does_not_build_on_its_actors_last_comes_behind_it_in_any_order() {
    let document = document();
    let (mut left, mut right) = (document.clone(), document.clone());
    for (side, actor) in [(&mut left, 21), (&mut right, 22)] {
        for value in 0..3 {
            let change = empty_commit(side, actor, "x", value);
            side.apply_changes([change]).unwrap();
        }
    }
    let below = [left.get_changes(&document.get_heads()), right.get_changes(&document.get_heads())].concat();
    let more = empty_commit(&right, 22, "x", 7);
    for value in 0..40 {
        // The first of actor 1 stands on the left, its second on the right alone, behind more operations.
        let first = empty_commit(&left, 1, "y", value);
        let mut second = empty_commit(&right, 1, "y", value).decode();
        (second.seq, second.hash, second.deps) = (2, None, vec![more.hash()]);
        second.start_op = second.start_op.saturating_add(1);
        second.extra_bytes.clear();
        let second = Change::from(second);
        let below = below.iter().chain([&more]).cloned();
        let mut all = document.clone();
        for change in below.clone().chain([first.clone(), second.clone()]) {
            all.apply_changes([change]).unwrap();
        }
        // It builds on both, and comes before or behind them in the order of names.
        let third = empty_commit(&all, 30, "z", value);
        let arrived = below.chain([third.clone(), second.clone(), first]);
        let applied = apply(&document, arrived.collect(), &limits()).unwrap();
        assert_eq!(applied.rejected, []);
        all.apply_changes([third]).unwrap();
        let whole = admit_document(&at_once(&all).save(), &limits()).unwrap();
        assert_eq!(whole.get_heads(), all.get_heads());
    }
}

#[test]
fn what_waits_for_its_actors_last_in_vain_is_refused_with_what_builds_on_it() {
    let document = document();
    let mut with_one = document.clone();
    with_one.apply_changes([empty_commit(&document, 1, "x", 1)]).unwrap();
    let mut unknowing = empty_commit(&with_one, 1, "x", 2).decode();
    (unknowing.hash, unknowing.deps) = (None, document.get_heads());
    let unknowing = Change::from(unknowing);
    let mut behind = empty_commit(&with_one, 2, "y", 3).decode();
    (behind.hash, behind.deps) = (None, vec![unknowing.hash()]);
    let behind = Change::from(behind);
    let applied = apply(&document, vec![behind.clone(), unknowing.clone()], &limits()).unwrap();
    let refused = [
        (unknowing.hash(), GateError::SequenceGap),
        (behind.hash(), GateError::DependsOnRefused(unknowing.hash())),
    ];
    assert_eq!(applied.rejected, refused);
}

/// Marks that end before they begin make a document that can be saved and never be loaded again. No record has marks.
#[test]
fn marks_are_refused() {
    use automerge::marks::{ExpandMark, Mark};
    let mut marked = document();
    let (_, text) = marked.get(ROOT, "notes").unwrap().unwrap();
    let mut transaction = marked.transaction();
    transaction.mark(&text, Mark::new("bold".to_owned(), true, 0, 3), ExpandMark::Both).unwrap();
    transaction.commit();
    let change = marked.get_last_local_change().unwrap();
    assert_eq!(admit(change.raw_bytes(), &limits()).unwrap_err().code(), "malformed");
    assert_eq!(admit_document(&marked.save(), &limits()).unwrap_err().code(), "malformed");
    let end = [(0x42, vec![0x7f, 7])];
    assert_eq!(admit(&chunk(1, &body(&end)), &limits()).unwrap_err().code(), "malformed");
}

/// A document keeps a deletion with what it deletes: one of nothing is lost in it, and its change with it.
#[test]
fn a_change_that_cannot_be_read_back_is_refused_in_documents_of_any_size() {
    let unchecked = Limits { reload_bytes: 0, ..limits() };
    let deletion = |predecessors: &[(u32, Vec<u8>)]| {
        let columns =
            [(0x15, vec![0x7f, 1, b'a']), (0x34, vec![1]), (0x42, vec![0x7f, 3]), (0x56, vec![0x7f, 0])];
        bare(1, 9, &[&columns[..], predecessors].concat())
    };
    let of_nothing = deletion(&[(0x70, vec![0x7f, 0])]);
    let of_what_is_not_there =
        deletion(&[(0x70, vec![0x7f, 1]), (0x71, vec![0x7f, 0]), (0x73, vec![0x7f, 1])]);
    for (document, change) in [
        (Automerge::new(), of_nothing.clone()),
        (Automerge::new(), of_what_is_not_there),
        (document(), of_nothing),
    ] {
        let applied = apply(&document, vec![change.clone()], &unchecked).unwrap();
        assert_eq!(applied.rejected.len(), 1, "{:?}", applied.applied);
        assert_eq!(applied.document.get_heads(), document.get_heads());
    }
}

#[test]
fn a_panic_is_caught_and_says_nothing() {
    assert_eq!(guarded(|| panic!("over what somebody sent")), Err::<(), _>(GateError::Panicked));
    assert_eq!(guarded(|| 1), Ok(1));
}
