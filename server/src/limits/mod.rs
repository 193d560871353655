//! How much one address and one device get, so that nobody has to suffer from what somebody else does.
//!
//! | what | of whom | where it is met |
//! | --- | --- | --- |
//! | connections at once, and in a minute | an address | the WebSocket is refused (HTTP 429); at twice as many the socket is closed before anything is said on it, TLS neither |
//! | hellos that were refused, in a minute | an address | the WebSocket is refused, or the connection ends with a notice, before anything is looked at |
//! | connections at once | a device | the connection ends with a notice, before it is welcomed |
//! | bytes before the hello | all of whom nobody knows yet who they are | the connections end on which more comes than on honest ones |
//! | bytes of messages that are not whole | a device, on all its connections | the connection on which one more comes ends with a notice |
//! | bytes of pushes that are not answered yet | a device | its connections are not read until some are |
//! | operations of pushes that are being checked | a device | its next push waits before it is taken |
//! | changes in a second | a device | its next push waits before it is taken: nothing is lost, it is only slower |
//! | work that its changes make, in a minute | a device | its next push waits before it is taken |
//! | work that reading for it makes, in a minute | a device | what it is sent next waits, while it is heard and answered |
//! | bytes in a day | a device | the connection ends with a notice that says when there is room again; what was not taken waits at the client |
//!
//! In a workspace that has a secret instead of members nobody proves which device they are: all that come there from one address are
//! one device.
//!
//! An IPv6 network of 64 bits is one address: whoever has one has all of it. Loopback is not limited: what comes from there is
//! the operator, or a proxy that nobody has named, and then everybody. Nothing is written down: a relay that starts begins anew.
//!
//! Memory is bounded: who is connected now is counted exactly and is bounded by the sockets; of whoever was here, only so many
//! are remembered, and whoever was seen longest ago is forgotten first.

mod rate;
mod table;

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use samsyn_engine::identity::{DeviceId, WorkspaceId};
use samsyn_engine::sync::limits::FRAME_BYTES;

use crate::config::Limits;
use crate::meters;
use rate::{Rate, Used};
use table::Table;

/// So many addresses, and so many devices, are remembered: some megabytes at most.
const REMEMBERED: usize = 50_000;

/// All changes of so many seconds may come at once: what was done on a journey.
const CHANGES_AT_ONCE: Duration = Duration::from_secs(60);

/// While a device has so many bytes of pushes that are not answered, no more are read of it: each connection may hold some, and it has many.
const HELD_BYTES: u64 = 4 * 1024 * 1024;

/// A device may have sent so many bytes of messages that are not whole yet, on all its connections: the longest message twice.
pub(crate) const UNREAD_BYTES: u64 = 2 * FRAME_BYTES as u64;

/// Those who have not said who they are may have sent so many bytes, all of them together.
pub(crate) const UNKNOWN_BYTES: u64 = 8 * FRAME_BYTES as u64;

/// So many operations of a device may be handed to the writer at once, or one push: who is behind it in a queue waits for no more.
const UNDER_WAY: u64 = 200_000;

/// Of reading so many minutes' worth may come at once: somebody's first sync of a hundred thousand records takes half a minute of it.
const READ_AT_ONCE: u64 = 5;

/// What is under way is looked at again after so long.
const SOON: Duration = Duration::from_millis(20);

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A device whose bytes of a day are used up is told to come again when this part of them is there: so it does not come
/// for every few bytes, and still hears within a quarter of an hour what others wrote.
const PART_OF_A_DAY: u64 = 96;

/// An address is told to the log once in so long.
const TOLD_AGAIN: Duration = Duration::from_secs(10 * 60);

/// A connection that is dead is noticed within a minute; most end at once.
const FREE_AGAIN: Duration = Duration::from_secs(15);

/// Twice what is let in may ask to be, and hear why not.
const HEARD: u64 = 2;

/// Whom a limit counts as one: an IPv4 address, or an IPv6 network of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Source(IpAddr);

