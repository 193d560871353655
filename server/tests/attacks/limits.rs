//! By being too much for a relay that gives little, and by pretending to come from elsewhere.
//!
//! The relay is behind a proxy on loopback, which says in a header for whom it comes; the addresses are for documentation only
//! (RFC 5737, RFC 3849).

use std::time::{Duration, Instant};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Author, Automerge, ROOT, ReadDoc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{Error, http};

use super::*;

const FORWARDED_FOR: &str = "X-Forwarded-For";

/// Somebody new, who is in.
async fn newcomer(town: &Town) -> (Laptop, Client) {
    let (laptop, code) = (Laptop::new(), town.invite(&[]));
    let client = caught_up(laptop.join(town, &code).await).await;
    (laptop, client)
}

/// The town, as somebody sees it who comes through a proxy that says so.
fn through(town: &Town, name: &'static str, value: &str) -> Town {
    Town { headers: vec![(name, value.to_owned())], ..town.clone() }
}

fn from(town: &Town, address: &str) -> Town {
    through(town, FORWARDED_FOR, address)
}

/// What HTTP answers to the request for a WebSocket; the socket where it is granted.
async fn ask(town: &Town) -> Result<crate::support::Socket, http::Response<Option<Vec<u8>>>> {
    match tokio_tungstenite::connect_async(town.request()).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(*answer),
        Err(error) => panic!("{error}"),
    }
}

/// How many of so many requests are granted. The others are told when to come again.
async fn granted(town: &Town, tries: usize) -> usize {
    let mut granted = 0;
    for _ in 0..tries {
        match ask(town).await {
            Ok(_) => granted += 1,
            Err(answer) => {
                assert_eq!(answer.status(), 429);
                let again: u32 = answer.headers()["Retry-After"].to_str().unwrap().parse().unwrap();
                assert!((1..=60).contains(&again), "{again}");
            }
        }
    }
    granted
}

pub(super) fn of_an_address() -> Attacks {
    let few = &["--proxies", "127.0.0.1", "--handshakes-per-minute", "20", "--connections-per-address", "3"];
    everywhere(
        few,
        async |_| (),
        async |attacks, stage, ()| too_many_from_one_address(attacks, &stage.town).await,
    )
}

/// Who comes from here is no proxy; nobody is counted where the header is not believed.
pub(super) fn from_no_proxy() -> Attacks {
    let few = &["--proxies", "192.0.2.1", "--handshakes-per-minute", "2"];
    everywhere(few, async |_| (), async |attacks, stage, ()| from_elsewhere(attacks, &stage.town).await)
}

pub(super) fn through_a_proxy() -> Attacks {
    let few = &["--proxies", "127.0.0.1", "--handshakes-per-minute", "2"];
    everywhere(few, async |_| (), async |attacks, stage, ()| two_headers(attacks, &stage.town).await)
}

pub(super) fn of_who_guesses() -> Attacks {
    let few = &["--proxies", "127.0.0.1", "--refusals-per-minute", "5"];
    everywhere(few, async |_| (), async |attacks, stage, ()| too_many_refusals(attacks, stage).await)
}

pub(super) fn of_a_device() -> Attacks {
    let few = &[
        "--connections-per-device",
        "2",
        "--bytes-per-day",
        "40000",
        "--changes-per-second",
        "1",
        "--metrics",
        "127.0.0.1:0",
    ];
    everywhere(
        few,
        async |_| (),
        async |attacks, stage, ()| {
            too_many_of_one_device(attacks, &stage.town).await;
            too_many_bytes(attacks, stage).await;
            too_many_changes(attacks, &stage.town).await;
        },
    )
}

async fn too_many_from_one_address(attacks: &mut Attacks, town: &Town) {
    let (one, other) = (from(town, "203.0.113.9"), from(town, "203.0.113.10"));
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(ask(&one).await.unwrap());
    }
    assert_eq!(granted(&one, 5).await, 0);
    assert!(ask(&other).await.is_ok());
    attacks.tried("more connections at once than an address has");
    drop(held);
    let end = Instant::now() + crate::support::PATIENCE;
    while ask(&one).await.is_err() {
        assert!(Instant::now() < end, "who has left is still counted");
    }
    // Those at once, and what was granted just now.
    let more = granted(&one, 100).await;
    assert!(more <= 16, "{more}");
    assert_eq!(granted(&one, 10).await, 0);
    attacks.tried("more connections in a minute than an address has");
    assert_eq!(granted(&from(town, "198.51.100.7, 203.0.113.9"), 10).await, 0);
    for made_up in 0..10 {
        assert!(ask(&from(town, &format!("198.51.100.{made_up}, 203.0.113.9"))).await.is_err());
    }
    attacks.tried("addresses made up before the one that the proxy added");
    for host in 0..23 {
        let _ = ask(&from(town, &format!("2001:db8:1:2::{host:x}"))).await;
    }
    assert!(ask(&from(town, "2001:db8:1:2:ffff::1")).await.is_err());
    assert!(ask(&from(town, "2001:db8:1:3::1")).await.is_ok());
    attacks.tried("another address for every connection, out of one IPv6 network");
}

