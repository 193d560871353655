//! How much one gets, and that another gets it all the same.

use std::num::{NonZeroU32, NonZeroU64};

use samsyn_engine::id::RecordId;

use super::*;

fn tally() -> Tally {
    let few = |number| NonZeroU32::new(number).unwrap();
    Tally::new(Limits {
        connections_per_address: few(3),
        connections_per_device: few(2),
        handshakes_per_minute: few(10),
        refusals_per_minute: few(5),
        changes_per_second: few(100),
        bytes_per_day: NonZeroU64::new(96_000).unwrap(),
        work_per_minute: few(12),
    })
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn an_address_has_so_many_connections_at_once_and_another_as_many() {
    let (tally, one, other) = (tally(), ip("203.0.113.9"), ip("203.0.113.10"));
    let mut seats: Vec<_> = (0..3).map(|_| tally.visit(one).unwrap()).collect();
    assert!(tally.visit(one).is_err() && tally.visit(other).is_ok());
    seats.pop();
    seats.push(tally.visit(one).unwrap());
    assert!(tally.visit(one).is_err());
    // What is not counted any more is not remembered either.
    drop(seats);
    assert!(lock(&tally.visits.0).is_empty());
}

#[test]
fn an_address_has_so_many_connections_in_a_minute_and_is_not_even_heard_at_twice_as_many() {
    let (tally, one) = (tally(), ip("203.0.113.9"));
    let tries = |tally: &Tally| (0..100).filter(|_| tally.visit(one).is_ok()).count();
    assert_eq!(tries(&tally), 10);
    let Err(enough) = tally.visit(one) else { panic!("it was let in") };
    assert!((1..=6).contains(&enough.seconds()), "{enough:?}");
    assert_eq!((0..100).filter(|_| tally.socket(one).is_some()).count(), 20);
    let held: Vec<_> = (0..100).filter_map(|_| tally.socket(ip("192.0.2.1"))).collect();
    assert_eq!(held.len(), 6);
}

#[test]
fn whoever_was_refused_too_often_is_not_looked_at() {
    let (tally, one) = (tally(), ip("203.0.113.9"));
    for _ in 0..5 {
        assert!(tally.hello(one).is_ok());
        tally.refused(one);
    }
    let enough = tally.hello(one).unwrap_err();
    assert!((11..=12).contains(&enough.seconds()), "{enough:?}");
    assert!(tally.visit(one).is_err() && tally.hello(ip("203.0.113.10")).is_ok());
    // Those that were under way at the same time count, too.
    (0..50).for_each(|_| tally.refused(one));
    assert!(tally.hello(one).unwrap_err().seconds() > 600);
}

#[test]
fn a_network_of_sixty_four_bits_is_one_and_loopback_is_nobody() {
    let tally = tally();
    for host in 0..5 {
        tally.refused(ip(&format!("2001:db8:1:2::{host}")));
    }
    assert!(tally.hello(ip("2001:db8:1:2:ffff::1")).is_err());
    assert!(tally.hello(ip("2001:db8:1:3::1")).is_ok());
    (0..5).for_each(|_| tally.refused(ip("::ffff:203.0.113.9")));
    assert!(tally.hello(ip("203.0.113.9")).is_err());
    for nobody in ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"] {
        (0..50).for_each(|_| tally.refused(ip(nobody)));
        let seats: Vec<_> = (0..50).map(|_| (tally.visit(ip(nobody)), tally.socket(ip(nobody)))).collect();
        assert!(seats.iter().all(|(visit, socket)| visit.is_ok() && socket.is_some()), "{nobody}");
    }
}

#[test]
fn attackers_from_everywhere_do_not_make_it_grow() {
    let tally = tally();
    for number in 0..2 * u32::try_from(REMEMBERED).unwrap() {
        tally.refused(IpAddr::V4((0x0b00_0000 + number).into()));
    }
    assert_eq!(lock(&tally.addresses).len(), REMEMBERED);
}

#[test]
fn a_device_is_here_so_often_at_once_and_others_as_often() {
    let (tally, town, device) = (tally(), WorkspaceId::random(), RecordId::random());
    let mut seats: Vec<_> = (0..2).map(|_| tally.enter(Pusher::proven(town, device)).unwrap()).collect();
    assert!(tally.enter(Pusher::proven(town, device)).is_err());
    assert!(tally.enter(Pusher::proven(town, RecordId::random())).is_ok());
    assert!(tally.enter(Pusher::proven(WorkspaceId::random(), device)).is_ok());
    seats.pop();
    assert!(tally.enter(Pusher::proven(town, device)).is_ok());
    drop(seats);
    assert!(lock(&tally.admitted.0).is_empty());
}

