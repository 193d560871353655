//! The keys of the window, each once: what the help shows and `docs/keys.md` says is made from here.
//!
//! ```text
//!  Command::shortcut ─┐
//!  ReviewKey ─────────┼──▶ table ──▶ the dialog (F1), docs/keys.md
//!  what widgets hear ─┘
//! ```
//!
//! How the keyboard goes is the same on every page:
//! - Whoever comes to a page is in its list: the arrows move, Enter goes into what is chosen, to its first field.
//! - Esc steps out of what is innermost: it closes what is open over the page, takes back what is being typed, leaves the record for its
//!   row in the list, and closes the record.
//! - What goes gives the keyboard back: a drop-down to its field, a dialog to the button that opened it, a removed row to the next.
//! - A question has the keyboard on the answer that most give, or, where something would be lost, on the one that does no harm.
//! - Keys that come faster than the window is drawn wait for what they are meant for ([`crate::widgets`]).
//! - Tab follows the reading: a field before the buttons behind it.
//! - Single letters are heard by Review alone, and never while somebody types. No key is used that waits for a second one (´ ¨ ^ ~ `), and none
//!   that some keyboards have only together with others.

use eframe::egui::{Context, Key, KeyboardShortcut, Label, RichText, Ui};
use samsyn_engine::schema::{Caption, Language};

use super::Command;
use super::texts::{self, texts};
use crate::widgets::dialog::Dialog;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, space};

texts! {
    KEYS: "Kortkommandon", "Keys";
    EVERYWHERE: "Överallt", "Everywhere";
    LISTS: "I en lista", "In a list";
    FORMS: "I en post", "In a record";
    OVER: "I listrutor, sökrutor och kalendrar", "In drop-downs, pickers and calendars";
    TIMELINE: "I tidslinjen", "In the timeline";
    MOVE_TASK: "Flytta uppgiften en dag", "Move the task by a day";
    MOVE_END: "Flytta uppgiftens slut en dag", "Move the task's end by a day";
    OPEN_TASK: "Öppna uppgiften i formuläret", "Open the task in the form";
    REVIEW: "I granskningen", "In review";
    TEXT_SIZE: "Större, mindre och vanlig text", "Larger, smaller and usual text";
    TAB: "Till nästa eller föregående fält eller knapp", "To the next and the previous field or button";
    OUT: "Ett steg ut: stänger det som är öppet, ångrar det som skrivs, går till listan, stänger posten", "One step out: closes what is open, takes back what is being typed, goes to the list, closes the record";
    PRESS: "Tryck på knappen, öppna listrutan, fäll ut raden", "Press the button, open the drop-down, unfold the row";
    MOVE: "Gå upp och ner i listan", "Move in the list";
    ENTER_RECORD: "Gå in i posten, till dess första fält", "Go into the record, to its first field";
    EXTEND: "Markera flera", "Select several";
    SELECT_ALL: "Markera alla", "Select all";
    FROM_SEARCH: "Från sökfältet till det som hittades", "From the search field to what was found";
    KEEP_LINE: "Spara fältet", "Save the field";
    KEEP_PROSE: "Spara en längre text", "Save a longer text";
    CHOOSE: "Välj", "Choose";
    CALENDAR_MONTH: "Byt månad i kalendern, med Skift år", "Month and, with Shift, year in the calendar";
    QUEUE: "Nästa och föregående i kön", "Next and previous in the queue";
    OPEN_RECORD: "Öppna posten", "Open the record";
    CHOOSE_VALUE: "Välj det värdet vid en motsägelse", "Choose that value where something contradicts";
    REVIEWED: "Granskad, vidare till nästa", "Reviewed, and on to the next";
    NEXT: "Nästa", "Next";
    PREVIOUS: "Föregående", "Previous";
    BLANK: "Mellanslag", "Space";
    SHIFT: "Skift", "Shift";
}

/// What a single letter does on the review page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewKey {
    /// What is looked at was reviewed; on to the next.
    Reviewed,
    /// On to the next, without a decision.
    Next,
    /// Back to the one before.
    Previous,
    /// Open the record.
    Open,
    /// Take back the last thing done.
    Undo,
}

