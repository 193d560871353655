//! What honest people notice while members do the worst that they may: the figures of `docs/security.md`.
//!
//! `cargo bench -p samsyn-server --bench hostile` takes some minutes; as a test it runs each case for a moment. For each case there is a
//! relay of its own, a workspace of some hundred records, and as many hostile laptops as it says, each on two connections: one pushes the
//! heaviest changes that are taken, one after the other and without waiting for answers; the other joins from the beginning again and again.
//! Meanwhile one honest laptop writes, one comes back with what it had, and one joins.

#![allow(clippy::unwrap_used, reason = "what fails in here fails the figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use samsyn_engine::document::{Document, Edit, EncodedChange};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Role;
use samsyn_engine::schema::kinds::{CONTACT, MEMBER, ORGANISATION, VENUE};
use samsyn_engine::schema::{Link, NewRecord, Value};
use support::{Client, Laptop, Process, Town};
use tokio::time::{sleep, timeout};

/// How long a case takes, and how much there is in the workspace.
#[derive(Clone, Copy)]
struct Size {
    time: Duration,
    records: usize,
    /// Of each text that a hostile laptop writes, and how many changes it has to push.
    letters: usize,
    changes: usize,
}

fn main() {
    // Cargo says so to a benchmark, and not to a test.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let size = match is_bench {
        true => Size { time: Duration::from_secs(20), records: 500, letters: 190_000, changes: 12 },
        false => Size { time: Duration::from_secs(1), records: 10, letters: 2_000, changes: 4 },
    };
    // A hostile laptop that is shown out panics: that is for nobody to read.
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("main") {
            before(panic);
        }
    }));
    println!("{:<28} {:>12} {:>10} {:>10} {:>10}", "meanwhile", "relay's peak", "push", "catch-up", "join");
    let cases: [(&str, Vec<Role>); 6] = [
        ("nobody", Vec::new()),
        ("a reader", vec![Role::Reader]),
        ("a partner", vec![Role::Partner]),
        ("an ambassador", vec![Role::Ambassador]),
        ("a coordinator", vec![Role::Coordinator]),
        ("ten ambassadors", vec![Role::Ambassador; 10]),
    ];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // `-- ambassador` runs those alone.
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|asked| name.contains(asked.as_str()));
    for (name, roles) in cases.into_iter().filter(|(name, _)| is_asked(name)) {
        let attempt = AssertUnwindSafe(|| runtime.block_on(case(&roles, size)));
        let Ok(worst) = std::panic::catch_unwind(attempt) else {
            println!("{name:<28} an honest laptop was shut out, or waited for minutes");
            assert!(is_bench, "at this size nobody is");
            continue;
        };
        println!(
            "{name:<28} {:>9} MB {:>7} ms {:>7} ms {:>7} ms",
            worst.memory / 1024,
            worst.push.as_millis(),
            worst.catch_up.as_millis(),
            worst.join.as_millis()
        );
    }
}

/// The worst that was seen.
#[derive(Default)]
struct Worst {
    memory: u64,
    push: Duration,
    catch_up: Duration,
    join: Duration,
}

async fn case(roles: &[Role], size: Size) -> Worst {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let town = Town::create(&relay.data, &relay.address);
    let boss = Laptop::new();
    let mut boss_in = caught_up(boss.join(&town, &town.first).await).await;
    let mut contacts: Vec<Document> = Vec::new();
    for number in 0..size.records {
        let contact = boss.record(&CONTACT, &[("family", text(&format!("Ek {number}")))]);
        boss_in.offer(contact.id(), &contact.changes_since(&[]));
        contacts.push(contact);
    }
    boss_in.until(Client::is_idle).await;
    let ours = boss.record(&ORGANISATION, &[("name", text("Hotellet"))]);
    boss_in.push(ours.id(), &ours.changes_since(&[])).await;

    let mut laptops = Vec::new();
    for role in roles {
        let mut arguments = vec!["--role", role.name()];
        let id = ours.id().to_string();
        if *role == Role::Partner {
            arguments.extend(["--organisation", &id]);
        }
        let laptop = town.somebody(&arguments).await;
        // Made before: whoever attacks has a computer of their own. That takes seconds for each.
        let records = if *role == Role::Reader || roles.len() > 1 { 1 } else { 2 };
        let heavy = heavy(&laptop, (*role, ours.id()), (size, records));
        laptops.push((laptop, heavy));
    }
    let mut hostile = Vec::new();
    for (laptop, heavy) in laptops {
        let (pushes, joins) = ((laptop.clone(), town.clone()), (laptop, town.clone()));
        hostile.push(tokio::spawn(async move { push_heavily(&pushes.0, &pushes.1, &heavy).await }));
        hostile.push(tokio::spawn(async move { join_again(&joins.0, &joins.1).await }));
    }
    let mut worst = honest(&town, &boss, &mut contacts, size).await;
    hostile.iter().for_each(tokio::task::JoinHandle::abort);
    worst.memory = relay.peak_memory();
    worst
}

