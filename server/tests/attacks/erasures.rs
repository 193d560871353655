//! Devices that say of what was erased what is not so: numbers of another list, of none, beyond all. Each is told all that was erased, and
//! the coordinator's page counts none of it; once it says by the right place that it has done it, it counts. On the relay as it is, after its
//! history was compacted, and after it was put back onto a new disk without the list of what was erased.

use samsyn_engine::sync::{ErasurePlace, Erasures, RollingHash};

use super::*;
use crate::support::run;

/// Of all that a device says: up to which erasure it has come.
struct Claim {
    name: &'static str,
    newest: u16,
    erased: u64,
    scrubbed: u64,
    erasures: Option<RollingHash>,
}

/// What a relay knows of erasures, and what somebody was told who was told of another list.
struct Lists<'a> {
    /// Those of this relay.
    here: &'a [RecordId],
    /// Those of before the disk was lost, or of a relay that lied.
    elsewhere: &'a [RecordId],
}

impl Lists<'_> {
    fn claims(&self) -> Vec<Claim> {
        let (here, elsewhere) = (behind(self.here), behind(self.elsewhere));
        let claim = |name, erased, erasures| Claim { name, newest: 6, erased, scrubbed: erased, erasures };
        let old = |name, erased| Claim { newest: 5, ..claim(name, erased, None) };
        vec![
            claim("the place of another list", elsewhere.number, Some(elsewhere.hash)),
            claim("its number and no hash", here.number, None),
            claim("its number and the hash of another list", here.number, Some(elsewhere.hash)),
            claim("its hash and another number", here.number + 1, Some(here.hash)),
            claim("the last number that there is", u64::MAX, Some(here.hash)),
            claim("the last number of a database", i64::MAX as u64, None),
            claim("a number and the hash of nothing", here.number, Some(RollingHash::default())),
            old("in version 5: a number as relays of then told it", here.number),
            old("in version 5: the number of another list", elsewhere.marked()),
            old("in version 5: the last number of a database", i64::MAX as u64),
        ]
    }
}

fn behind(records: &[RecordId]) -> ErasurePlace {
    records.iter().fold(ErasurePlace::default(), |place, record| place.then(record))
}

/// The relay that is attacked, and its coordinator.
struct Relay {
    town: Town,
    boss: Laptop,
    client: Client,
}

impl Relay {
    async fn erase(&mut self) -> RecordId {
        let person = self.boss.record(&CONTACT, &[("family", text("Ek"))]);
        self.client = caught_up(self.boss.enter(&self.town).await).await;
        self.client.push(person.id(), &person.changes_since(&[])).await;
        let erase = Management::Erase { record: person.id() };
        assert_eq!(self.client.manage(erase).await, Managed::Done);
        person.id()
    }

    /// How many erasures wait for that device.
    async fn waits_for(&mut self, device: DeviceId) -> usize {
        self.client = caught_up(self.boss.enter(&self.town).await).await;
        let Managed::Roster { roster } = self.client.manage(Management::Roster).await else {
            panic!("no roster")
        };
        roster.erasures.iter().filter(|erasure| erasure.waiting.contains(&device)).count()
    }

    async fn says(&self, by: &Laptop, claim: &Claim) -> Erasures {
        let entered = by.enter_from(&self.town, |hello| {
            hello.versions.1 = claim.newest;
            (hello.erased, hello.scrubbed, hello.erasures) = (claim.erased, claim.scrubbed, claim.erasures);
        });
        let mut client = entered.await;
        // What this client makes of it is not what is looked at: it may have another place than it says.
        client.until(|client| client.grant.is_some() || client.closed.is_some()).await;
        std::mem::take(&mut client.told)
    }