#[test]
fn who_only_claims_to_be_a_device_counts_by_where_they_come_from() {
    let (tally, town) = (tally(), WorkspaceId::random());
    let claimed = |town: WorkspaceId, from: &str| Pusher::claimed(town, RecordId::random(), ip(from));
    let _seats: Vec<_> = (0..2).map(|_| tally.enter(claimed(town, "203.0.113.9")).unwrap()).collect();
    assert!(tally.enter(claimed(town, "203.0.113.9")).is_err(), "another name makes no other device");
    assert!(tally.enter(claimed(town, "203.0.113.10")).is_ok());
    assert!(tally.enter(claimed(WorkspaceId::random(), "203.0.113.9")).is_ok());
    assert!(tally.push(claimed(town, "2001:db8:1:2::1"), (1, 97_000)).is_ok());
    assert!(tally.push(claimed(town, "2001:db8:1:2::2"), (1, 1)).is_err());
    assert!(tally.push(claimed(town, "2001:db8:1:3::1"), (1, 1)).is_ok());
    // Whoever comes through a proxy that nobody has named does not suffer from the others.
    for _ in 0..5 {
        assert!(tally.push(claimed(town, "127.0.0.1"), (1, 97_000)).is_ok());
    }
}

#[test]
fn a_device_that_pushes_too_fast_waits_and_another_does_not() {
    let (tally, town) = (tally(), WorkspaceId::random());
    let [one, other] = [(); 2].map(|()| Pusher::proven(town, RecordId::random()));
    assert_eq!(tally.push(one, (6_000, 1)), Ok(Duration::ZERO), "a minute's worth at once");
    let wait = tally.push(one, (500, 1)).unwrap();
    assert!(wait > Duration::from_secs(4) && wait <= Duration::from_secs(5), "{wait:?}");
    assert_eq!(tally.push(other, (6_000, 1)), Ok(Duration::ZERO));
}

#[test]
fn a_device_whose_changes_make_much_work_waits_and_another_does_not() {
    let (tally, town) = (tally(), WorkspaceId::random());
    let [one, other] = [(); 2].map(|()| Pusher::proven(town, RecordId::random()));
    tally.worked(one, Duration::from_secs(12));
    assert_eq!(tally.push(one, (1, 1)), Ok(Duration::ZERO), "a minute's worth at once");
    tally.worked(one, Duration::from_secs(3));
    let wait = tally.push(one, (1, 1)).unwrap();
    assert!(wait > Duration::from_secs(14) && wait <= Duration::from_secs(15), "{wait:?}");
    assert_eq!(tally.push(other, (1, 1)), Ok(Duration::ZERO));
}

#[test]
fn what_a_device_has_under_way_is_bounded_until_it_is_answered() {
    let (tally, town) = (tally(), WorkspaceId::random());
    let [one, other] = [(); 2].map(|()| Pusher::proven(town, RecordId::random()));
    let large = tally.take_on(one, 500_000).expect("one push, however large");
    assert_eq!(tally.take_on(one, 1).unwrap_err(), SOON);
    assert!(tally.take_on(other, 1).is_ok());
    drop(large);
    let some: Vec<_> = (0..3).map(|_| tally.take_on(one, 60_000).unwrap()).collect();
    assert!(tally.take_on(one, 60_000).is_err() && tally.take_on(one, 20_000).is_ok());
    drop(some);
    let held: Vec<_> = (0..3).map(|_| tally.hold(one, 2 * 1024 * 1024)).collect();
    assert!(!tally.has_room(one) && tally.has_room(other));
    drop(held);
    assert!(tally.has_room(one) && lock(&tally.held.0).is_empty() && lock(&tally.under_way.0).is_empty());
}

#[test]
fn a_device_for_which_much_is_read_waits_for_more_and_its_pushes_do_not() {
    let (tally, town) = (tally(), WorkspaceId::random());
    let [one, other] = [(); 2].map(|()| Pusher::proven(town, RecordId::random()));
    // Found by the honest figures: a first sync of 100,000 records took more than a minute's worth, and waited for its own budget.
    tally.has_read(one, Duration::from_secs(12 * READ_AT_ONCE));
    assert_eq!(tally.may_read(one), Duration::ZERO, "five minutes' worth at once");
    tally.has_read(one, Duration::from_secs(3));
    let wait = tally.may_read(one);
    assert!(wait > Duration::from_secs(14) && wait <= Duration::from_secs(15), "{wait:?}");
    assert_eq!(tally.may_read(other), Duration::ZERO);
    assert_eq!(tally.push(one, (1, 1)), Ok(Duration::ZERO));
}

#[test]
fn a_device_whose_bytes_are_used_up_hears_when_there_is_room_again() {
    let (tally, town) = (tally(), WorkspaceId::random());
    let device = RecordId::random();
    let one = Pusher::proven(town, device);
    assert!(tally.push(one, (1, 95_000)).is_ok() && tally.push(one, (1, 2_000)).is_ok());
    let enough = tally.push(one, (1, 1)).unwrap_err();
    // A thousand bytes too many, and a ninety-sixth of the day to come.
    assert!((1_795..=1_800).contains(&enough.seconds()), "{enough:?}");
    let elsewhere = Pusher::proven(WorkspaceId::random(), device);
    assert!(tally.push(elsewhere, (1, 1)).is_ok(), "elsewhere it is another");
}
