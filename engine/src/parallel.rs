//! The same work for each of many things, on all of the machine's cores.
//!
//! The engine has no threads of its own: these end before the call does. Whoever calls sees a loop that is over sooner.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Fewer things than these are not worth a thread (some 50 µs, against some 500 µs for a document through the gate).
const FEW: usize = 8;

/// No more threads than these, on however large a machine: there is other work, too.
const MOST: usize = 8;

/// Does the work for each thing. The answers are in the order of the things.
///
/// `work` must not draw from [`crate::random`]: which thread does what is chance. If it panics, so does this, after the
/// other threads have ended.
pub fn each<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST).min(things.len() / FEW);
    if threads < 2 {
        return things.into_iter().map(work).collect();
    }
    let count = things.len();
    // Taken one by one: some things are a hundred times the work of others.
    let queue = Mutex::new(things.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let body = || std::iter::from_fn(next).map(|(place, thing)| (place, work(thing))).collect::<Vec<_>>();
    let mut done = Vec::with_capacity(count);
    thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(body)).collect();
        done.extend(body());
        for helper in helpers {
            match helper.join() {
                Ok(some) => done.extend(some),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, answer)| answer).collect()
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
    fn a_panic_in_one_is_a_panic_of_all() {
        let work = |number| assert_ne!(number, 77, "as the test wants it");
        let quiet = std::panic::catch_unwind(|| each((0..100).collect(), work));
        assert!(quiet.is_err());
    }
}
