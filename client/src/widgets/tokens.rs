//! Design tokens: every size and colour that the window uses, once.
//!
//! A token says what a colour or length is *for* (a border, weak text, a warning), never what it looks like, so
//! that a widget written against tokens is right in light and dark alike. Data flows one way: this module is
//! read by [`super::theme`], which turns it into egui styles, and by the widgets that paint for themselves.
//! Nothing here depends on what the program is about.
//!
//! The palette is a Nordic lake: cool greys like granite and snow, one deep blue accent, and signal colours that
//! are muted until they mean something. Every pair of text and background that widgets combine reaches the
//! contrast that WCAG 2.2 level AA asks of text (4.5 : 1); the test at the end of this file keeps it so.

use eframe::egui::{Color32, Ui, Visuals};

/// Distances, in points.
pub mod space {
    /// Between an icon and its own badge.
    pub const XXS: f32 = 2.0;
    /// Between parts of one thing.
    pub const XS: f32 = 4.0;
    /// Between things in a row.
    pub const S: f32 = 8.0;
    /// Between fields, and the inner margin of panels.
    pub const M: f32 = 12.0;
    /// Between groups of fields.
    pub const L: f32 = 16.0;
    /// Between sections.
    pub const XL: f32 = 24.0;
    /// Around an empty state.
    pub const XXL: f32 = 40.0;
}

/// Corner radii, in points.
pub mod radius {
    /// Badges, chips and bars.
    pub const S: u8 = 3;
    /// Buttons and fields.
    pub const M: u8 = 5;
    /// Popups, windows and toasts.
    pub const L: u8 = 8;
}

/// Font sizes, in points.
pub mod font {
    /// Captions, help, axis labels.
    pub const SMALL: f32 = 12.0;
    /// Everything that is read.
    pub const BODY: f32 = 13.5;
    /// The heading of a section.
    pub const HEADING: f32 = 16.0;
    /// The title of a page or record.
    pub const TITLE: f32 = 21.0;
    /// Codes and hashes.
    pub const MONO: f32 = 12.5;
}

/// Heights of lines and controls, in points.
pub mod height {
    /// A button or a one-line field.
    pub const CONTROL: f32 = 28.0;
    /// A row of a table or of a list in a popup.
    pub const ROW: f32 = 28.0;
    /// A badge or chip.
    pub const BADGE: f32 = 18.0;
}

/// Widths of panes, and from which width of the window on they stand side by side, in points.
pub mod width {
    /// The sidebar.
    pub const SIDEBAR: f32 = 216.0;
    /// The least width of a list or a record beside the other.
    pub const PANE: f32 = 340.0;
    /// The width of the record until somebody drags its edge.
    pub const RECORD: f32 = 520.0;
    /// A window narrower than this has no sidebar: the sidebar is a pane of its own, behind a button.
    pub const WITH_SIDEBAR: f32 = 720.0;
    /// A page narrower than this shows a list or what is chosen in it, not both.
    pub const TWO_PANES: f32 = 2.2 * PANE;
    /// The least width of the left part of a line: with less room the right part stands below it.
    pub const LINE: f32 = 80.0;
}

/// What a mark wants to say, apart from its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Neutral,
    /// Belongs to what the program is doing or where the person is.
    Accent,
    /// Done, connected, agreed.
    Success,
    /// Look at it soon.
    Warning,
    /// Wrong, late, in contradiction.
    Danger,
}

/// A text colour and the background it was chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Text and icons.
    pub fg: Color32,
    /// What lies behind them.
    pub bg: Color32,
}

