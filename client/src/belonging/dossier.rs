//! Everything that is known about one person, for that person to read: what they may ask for (GDPR, article 15).

use std::io::Write as _;
use std::path::{Path, PathBuf};

use samsyn_engine::exchange::{ExchangeError, record_to_json};
use samsyn_engine::files::{Existing, Output, OutputError, with_ending};
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::store::{Hit, Unfinished};
use samsyn_engine::text::{in_json, in_lines, one_line};
use serde_json::{Value as Json, json};

use super::erasing::{Referrer, referrers};
use crate::told::{Words, history_to_json};

/// So many records in which the name stands are looked at.
const MENTIONS: usize = 1_000;

/// Everything that is known about one person.
pub struct Dossier<'a> {
    words: Words<'a>,
    id: RecordId,
    referrers: Vec<Referrer>,
    mentions: Vec<Hit>,
    unfinished: Vec<Unfinished>,
}

impl std::fmt::Debug for Dossier<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dossier").field("record", &self.id).finish_non_exhaustive()
    }
}

const WHAT: Caption = Caption::new("Det här finns sparat om personen:", "What is kept about this person:");
const UNFINISHED: Caption = Caption::new(
    "Påbörjat på den här datorn, inte sparat i posten än:",
    "Begun on this computer, not saved in the record yet:",
);
const HISTORY: Caption = Caption::new("Vem som har skrivit vad, och när:", "Who wrote what, and when:");
const REFERRERS: Caption =
    Caption::new("Poster som hänvisar till personen:", "Records that refer to this person:");
const MENTIONED: Caption =
    Caption::new("Andra poster där namnet förekommer:", "Other records in which the name appears:");
const NOT_HERE: Caption = Caption::new(
    "Arbete som inte har nått reläet från andras datorer, utskrifter och exporterade filer är inte med.",
    "Work that has not reached the relay from other people's computers, prints and exported files are not in this.",
);

impl<'a> Dossier<'a> {
    /// Gathers it.
    ///
    /// # Errors
    /// Where there is no such record, or the file cannot be read.
    pub fn of(replica: &'a Replica, id: RecordId, language: Language) -> Result<Dossier<'a>, ReplicaError> {
        let mut unfinished = replica.store().unfinished()?;
        unfinished.retain(|one| one.record == id);
        Ok(Dossier {
            unfinished,
            words: Words::in_language(replica, language)?,
            id,
            referrers: referrers(replica, id)?,
            mentions: mentions(replica, id)?,
        })
    }

    /// For the person to read.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn to_text(&self) -> Result<String, ReplicaError> {
        let words = &self.words;
        let heading = |caption: Caption| format!("\n{}", caption.get(words.language));
        let document = words.replica.document(self.id)?;
        let record = document.read();
        let mut lines = vec![record.title(), heading(WHAT)];
        lines.extend(words.record(&record));
        if !self.unfinished.is_empty() {
            lines.push(heading(UNFINISHED));
            lines.extend(self.unfinished.iter().map(|one| format!("  {}: {}", one.path, one.text)));
        }
        lines.push(heading(HISTORY));
        for entry in document.history() {
            let why = entry.why.as_ref().map_or(String::new(), |why| format!(": {}", one_line(why)));
            lines.push(format!("  {}{why}", words.stamp(&entry.stamp)));
            let then = document.read_at(&[entry.stamp.change]);
            let differences = document.differences_of(&entry);
            lines.extend(differences.iter().map(|one| format!("    {}", words.difference(&then, one))));
        }
        lines.push(heading(REFERRERS));
        lines.extend(self.referrers.iter().map(|one| format!("  {} ({})", one.title, one.field)));
        lines.push(heading(MENTIONED));
        let kind = |hit: &Hit| kind_words(&hit.kind, words.language);
        lines.extend(self.mentions.iter().map(|hit| format!("  {} ({})", hit.title, kind(hit))));
        lines.push(heading(NOT_HERE));
        Ok(lines.join("\n"))
    }

