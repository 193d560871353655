//! Text with its insertions and deletions marked.
//!
//! Colour alone would leave out those who do not see it: an insertion is underlined as well, a deletion struck
//! through. The pieces usually come from the document's history; [`words`] compares two texts word by word.

use eframe::egui::{Label, Response, Stroke, TextFormat, TextStyle, Ui, text::LayoutJob};
use similar::{ChangeTag, TextDiff};

use super::tokens::Tokens;

/// What happened to a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stayed.
    Kept,
    /// It was put in.
    Inserted,
    /// It was taken out.
    Deleted,
}

/// A piece of text and what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What happened to it.
    pub fate: Fate,
    /// The text.
    pub text: String,
}

/// Compares two texts word by word. Changed words with nothing but blanks between them become one change, so that a
/// rewritten sentence reads as one sentence out and one in, not as words shuffled together.
#[must_use]
pub fn words(before: &str, after: &str) -> Vec<Piece> {
    let mut runs = Runs::default();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let text = change.value();
        match change.tag() {
            ChangeTag::Equal if text.trim().is_empty() => runs.blank.push_str(text),
            ChangeTag::Equal => runs.keep(text),
            ChangeTag::Delete => runs.change(text, ""),
            ChangeTag::Insert => runs.change("", text),
        }
    }
    runs.flush();
    runs.pieces
}

/// Gathers words into pieces.
#[derive(Default)]
struct Runs {
    pieces: Vec<Piece>,
    deleted: String,
    inserted: String,
    /// Blanks that were kept; whether they belong to a change depends on what follows.
    blank: String,
}

impl Runs {
    fn change(&mut self, deleted: &str, inserted: &str) {
        let blank = std::mem::take(&mut self.blank);
        if self.deleted.is_empty() && self.inserted.is_empty() {
            self.push(Fate::Kept, &blank);
        } else {
            self.deleted.push_str(&blank);
            self.inserted.push_str(&blank);
        }
        self.deleted.push_str(deleted);
        self.inserted.push_str(inserted);
    }

    fn keep(&mut self, text: &str) {
        self.flush();
        self.push(Fate::Kept, text);
    }

    fn flush(&mut self) {
        let (deleted, inserted) = (std::mem::take(&mut self.deleted), std::mem::take(&mut self.inserted));
        self.push(Fate::Deleted, &deleted);
        self.push(Fate::Inserted, &inserted);
        let blank = std::mem::take(&mut self.blank);
        self.push(Fate::Kept, &blank);
    }

    fn push(&mut self, fate: Fate, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.fate == fate => last.text.push_str(text),
            _ => self.pieces.push(Piece { fate, text: text.to_owned() }),
        }
    }
}

/// Shows the pieces as one text that wraps.
pub fn diff_text(ui: &mut Ui, pieces: &[Piece]) -> Response {
    let t = Tokens::of(ui);
    let plain =
        TextFormat { font_id: TextStyle::Body.resolve(ui.style()), color: t.text, ..TextFormat::default() };
    let mut job = LayoutJob::default();
    let mut before = Fate::Kept;
    for piece in pieces {
        let format = match piece.fate {
            Fate::Kept => plain.clone(),
            Fate::Inserted => TextFormat {
                color: t.insertion.fg,
                background: t.insertion.bg,
                underline: Stroke::new(1.0, t.insertion.fg),
                ..plain.clone()
            },
            Fate::Deleted => TextFormat {
                color: t.deletion.fg,
                background: t.deletion.bg,
                strikethrough: Stroke::new(1.0, t.deletion.fg),
                ..plain.clone()
            },
        };
        // A word out and a word in must not read as one.
        let gap = if before == Fate::Deleted && piece.fate == Fate::Inserted { 4.0 } else { 0.0 };
        job.append(&piece.text, gap, format);
        before = piece.fate;
    }
    ui.add(Label::new(job).wrap())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_came_and_went() {
        let pieces = words("Arenan tar 9 165 gäster", "Arenan tar över 9 500 gäster");
        let text = |fate| pieces.iter().filter(|p| p.fate == fate).map(|p| p.text.trim()).collect::<Vec<_>>();
        assert_eq!(text(Fate::Deleted), ["165"]);
        assert_eq!(text(Fate::Inserted), ["över", "500"]);
    }

    #[test]
    fn a_rewritten_sentence_is_one_change() {
        let pieces = words("Scenen är fast. Bra.", "Foajén rymmer utställare. Bra.");
        let fates: Vec<_> = pieces.iter().map(|piece| (piece.fate, piece.text.as_str())).collect();
        let (deleted, inserted) = ("Scenen är fast.", "Foajén rymmer utställare.");
        assert_eq!(fates, [(Fate::Deleted, deleted), (Fate::Inserted, inserted), (Fate::Kept, " Bra.")]);
    }

    #[test]
    fn both_texts_can_be_read_out_of_the_pieces() {
        let (before, after) = ("en två tre och sju åtta nio.", "en 2 tre  och 7 8 tio.\nSlut ");
        let pieces = words(before, after);
        let without =
            |fate| pieces.iter().filter(|p| p.fate != fate).map(|p| p.text.as_str()).collect::<String>();
        assert_eq!(without(Fate::Inserted), before);
        assert_eq!(without(Fate::Deleted), after);
    }
}
