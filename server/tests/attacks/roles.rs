//! Under somebody else's name, and beyond what the role allows.

use super::*;

pub(super) async fn under_anothers_name(attacks: &mut Attacks, stage: &Stage) {
    let (town, boss) = (&stage.town, &stage.boss);
    let (eva, mallory) = (town.somebody(&[]).await, town.somebody(&[]).await);
    let mut eva_in = caught_up(eva.enter(town).await).await;
    let mut venue = eva.record(&VENUE, &[("name", text("Storsjöteatern"))]);
    let (id, changes) = all(&venue);
    eva_in.push(id, &changes).await;
    assert!(eva_in.refused.is_empty(), "{:?}", eva_in.refused);

    let mut mallory_in = caught_up(mallory.enter(town).await).await;
    let not_yours = ErrorCode::NotYours;
    let next = eva.edit(&mut venue.clone(), "name", text("Stulen"));
    attacks.refused("another device's next change", &mut mallory_in, (id, vec![next]), not_yours).await;
    let new = eva.record(&VENUE, &[("name", text("Påhittad"))]);
    attacks.refused("a new record in another device's name", &mut mallory_in, all(&new), not_yours).await;
    let as_eva = Writer::new(RecordId::random().as_bytes(), eva.device, 0);
    let fresh = Document::create(&NewRecord::new(&VENUE), &as_eva).unwrap();
    attacks
        .refused("another's device under an actor of one's own", &mut mallory_in, all(&fresh), not_yours)
        .await;
    let hijack = Writer::new(&eva.actor, mallory.device, 0);
    let hijacked = Document::create(&NewRecord::new(&VENUE), &hijack).unwrap();
    attacks
        .refused(
            "another's actor under one's own device",
            &mut mallory_in,
            all(&hijacked),
            ErrorCode::Forbidden,
        )
        .await;
    let stranger = Writer::new(RecordId::random().as_bytes(), DeviceId::random(), 0);
    let unknown = Document::create(&NewRecord::new(&VENUE), &stranger).unwrap();
    attacks.refused("a device that nobody knows", &mut mallory_in, all(&unknown), not_yours).await;

    // Even who may hand on others' work may not change whose it is.
    let mut boss_in = caught_up(boss.enter(town).await).await;
    let hijack = Writer::new(&eva.actor, boss.device, 0);
    let hijacked = Document::create(&NewRecord::new(&VENUE), &hijack).unwrap();
    attacks
        .refused("a coordinator under another's actor", &mut boss_in, all(&hijacked), ErrorCode::Forbidden)
        .await;
    let carried = eva.edit(&mut venue, "name", text("Teatern"));
    boss_in.push(id, [&carried]).await;
    assert!(boss_in.acknowledged.contains(&carried.hash), "a coordinator hands on what others wrote");
    // What is in the log already is there once, whoever brings it again.
    let before = caught_up(boss.enter(town).await).await.cursor;
    mallory_in.push(id, [&carried]).await;
    assert!(mallory_in.acknowledged.contains(&carried.hash));
    assert_eq!(caught_up(boss.enter(town).await).await.cursor, before);
    attacks.tried("what is in the log, pushed again by somebody else");
}

/// A record of that kind that somebody writes, and pushes.
fn written(by: &Laptop, kind: &'static Kind) -> (RecordId, Vec<EncodedChange>) {
    all(&by.record(kind, &[]))
}

/// Somebody, and their connection.
type There<'a> = (&'a Laptop, &'a mut Client);

pub(super) async fn beyond_the_role(attacks: &mut Attacks, stage: &Stage) {
    let town = &stage.town;
    let (ours, theirs) = (RecordId::random(), RecordId::random());
    let partner = town.somebody(&["--role", "partner", "--organisation", &ours.to_string()]).await;
    let reader = town.somebody(&["--role", "reader"]).await;
    let ambassador = town.somebody(&[]).await;
    let mut partner_in = caught_up(partner.enter(town).await).await;
    let mut reader_in = caught_up(reader.enter(town).await).await;
    let mut ambassador_in = caught_up(ambassador.enter(town).await).await;
    kinds_beyond_the_role(attacks, (&reader, &mut reader_in), (&partner, &mut partner_in)).await;
    others_records(attacks, stage, (&partner, &mut partner_in), (ours, theirs)).await;
    for (who, there) in [
        ("an ambassador", (&ambassador, &mut ambassador_in)),
        ("a partner", (&partner, &mut partner_in)),
        ("a reader", (&reader, &mut reader_in)),
    ] {
        who_belongs(attacks, &stage.boss, who, there).await;
    }
}