impl Source {
    /// Whom an address counts for; none for whom nothing is counted.
    fn of(address: IpAddr) -> Option<Source> {
        let address = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
            v4 => v4,
        };
        let loopback = address.is_loopback() || address == IpAddr::V6(0.into());
        (!loopback).then_some(Source(address))
    }
}

/// Of whom it is counted how often they are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Address(Source),
    Device(Pusher),
    /// All of whom nobody knows yet who they are.
    Unknown,
}

/// What one address has done.
#[derive(Debug, Clone, Copy)]
struct Deeds {
    sockets: Used,
    visits: Used,
    refusals: Used,
    told: Option<Instant>,
}

/// What one device has pushed.
#[derive(Debug, Clone, Copy)]
struct Pushed {
    changes: Used,
    bytes: Used,
    /// In microseconds: most of what comes takes less than a millisecond.
    work: Used,
    /// The same for what is read for it.
    reading: Used,
}

impl Pushed {
    fn nothing(now: Instant) -> Pushed {
        let used = Used::nothing(now);
        Pushed { changes: used, bytes: used, work: used, reading: used }
    }
}

/// Whom the limits of a device count as one, in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Pusher(WorkspaceId, Whose);

/// Whose connections they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Device(DeviceId),
    /// Of all devices there that have proven no more than that they know the workspace's secret.
    Address(Source),
}

impl Pusher {
    /// A device that has proven which it is.
    pub(crate) fn proven(workspace: WorkspaceId, device: DeviceId) -> Pusher {
        Pusher(workspace, Whose::Device(device))
    }

    /// One that says that it is that device. It could say another with each connection, and would have all limits anew, so it counts by
    /// where it comes from. On loopback nobody is counted by that, and there it is believed.
    pub(crate) fn claimed(workspace: WorkspaceId, device: DeviceId, from: IpAddr) -> Pusher {
        Pusher(workspace, Source::of(from).map_or(Whose::Device(device), Whose::Address))
    }
}

/// On whom it is counted how long it took to check a push: while the writer is at it, all others wait. It is counted where the work is
/// done, so also where nobody waits for the answer any more.
#[derive(Debug, Clone)]
pub(crate) struct Payer {
    pub(crate) pusher: Pusher,
    pub(crate) tally: Arc<Tally>,
}

impl Payer {
    /// So long it took. What it was taken to weigh was counted when it was taken on.
    pub(crate) fn worked(&self, weight: usize, work: Duration) {
        self.tally.worked(self.pusher, work.saturating_sub(expected(weight as u64)));
    }
}

/// How long a push of that weight is taken to last. Where it lasts longer the rest is counted once it is done.
fn expected(weight: u64) -> Duration {
    Duration::from_micros(weight)
}

fn microseconds(work: Duration) -> u64 {
    u64::try_from(work.as_micros()).unwrap_or(u64::MAX)
}

/// Counts, and says when it is enough.
#[derive(Debug)]
pub(crate) struct Tally {
    limits: Limits,
    rates: Rates,
    addresses: Mutex<Table<Source, Deeds>>,
    devices: Mutex<Table<Pusher, Pushed>>,
    sockets: Arc<Present>,
    visits: Arc<Present>,
    admitted: Arc<Present>,
    unread: Arc<Present>,
    held: Arc<Present>,
    under_way: Arc<Present>,
}

#[derive(Debug)]
struct Rates {
    sockets: Rate,
    visits: Rate,
    refusals: Rate,
    changes: Rate,
    bytes: Rate,
    work: Rate,
    reading: Rate,
}

/// A limit was met: so long it takes until there is room again, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Enough(pub(crate) Duration);

