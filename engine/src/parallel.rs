//! The same work for each of many things, on all of the machine's cores.
//!
//! The engine has no threads of its own: these end before the call does. Whoever calls sees a loop that is over sooner.

use std::collections::BTreeMap;
use std::iter::Enumerate;
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{thread, vec};

/// Fewer things than these are not worth a thread (some 50 µs, against some 500 µs for a document through the gate).
const FEW: usize = 8;

/// No more threads than these, on however large a machine: there is other work, too.
const MOST: usize = 8;

/// How much of the work is left, as one part of so many, when what is done begins to be used.
const LEFT: usize = 4;

/// Does the work for each thing. The answers are in the order of the things.
///
/// `work` must not draw from [`crate::random`]: which thread does what is chance. If it panics, so does this, after the
/// other threads have ended.
pub fn each<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    ahead(things, work, |answers| answers.collect())
}

/// Does the work for each thing as [`each`] does, and has the answers used, in order and on this thread, while the last
/// quarter is still being worked on: for what can be used by one thread only, and takes less time than the work.
///
/// What `using` does not take is perhaps not worked on.
pub fn ahead<T: Send, R: Send, A>(
    things: Vec<T>,
    work: impl Fn(T) -> R + Sync,
    using: impl FnOnce(&mut dyn Iterator<Item = R>) -> A,
) -> A {
    let threads = cores().min(MOST).min(things.len() / FEW);
    if threads < 2 {
        let answers: Vec<R> = things.into_iter().map(work).collect();
        return using(&mut answers.into_iter());
    }
    let work = Shared::new(things, work);
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 1..threads {
            let (sender, work) = (sender.clone(), &work);
            scope.spawn(move || {
                while let Some(answer) = work.one() {
                    // Nobody wants it any more where it cannot be sent.
                    if sender.send(answer).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut answers = Answers { work: &work, receiver, here: BTreeMap::new(), next: 0 };
        answers.help();
        using(&mut answers)
    })
}

/// How many cores there are. Asked once: the answer is in files of the system's, and takes as long as a change at the gate.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Work that several threads take from: thing by thing, for some are a hundred times the work of others.
struct Shared<T, W> {
    queue: Mutex<Enumerate<vec::IntoIter<T>>>,
    count: usize,
    work: W,
}

impl<T, R, W: Fn(T) -> R> Shared<T, W> {
    fn new(things: Vec<T>, work: W) -> Self {
        Shared { count: things.len(), queue: Mutex::new(things.into_iter().enumerate()), work }
    }

    /// Does the work for the next thing that nobody has taken.
    fn one(&self) -> Option<(usize, R)> {
        let (place, thing) = self.queue.lock().unwrap_or_else(PoisonError::into_inner).next()?;
        Some((place, (self.work)(thing)))
    }

    /// How many things nobody has taken.
    fn left(&self) -> usize {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Nothing more is taken.
    fn stop(&self) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.by_ref().for_each(drop);
    }
}

/// The answers in the order of the things.
struct Answers<'a, T, R, W: Fn(T) -> R> {
    work: &'a Shared<T, W>,
    receiver: Receiver<(usize, R)>,
    /// Those that came before their turn.
    here: BTreeMap<usize, R>,
    next: usize,
}

impl<T, R, W: Fn(T) -> R> Answers<'_, T, R, W> {
    /// Works, until little enough is left for the others.
    fn help(&mut self) {
        while self.work.left() > self.work.count / LEFT {
            self.here.extend(self.work.one());
        }
    }
}

impl<T, R, W: Fn(T) -> R> Iterator for Answers<'_, T, R, W> {
    type Item = R;

    fn next(&mut self) -> Option<R> {
        while self.next < self.work.count {
            self.here.extend(self.receiver.try_iter());
            if let Some(answer) = self.here.remove(&self.next) {
                self.next += 1;
                return Some(answer);
            }
            let more = match self.work.one() {
                Some(mine) => mine,
                // All is taken: the one that is next is being worked on. Where nobody is, it has panicked over it, and so
                // does the scope that they all work in.
                None => self.receiver.recv().ok()?,
            };
            self.here.extend([more]);
        }
        None
    }
}

impl<T, R, W: Fn(T) -> R> Drop for Answers<'_, T, R, W> {
    fn drop(&mut self) {
        self.work.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_things() {
        for count in [0, 1, 7, 8, 16, 1_000] {
            let doubled = each((0..count).collect(), |number| number * 2);
            assert_eq!(doubled, (0..count).map(|number| number * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn they_are_used_in_that_order_while_others_are_worked_on() {
        for count in [0, 1, 7, 8, 16, 1_000] {
            let slow = |number: usize| {
                if number.is_multiple_of(5) {
                    thread::yield_now();
                }
                number * 2
            };
            let used = ahead((0..count).collect(), slow, |answers| answers.collect::<Vec<_>>());
            assert_eq!(used, (0..count).map(|number| number * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn who_wants_no_more_of_them_is_not_kept_waiting() {
        let first = ahead((0..1_000).collect(), |number| number, |answers| answers.take(3).sum::<usize>());
        assert_eq!(first, 3);
        let number = |number: usize| number;
        let found = ahead((0..1_000).collect(), number, |answers| answers.nth(500));
        assert_eq!(found, Some(500));
    }

    #[test]
    fn a_panic_in_one_is_a_panic_of_all() {
        let work = |number| assert_ne!(number, 77, "as the test wants it");
        let quiet = std::panic::catch_unwind(|| each((0..100).collect(), work));
        assert!(quiet.is_err());
    }
}
