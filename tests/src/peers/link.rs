//! A link between two sides: how long bytes take over it.
//!
//! A byte stream as TCP gives one: what is sent arrives in order, after the latency and what the bandwidth asks for; a
//! segment that is lost holds up all behind it until it was sent again, one round trip later. Lost segments are drawn from
//! a seed. The same model for all systems: those that run in lock step add up what it says, those with threads of their own
//! are made to wait for so long.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// 10 Mbit/s, in bytes a second: a train's Wi-Fi on a good day.
const BANDWIDTH: f64 = 1_250_000.0;
/// What fits into one segment of TCP over Ethernet, in bytes.
const SEGMENT: usize = 1_448;

/// A link.
#[derive(Debug)]
pub(super) struct Link {
    latency: Duration,
    loss: f64,
    dice: StdRng,
}

/// The links that cases run over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    /// None: both sides in one process.
    None,
    /// 50 ms each way.
    Near,
    /// 300 ms each way.
    Far,
    /// 50 ms each way, and one in twenty segments is lost.
    Lossy,
}

impl Weather {
    /// All of them.
    pub(super) const ALL: [Weather; 4] = [Weather::None, Weather::Near, Weather::Far, Weather::Lossy];

    /// As it stands in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Weather::None => "no link",
            Weather::Near => "50 ms",
            Weather::Far => "300 ms",
            Weather::Lossy => "50 ms, 5 % loss",
        }
    }

    /// The link; none where both sides are in one process.
    pub(super) fn link(self) -> Option<Link> {
        let (latency, loss) = match self {
            Weather::None => return None,
            Weather::Near => (50, 0.0),
            Weather::Far => (300, 0.0),
            Weather::Lossy => (50, 0.05),
        };
        Some(Link { latency: Duration::from_millis(latency), loss, dice: StdRng::seed_from_u64(7) })
    }
}

impl Link {
    /// How long the bytes themselves take: what they hold up whatever comes behind them.
    pub(super) fn busy(&mut self, bytes: usize) -> Duration {
        let lost = (0..bytes.div_ceil(SEGMENT)).filter(|_| self.dice.random_bool(self.loss)).count();
        let again = 2 * self.latency * u32::try_from(lost).unwrap_or(u32::MAX);
        Duration::from_secs_f64(bytes as f64 / BANDWIDTH) + again
    }

    /// From one end to the other, in one direction.
    pub(super) fn latency(&self) -> Duration {
        self.latency
    }

    /// How long bytes take that are sent at once, until the last of them is there. None take no time: nobody waits for them.
    pub(super) fn one_way(&mut self, bytes: usize) -> Duration {
        if bytes == 0 { Duration::ZERO } else { self.latency + self.busy(bytes) }
    }
}
