//! What goes on around the program that bears on its link: another network, or a computer that slept.
//!
//! Every two seconds this looks at the addresses of the computer's network interfaces and at the clock on the wall, and
//! compares them with the last look. No system has one way to be told of both; looking works the same on all of them, and
//! costs some microseconds (`docs/decisions/0008-noticing-the-network.md`). Whoever waits for the relay tries at once when
//! something has changed; whoever is connected asks whether the link still lives.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep_until};

/// The time between two looks.
const EVERY: Duration = Duration::from_secs(2);

/// If so much more has passed on the wall clock between two looks, the computer slept. Where the clock was set instead,
/// or the program was busy for so long, a try too many harms nobody.
const SLEPT: Duration = Duration::from_secs(10);

/// What one look shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkState {
    /// The computer's addresses by which others can be reached.
    pub addresses: BTreeSet<IpAddr>,
    /// The clock on the wall, which goes on while the computer sleeps.
    pub wall: SystemTime,
}

/// Where to look.
pub trait NetworkMonitor: Send {
    /// Looks.
    fn look(&mut self) -> NetworkState;
}

/// This computer.
#[derive(Debug)]
pub struct ThisComputer;

impl NetworkMonitor for ThisComputer {
    fn look(&mut self) -> NetworkState {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
            tracing::debug!(%error, "the network interfaces cannot be read");
            Vec::new()
        });
        let addresses = interfaces.iter().map(if_addrs::Interface::ip).filter(leads_somewhere).collect();
        NetworkState { addresses, wall: SystemTime::now() }
    }
}

/// Loopback and link-local addresses are there without any network, or come before there is one.
fn leads_somewhere(address: &IpAddr) -> bool {
    let local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !local && !address.is_loopback() && !address.is_unspecified()
}

/// What has changed between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The computer's addresses.
    Network,
    /// The computer slept.
    Awake,
}

/// Looks again and again.
pub(super) struct Watch {
    monitor: Box<dyn NetworkMonitor>,
    last: NetworkState,
    next: Instant,
}

impl Watch {
    /// Begins with a look.
    pub(super) fn new(mut monitor: Box<dyn NetworkMonitor>) -> Watch {
        let last = monitor.look();
        Watch { monitor, last, next: Instant::now() + EVERY }
    }

    /// Waits for a change. May be dropped at any moment and called again.
    pub(super) async fn change(&mut self) -> Change {
        loop {
            sleep_until(self.next).await;
            self.next = Instant::now() + EVERY;
            let state = self.monitor.look();
            let before = std::mem::replace(&mut self.last, state);
            if let Some(change) = compare(&before, &self.last) {
                tracing::debug!(?change, "the network has changed");
                return change;
            }
        }
    }
}

fn compare(before: &NetworkState, now: &NetworkState) -> Option<Change> {
    let passed = now.wall.duration_since(before.wall).unwrap_or_default();
    if passed > EVERY + SLEPT {
        return Some(Change::Awake);
    }
    (before.addresses != now.addresses).then_some(Change::Network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(addresses: &[&str], seconds: u64) -> NetworkState {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        NetworkState { addresses, wall: SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) }
    }

    #[test]
    fn another_network_and_a_sleep_are_changes_and_time_is_not() {
        let home = state(&["192.168.1.7"], 1_000);
        assert_eq!(compare(&home, &state(&["192.168.1.7"], 1_002)), None);
        assert_eq!(compare(&home, &state(&["10.0.0.3"], 1_002)), Some(Change::Network));
        assert_eq!(compare(&home, &state(&[], 1_002)), Some(Change::Network));
        assert_eq!(compare(&home, &state(&["192.168.1.7"], 4_600)), Some(Change::Awake));
        assert_eq!(compare(&home, &state(&["192.168.1.7"], 10)), None, "a clock that was set back");
    }

    #[test]
    fn addresses_that_lead_nowhere_do_not_count() {
        let leads = |address: &str| leads_somewhere(&address.parse().unwrap());
        for address in ["127.0.0.1", "::1", "fe80::1", "169.254.3.4", "0.0.0.0"] {
            assert!(!leads(address), "{address}");
        }
        for address in ["192.168.1.7", "10.0.0.3", "2001:db8::7", "fd00::3"] {
            assert!(leads(address), "{address}");
        }
    }

    #[test]
    fn this_computer_can_be_looked_at() {
        let state = ThisComputer.look();
        assert!(state.addresses.iter().all(leads_somewhere), "{state:?}");
        assert!(state.wall > SystemTime::UNIX_EPOCH);
    }
}
