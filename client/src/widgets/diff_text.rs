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

/// Compares two texts word by word.
#[must_use]
pub fn words(before: &str, after: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Kept,
            ChangeTag::Insert => Fate::Inserted,
            ChangeTag::Delete => Fate::Deleted,
        };
        match pieces.last_mut() {
            Some(last) if last.fate == fate => last.text.push_str(change.value()),
            _ => pieces.push(Piece { fate, text: change.value().to_owned() }),
        }
    }
    pieces
}

/// Shows the pieces as one text that wraps.
pub fn diff_text(ui: &mut Ui, pieces: &[Piece]) -> Response {
    let t = Tokens::of(ui);
    let plain =
        TextFormat { font_id: TextStyle::Body.resolve(ui.style()), color: t.text, ..TextFormat::default() };
    let mut job = LayoutJob::default();
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
        job.append(&piece.text, 0.0, format);
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
    fn both_texts_can_be_read_out_of_the_pieces() {
        let (before, after) = ("en två tre", "en 2 tre fyra");
        let pieces = words(before, after);
        let without =
            |fate| pieces.iter().filter(|p| p.fate != fate).map(|p| p.text.as_str()).collect::<String>();
        assert_eq!(without(Fate::Inserted), before);
        assert_eq!(without(Fate::Deleted), after);
    }
}