impl Enough {
    /// In whole seconds, at least one.
    pub(crate) fn seconds(self) -> u32 {
        u32::try_from(self.0.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
    }
}

impl Tally {
    /// Nothing is counted yet.
    pub(crate) fn new(limits: Limits) -> Self {
        let (handshakes, seconds) =
            (u64::from(limits.handshakes_per_minute.get()), CHANGES_AT_ONCE.as_secs());
        let rates = Rates {
            sockets: Rate::new(handshakes * HEARD, MINUTE),
            visits: Rate::new(handshakes, MINUTE),
            refusals: Rate::new(limits.refusals_per_minute.get().into(), MINUTE),
            changes: Rate::new(u64::from(limits.changes_per_second.get()) * seconds, CHANGES_AT_ONCE),
            bytes: Rate::new(limits.bytes_per_day.get(), DAY),
            work: Rate::new(u64::from(limits.work_per_minute.get()) * 1_000_000, MINUTE),
            reading: Rate::new(
                u64::from(limits.work_per_minute.get()) * 1_000_000 * READ_AT_ONCE,
                MINUTE * READ_AT_ONCE as u32,
            ),
        };
        Tally {
            limits,
            rates,
            addresses: Mutex::new(Table::new(REMEMBERED)),
            devices: Mutex::new(Table::new(REMEMBERED)),
            sockets: Arc::default(),
            visits: Arc::default(),
            admitted: Arc::default(),
            unread: Arc::default(),
            held: Arc::default(),
            under_way: Arc::default(),
        }
    }

    /// A socket was accepted from an address that is no proxy's: whether it is heard at all. It counts until the answer is dropped.
    pub(crate) fn socket(&self, from: IpAddr) -> Option<Seat> {
        let Some(source) = Source::of(from) else { return Some(Seat::default()) };
        let most = u64::from(self.limits.connections_per_address.get()) * HEARD;
        let enough = self.rates.sockets.wait(self.deeds(source, |deeds| deeds.sockets), 1, Instant::now());
        let seat = if enough.is_zero() { self.sockets.sit(Who::Address(source), most) } else { None };
        match &seat {
            Some(_) => self.deeds(source, |deeds| {
                self.rates.sockets.take(&mut deeds.sockets, 1, Instant::now());
            }),
            None => self.met(source, "sockets"),
        }
        seat
    }

    /// Somebody wants to open a WebSocket. It counts until the answer is dropped.
    ///
    /// # Errors
    /// Where that is too much, or too many tries from there were refused.
    pub(crate) fn visit(&self, from: IpAddr) -> Result<Seat, Enough> {
        let Some(source) = Source::of(from) else { return Ok(Seat::default()) };
        self.hello(from)?;
        let now = Instant::now();
        let wait = self.rates.visits.wait(self.deeds(source, |deeds| deeds.visits), 1, now);
        if !wait.is_zero() {
            self.met(source, "handshakes");
            return Err(Enough(wait));
        }
        let most = self.limits.connections_per_address.get().into();
        let Some(seat) = self.visits.sit(Who::Address(source), most) else {
            self.met(source, "connections");
            return Err(Enough(MINUTE));
        };
        self.deeds(source, |deeds| self.rates.visits.take(&mut deeds.visits, 1, now));
        Ok(seat)
    }

    /// Somebody is about to say who they are.
    ///
    /// # Errors
    /// Where too many that came from there were refused.
    pub(crate) fn hello(&self, from: IpAddr) -> Result<(), Enough> {
        let Some(source) = Source::of(from) else { return Ok(()) };
        let used = self.deeds(source, |deeds| deeds.refusals);
        match self.rates.refusals.wait(used, 1, Instant::now()) {
            Duration::ZERO => Ok(()),
            wait => {
                self.met(source, "refusals");
                Err(Enough(wait))
            }
        }
    }

    /// What was said was refused.
    pub(crate) fn refused(&self, from: IpAddr) {
        let Some(source) = Source::of(from) else { return };
        self.deeds(source, |deeds| self.rates.refusals.take(&mut deeds.refusals, 1, Instant::now()));
    }

