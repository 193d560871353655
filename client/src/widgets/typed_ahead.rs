//! Keys that come faster than the window is drawn go where they were meant to go.
//!
//! egui takes all that came since the last frame at once, and gives it to what has the keyboard then. Where a frame takes its time, or
//! somebody is quick, that is Ctrl+K together with the first letters of what is looked for: they went nowhere, as the field was not
//! there yet, or did what single letters do on the page. A text with a Tab behind it went into the next field. So keys are handed
//! on in steps, before egui sees them, and each step is drawn:
//!
//! ```text
//!  what came ──▶ queue ──▶ up to the next key that may send the keyboard elsewhere ──▶ egui
//!                  ▲                                  │
//!                  └── what comes behind it waits ◀───┘ until the keyboard has arrived
//! ```
//!
//! The keyboard has arrived when it is somewhere else than before, or when a frame was drawn that did not move it, unless somebody says
//! ([`super::focus::coming`]) that what the next key is for is still on its way: a record that is being read, what a search finds.
//! Nothing waits longer than [`PATIENCE`]. The order never changes, so a click stays behind the keys before it.
//!
//! A key that is still held down when the keyboard has gone elsewhere does nothing there: who held Enter a little long on a button has
//! not answered the question that it opened.

use std::collections::{HashMap, VecDeque};

use eframe::egui::{Context, Event, Id, Key, Modifiers, Plugin, RawInput, Ui};

use super::focus;

/// So long a key waits for what it is meant for, in seconds.
const PATIENCE: f64 = 5.0;

/// So many frames the keyboard may go from one place to the next, for one key.
const STATIONS: u32 = 4;

/// Hands keys on in steps. To be given to a context once, by [`install`].
#[derive(Debug, Default)]
struct TypedAhead {
    queue: VecDeque<Event>,
    /// What may have sent the keyboard elsewhere, until it has arrived.
    sent: Option<Sent>,
    /// Since when something is said to be on its way.
    awaiting: Option<f64>,
    /// The keys that are held down, each with what had the keyboard when it was pressed.
    held: HashMap<Key, Option<Id>>,
}

/// Something that may have sent the keyboard elsewhere.
#[derive(Clone, Copy, Debug)]
struct Sent {
    /// The key; none for a click.
    by: Option<Key>,
    /// What had the keyboard before.
    from: Option<Id>,
    /// What had it when the last frame ended.
    last: Option<Id>,
    /// So many frames were drawn since.
    frames: u32,
}

/// How things stand before a frame.
#[derive(Clone, Copy, Debug)]
struct Now {
    focused: Option<Id>,
    /// Whether that is a text field.
    typing: bool,
    /// Whether what the next key is for is still on its way.
    coming: bool,
    /// egui's time.
    time: f64,
}

/// What an event is to the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// It goes into what has the keyboard, which keeps it.
    Types,
    /// A key that may do anything, and send the keyboard anywhere.
    Presses(Key),
    /// A click, or a screen reader's, that may give the keyboard to something.
    Points,
    /// It has nothing to do with the keyboard.
    Passes,
}

/// Lets keys wait for what they are meant for, in everything that this context draws.
pub(crate) fn install(context: &Context) {
    context.add_plugin(TypedAhead::default());
}

impl Plugin for TypedAhead {
    fn debug_name(&self) -> &'static str {
        "typed ahead"
    }

    fn input_hook(&mut self, context: &Context, input: &mut RawInput) {
        self.queue.extend(std::mem::take(&mut input.events));
        let now = Now {
            focused: context.memory(|memory| memory.focused()),
            typing: context.text_edit_focused(),
            coming: focus::is_coming(context),
            time: input.time.unwrap_or_else(|| context.input(|input| input.time)),
        };
        input.events = self.step(now);
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        if !self.queue.is_empty() {
            ui.ctx().request_repaint();
        }
    }
}