/// Writes, comes back and joins, and notes the longest that each took.
async fn honest(town: &Town, boss: &Laptop, contacts: &mut [Document], size: Size) -> Worst {
    let mut worst = Worst::default();
    let end = Instant::now() + size.time;
    let mut writes = caught_up(boss.enter(town).await).await;
    let returns = town.somebody(&[]).await;
    let mut had = caught_up(returns.enter(town).await).await.cursor;
    let mut number = 0;
    loop {
        for _ in 0..5 {
            number += 1;
            let at = number % contacts.len();
            let change = boss.edit(&mut contacts[at], "family", text(&format!("Berg {number}")));
            let began = Instant::now();
            writes.push(contacts[at].id(), [&change]).await;
            worst.push = worst.push.max(began.elapsed());
            sleep(Duration::from_millis(50)).await;
        }
        let began = Instant::now();
        let cursor = had;
        let back = caught_up(returns.enter_from(town, |hello| hello.cursor = cursor).await).await;
        had = back.cursor;
        worst.catch_up = worst.catch_up.max(began.elapsed());
        let began = Instant::now();
        let code = town.invite(&["--role", "ambassador"]);
        drop(caught_up(Laptop::new().join(town, &code).await).await);
        worst.join = worst.join.max(began.elapsed());
        if Instant::now() >= end {
            return worst;
        }
    }
}

/// The heaviest changes that are taken, of so many records.
fn heavy(
    laptop: &Laptop,
    (role, ours): (Role, RecordId),
    (size, records): (Size, usize),
) -> Vec<(RecordId, Vec<EncodedChange>)> {
    let new = || match role {
        Role::Reader => {
            let about = NewRecord { id: laptop.device, ..NewRecord::new(&MEMBER) };
            Document::create(&about, &laptop.writer()).unwrap()
        }
        Role::Partner => laptop.record(&VENUE, &[("organisation", Value::Link(Link::Record(ours)))]),
        Role::Coordinator | Role::Ambassador => laptop.record(&CONTACT, &[]),
    };
    // The record about a device has no prose.
    let (field, letters) = match role {
        Role::Reader => ("name", 2_000),
        Role::Partner => ("description", size.letters),
        Role::Coordinator | Role::Ambassador => ("notes", size.letters),
    };
    let one = |mut document: Document| {
        for number in 0..size.changes {
            let words = if number % 2 == 0 { "a".repeat(letters) } else { String::new() };
            document.edit(&[Edit::set(field, text(&words))], &laptop.writer()).unwrap();
        }
        (document.id(), document.changes_since(&[]))
    };
    (0..records).map(|_| one(new())).collect()
}

/// Pushes changes without waiting for the answers, again and again.
async fn push_heavily(laptop: &Laptop, town: &Town, heavy: &[(RecordId, Vec<EncodedChange>)]) {
    loop {
        let mut client = laptop.enter(town).await;
        heavy.iter().for_each(|(record, changes)| client.offer(*record, changes));
        while !client.is_idle() && client.step().await {}
    }
}

/// Joins from the beginning, again and again.
async fn join_again(laptop: &Laptop, town: &Town) {
    loop {
        let mut client = laptop.enter(town).await;
        let _ = timeout(Duration::from_secs(30), client.until(|client| client.caught_up)).await;
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

async fn caught_up(mut client: Client) -> Client {
    client.until(|client| client.caught_up).await;
    client
}