/// The colours of one theme. Get the ones in force with [`Tokens::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Whether this is the dark set.
    pub dark: bool,
    /// Behind everything: pages.
    pub surface: Color32,
    /// Fields, popups, cards: what lies on the surface.
    pub raised: Color32,
    /// Sidebar and table headers: what lies a little below it.
    pub sunken: Color32,
    /// Hairlines between things.
    pub border: Color32,
    /// The outline of what can be typed or pressed.
    pub border_strong: Color32,
    /// What is read.
    pub text: Color32,
    /// What is read second: captions, help, placeholders.
    pub text_weak: Color32,
    /// Links, the primary action, focus.
    pub accent: Color32,
    /// The same, with the pointer on it.
    pub accent_hover: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// The fill of something under the pointer.
    pub hover: Color32,
    /// The fill of something held down.
    pub pressed: Color32,
    /// The fill of a selected row or word.
    pub selection: Color32,
    /// Text on the selection.
    pub on_selection: Color32,
    /// Agreed, done, connected.
    pub success: Color32,
    /// A quiet background for the same.
    pub success_tint: Color32,
    /// Needs a look.
    pub warning: Color32,
    /// The same as a mark without words, which may be brighter than text.
    pub warning_mark: Color32,
    /// A quiet background for the same.
    pub warning_tint: Color32,
    /// Wrong.
    pub danger: Color32,
    /// A quiet background for the same.
    pub danger_tint: Color32,
    /// A quiet background for the accent.
    pub accent_tint: Color32,
    /// A quiet background for what has no tone.
    pub neutral_tint: Color32,
    /// Text that was put in.
    pub insertion: Pair,
    /// Text that was taken out.
    pub deletion: Pair,
    /// The days nobody works, behind a time line.
    pub weekend: Color32,
}

impl Tokens {
    /// Daylight on snow.
    pub const LIGHT: Self = Self {
        dark: false,
        surface: rgb(0xF7F9FA),
        raised: rgb(0xFFFFFF),
        sunken: rgb(0xEDF1F4),
        border: rgb(0xD8DFE5),
        border_strong: rgb(0xA5B2BD),
        text: rgb(0x17222C),
        text_weak: rgb(0x50606E),
        accent: rgb(0x1D5B7D),
        accent_hover: rgb(0x164964),
        on_accent: rgb(0xFFFFFF),
        hover: rgb(0xE6ECF0),
        pressed: rgb(0xDAE3E9),
        selection: rgb(0xD3E5F0),
        on_selection: rgb(0x10364B),
        success: rgb(0x1C6642),
        success_tint: rgb(0xDCF0E4),
        warning: rgb(0x7E4C00),
        warning_mark: rgb(0xB87514),
        warning_tint: rgb(0xFBECCF),
        danger: rgb(0xA02B24),
        danger_tint: rgb(0xFAE1DE),
        accent_tint: rgb(0xDEEBF3),
        neutral_tint: rgb(0xE6EBEF),
        insertion: Pair { fg: rgb(0x14532F), bg: rgb(0xD6F0DE) },
        deletion: Pair { fg: rgb(0x8E231C), bg: rgb(0xF9DCDA) },
        weekend: rgb(0xEFF3F5),
    };

    /// The lake at night.
    pub const DARK: Self = Self {
        dark: true,
        surface: rgb(0x161C22),
        raised: rgb(0x1E262E),
        sunken: rgb(0x12171C),
        border: rgb(0x2D3741),
        border_strong: rgb(0x4C5A67),
        text: rgb(0xE3E9EE),
        text_weak: rgb(0xA0AEBA),
        accent: rgb(0x83BFE1),
        accent_hover: rgb(0x9DCEEA),
        on_accent: rgb(0x0A2230),
        hover: rgb(0x27313A),
        pressed: rgb(0x313D48),
        selection: rgb(0x21455B),
        on_selection: rgb(0xE8F4FB),
        success: rgb(0x7FCC9E),
        success_tint: rgb(0x1B3528),
        warning: rgb(0xE4B868),
        warning_mark: rgb(0xE4B868),
        warning_tint: rgb(0x3A2E17),
        danger: rgb(0xF29A92),
        danger_tint: rgb(0x43231F),
        accent_tint: rgb(0x1B3444),
        neutral_tint: rgb(0x2B353E),
        insertion: Pair { fg: rgb(0x9BE0B6), bg: rgb(0x173A27) },
        deletion: Pair { fg: rgb(0xF5B3AC), bg: rgb(0x45211F) },
        weekend: rgb(0x1A2129),
    };