    /// A device was let in. It counts until the answer is dropped: what each of its connections holds in memory is bounded, and so
    /// has to be how many there are.
    ///
    /// # Errors
    /// Where it is here too often already.
    pub(crate) fn enter(&self, device: Pusher) -> Result<Seat, Enough> {
        let most = self.limits.connections_per_device.get().into();
        self.admitted.sit(Who::Device(device), most).ok_or_else(|| {
            meters::limited("device_connections");
            Enough(FREE_AGAIN)
        })
    }

    /// A device pushes so many changes, of so many bytes. Answers how long they have to wait until they are taken.
    ///
    /// # Errors
    /// Where they must not be taken: the device has used up what it has for a day. They count for nothing then.
    pub(crate) fn push(&self, pusher: Pusher, (changes, bytes): (u64, u64)) -> Result<Duration, Enough> {
        let now = Instant::now();
        let mut devices = lock(&self.devices);
        let pushed = devices.of(pusher, || Pushed::nothing(now));
        if !self.rates.bytes.wait(pushed.bytes, 1, now).is_zero() {
            let part = self.limits.bytes_per_day.get() / PART_OF_A_DAY;
            let wait = self.rates.bytes.wait(pushed.bytes, part.max(1), now);
            meters::limited("bytes");
            return Err(Enough(wait));
        }
        self.rates.bytes.take(&mut pushed.bytes, bytes, now);
        let wait = self.rates.changes.take(&mut pushed.changes, changes, now);
        if !wait.is_zero() {
            meters::limited("changes");
        }
        let work = self.rates.work.wait(pushed.work, 0, now);
        if !work.is_zero() {
            meters::limited("work");
        }
        Ok(wait.max(work))
    }

    /// Somebody begins to say who they are. What of it has come counts until the answer is dropped.
    pub(crate) fn unknown(&self) -> Seat {
        self.unread.add(Who::Unknown, 0)
    }

    /// A message of a device begins. What of it has come ([`Seat::grow`]) counts until the answer is dropped.
    pub(crate) fn unread(&self, device: Pusher) -> Seat {
        self.unread.add(Who::Device(device), 0)
    }

    /// A push of so many bytes was read of a device. It counts until the answer is dropped.
    pub(crate) fn hold(&self, device: Pusher, bytes: u64) -> Seat {
        self.held.add(Who::Device(device), bytes)
    }

    /// Whether more may be read of a device.
    pub(crate) fn has_room(&self, device: Pusher) -> bool {
        self.held.of(Who::Device(device)) < HELD_BYTES
    }

    /// Takes on a push of that weight (in operations): counts about how long it will take, so that pushes that wait on several
    /// connections are counted before they are done. It is under way until the answer is dropped.
    ///
    /// # Errors
    /// How long it has to wait instead, where its device has used up what it has, or has enough under way.
    pub(crate) fn take_on(&self, pusher: Pusher, weight: usize) -> Result<Seat, Duration> {
        let (who, weight) = (Who::Device(pusher), weight as u64);
        let before = self.under_way.of(who);
        if before > 0 && before + weight > UNDER_WAY {
            return Err(SOON);
        }
        let now = Instant::now();
        let mut devices = lock(&self.devices);
        let pushed = devices.of(pusher, || Pushed::nothing(now));
        let wait = self.rates.work.wait(pushed.work, 0, now);
        if !wait.is_zero() {
            meters::limited("work");
            return Err(wait);
        }
        self.rates.work.take(&mut pushed.work, microseconds(expected(weight)), now);
        Ok(self.under_way.add(who, weight))
    }

    fn worked(&self, pusher: Pusher, work: Duration) {
        let now = Instant::now();
        let mut devices = lock(&self.devices);
        let pushed = devices.of(pusher, || Pushed::nothing(now));
        self.rates.work.take(&mut pushed.work, microseconds(work), now);
    }