async fn from_elsewhere(attacks: &mut Attacks, town: &Town) {
    for (name, forged) in [
        (FORWARDED_FOR, "203.0.113.9"),
        (FORWARDED_FOR, "203.0.113.9, 192.0.2.1"),
        ("Forwarded", "for=203.0.113.9"),
    ] {
        assert_eq!(granted(&through(town, name, forged), 10).await, 10);
        attacks.tried(format!("a forged {name} from who is no proxy: {forged}"));
    }
}

async fn two_headers(attacks: &mut Attacks, town: &Town) {
    // The proxy knows the one header and passes on the other as it came. Who adds one is let in as nobody at all.
    for forged in ["for=198.51.100.1", "for=127.0.0.1", "for=unknown", "by=x"] {
        let mut both = from(town, "203.0.113.9");
        both.headers.push(("Forwarded", forged.to_owned()));
        for _ in 0..5 {
            assert_eq!(ask(&both).await.unwrap_err().status(), 400, "{forged}");
        }
    }
    for nobody in ["198.51.100.1", "203.0.113.9"] {
        assert_eq!(granted(&from(town, nobody), 5).await, 2, "nobody else was counted for it");
    }
    attacks.tried("a Forwarded that a proxy passes on beside its X-Forwarded-For");
}

async fn too_many_refusals(attacks: &mut Attacks, stage: &Stage) {
    let (town, boss) = (&stage.town, &stage.boss);
    let (bad, good) = (from(town, "203.0.113.9"), from(town, "203.0.113.10"));
    let eve = Laptop::new();
    let code = town.invite(&[]);
    // Before anybody was refused; whoever guesses faster than the relay counts.
    let (mut waiting, challenge) = bad.knock().await;
    for _ in 0..5 {
        let notice = eve.join(&bad, &InvitationCode::random()).await.end().await.unwrap();
        assert_eq!(notice.code, ErrorCode::Access);
    }
    assert!(ask(&bad).await.is_err());
    attacks.tried("the sixth code that is guessed");
    let credential = Credential::invitation((town.id, eve.device), &eve.key, &challenge, (&code, "Eve"));
    let hello = FromClient::Hello(eve.hello(&bad, credential));
    waiting.send(Message::Binary(hello.encode().into())).await.unwrap();
    let told = notice(&mut waiting).await;
    assert!(told.code == ErrorCode::Limited && told.again.is_some_and(|again| again <= 60), "{told:?}");
    attacks.tried("a guess on a connection from before, even the right one");
    // It was not looked at, so it is not used up; and who comes from elsewhere has nothing to do with it.
    assert!(caught_up(boss.enter(&good).await).await.grant.is_some());
    assert!(caught_up(Laptop::new().join(&good, &code).await).await.grant.is_some());
}

async fn too_many_of_one_device(attacks: &mut Attacks, town: &Town) {
    let ((mallory, first), eva) = (newcomer(town).await, Laptop::new());
    let code = town.invite(&[]);
    let second = caught_up(mallory.enter(town).await).await;
    let mut third = mallory.enter(town).await;
    let told = third.end().await.unwrap();
    assert!(told.code == ErrorCode::Limited && told.again.is_some(), "{told:?}");
    assert!(third.grant.is_none() && third.entries.is_empty());
    attacks.tried("more connections at once than a device has");
    caught_up(eva.join(town, &code).await).await;
    drop(second);
    let end = Instant::now() + crate::support::PATIENCE;
    loop {
        let mut again = mallory.enter(town).await;
        while !again.caught_up && again.step().await {}
        if again.caught_up {
            break;
        }
        assert!(Instant::now() < end, "what has ended is still counted");
    }
    drop(first);
}