    /// For programs.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn to_json(&self) -> Result<Json, ReplicaError> {
        let referrer = |one: &Referrer| json!({"record": one.id, "title": one.title, "field": one.field});
        let mention = |hit: &Hit| json!({"record": hit.id, "kind": hit.kind, "title": hit.title});
        let unfinished = |one: &Unfinished| json!({"field": one.path.to_string(), "text": one.text});
        Ok(json!({
            "half_typed": self.unfinished.iter().map(unfinished).collect::<Vec<_>>(),
            "record": record_to_json(&self.words.replica.record(self.id)?),
            "history": history_to_json(&self.words, self.id)?,
            "referred_to_by": self.referrers.iter().map(referrer).collect::<Vec<_>>(),
            "name_stands_in": self.mentions.iter().map(mention).collect::<Vec<_>>(),
        }))
    }

    /// Writes both beside each other, as `NAME.txt` and `NAME.json`. Answers where. Nobody else on this computer can read them.
    ///
    /// # Errors
    /// Where the replica cannot be read or a file cannot be written; then there is neither, or what was there before.
    pub fn write(&self, text: &Path, existing: Existing) -> Result<[PathBuf; 2], ExchangeError> {
        // "there/" would become two hidden files in that folder.
        let is_folder =
            text.as_os_str().as_encoded_bytes().last().is_some_and(|last| *last == b'/' || *last == b'\\');
        if is_folder || text.file_name().is_none() {
            return Err(OutputError::IsAFolder(text.to_owned()).into());
        }
        if text.exists() && !text.is_file() && !text.is_dir() {
            return Err(OutputError::NotAFile(text.to_owned()).into());
        }
        // The name may have a point in it.
        let named = text.extension().is_some_and(|ending| ending == "txt" || ending == "json");
        let stem = if named { text.with_extension("") } else { text.to_owned() };
        let paths = [".txt", ".json"].map(|ending| with_ending(&stem, ending));
        let contents = [
            in_lines(&self.to_text()?).into_owned() + "\n",
            in_json(&format!("{:#}\n", self.to_json()?)).into_owned(),
        ];
        let begin = |path| Output::begin(path, Some(self.words.replica.store().path()), existing);
        let mut outputs = [begin(&paths[0])?, begin(&paths[1])?];
        for (output, content) in outputs.iter_mut().zip(contents) {
            output.write_all(content.as_bytes()).map_err(|error| output.failed(error))?;
            // Both are on the disk before either has its name: what can fail fails here.
            output.sync()?;
        }
        let [first, second] = outputs;
        first.finish()?;
        second.finish().inspect_err(|_| {
            // Half of it is none, but for where there was a whole one before: then the new text stands beside what was there.
            if existing == Existing::Keep {
                let _ = std::fs::remove_file(&paths[0]);
            }
        })?;
        Ok(paths)
    }
}

fn kind_words(kind: &str, language: Language) -> String {
    samsyn_engine::schema::kind(kind).map_or(kind.to_owned(), |kind| kind.caption.get(language).to_owned())
}

/// The other records in which all words of the person's name stand: in notes, say.
fn mentions(replica: &Replica, id: RecordId) -> Result<Vec<Hit>, ReplicaError> {
    let name = replica.record(id)?.title();
    if name.trim().is_empty() {
        return Ok(Vec::new());
    }
    let hits = replica.store().search(&name, &[], MENTIONS)?;
    Ok(hits.into_iter().filter(|hit| hit.id != id).collect())
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::WorkspaceId;
    use samsyn_engine::schema::kinds::CONTACT;
    use samsyn_engine::schema::{FieldPath, NewRecord};
    use samsyn_engine::store::NewReplica;

    use super::*;

    #[test]
    fn what_is_half_typed_about_the_person_and_nobody_else_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let new =
            NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".to_owned(), relay: None };
        let mut replica = Replica::create(&folder.path().join("a.samsyn"), &new, "Åsa").unwrap();
        let people = [(); 2].map(|()| NewRecord::new(&CONTACT));
        for (person, text) in people.iter().zip(["2026-1", "nästa år"]) {
            replica.create_record(person).unwrap();
            let path = FieldPath::field("review_by");
            let (kind, part) = ("contact".to_owned(), "whole".to_owned());
            let (base, text) = (String::new(), text.to_owned());
            let typed = Unfinished { record: person.id, kind, path, part, base, text, begun: false };
            replica.keep_unfinished(&typed).unwrap();
        }
        let dossier = Dossier::of(&replica, people[0].id, Language::English).unwrap();
        let read = dossier.to_text().unwrap();
        assert!(read.contains("review_by: 2026-1") && !read.contains("nästa"), "{read}");
        let known = dossier.to_json().unwrap();
        assert_eq!(known["half_typed"], json!([{"field": "review_by", "text": "2026-1"}]));
    }
}
