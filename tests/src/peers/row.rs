//! What was measured, as rows of a table.

use serde::{Deserialize, Serialize};

/// One measurement. What does not apply, or could not be measured, is empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    /// What was done.
    pub(super) case: String,
    /// By whom: `samsyn`, `automerge-sync`, `samod`, or what it is compared with.
    pub(super) system: String,
    /// How many documents there were.
    pub(super) documents: u64,
    /// How many of them had changed.
    pub(super) changed: u64,
    /// Bytes from the client.
    pub(super) bytes_up: Option<u64>,
    /// Bytes to the client.
    pub(super) bytes_down: Option<u64>,
    /// Messages both ways.
    pub(super) messages: Option<u64>,
    /// How often one side had to wait for the other before it could go on.
    pub(super) round_trips: Option<u64>,
    /// How long it took.
    pub(super) seconds: Option<f64>,
    /// The most memory that the process had, in bytes; both sides are in it, where nothing else is said.
    pub(super) peak_rss: Option<u64>,
    /// What else was found, in words and numbers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) note: String,
}

/// Prints rows as a table in Markdown, so that it can be put into the book as it is.
pub(super) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        "| case | system | documents | changed | bytes up | bytes down | messages | round trips | seconds | peak memory | |"
            .to_owned(),
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |".to_owned(),
    ];
    for row in rows {
        let number = |number: Option<u64>| number.map_or_else(String::new, grouped);
        let seconds = row.seconds.map_or_else(String::new, |seconds| format!("{seconds:.2}"));
        let memory = row.peak_rss.map_or_else(String::new, |bytes| format!("{} MB", bytes / 1_000_000));
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {seconds} | {memory} | {} |",
            row.case,
            row.system,
            grouped(row.documents),
            grouped(row.changed),
            number(row.bytes_up),
            number(row.bytes_down),
            number(row.messages),
            number(row.round_trips),
            row.note
        ));
    }
    lines.join("\n")
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let tail = tail.as_bytes().chunks(3).map(|three| String::from_utf8_lossy(three).into_owned());
    let parts: Vec<_> =
        std::iter::once(head.to_owned()).filter(|head| !head.is_empty()).chain(tail).collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        assert_eq!([0, 12, 123, 1_234, 1_234_567].map(grouped), ["0", "12", "123", "1,234", "1,234,567"]);
    }
}
