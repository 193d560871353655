//! Search: what stands in records as it is typed first, then in other letters, then what is nearly the same.
//!
//! The three are one question each to the same index (see [`words`](super::words)). What is nearly the same is looked for only where
//! there is little else: for each word that is typed the words of the index that are nearest to it.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::words::{BESIDE, Nearness, Query, prefix_nearness};
use super::{Result, Store, record_id};
use crate::id::RecordId;
use crate::schema::KINDS;

/// A record that search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub id: RecordId,
    /// The name of its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
}

/// What search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The records in which all words stand, the best first: at most as many as were asked for.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: u64,
    /// Records in which words stand that are nearly these, the best first. None where there are enough of the others.
    pub near: Vec<Hit>,
}

/// Where fewer records than these are found, what is nearly the same is looked for, too.
const FEW: u64 = 3;

/// So many records that are nearly what was meant are shown at most.
const MOST_NEAR: usize = 10;

/// What stands behind all words that begin with a figure.
const BEHIND_NUMBERS: &str = ":";

/// So many words of the index are taken for each that is typed.
const WORDS: usize = 24;

impl Store {
    /// The records in which all these words stand (the last letters of each may be missing), the best first. `kinds`
    /// narrows it; all kinds that people make where it is empty.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn search(&self, text: &str, kinds: &[&str], most: usize) -> Result<Vec<Hit>> {
        match Query::read(text) {
            Some(query) => self.hits(&query, &Kinds::of(kinds), most),
            None => Ok(Vec::new()),
        }
    }

    /// The same, with how many there are in all, and what is nearly the same where there are few.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn find(&self, text: &str, kinds: &[&str], most: usize) -> Result<Found> {
        let Some(query) = Query::read(text) else { return Ok(Found::default()) };
        let kinds = Kinds::of(kinds);
        let hits = self.hits(&query, &kinds, most)?;
        let total = match hits.len() < most {
            true => hits.len() as u64,
            false => self.count_of(&query.loosely(), &kinds)?,
        };
        let near = match total < FEW {
            true => self.near(&query, &kinds, &hits)?,
            false => Vec::new(),
        };
        Ok(Found { hits, total, near })
    }

    /// What is asked of the index for a list in which few records have all that was typed: these, and what is nearly the same.
    pub(super) fn forgiving(&self, query: &Query) -> Result<Option<String>> {
        let mut nearest = Vec::new();
        for word in query.words() {
            nearest.push((word.to_owned(), self.nearest(word)?));
        }
        let is_any = nearest.iter().any(|(_, words)| !words.is_empty());
        let near = |word: &str| {
            let found = nearest.iter().find(|(known, _)| known == word);
            found.map(|(_, words)| words.clone()).unwrap_or_default()
        };
        Ok(is_any.then(|| query.forgiving(near)))
    }

    fn hits(&self, query: &Query, kinds: &Kinds, most: usize) -> Result<Vec<Hit>> {
        let mut hits = self.ranked(&query.exactly(), kinds, most)?;
        if hits.len() < most {
            let loosely = self.ranked(&query.loosely(), kinds, most)?;
            let known: HashSet<RecordId> = hits.iter().map(|hit| hit.id).collect();
            hits.extend(loosely.into_iter().filter(|hit| !known.contains(&hit.id)));
            hits.truncate(most);
        }
        Ok(hits)
    }

    fn near(&self, query: &Query, kinds: &Kinds, hits: &[Hit]) -> Result<Vec<Hit>> {
        let Some(forgiving) = self.forgiving(query)? else { return Ok(Vec::new()) };
        let mut near = self.ranked(&forgiving, kinds, MOST_NEAR + hits.len())?;
        near.retain(|hit| !hits.contains(hit));
        near.truncate(MOST_NEAR);
        Ok(near)
    }

    fn ranked(&self, question: &str, kinds: &Kinds, most: usize) -> Result<Vec<Hit>> {
        let sql = format!(
            "SELECT r.record, r.kind, r.title FROM search JOIN rows r ON r.rowid = search.rowid
             WHERE search MATCH ?1 AND {} ORDER BY bm25(search, 10.0, 1.0), r.sort_key LIMIT ?3",
            kinds.condition
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let hits = statement.query_map(params![question, kinds.names, most], |row| {
            Ok(Hit { id: record_id(row.get_ref(0)?)?, kind: row.get(1)?, title: row.get(2)? })
        })?;
        Ok(hits.collect::<rusqlite::Result<_>>()?)
    }

    fn count_of(&self, question: &str, kinds: &Kinds) -> Result<u64> {
        let sql = format!(
            "SELECT count(*) FROM search JOIN rows r ON r.rowid = search.rowid WHERE search MATCH ?1 AND {}",
            kinds.condition
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row(params![question, kinds.names], |row| row.get(0))?)
    }

    /// The words of the index that are nearest to one that is typed, without itself.
    fn nearest(&self, word: &str) -> Result<Vec<String>> {
        let typed: Vec<char> = word.chars().collect();
        let Some(first) = typed.first() else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        // Most slips are further on: only where there are none all words are looked at. Of numbers there are as many as of words, and one
        // that begins otherwise is another.
        for begin in [first.to_string(), format!("{BESIDE}{first}")] {
            let end = format!("{begin}{}", char::MAX);
            self.look_through((&begin, &end), &typed, &mut found)?;
        }
        if found.is_empty() && !typed.iter().any(char::is_ascii_digit) {
            self.look_through((BEHIND_NUMBERS, &char::MAX.to_string()), &typed, &mut found)?;
        }
        found.sort();
        let is_whole = found.iter().any(|(nearness, ..)| matches!(nearness, Nearness::Whole(_)));
        found.retain(|(nearness, ..)| !is_whole || matches!(nearness, Nearness::Whole(_)));
        Ok(found.into_iter().take(WORDS).map(|(_, _, word)| word).collect())
    }

    /// The words of the index between these that are near, with how seldom they are.
    fn look_through(
        &self,
        (begin, end): (&str, &str),
        typed: &[char],
        found: &mut Vec<(Nearness, std::cmp::Reverse<i64>, String)>,
    ) -> Result<()> {
        lay_out_words(&self.connection)?;
        let mut statement = self
            .connection
            .prepare_cached("SELECT term, doc FROM temp.vocabulary WHERE term >= ?1 AND term < ?2")?;
        let mut rows = statement.query(params![begin, end])?;
        while let Some(row) = rows.next()? {
            let term = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            let word = term.strip_prefix(BESIDE).unwrap_or(term);
            if let Some(nearness) = prefix_nearness(typed, word) {
                let often = row.get(1)?;
                found.push((nearness, std::cmp::Reverse(often), term.to_owned()));
            }
        }
        Ok(())
    }
}

/// Which kinds are looked through.
struct Kinds {
    condition: &'static str,
    /// Their names, as JSON.
    names: String,
}

impl Kinds {
    /// These; where it is none, all that people make, and those that a newer version made.
    fn of(kinds: &[&str]) -> Kinds {
        let (condition, names) = match kinds {
            [] => {
                let internal = KINDS.iter().filter(|kind| kind.internal).map(|kind| kind.name);
                ("r.kind NOT IN (SELECT value FROM json_each(?2))", internal.collect::<Vec<_>>())
            }
            kinds => ("r.kind IN (SELECT value FROM json_each(?2))", kinds.to_vec()),
        };
        Kinds { condition, names: serde_json::json!(names).to_string() }
    }
}
/// Lets the words of the index be listed, by a table in memory.
pub(super) fn lay_out_words(connection: &Connection) -> Result<()> {
    let create = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab (main, search, row)";
    connection.prepare_cached(create)?.execute([])?;
    Ok(())
}
