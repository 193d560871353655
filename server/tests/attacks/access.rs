//! By reading what is kept back, and after losing access.

use super::*;

pub(super) async fn reading_what_is_kept_back(attacks: &mut Attacks, stage: &Stage, before: &mut Before) {
    let (town, boss) = (&stage.town, &stage.boss);
    let ours = RecordId::random();
    let partner = town.somebody(&["--role", "partner", "--organisation", &ours.to_string()]).await;
    let mut boss_in = caught_up(boss.enter(town).await).await;
    let contact = boss.record(&CONTACT, &[("family", text("Hemlig"))]);
    let venue = boss.record(&VENUE, &[("name", text("Synlig")), ("contact", link(contact.id()))]);
    for document in [&contact, &venue] {
        boss_in.push(document.id(), &document.changes_since(&[])).await;
    }
    before.kept_back.push(contact.id());
    let kept_back = &before.kept_back;
    let seen = |client: &Client| {
        let about = client.entries.iter().any(|entry| kept_back.contains(&entry.record));
        about || client.has_heard("Hemlig")
    };
    let mut first = caught_up(partner.enter(town).await).await;
    assert!(first.has_heard("Synlig") && !seen(&first));
    attacks.tried("contacts in a partner's first sync");
    assert!(!first.knows_meeting_key && boss_in.knows_meeting_key);
    attacks.tried("a partner's device meets others without the relay");
    let (sealed, truth) = (first.cursor.unwrap(), caught_up(boss.enter(town).await).await.cursor.unwrap());
    assert!(sealed.position == truth.position && sealed.hash != truth.hash);
    attacks.tried("a partner tries guesses against the log's hash");

    let edited = boss.edit(&mut contact.clone(), "given", text("Hemligare"));
    let live = boss.edit(&mut venue.clone(), "name", text("Synligare"));
    boss_in.push(contact.id(), [&edited]).await;
    boss_in.push(venue.id(), [&live]).await;
    first.until(|client| client.has_heard("Synligare")).await;
    assert!(!seen(&first));
    attacks.tried("contacts in what a partner is sent live");
    let again = caught_up(partner.enter_from(town, |hello| hello.cursor = Some(sealed)).await).await;
    assert!(again.has_heard("Synligare") && !seen(&again));
    assert!(again.entries.len() < first.entries.len(), "it went on from its place");
    attacks.tried("contacts in a partner's catch-up");

    // An unsealed place, which a partner cannot know, is none.
    let compares = |hello: &mut Hello| hello.cursor = Some(truth);
    let mut comparing = partner.enter_from(town, compares).await;
    let everything = Range { upper: None, held: Held::Fingerprint(Fingerprint([0; 16])) };
    comparing.until(|client| client.grant.is_some()).await;
    compares_everything(&mut comparing, vec![everything], kept_back).await;
    attacks.tried("contacts in what a partner compares");
    comparing.want(&[kept_back, &[venue.id()][..]].concat()).await;
    assert!(comparing.has_heard("Synligare") && !seen(&comparing));
    attacks.tried("a partner wants a contact by its id");

    // The coordinator has the contact open; the partner sees that somebody is here, not with whom.
    assert!(boss_in.open(Some(contact.id())));
    boss_in.flush().await;
    assert!(first.open(None));
    first.until(|client| client.present.contains_key(&boss.device)).await;
    assert_eq!(first.present[&boss.device], None);
    attacks.tried("which contact somebody has open");
    let same_id = NewRecord { id: contact.id(), ..NewRecord::new(&VENUE) };
    let over = Document::create(&same_id, &partner.writer()).unwrap();
    first.push(contact.id(), &over.changes_since(&[])).await;
    assert!(first.refused.values().all(|refused| !refused.words.contains("Hemlig")));
    assert!(!first.refused.is_empty());
    attacks.tried("a partner writes a venue over a contact");
}

