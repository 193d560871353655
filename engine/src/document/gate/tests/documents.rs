//! Whole documents at the gate: the honest pass, and none that is not exactly what its changes say.

use super::*;

/// A document chunk with a right checksum.
fn document_chunk(body: &[u8]) -> Vec<u8> {
    super::chunk::write_document(body)
}

/// A document of one change without operations, with these columns behind its own.
fn document_body(changes: &[(u32, Vec<u8>)], operations: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![1, 16];
    body.extend([7; 16]);
    body.push(0);
    for columns in [changes, operations] {
        write_unsigned(columns.len() as u64, &mut body);
        for (specification, data) in columns {
            write_unsigned(u64::from(*specification), &mut body);
            write_unsigned(data.len() as u64, &mut body);
        }
    }
    changes.iter().chain(operations).for_each(|(_, data)| body.extend(data));
    body
}

/// Two that write at the same time and merge, with every type of value and a long text.
fn merged() -> Automerge {
    let mut one = document();
    let mut other = one.fork().with_author(Some(Author::from(vec![6; 16])));
    let mut transaction = other.transaction();
    let text = transaction.put_object(ROOT, "long", ObjType::Text).unwrap();
    transaction.splice_text(&text, 0, 0, &"lång text ".repeat(500)).unwrap();
    let list = transaction.put_object(ROOT, "list", ObjType::List).unwrap();
    let bytes = ScalarValue::Bytes(vec![1, 2]);
    for (place, value) in
        [bytes, ScalarValue::Timestamp(5), ScalarValue::Uint(5), ScalarValue::Null, true.into(), (-3).into()]
            .into_iter()
            .enumerate()
    {
        transaction.insert(&list, place, value).unwrap();
    }
    transaction.commit();
    let mut transaction = other.transaction();
    transaction.splice_text(&text, 10, 300, "").unwrap();
    transaction.commit();
    one.apply_changes([empty_commit(&one, 1, "x", 1), empty_commit(&one, 2, "x", 2)]).unwrap();
    one.merge(&mut other).unwrap();
    one
}

#[test]
fn honest_documents_pass_compressed_and_not() {
    let mut with_three_heads = merged();
    let heads = with_three_heads.get_heads();
    assert_eq!(heads.len(), 3);
    let mut transaction = with_three_heads.transaction();
    transaction.put(ROOT, "joined", true).unwrap();
    transaction.commit();
    for document in [Automerge::new(), document(), merged(), with_three_heads] {
        assert!(!changes(&document).iter().any(|change| admit(change.raw_bytes(), &limits()).is_err()));
        for bytes in [document.save(), document.save_nocompress()] {
            let admitted = admit_document(&bytes, &limits()).unwrap();
            assert_eq!(admitted.get_heads(), document.get_heads());
            assert_eq!(admitted.save(), document.save());
        }
    }
    assert!(merged().save().len() < merged().save_nocompress().len(), "a column is compressed");
}

#[test]
fn only_one_whole_document_is_a_document() {
    let document = document();
    let bytes = document.save();
    let change = changes(&document).remove(0);
    assert_eq!(admit_document(change.raw_bytes(), &limits()).unwrap_err(), GateError::Kind(1));
    let more = [&bytes[..], change.raw_bytes()].concat();
    assert_eq!(admit_document(&more, &limits()).unwrap_err().code(), "malformed");
    assert_eq!(admit_document(&[], &limits()).unwrap_err().code(), "malformed");
    for end in 0..bytes.len() {
        assert!(admit_document(&bytes[..end], &limits()).is_err());
        let mut flipped = bytes.clone();
        flipped[end] ^= 1 << (end % 8);
        assert!(admit_document(&flipped, &limits()).is_err());
    }
}

#[test]
fn a_document_is_refused_where_its_changes_would_be() {
    let bytes = merged().save();
    for small in [
        Limits { changes: 5, ..limits() },
        Limits { document_operations: 100, ..limits() },
        Limits { inflated_bytes: 2_000, ..limits() },
        Limits { operations: 100, ..limits() },
        Limits { actors: 2, ..limits() },
        Limits { dependencies: 2, ..limits() },
        Limits { message_bytes: 3, ..limits() },
        Limits { footer_bytes: 8, ..limits() },
    ] {
        assert_eq!(admit_document(&bytes, &small).unwrap_err().code(), "too-large", "{small:?}");
    }
}