impl TypedAhead {
    /// What is handed on in this frame.
    fn step(&mut self, now: Now) -> Vec<Event> {
        let now = Now { coming: self.is_coming(now), ..now };
        let before = self.sent;
        if self.has_arrived(now) {
            self.sent = None;
        }
        let mut taken = Vec::new();
        let mut typed = false;
        let mut turned: Option<Option<Key>> = None;
        while let Some(event) = self.queue.front() {
            let sort = sort(event, now.typing);
            let goes = match sort {
                Sort::Passes => true,
                Sort::Types => self.sent.is_none() && turned.is_none(),
                Sort::Points => !typed && !matches!(turned, Some(Some(_))),
                Sort::Presses(key) if self.is_stale(key, now) => {
                    self.drop_press();
                    continue;
                }
                // A key that is held down is not queued: it goes on as fast as it is drawn.
                Sort::Presses(key) if turned.is_some() => {
                    turned == Some(Some(key)) && self.held.contains_key(&key)
                }
                Sort::Presses(key) => !typed && self.may_press(key, before, now),
            };
            if !goes {
                break;
            }
            match sort {
                Sort::Types => typed = true,
                Sort::Points => turned = Some(None),
                Sort::Presses(key) => turned = Some(Some(key)),
                Sort::Passes => {}
            }
            self.take(&mut taken, now.focused);
        }
        if let Some(by) = turned {
            self.sent = Some(Sent { by, from: now.focused, last: now.focused, frames: 0 });
        }
        taken
    }

    /// Hands the first event on; with a key also what it writes.
    fn take(&mut self, taken: &mut Vec<Event>, focused: Option<Id>) {
        let Some(event) = self.queue.pop_front() else { return };
        let pressed = match &event {
            Event::Key { key, pressed: true, .. } => {
                self.held.entry(*key).or_insert(focused);
                true
            }
            Event::Key { key, pressed: false, .. } => {
                self.held.remove(key);
                false
            }
            Event::WindowFocused(false) => {
                self.held.clear();
                false
            }
            _ => false,
        };
        taken.push(event);
        if pressed {
            taken.extend(self.queue.pop_front_if(|next| matches!(next, Event::Text(_))));
        }
    }

    /// Whether it is still held down from when the keyboard was elsewhere. Keys that go from one to the next go on.
    fn is_stale(&self, key: Key, now: Now) -> bool {
        !moves(key) && self.held.get(&key).is_some_and(|from| *from != now.focused)
    }

    fn drop_press(&mut self) {
        self.queue.pop_front();
        drop(self.queue.pop_front_if(|next| matches!(next, Event::Text(_))));
    }

    /// Esc is for what is there.
    fn may_press(&self, key: Key, before: Option<Sent>, now: Now) -> bool {
        let again = moves(key) && before.is_some_and(|sent| sent.by == Some(key));
        let arrived = self.sent.is_none() && (!now.coming || key == Key::Escape);
        again || arrived
    }

    /// Whether something is on its way, and was not waited for in vain.
    fn is_coming(&mut self, now: Now) -> bool {
        if !now.coming {
            self.awaiting = None;
            return false;
        }
        now.time - *self.awaiting.get_or_insert(now.time) < PATIENCE
    }

    /// Whether the keyboard is where the last key sent it.
    fn has_arrived(&mut self, now: Now) -> bool {
        let Some(sent) = &mut self.sent else { return true };
        sent.frames += 1;
        let moved = std::mem::replace(&mut sent.last, now.focused) != now.focused;
        if now.typing && now.focused != sent.from {
            return true;
        }
        // What a key did is drawn in the frame after the one that heard it.
        sent.frames > 1 && !now.coming && (!moved || sent.frames > STATIONS)
    }
}

/// What an event is to the keyboard, while somebody types or not.
fn sort(event: &Event, typing: bool) -> Sort {
    match event {
        Event::Key { key, pressed: true, modifiers, .. } => match typing && edits(*key, *modifiers) {
            true => Sort::Types,
            false => Sort::Presses(*key),
        },
        Event::Text(_)
        | Event::Ime(_)
        | Event::Copy
        | Event::Cut
        | Event::Paste(_)
        | Event::PasteImage(_)
        | Event::MiddleClickPaste { .. } => Sort::Types,
        Event::PointerButton { .. } | Event::AccessKitActionRequest(_) => Sort::Points,
        _ => Sort::Passes,
    }
}