    /// How long a device has to wait until something is read for it; not at all, mostly.
    pub(crate) fn may_read(&self, device: Pusher) -> Duration {
        let now = Instant::now();
        let used = lock(&self.devices).of(device, || Pushed::nothing(now)).reading;
        let wait = self.rates.reading.wait(used, 0, now);
        if !wait.is_zero() {
            meters::limited("reading");
        }
        wait
    }

    /// So long something was read for a device.
    pub(crate) fn has_read(&self, device: Pusher, work: Duration) {
        let now = Instant::now();
        let mut devices = lock(&self.devices);
        let pushed = devices.of(device, || Pushed::nothing(now));
        self.rates.reading.take(&mut pushed.reading, microseconds(work), now);
    }

    /// Whether any work of a device's has been counted that has not passed yet.
    #[cfg(test)]
    pub(crate) fn has_worked(&self, pusher: Pusher) -> bool {
        let now = Instant::now();
        let pushed = *lock(&self.devices).of(pusher, || Pushed::nothing(now));
        !self.rates.work.wait(pushed.work, u64::MAX, now).is_zero()
    }

    fn deeds<T>(&self, source: Source, look: impl FnOnce(&mut Deeds) -> T) -> T {
        let now = Instant::now();
        let used = Used::nothing(now);
        let mut addresses = lock(&self.addresses);
        look(addresses.of(source, || Deeds { sockets: used, visits: used, refusals: used, told: None }))
    }

    /// Counts that an address met a limit, and says it to the operator now and then.
    fn met(&self, source: Source, limit: &'static str) {
        meters::limited(limit);
        let now = Instant::now();
        let again = self.deeds(source, |deeds| {
            let again = deeds.told.is_none_or(|told| now.saturating_duration_since(told) >= TOLD_AGAIN);
            deeds.told = if again { Some(now) } else { deeds.told };
            again
        });
        if again {
            tracing::warn!(address = %source.0, limit, "an address has met a limit");
        }
    }
}

/// Who is here now, and how often; or how much of theirs is.
#[derive(Debug, Default)]
struct Present(Mutex<HashMap<Who, u64>>);

impl Present {
    /// One more, unless there are as many as may be.
    fn sit(self: &Arc<Self>, who: Who, most: u64) -> Option<Seat> {
        let mut here = lock(&self.0);
        let count = here.entry(who).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat(Some((Arc::clone(self), who, 1))))
    }

    /// So much more, whatever there is.
    fn add(self: &Arc<Self>, who: Who, amount: u64) -> Seat {
        *lock(&self.0).entry(who).or_default() += amount;
        Seat(Some((Arc::clone(self), who, amount)))
    }

    /// So much less of what was added.
    fn less(&self, who: Who, amount: u64) {
        let mut here = lock(&self.0);
        if let Some(count) = here.get_mut(&who) {
            *count -= amount;
            if *count == 0 {
                here.remove(&who);
            }
        }
    }

    fn of(&self, who: Who) -> u64 {
        lock(&self.0).get(&who).copied().unwrap_or_default()
    }
}

/// Somebody who is here, or so much of theirs, for as long as this is kept; or what is not counted.
#[derive(Debug, Default)]
pub(crate) struct Seat(Option<(Arc<Present>, Who, u64)>);

impl Seat {
    /// So much more of theirs is here. Answers how much that is by this, and how much in all.
    pub(crate) fn grow(&mut self, by: u64) -> (u64, u64) {
        let Some((present, who, amount)) = &mut self.0 else { return (0, 0) };
        *amount += by;
        let mut here = lock(&present.0);
        let count = here.entry(*who).or_default();
        *count += by;
        (*amount, *count)
    }

    /// So much less of theirs is here.
    pub(crate) fn shrink(&mut self, by: u64) {
        let Some((present, who, amount)) = &mut self.0 else { return };
        let by = by.min(*amount);
        *amount -= by;
        present.less(*who, by);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some((present, who, amount)) = self.0.take() else { return };
        present.less(who, amount);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
