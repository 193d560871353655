//! Who is connected to a workspace, and what each has open.
//!
//! ```text
//!  connection ──takes a seat──▶ Room ──generation moved──▶ every other connection ──▶ what is another than it was told
//!             ──opens a record─▶                            (not more than once a second)
//! ```
//!
//! It lives in memory alone: nothing of it reaches a file or a log line. A seat is left when its connection ends, however it
//! ends. Who is slow to hear is told the newest when it does, so nothing waits for anybody; and each connection is told only
//! what is another than it was told before.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::limits::PRESENT;
use samsyn_engine::sync::{Here, Presence};
use tokio::sync::watch;

/// Who is here: devices, and what is open at each.
type Open = BTreeMap<DeviceId, Option<RecordId>>;

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    taken: BTreeMap<(DeviceId, u64), Option<RecordId>>,
}

/// Everybody who is connected to one workspace and wants to be seen.
#[derive(Debug)]
pub(crate) struct Room {
    seats: Mutex<Seats>,
    generation: watch::Sender<u64>,
}

impl Default for Room {
    fn default() -> Self {
        Room { seats: Mutex::default(), generation: watch::channel(0).0 }
    }
}

impl Room {
    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moved(&self) {
        self.generation.send_modify(|generation| *generation += 1);
    }

    /// Takes a seat, with nothing open.
    pub(crate) fn enter(self: &Arc<Self>, device: DeviceId) -> Seat {
        let mut seats = self.lock();
        let number = seats.next;
        seats.next += 1;
        seats.taken.insert((device, number), None);
        drop(seats);
        self.moved();
        Seat { room: Arc::clone(self), place: (device, number) }
    }

    /// One entry for each device: a window and a command line on the same computer are one. The record is the one that is
    /// open on its newest connection that has one.
    fn open(&self) -> Open {
        let mut open = Open::new();
        for ((device, _), record) in &self.lock().taken {
            let here = open.entry(*device).or_default();
            *here = record.or(*here);
        }
        open
    }
}

/// Somebody's seat. Left when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    room: Arc<Room>,
    place: (DeviceId, u64),
}

impl Seat {
    /// Something else is open there.
    pub(crate) fn open(&self, record: Option<RecordId>) {
        let before = self.room.lock().taken.insert(self.place, record);
        if before != Some(record) {
            self.room.moved();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.lock().taken.remove(&self.place);
        self.room.moved();
    }
}

/// What one connection was told of who is here.
#[derive(Debug)]
pub(crate) struct Told {
    room: Arc<Room>,
    generation: watch::Receiver<u64>,
    seen: u64,
    device: DeviceId,
    told: Open,
}

impl Told {
    /// A connection of that device, that was told nothing yet. It is not told of itself.
    pub(crate) fn nothing(room: &Arc<Room>, device: DeviceId) -> Told {
        let generation = room.generation.subscribe();
        Told { room: Arc::clone(room), generation, seen: 0, device, told: Open::new() }
    }

    /// Waits until something may be another than was told. May be dropped and called again.
    pub(crate) async fn outdated(&mut self) {
        // The room is ours, too: it is there as long as we ask.
        let seen = self.seen;
        let _ = self.generation.wait_for(|generation| *generation != seen).await;
    }

    /// What is to be told now; none where it is just what was told.
    pub(crate) fn news(&mut self) -> Option<Presence> {
        let seen = *self.generation.borrow_and_update();
        let mut open = self.room.open();
        open.remove(&self.device);
        let fresh = open.iter().filter(|(device, record)| self.told.get(*device) != Some(*record));
        let here: Vec<Here> =
            fresh.take(PRESENT).map(|(device, open)| Here { device: *device, open: *open }).collect();
        let left = self.told.keys().filter(|device| !open.contains_key(*device));
        let gone: Vec<DeviceId> = left.take(PRESENT).copied().collect();
        self.told.retain(|device, _| !gone.contains(device));
        self.told.extend(here.iter().map(|here| (here.device, here.open)));
        // Where not all had room in one message, the rest comes with the next.
        if self.told == open {
            self.seen = seen;
        }
        (!here.is_empty() || !gone.is_empty()).then_some(Presence { here, gone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(number: u8) -> DeviceId {
        DeviceId::from_bytes([number; 16])
    }

    fn record(number: u8) -> Option<RecordId> {
        Some(RecordId::from_bytes([number; 16]))
    }

    fn here(number: u8, open: Option<RecordId>) -> Here {
        Here { device: device(number), open }
    }

    #[test]
    fn each_is_told_what_is_another_than_before_and_never_of_itself() {
        let room = Arc::<Room>::default();
        let (one, mut told) = (room.enter(device(1)), Told::nothing(&room, device(2)));
        let two = room.enter(device(2));
        assert_eq!(told.news(), Some(Presence { here: vec![here(1, None)], gone: vec![] }));
        assert_eq!(told.news(), None);
        two.open(record(8));
        assert_eq!(told.news(), None, "what it opens itself it knows");
        // However many pages were turned in between, the last one counts.
        (0..100).for_each(|number| one.open(record(number)));
        assert_eq!(told.news(), Some(Presence { here: vec![here(1, record(99))], gone: vec![] }));
        drop(one);
        assert_eq!(told.news(), Some(Presence { here: vec![], gone: vec![device(1)] }));
    }

    #[test]
    fn two_connections_of_one_device_are_one_and_go_with_the_last() {
        let room = Arc::<Room>::default();
        let mut told = Told::nothing(&room, device(2));
        let (window, command) = (room.enter(device(1)), room.enter(device(1)));
        window.open(record(7));
        assert_eq!(told.news().unwrap().here, [here(1, record(7))]);
        drop(command);
        assert_eq!(told.news(), None, "it does not flicker");
        drop(window);
        assert_eq!(told.news().unwrap().gone, [device(1)]);
    }

    #[test]
    fn a_crowd_is_told_in_several_messages() {
        let room = Arc::<Room>::default();
        let seats: Vec<_> = (0..PRESENT + 3).map(|_| room.enter(DeviceId::random())).collect();
        let mut told = Told::nothing(&room, device(1));
        assert_eq!(told.news().unwrap().here.len(), PRESENT);
        assert_eq!(told.news().unwrap().here.len(), 3);
        assert_eq!(told.news(), None);
        drop(seats);
        assert_eq!(told.news().unwrap().gone.len(), PRESENT);
    }
}