async fn kinds_beyond_the_role(
    attacks: &mut Attacks,
    (reader, reader_in): There<'_>,
    (partner, partner_in): There<'_>,
) {
    let forbidden = ErrorCode::Forbidden;
    for kind in [&CONTACT, &ORGANISATION, &FOCUS_AREA, &MEETING, &VENUE, &PLAN] {
        let name = format!("a reader writes a {}", kind.name);
        attacks.refused(&name, reader_in, written(reader, kind), forbidden).await;
    }
    for kind in [&CONTACT, &ORGANISATION, &FOCUS_AREA, &MEETING] {
        let name = format!("a partner writes a {}", kind.name);
        attacks.refused(&name, partner_in, written(partner, kind), forbidden).await;
    }
    let later =
        |by: &Laptop| all(&Document::create_as_newer(RecordId::random(), "payroll", &by.writer()).unwrap());
    attacks.refused("a reader writes an unknown kind", reader_in, later(reader), forbidden).await;
    attacks.refused("a partner writes an unknown kind", partner_in, later(partner), forbidden).await;
}

/// A partner's own, and others'.
async fn others_records(
    attacks: &mut Attacks,
    stage: &Stage,
    (partner, partner_in): There<'_>,
    (ours, theirs): (RecordId, RecordId),
) {
    let forbidden = ErrorCode::Forbidden;
    let own = partner.record(&VENUE, &[("name", text("Vårt")), ("organisation", link(ours))]);
    let (id, changes) = all(&own);
    partner_in.push(id, &changes).await;
    assert!(partner_in.acknowledged.contains(&changes.last().unwrap().hash), "its own");
    let mut given = own.clone();
    let give = partner.edit(&mut given, "organisation", link(theirs));
    attacks.refused("a partner gives its venue away", partner_in, (id, vec![give]), forbidden).await;
    let mut emptied = own.clone();
    let empty = partner.edit(&mut emptied, "organisation", Value::Empty);
    attacks.refused("a partner makes its venue nobody's", partner_in, (id, vec![empty]), forbidden).await;
    let nobodys = partner.record(&VENUE, &[("name", text("Ingens"))]);
    attacks.refused("a partner makes a venue that is nobody's", partner_in, all(&nobodys), forbidden).await;
    let fake = partner.record(&VENUE, &[("organisation", link(theirs))]);
    attacks.refused("a partner makes another's venue", partner_in, all(&fake), forbidden).await;

    let mut boss_in = caught_up(stage.boss.enter(&stage.town).await).await;
    let venue = stage.boss.record(&VENUE, &[("name", text("Deras")), ("organisation", link(theirs))]);
    let plan = stage.boss.record(&PLAN, &[("name", text("Plan")), ("owner", link(theirs))]);
    for document in [&venue, &plan] {
        boss_in.push(document.id(), &document.changes_since(&[])).await;
    }
    assert!(boss_in.refused.is_empty(), "{:?}", boss_in.refused);
    let write = |document: &Document, field: &str, value: Value| {
        let mut copy = document.clone();
        (copy.id(), vec![partner.edit(&mut copy, field, value)])
    };
    let tries = [
        ("a partner writes another's venue", write(&venue, "name", text("Vårt nu"))),
        ("a partner takes another's venue", write(&venue, "organisation", link(ours))),
        ("a partner writes another's plan", write(&plan, "name", text("Vår nu"))),
        ("a partner takes another's plan", write(&plan, "owner", link(ours))),
    ];
    for (name, change) in tries {
        attacks.refused(name, partner_in, change, forbidden).await;
    }
    // First taken, then written, in one push.
    let mut copy = venue.clone();
    let steps = vec![
        partner.edit(&mut copy, "organisation", link(ours)),
        partner.edit(&mut copy, "name", text("Vårt nu")),
    ];
    let last = steps[1].hash;
    partner_in.push(copy.id(), &steps).await;
    assert!(partner_in.refused.contains_key(&last));
    attacks.tried("a partner takes and writes another's venue in one push");
}

/// The record of another device, and who belongs.
async fn who_belongs(attacks: &mut Attacks, boss: &Laptop, who: &str, (by, client): There<'_>) {
    let forbidden = ErrorCode::Forbidden;
    let member = NewRecord { id: boss.device, ..NewRecord::new(&MEMBER) };
    let forged = Document::create(&member, &by.writer()).unwrap();
    let name = format!("{who} writes the record of another device");
    attacks.refused(&name, client, all(&forged), forbidden).await;
    let key = DeviceKey::random().public();
    let role = Role::Coordinator;
    let wishes = [
        ("lists the members", Management::Roster),
        (
            "invites a coordinator",
            Management::Invite {
                invitation: Invitation { key, role, organisation: None, member: None, seconds: 60 },
            },
        ),
        ("takes an invitation back", Management::Withdraw { key }),
        ("makes itself a coordinator", Management::SetRole { member: by.device, role, organisation: None }),
        ("removes the coordinator", Management::Remove { member: boss.device }),
        ("revokes the coordinator's device", Management::Revoke { device: boss.device }),
    ];
    for (what, wish) in wishes {
        let answer = client.manage(wish).await;
        assert_eq!(answer, Managed::Refused { why: ManagementError::NotAllowed }, "{who} {what}");
        attacks.tried(format!("{who} {what}"));
    }
}
