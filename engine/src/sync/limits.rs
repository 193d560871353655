//! How large anything may be. Each bound is checked before memory is set aside for what it bounds.

/// The longest frame on the wire, in bytes: a batch of the size of [`BATCH_BYTES`] that cannot be compressed, with the
/// largest change at its end, and its head.
pub const FRAME_BYTES: usize = 2 * 1024 * 1024;

/// The largest change, in bytes as it stands in a batch.
pub const CHANGE_BYTES: usize = 1024 * 1024;

/// The sender closes a batch once it holds so many bytes of changes, before compression.
pub const BATCH_BYTES: usize = 256 * 1024;

/// The sender closes a batch once it holds so many changes.
pub const BATCH_CHANGES: usize = 1_000;

/// The receiver takes no batch with more bytes than this, after decompression.
pub const INFLATED_BYTES: usize = BATCH_BYTES + CHANGE_BYTES + 128 * BATCH_CHANGES;

/// So many pushes may wait for their acknowledgement.
pub const PUSHES_IN_FLIGHT: usize = 4;

/// Words in a message (a reason, a program's name) are cut to so many bytes.
pub const WORDS_BYTES: usize = 500;

/// A client that has heard nothing for so long asks whether the relay is still there, in milliseconds.
pub const PING_AFTER: u64 = 5_000;

/// A client whose push has not been answered for so long asks, in milliseconds, if it has heard nothing else.
pub const PING_AFTER_PUSH: u64 = 2_000;

/// A link on which nothing comes for so long after a ping is dead, in milliseconds. The round trip of a 2G link is one to
/// three seconds when it is busy; beyond this nobody believes in it.
pub const ANSWER_WITHIN: u64 = 7_000;

/// The same before the welcome: a relay to which everybody comes back at once has work to do.
pub const WELCOME_WITHIN: u64 = 20_000;

/// The slowest link that is waited for, in bytes each second: 2G with a weak signal. A ping waits behind what was pushed.
pub const SLOWEST_LINK: u64 = 4 * 1024;

/// So many bytes of pushes may be under way in the network and in the system's buffers, unseen by the client, which
/// keeps its socket's buffer to this.
pub const UNDERWAY_BYTES: usize = 64 * 1024;

/// A comparison names so many records and heads in one message, before it leaves the rest to the next.
pub const COMPARED_NAMES: usize = 8_000;

/// A comparison has so many ranges in one message at most.
pub const COMPARED_RANGES: usize = 20_000;

/// A record that is compared has so many heads at most: no change can build on more (`document::gate::Limits`).
pub const HEADS: usize = 1_000;

/// A client asks for so many records at once.
pub const WANTED_RECORDS: usize = 500;

/// A client names so many changes that it has of a record it asks for.
pub const KNOWN_CHANGES: usize = 64;

/// So many are told to be here, or to be gone, in one message; the others with the next.
pub const PRESENT: usize = 500;

/// Who is here is told no more often than this, in milliseconds: who turns pages costs the others no more.
pub const PRESENCE_PAUSE: u64 = 1_000;

/// So many erasures are told in one welcome; the others in the next.
pub const ERASURES: usize = 10_000;

/// A bundle of whole records holds so many bytes at most, before compression; or one entry that is larger.
pub const RECORDS_BYTES: usize = 1024 * 1024;

/// What is waited for may take so long without anything of it coming, in milliseconds, however much the other side lives.
pub const PATIENCE: u64 = 120_000;

/// The same for whole records: a relay to which many come makes them ready in turn.
pub const RECORDS_PATIENCE: u64 = 300_000;

/// The same while a frame is on its way: the largest takes nearly as long on the slowest link.
pub const FRAME_PATIENCE: u64 = 600_000;

/// A part of what is waited for grants so many milliseconds more, and the time that its bytes take on the slowest link.
pub const GRANTED: u64 = 15_000;

/// A push that is told to wait for more seconds is not waited for: one comes again then.
pub const LONGEST_WAIT: u32 = 300;

/// What says nothing that is waited for (pongs, waits, who is here, answers to what was not asked) may come so often at once,
pub const TALK: u64 = 1_000;

/// and then so often in each second.
pub const TALK_EACH_SECOND: u64 = 10;

/// A welcome announces so many records at most.
pub const MOST_RECORDS: u64 = 10_000_000;

/// A welcome announces so many changes of the log at most.
pub const MOST_CHANGES: u64 = 1_000_000_000;

/// A record comes in so many messages at most.
pub const RECORD_PIECES: u32 = 10_000;

/// A comparison names so many records at most that are not here.
pub const MADE_UP_RECORDS: usize = 1_000_000;

/// So many rounds of a comparison may find nothing, one after the other: each goes down to a thirty-second part.
pub const EMPTY_ROUNDS: u32 = 32;

/// So many devices are known to be here at most.
pub const MOST_PRESENT: usize = 10_000;