    /// The tokens of the theme that `ui` is painted in.
    #[must_use]
    pub fn of(ui: &Ui) -> Self {
        Self::of_visuals(ui.visuals())
    }

    /// The tokens that belong to `visuals`.
    #[must_use]
    pub fn of_visuals(visuals: &Visuals) -> Self {
        if visuals.dark_mode { Self::DARK } else { Self::LIGHT }
    }

    /// Text and background of a mark in `tone`.
    #[must_use]
    pub fn tone(&self, tone: Tone) -> Pair {
        let (fg, bg) = match tone {
            Tone::Neutral => (self.text, self.neutral_tint),
            Tone::Accent => (self.accent, self.accent_tint),
            Tone::Success => (self.success, self.success_tint),
            Tone::Warning => (self.warning, self.warning_tint),
            Tone::Danger => (self.danger, self.danger_tint),
        };
        Pair { fg, bg }
    }
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The contrast ratio of two opaque colours, from 1 (none) to 21 (black on white), as WCAG 2.2 defines it.
#[must_use]
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: Color32) -> f32 {
    let linear = |channel: u8| {
        let c = f32::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every combination of text and background that a widget paints, with a name for the message.
    fn pairs(t: &Tokens) -> Vec<(&'static str, Color32, Color32)> {
        let grounds = [
            ("surface", t.surface),
            ("raised", t.raised),
            ("sunken", t.sunken),
            ("hover", t.hover),
            ("pressed", t.pressed),
            ("weekend", t.weekend),
            ("neutral tint", t.neutral_tint),
        ];
        let texts = [t.text, t.text_weak, t.accent, t.success, t.warning, t.danger];
        let mut pairs: Vec<_> =
            grounds.iter().flat_map(|&(name, bg)| texts.iter().map(move |&fg| (name, fg, bg))).collect();
        pairs.extend([
            ("accent", t.on_accent, t.accent),
            ("accent hover", t.on_accent, t.accent_hover),
            ("selection", t.on_selection, t.selection),
            ("accent on selection", t.accent, t.selection),
            ("text on selection", t.text, t.selection),
            ("insertion", t.insertion.fg, t.insertion.bg),
            ("deletion", t.deletion.fg, t.deletion.bg),
        ]);
        for tone in [Tone::Neutral, Tone::Accent, Tone::Success, Tone::Warning, Tone::Danger] {
            let Pair { fg, bg } = t.tone(tone);
            pairs.extend([("tone", fg, bg), ("text on tint", t.text, bg)]);
        }
        pairs
    }

    #[test]
    fn all_text_reaches_level_aa() {
        for tokens in [Tokens::LIGHT, Tokens::DARK] {
            for (name, fg, bg) in pairs(&tokens) {
                let ratio = contrast(fg, bg);
                assert!(ratio >= 4.5, "{name} (dark: {}): {fg:?} on {bg:?} is {ratio:.2}", tokens.dark);
            }
        }
    }

    #[test]
    fn marks_and_focus_stand_out_from_every_ground() {
        for t in [Tokens::LIGHT, Tokens::DARK] {
            for ground in [t.surface, t.raised, t.sunken] {
                for mark in [t.accent, t.success, t.warning_mark, t.danger] {
                    assert!(contrast(mark, ground) >= 3.0, "{mark:?} on {ground:?}");
                }
            }
            assert!(contrast(t.accent, t.selection) >= 3.0);
        }
    }

    #[test]
    fn contrast_is_what_wcag_says() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
        assert!((contrast(Color32::from_gray(0x76), Color32::WHITE) - 4.54).abs() < 0.01);
    }
}