#[test]
fn run_length_bombs_in_documents_are_refused_before_automerge_sees_them() {
    const MANY: i64 = 4_000_000;
    let mut unsigned = Vec::new();
    write_unsigned(MANY as u64, &mut unsigned);
    let run = |value: &[u8]| [&signed(MANY)[..], value].concat();
    let group = [&signed(1)[..], &unsigned].concat();
    let nulls = [&[0][..], &unsigned].concat();
    for column in [
        (0x01, run(&[0])),
        (0x03, run(&[1])),
        (0x13, run(&[1])),
        (0x23, run(&[0])),
        (0x35, nulls.clone()),
        (0x40, group.clone()),
        (0x40, run(&[1])),
        (0x56, run(&[0])),
    ] {
        let bytes = document_chunk(&document_body(std::slice::from_ref(&column), &[]));
        assert!(bytes.len() < 113);
        assert_eq!(admit_document(&bytes, &limits()).unwrap_err().code(), "too-large", "{column:?}");
    }
    for column in [
        (0x01, run(&[0])),
        (0x02, nulls.clone()),
        (0x13, run(&[1])),
        (0x15, nulls.clone()),
        (0x21, run(&[0])),
        (0x23, run(&[1])),
        (0x34, unsigned.clone()),
        (0x42, run(&[1])),
        (0x56, run(&[0])),
        (0x80, group),
        (0x80, run(&[1])),
        (0x94, unsigned.clone()),
        (0xa5, nulls),
    ] {
        let bytes = document_chunk(&document_body(&[], std::slice::from_ref(&column)));
        assert!(bytes.len() < 113);
        assert_eq!(admit_document(&bytes, &limits()).unwrap_err().code(), "too-large", "{column:?}");
    }
}

#[test]
fn deflate_bombs_in_documents_are_refused() {
    use std::io::Write;
    let deflated = |mebibytes: usize| {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        (0..mebibytes).for_each(|_| encoder.write_all(&[0; 1024 * 1024]).unwrap());
        encoder.finish().unwrap()
    };
    let alone = document_chunk(&document_body(&[], &[(0x57 | 8, deflated(20))]));
    // Each alone would do; together they are too much.
    let together = [(0x15 | 8, deflated(3)), (0x57 | 8, deflated(3))];
    let together = document_chunk(&document_body(&[], &together));
    for bytes in [alone, together] {
        assert_eq!(admit_document(&bytes, &limits()).unwrap_err().code(), "too-large");
    }
    let twice = [(0x42, vec![1, 1]), (0x42 | 8, deflated(1))];
    let unknown = [(0x66, vec![1, 1])];
    for columns in [&twice[..], &unknown] {
        let bytes = document_chunk(&document_body(&[], columns));
        assert_eq!(admit_document(&bytes, &limits()).unwrap_err().code(), "malformed");
    }
}

#[test]
fn huge_claims_of_documents_are_refused() {
    let mut huge = Vec::new();
    write_unsigned(u64::from(u32::MAX), &mut huge);
    let cases = [
        huge.clone(),                              // actors
        [&[1][..], &huge].concat(),                // an actor's length
        [&[0][..], &huge].concat(),                // heads
        [&[0, 0][..], &huge].concat(),             // columns of changes
        [&[0, 0, 0][..], &huge].concat(),          // columns of operations
        [&[0, 0, 0, 1, 0x42][..], &huge].concat(), // a column's length
        [&[0, 0, 0, 0][..], &huge].concat(),       // head indexes without heads
    ];
    for body in cases {
        assert!(admit_document(&document_chunk(&body), &limits()).is_err());
    }
}

/// What a hostile relay can make: none may panic out of the gate, and what passes can be stored and is what its changes say.
#[test]
fn no_mutated_document_gets_through_that_is_not_what_its_changes_say() {
    let mut random = SmallRng::seed_from_u64(20_261_124);
    let originals = [document().save_nocompress(), merged().save_nocompress()];
    for round in 0..4_000 {
        let bytes = &originals[round % 2];
        let mut mutant = super::chunk::body(bytes).unwrap().to_vec();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..mutant.len());
            match random.random_range(0..3) {
                0 => mutant[at] = random.random(),
                1 => mutant[at] ^= 1 << random.random_range(0..8),
                _ => mutant.swap(at, random.random_range(0..bytes.len() - 20)),
            }
        }
        let Ok(document) = admit_document(&document_chunk(&mutant), &limits()) else { continue };
        let again = Automerge::load(&document.save()).expect("what passed the gate can be loaded");
        assert_eq!(again.get_heads(), document.get_heads());
        let mut rebuilt = Automerge::new();
        rebuilt.apply_changes(changes(&document)).unwrap();
        assert_eq!(rebuilt.save(), document.save());
    }
}

/// Heads do not tell whether operations stand where they should: a text that reads otherwise under the same heads.
#[test]
fn operations_that_are_in_no_change_are_refused() {
    let document = document();
    let plain = document.save_nocompress();
    let body = super::chunk::body(&plain).unwrap();
    let honest = admit_document(&plain, &limits()).unwrap();
    let mut told = 0;
    for at in 0..body.len() {
        for bit in [1, 2, 4] {
            let mut mutant = body.to_vec();
            mutant[at] ^= bit;
            let bytes = document_chunk(&mutant);
            let Ok(Ok(loaded)) = guarded(|| Automerge::load(&bytes)) else { continue };
            if loaded.get_heads() == honest.get_heads() && loaded.save_nocompress() != plain {
                told += 1;
                assert!(admit_document(&bytes, &limits()).is_err());
            }
        }
    }
    assert!(told > 0, "Automerge itself lets some of them in, or this test sees nothing");
}