/// Whether a text field keeps the keyboard whatever this key does in it.
fn edits(key: Key, modifiers: Modifiers) -> bool {
    use Key::{A, ArrowLeft, ArrowRight, Backspace, C, Delete, End, Home, V, X};
    let within = matches!(key, Backspace | Delete | ArrowLeft | ArrowRight | Home | End);
    if modifiers.command || modifiers.ctrl {
        return !modifiers.alt && (within || matches!(key, A | C | V | X));
    }
    !modifiers.alt && (within || !leads(key))
}

/// Whether a key that is pressed alone does something else in a text field than to write.
fn leads(key: Key) -> bool {
    let is_function = key.name().starts_with('F') && key != Key::F;
    is_function || key == Key::Enter || key == Key::Escape || (moves(key) && !sideways(key))
}

fn sideways(key: Key) -> bool {
    matches!(key, Key::ArrowLeft | Key::ArrowRight)
}

/// Whether a key goes from one thing to the next, each time it is pressed.
fn moves(key: Key) -> bool {
    use Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, PageDown, PageUp, Tab};
    matches!(key, Tab | ArrowUp | ArrowDown | ArrowLeft | ArrowRight | PageUp | PageDown)
}

#[cfg(test)]
pub(crate) mod tests {
    use eframe::egui::{Popup, TextEdit, Ui};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::widgets::theme;

    /// Two fields, and a third that Ctrl+K shows: it comes a frame after it was asked for, and takes the keyboard then.
    #[derive(Default)]
    struct State {
        texts: [String; 3],
        shown: bool,
        fresh: bool,
        /// So many frames the third takes to come, if it is said so.
        slow: u32,
        pressed: Vec<Key>,
        letters: usize,
    }