/// Compares down to single records, and is named none of those that are kept back.
async fn compares_everything(comparing: &mut Client, mut ranges: Vec<Range>, kept_back: &[RecordId]) {
    for _ in 0..20 {
        comparing.compare(ranges).await;
        let named = comparing.compared.iter().filter_map(|range| match &range.held {
            Held::Records(records) => Some(records),
            _ => None,
        });
        assert!(named.flatten().all(|holding| !kept_back.contains(&holding.record)));
        ranges = comparing.compared.clone();
        if ranges.iter().all(|range| !matches!(range.held, Held::Fingerprint(_))) {
            return;
        }
        for range in &mut ranges {
            if matches!(range.held, Held::Fingerprint(_)) {
                range.held = Held::Fingerprint(Fingerprint([0; 16]));
            }
        }
    }
}

pub(super) async fn after_losing_access(attacks: &mut Attacks, stage: &Stage, before: &mut Before) {
    let town = &stage.town;
    let boss_in = &mut caught_up(stage.boss.enter(town).await).await;
    let access = Some(ErrorCode::Access);
    let ended = async |mut client: Client| client.end().await.map(|notice| notice.code);
    // Told by a coordinator.
    let (eva, bo) = (town.somebody(&[]).await, town.somebody(&[]).await);
    let member = eva.device.to_string();
    let second = town.somebody(&["--member", member.as_str()]).await;
    let further = town.invite(&["--member", member.as_str()]);
    let (open, open_second) =
        (caught_up(eva.enter(town).await).await, caught_up(second.enter(town).await).await);
    let old = open.cursor;
    assert_eq!(boss_in.manage(Management::Revoke { device: eva.device }).await, Managed::Done);
    assert_eq!(ended(open).await, access, "at once, also where it is connected");
    attacks.tried("an open connection of a revoked device");
    before.laptop("a device that was revoked before", stage, &eva);
    attacks.shown_out("a revoked device", eva.enter(town).await).await;
    attacks
        .shown_out(
            "a revoked device with its old cursor",
            eva.enter_from(town, |hello| hello.cursor = old).await,
        )
        .await;
    assert_eq!(boss_in.manage(Management::Remove { member: eva.device }).await, Managed::Done);
    assert_eq!(ended(open_second).await, access);
    attacks.tried("an open connection of a removed member's other device");
    before.laptop("the other device of who was removed before", stage, &second);
    before.code("the open invitation of who was removed before", stage, &further);
    attacks.shown_out("a removed member's other device", second.enter(town).await).await;
    attacks.shown_out("a removed member's open invitation", Laptop::new().join(town, &further).await).await;

    // On the relay's own computer, while it serves.
    let open = caught_up(bo.enter(town).await).await;
    assert!(town.operate(&["member", "remove"], &[&bo.device.to_string()]).status.success());
    assert_eq!(ended(open).await, access);
    before.laptop("a member whom the operator removed before", stage, &bo);
    attacks.tried("an open connection of a member whom the operator removed");

    // Another role: what was open with the old one ends, and with the new one less can be read.
    let dag = town.somebody(&[]).await;
    let open = caught_up(dag.enter(town).await).await;
    assert!(open.has_heard("Hemlig"));
    let old = open.cursor;
    let set = Management::SetRole {
        member: dag.device,
        role: Role::Partner,
        organisation: Some(RecordId::random()),
    };
    assert_eq!(boss_in.manage(set).await, Managed::Done);
    assert_eq!(ended(open).await, Some(ErrorCode::Stopping));
    attacks.tried("an open connection with a role of before");
    let mut again = dag.enter_from(town, |hello| hello.cursor = old).await;
    again.until(|client| client.grant.is_some()).await;
    let grant = again.grant.clone().unwrap();
    assert!(matches!(grant, Grant { role: Role::Partner, .. }));
    assert!(
        !again.has_heard("Hemlig") && again.cursor == old,
        "the place of before is none: it has to compare"
    );
    attacks.tried("a cursor from a role that could read more");
}