    async fn is_told_everything(&mut self, attacks: &mut Attacks, state: &'static str, lists: &Lists<'_>) {
        attacks.now = state;
        for claim in lists.claims() {
            let name = claim.name;
            let liar = self.town.somebody(&[]).await;
            let told = self.says(&liar, &claim).await;
            assert_eq!(told.records, lists.here, "{name}");
            assert_eq!((told.place, told.anew), (behind(lists.here), true), "{name}");
            let all = lists.here.len();
            assert_eq!(self.waits_for(liar.device).await, all, "{name}: nothing counts");
            // It has done what it was told, first not all of it, and says so as its version does.
            let place = told.place;
            for (scrubbed, waits) in [(place.number - 1, 1), (place.number + 7, 0)] {
                let done =
                    Claim { name: "", newest: 6, erased: place.number, scrubbed, erasures: Some(place.hash) };
                let nothing = self.says(&liar, &done).await;
                assert_eq!(nothing.records, [], "{name}");
                assert_eq!(self.waits_for(liar.device).await, waits, "{name}");
            }
            attacks.tried(name);
        }
        let old = self.town.somebody(&[]).await;
        let marked = behind(lists.here).marked();
        let done = Claim { name: "", newest: 5, erased: marked, scrubbed: marked, erasures: None };
        assert_eq!(self.says(&old, &done).await.records, [], "an older program that has done it");
        assert_eq!(self.waits_for(old.device).await, 0);
    }
}

pub(super) fn believed_by_a_number() -> Attacks {
    let mut attacks = Attacks::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(in_each_life(&mut attacks));
    attacks
}

async fn in_each_life(attacks: &mut Attacks) {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(&folder.path().join("data"));
    let town = Town::create(&process.data, &process.address);
    let boss = Laptop::new();
    let client = caught_up(boss.join(&town, &town.first).await).await;
    let mut relay = Relay { town, boss, client };
    let first = relay.erase().await;
    let backup = folder.path().join("backup.sqlite");
    let done = relay.town.operate(&["backup"], &["--to", backup.to_str().unwrap()]);
    assert!(done.status.success());
    let second = relay.erase().await;
    let made_up = [(); 2].map(|()| RecordId::random());
    let lists = Lists { here: &[first, second], elsewhere: &made_up };
    relay.is_told_everything(attacks, "as it is", &lists).await;
    let compacted = relay.town.operate(&["compact"], &[]);
    assert!(compacted.status.success());
    relay.is_told_everything(attacks, "after compaction", &lists).await;

    // The disk is lost, and the list of what was erased with it.
    process.kill();
    let data = folder.path().join("new");
    let put = run(["restore", backup.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    let said = String::from_utf8(put.stdout).unwrap();
    assert!(put.status.success() && said.contains("WARNING: nobody can tell who was erased"), "{said}");
    let process = Process::start(&data);
    relay.town = Town { relay: process.address.clone(), data, ..relay.town };
    let (third, fourth) = (relay.erase().await, relay.erase().await);
    let lists = Lists { here: &[first, third, fourth], elsewhere: &[first, second] };
    relay.is_told_everything(attacks, "after a restore without the list", &lists).await;
    // Who had come as far as the backup goes on from there.
    let place = behind(&[first]);
    let honest = Claim { name: "", newest: 6, erased: 1, scrubbed: 1, erasures: Some(place.hash) };
    let device = relay.town.somebody(&[]).await;
    let told = relay.says(&device, &honest).await;
    assert_eq!((told.records, told.anew), (vec![third, fourth], false));
    assert_eq!(relay.waits_for(device.device).await, 2);

    // Put back once more, now with the list: the same places.
    let put =
        run(["restore", backup.to_str().unwrap(), "--replace", "--data", relay.town.data.to_str().unwrap()]);
    let said = String::from_utf8(put.stdout).unwrap();
    assert!(put.status.success() && !said.contains("WARNING"), "{said}");
    assert_eq!(relay.waits_for(device.device).await, 2, "what counted counts");
    relay.is_told_everything(attacks, "after a restore with the list", &lists).await;
}