async fn too_many_bytes(attacks: &mut Attacks, stage: &Stage) {
    let town = &stage.town;
    let ((mallory, mut client), eva) = (newcomer(town).await, Laptop::new());
    let large = || mallory.record(&VENUE, &[("description", text(&crate::support::random_text(9_000)))]);
    let mut taken = 0;
    let told = loop {
        let document = large();
        client.offer(document.id(), &document.changes_since(&[]));
        while !client.is_idle() && client.step().await {}
        match &client.closed {
            Some(notice) => break notice.clone(),
            None => taken += 1,
        }
    };
    // All of a day is a day away; a ninety-sixth of it, with what was taken beyond, within some hours.
    assert!(
        told.code == ErrorCode::Limited && told.again.is_some_and(|again| again > 60 && again < 50_000),
        "{told:?}"
    );
    assert!((1..=8).contains(&taken), "{taken}");
    assert!(client.acknowledged.len() < 40 && client.refused.is_empty());
    attacks.tried("more bytes than a device has in a day");
    let mut again = caught_up(mallory.enter(town).await).await;
    let document = large();
    again.offer(document.id(), &document.changes_since(&[]));
    assert_eq!(again.end().await.map(|notice| notice.code), Some(ErrorCode::Limited));
    assert!(again.acknowledged.is_empty());
    attacks.tried("the same on another connection");
    // It may read on, and another device has its own.
    let before = caught_up(mallory.enter(town).await).await;
    let mut other = caught_up(eva.join(town, &town.invite(&[])).await).await;
    let venue = eva.record(&VENUE, &[("name", text("Storsjöteatern"))]);
    other.push(venue.id(), &venue.changes_since(&[])).await;
    assert!(other.refused.is_empty() && !other.acknowledged.is_empty());
    let (mut before, after) = (before, venue.id());
    before.until(|client| client.entries.iter().any(|entry| entry.record == after)).await;
    let numbers = numbers(&stage.said).await;
    assert!(numbers.contains("samsyn_limited_total{limit=\"bytes\"} 2"), "{numbers}");
}

/// What is told to Prometheus, by the line in which the relay says where.
async fn numbers(line: &str) -> String {
    let address = line.strip_prefix("numbers at http://").unwrap().strip_suffix("/metrics").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn too_many_changes(attacks: &mut Attacks, town: &Town) {
    let (mallory, mut client) = newcomer(town).await;
    let mut venue = mallory.record(&VENUE, &[("name", text("Teatern 0"))]);
    let (id, mut changes) = all(&venue);
    while changes.len() < 60 {
        let name = format!("Teatern {}", changes.len());
        changes.push(mallory.edit(&mut venue, "name", text(&name)));
    }
    client.push(id, &changes).await;
    let began = Instant::now();
    let more: Vec<_> =
        (0..3).map(|number| mallory.edit(&mut venue, "name", text(&format!("Scenen {number}")))).collect();
    client.push(id, &more).await;
    // Slower, and nothing is lost or refused.
    assert!(began.elapsed() > Duration::from_millis(1_500), "{:?}", began.elapsed());
    assert!(
        client.refused.is_empty() && more.iter().all(|change| client.acknowledged.contains(&change.hash))
    );
    attacks.tried("changes faster than a device has");
}

/// Changes that are slow to check hold up those who push them, and nobody else for long.
pub(super) fn too_much_work() -> Attacks {
    everywhere(
        &["--work-per-minute", "1"],
        async |_| (),
        async |attacks, stage, ()| slow_changes(attacks, &stage.town).await,
    )
}

async fn slow_changes(attacks: &mut Attacks, town: &Town) {
    let (mallory, other) = (town.somebody(&[]).await, town.somebody(&[]).await);
    let venue = mallory.record(&VENUE, &[("name", text("Teatern"))]);
    let mut client = caught_up(mallory.enter(town).await).await;
    client.push(venue.id(), &venue.changes_since(&[])).await;
    let mut honest = caught_up(other.enter(town).await).await;
    let mut prose = Prose::of(&mallory, &venue);
    let mut waits = false;
    // Each is twenty milliseconds by what it weighs, and a second is all that there is.
    for _ in 0..60 {
        let slow = prose.written_over();
        client.offer(venue.id(), [&slow]);
        client.flush_offered().await;
        let contact = other.record(&CONTACT, &[("family", text("Ek"))]);
        honest.push(contact.id(), &contact.changes_since(&[])).await;
        client.until(|client| client.entries.iter().any(|entry| entry.record == contact.id())).await;
        waits = !client.acknowledged.contains(&slow.hash);
        if waits {
            break;
        }
    }
    assert!(waits && client.refused.is_empty(), "it waits, and is not lost");
    assert!(honest.refused.is_empty());
    attacks.tried("changes that make more work than a device has");
}

/// A venue's description, which is written over and over by one device.
struct Prose(Automerge);

impl Prose {
    fn of(by: &Laptop, venue: &Document) -> Prose {
        let mut automerge = Automerge::load(&venue.save()).unwrap();
        automerge.set_author(Some(Author::from(by.device.as_bytes().to_vec())));
        automerge.set_actor(ActorId::from(&RecordId::random().as_bytes()[..]));
        Prose(automerge)
    }

    fn written_over(&mut self) -> EncodedChange {
        let mut transaction = self.0.transaction();
        let description = transaction.get(ROOT, "description").unwrap().unwrap().1;
        let length = isize::try_from(transaction.length(&description)).unwrap();
        let words = crate::support::random_text(10_000);
        transaction.splice_text(&description, 0, length, &words).unwrap();
        transaction.commit_with(CommitOptions::default().with_time(1_700_000_000));
        hostile::encoded(&self.0.get_last_local_change().unwrap())
    }
}