impl ReviewKey {
    /// All of them.
    pub(crate) const ALL: [ReviewKey; 5] =
        [ReviewKey::Reviewed, ReviewKey::Next, ReviewKey::Previous, ReviewKey::Open, ReviewKey::Undo];

    /// The key. The same in every language, so that people can tell each other.
    pub(crate) const fn key(self) -> Key {
        match self {
            ReviewKey::Reviewed => Key::R,
            ReviewKey::Next => Key::N,
            ReviewKey::Previous => Key::P,
            ReviewKey::Open => Key::O,
            ReviewKey::Undo => Key::U,
        }
    }

    fn words(self, language: Language) -> String {
        match self {
            ReviewKey::Reviewed => REVIEWED.get(language).to_owned(),
            ReviewKey::Next => NEXT.get(language).to_owned(),
            ReviewKey::Previous => PREVIOUS.get(language).to_owned(),
            ReviewKey::Open => OPEN_RECORD.get(language).to_owned(),
            ReviewKey::Undo => Command::Undo.words(language),
        }
    }
}

/// The letters of the review page in one line, with what they do.
pub(crate) fn review_line(language: Language) -> String {
    let letters = ReviewKey::ALL.map(|key| format!("{} {}", key.key().name(), key.words(language)));
    let figures = format!("1–9 {}", CHOOSE.get(language));
    // A key and what it does stay in one line.
    let together = |words: String| words.replace(' ', "\u{a0}");
    letters.into_iter().chain([figures]).map(together).collect::<Vec<_>>().join(" · ")
}

/// The keys 1 to 9 in their order: pages behind Ctrl, values to choose from in review.
pub(crate) const DIGITS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// The width of the keys' names, in points; and up to which width what they do stands below them.
const NAMES: f32 = 200.0;
const NARROW: f32 = 400.0;

/// Some keys that belong together.
pub(crate) struct Group {
    /// Where they are heard.
    pub(crate) caption: Caption,
    /// The keys, and what they do.
    pub(crate) keys: Vec<(String, String)>,
}

/// All keys. `name` writes those of a command as they are called on this computer.
pub(crate) fn table(language: Language, name: &dyn Fn(&KeyboardShortcut) -> String) -> Vec<Group> {
    let say = |caption: Caption| caption.get(language).to_owned();
    let commands = [Command::Palette].into_iter().chain(Command::all());
    let of_commands =
        commands.filter_map(|command| Some((name(&command.shortcut()?), command.words(language))));
    let zoom = ["+", "−", "0"].map(|sign| {
        let control = name(&KeyboardShortcut::new(eframe::egui::Modifiers::COMMAND, Key::Num0));
        format!("{}{sign}", control.trim_end_matches('0'))
    });
    let (shift, blank) = (SHIFT.get(language), BLANK.get(language));
    let everywhere = [
        (format!("Tab, {shift}+Tab"), say(TAB)),
        (format!("Enter, {blank}"), say(PRESS)),
        ("Esc".to_owned(), say(OUT)),
        (zoom.join(", "), say(TEXT_SIZE)),
    ];
    let review = ReviewKey::ALL.map(|key| (key.key().name().to_owned(), key.words(language)));
    let plain = |keys: &str, caption: Caption| (keys.to_owned(), say(caption));
    vec![
        Group { caption: EVERYWHERE, keys: everywhere.into_iter().chain(of_commands).collect() },
        Group {
            caption: LISTS,
            keys: vec![
                plain("↑ ↓, Page Up, Page Down, Home, End", MOVE),
                plain("Enter", ENTER_RECORD),
                (format!("{shift}+↑ ↓"), say(EXTEND)),
                plain("Ctrl+A", SELECT_ALL),
                plain("↓, Enter", FROM_SEARCH),
            ],
        },
        Group { caption: FORMS, keys: vec![plain("Enter", KEEP_LINE), plain("Ctrl+Enter", KEEP_PROSE)] },
        Group {
            caption: OVER,
            keys: vec![
                plain("↑ ↓", MOVE),
                plain("Enter", CHOOSE),
                plain("Page Up, Page Down", CALENDAR_MONTH),
            ],
        },
        Group {
            caption: TIMELINE,
            keys: vec![
                plain("Alt+← →", MOVE_TASK),
                (format!("Alt+{shift}+← →"), say(MOVE_END)),
                plain("Enter", OPEN_TASK),
            ],
        },
        Group {
            caption: REVIEW,
            keys: std::iter::once(plain("↑ ↓", QUEUE))
                .chain([plain("Enter", OPEN_RECORD)])
                .chain(review)
                .chain([plain("1–9", CHOOSE_VALUE)])
                .collect(),
        },
    ]
}