    fn page(ui: &mut Ui, state: &mut State) {
        let letter =
            |input: &mut eframe::egui::InputState| input.count_and_consume_key(Modifiers::NONE, Key::N);
        if focus::page_hears(ui.ctx()) {
            state.letters += ui.input_mut(letter);
        }
        let opens = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::K));
        let [first, second, third] = &mut state.texts;
        ui.add(TextEdit::singleline(first)).accessible_name("first");
        ui.add(TextEdit::singleline(second)).accessible_name("second");
        let button = ui.button("Ask");
        Popup::menu(&button).show(|ui| ui.button("Entry").clicked().then(|| state.pressed.push(Key::Enter)));
        if state.shown && state.slow > 0 {
            state.slow -= 1;
            focus::expect(ui.ctx());
        } else if state.shown {
            let third = ui.add(TextEdit::singleline(third));
            if std::mem::take(&mut state.fresh) {
                third.request_focus();
            }
        }
        if opens {
            (state.shown, state.fresh) = (true, true);
            ui.ctx().request_repaint();
        }
    }

    fn harness(state: State) -> Harness<'static, State> {
        let setup = |context: &Context| {
            theme::install(context);
            install(context);
        };
        let mut harness = Harness::builder().with_context_setup(setup).build_ui_state(page, state);
        harness.run_steps(3);
        harness
    }

    /// A key, pressed and let go of.
    pub(crate) fn key(key: Key, modifiers: Modifiers) -> Vec<Event> {
        let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        vec![event(true), event(false)]
    }

    /// What a keyboard sends for a word.
    pub(crate) fn typed(text: &str) -> Vec<Event> {
        let letter = |letter: char| {
            let name = letter.to_uppercase().to_string();
            let mut events = Key::from_name(&name).map_or_else(Vec::new, |it| key(it, Modifiers::NONE));
            events.insert(events.len().min(1), Event::Text(letter.to_string()));
            events
        };
        text.chars().flat_map(letter).collect()
    }

    /// All of it comes before a single frame is drawn.
    fn at_once(harness: &mut Harness<'_, State>, events: impl IntoIterator<Item = Vec<Event>>) {
        harness.input_mut().events.extend(events.into_iter().flatten());
        for _ in 0..100 {
            harness.step();
        }
    }

    fn ctrl_k() -> Vec<Event> {
        key(Key::K, Modifiers::COMMAND)
    }

    #[test]
    fn letters_behind_a_key_that_opens_a_field_end_in_it() {
        for slow in [0, 1, 5] {
            let mut harness = harness(State { slow, ..State::default() });
            at_once(&mut harness, [ctrl_k(), typed("nnöst")]);
            assert_eq!(harness.state().texts, ["", "", "nnöst"], "after {slow} frames");
            assert_eq!(harness.state().letters, 0, "they were not for the page");
        }
    }

    #[test]
    fn letters_that_come_before_the_field_does_end_in_it() {
        let mut harness = harness(State { slow: 4, ..State::default() });
        harness.input_mut().events.extend(ctrl_k());
        harness.step();
        for letter in "nnöst".chars() {
            harness.input_mut().events.extend(typed(&letter.to_string()));
            harness.step();
        }
        harness.run_steps(10);
        assert_eq!((harness.state().texts[2].as_str(), harness.state().letters), ("nnöst", 0));
    }

    #[test]
    fn a_field_that_never_comes_holds_nothing_back_for_good() {
        let mut harness = harness(State { slow: u32::MAX, ..State::default() });
        at_once(&mut harness, [ctrl_k(), typed("n")]);
        assert_eq!(harness.state().letters, 1);
    }

    #[test]
    fn what_stands_before_a_tab_stays_in_its_field_and_what_stands_behind_goes_into_the_next() {
        let mut harness = harness(State::default());
        harness.get_by_label("first").focus();
        harness.step();
        let tab = || key(Key::Tab, Modifiers::NONE);
        at_once(&mut harness, [typed("ett"), tab(), typed("två"), ctrl_k(), typed("tre")]);
        assert_eq!(harness.state().texts, ["ett", "två", "tre"]);
    }

    #[test]
    fn tabs_that_come_together_are_each_a_step() {
        let mut harness = harness(State::default());
        harness.get_by_label("first").focus();
        harness.step();
        let back = key(Key::Tab, Modifiers::SHIFT);
        let tab = || key(Key::Tab, Modifiers::NONE);
        at_once(&mut harness, [tab(), tab(), back, typed("två")]);
        assert_eq!(harness.state().texts, ["", "två", ""]);
    }

    #[test]
    fn letters_behind_a_click_into_a_field_end_in_it() {
        let mut harness = harness(State::default());
        harness.get_by_label("first").focus();
        harness.step();
        let pos = harness.get_by_label("second").rect().center();
        let button = |pressed| Event::PointerButton {
            pos,
            button: eframe::egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        let click = vec![Event::PointerMoved(pos), button(true), button(false)];
        at_once(&mut harness, [typed("ett"), click, typed("två")]);
        assert_eq!(harness.state().texts, ["ett", "två", ""]);
    }

    #[test]
    fn each_press_of_a_letter_counts_for_the_page() {
        let mut harness = harness(State::default());
        at_once(&mut harness, [typed("nnn")]);
        assert_eq!(harness.state().letters, 3);
    }

    #[test]
    fn a_key_that_is_held_down_does_nothing_where_the_keyboard_has_come_to() {
        let mut harness = harness(State::default());
        harness.get_by_label("Ask").focus();
        harness.run_steps(2);
        let down = |harness: &mut Harness<'_, State>| {
            let press = key(Key::Enter, Modifiers::NONE).swap_remove(0);
            harness.input_mut().events.push(press);
            harness.run_steps(3);
        };
        down(&mut harness);
        harness.get_by_label("Entry").focus();
        harness.run_steps(2);
        (0..5).for_each(|_| down(&mut harness));
        assert!(harness.state().pressed.is_empty());
        at_once(
            &mut harness,
            [key(Key::Enter, Modifiers::NONE).split_off(1), key(Key::Enter, Modifiers::NONE)],
        );
        assert_eq!(harness.state().pressed, [Key::Enter], "pressed anew it does");
    }
}