/// The dialog that shows them. Answers whether it is to be closed.
pub(crate) fn show(context: &Context, language: Language) -> bool {
    let dialog = Dialog { title: KEYS.get(language), width: 620.0, close: texts::CLOSE.get(language) };
    let groups = table(language, &|keys| context.format_shortcut(keys));
    dialog
        .show(context, |ui| {
            for group in groups {
                ui.add_space(space::S);
                ui.label(RichText::new(group.caption.get(language)).text_style(theme::strong()));
                group.keys.iter().for_each(|(name, words)| row(ui, name, words));
            }
        })
        .closed
}

/// The keys at the left, what they do at the right; in a narrow window below.
fn row(ui: &mut Ui, name: &str, words: &str) {
    let name = Label::new(RichText::new(name).color(Tokens::of(ui).text_weak)).wrap();
    if ui.available_width() < NARROW {
        ui.add(name);
        ui.indent(words, |ui| ui.add(Label::new(words).wrap()));
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.vertical(|ui| {
            ui.set_width(NAMES);
            ui.add(name);
        });
        ui.add(Label::new(words).wrap());
    });
}

#[cfg(test)]
mod tests {
    use eframe::egui::Modifiers;

    use super::*;
    use crate::pages::Page;

    #[test]
    fn every_text_is_there_in_both_languages() {
        crate::pages::texts::assert_in_both_languages(ALL_TEXTS);
    }

    /// How keys are called where they are written down.
    fn name(keys: &KeyboardShortcut) -> String {
        keys.format(&eframe::egui::ModifierNames::NAMES, false)
    }

    fn written() -> String {
        let mut page = include_str!("keys.md").to_owned();
        for language in [Language::English, Language::Swedish] {
            page.push_str(&format!("\n## {}\n", KEYS.get(language)));
            for group in table(language, &name) {
                page.push_str(&format!("\n**{}**\n\n| | |\n| --- | --- |\n", group.caption.get(language)));
                for (keys, words) in group.keys {
                    page.push_str(&format!("| {keys} | {words} |\n"));
                }
            }
        }
        page
    }

    #[test]
    fn the_page_of_keys_says_what_the_window_does() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/keys.md");
        if std::env::var_os("WRITE_DOCS").is_some() {
            std::fs::write(path, written()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            page,
            written(),
            "WRITE_DOCS=1 cargo test -p samsyn-client --lib pages::keys writes it anew"
        );
    }

    #[test]
    fn no_key_is_used_that_waits_for_a_second_one_and_no_letter_alone_is_a_command() {
        let dead = [Key::Backtick, Key::Quote, Key::Num0];
        for keys in Command::all().into_iter().filter_map(Command::shortcut) {
            assert!(!dead.contains(&keys.logical_key), "{keys:?}");
            let letter = keys.logical_key.name().chars().count() == 1;
            assert!(!letter || keys.modifiers.contains(Modifiers::COMMAND), "{keys:?}");
        }
        let mut letters = ReviewKey::ALL.map(|key| key.key().name());
        letters.sort_unstable();
        assert!(letters.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn each_page_has_a_figure() {
        assert!(Page::all().take(9).all(|page| page.key().is_some()));
    }
}
