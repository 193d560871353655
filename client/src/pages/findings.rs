//! What merged cleanly and is still wrong: each with what to do about it, above the queue of what awaits review.

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Color32, FontId, Frame, Label, Margin, Panel, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2,
};
use samsyn_engine::review::{Finding, Severity};

use super::{Action, Scene, kind_icon, texts};
use crate::widgets::icon::{self, Icon};
use crate::widgets::tokens::{Tokens, Tone, font, height, space};
use crate::widgets::{badge, focus, line, theme};
use crate::words::{problem_words, way_out_words};

/// The height of a finding, in points; and where its buttons stand below its words.
const ENTRY: f32 = 44.0;
const HIGH_ENTRY: f32 = ENTRY + height::CONTROL + space::XS;

/// The height of a further line of small words, in points: in a narrow pane there are two or three of them.
const LINE: f32 = 16.0;

/// From this width on the buttons stand beside the words, in points.
const BESIDE: f32 = 720.0;

/// With less width than these the words take two lines, or three, in points.
const ONE_LINE: f32 = 560.0;
const TWO_LINES: f32 = 420.0;

/// How a finding stands in the room that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Its buttons beside its words.
    Beside,
    /// Its buttons below its words, which take so many lines.
    Below { lines: usize },
}

impl Shape {
    fn of(width: f32) -> Shape {
        match width {
            width if width >= BESIDE => Shape::Beside,
            width if width >= ONE_LINE => Shape::Below { lines: 1 },
            width if width >= TWO_LINES => Shape::Below { lines: 2 },
            _ => Shape::Below { lines: 3 },
        }
    }
}

/// The height of what stands above them, in points.
const HEAD: f32 = 28.0;

/// So many are in sight before it is scrolled, where there is much below: the queue is never pushed out of the window.
const IN_SIGHT: usize = 3;

/// Shows the findings in a panel at the top; nothing where there are none. What stands `below` takes so much height, in points: what it
/// leaves is theirs.
pub(super) fn show(ui: &mut Ui, below: f32, scene: &mut Scene<'_>) {
    let today = scene.today;
    let findings = scene.session.findings(today);
    if findings.is_empty() {
        return;
    }
    let frame = Frame::new().inner_margin(Margin::symmetric(space::L as i8, space::S as i8));
    let shape = Shape::of(ui.available_width());
    let (entry, in_sight) = match shape {
        Shape::Beside => (ENTRY, IN_SIGHT),
        Shape::Below { lines } => (HIGH_ENTRY + LINE * (lines - 1) as f32, IN_SIGHT - 1),
    };
    let all = (entry + space::XXS) * findings.len() as f32;
    let few = (entry + space::XXS) * findings.len().min(in_sight) as f32;
    // Not more than half of what there is, whatever the height of the window, unless nothing else wants it.
    let least = few.min((ui.available_height() * 0.5 - HEAD).max(entry));
    let spare = ui.available_height() - HEAD - 2.0 * space::S - below;
    let most = all.min(least.max(spare));
    // A panel takes the height that it once had, and the list in it would be cut.
    let height = HEAD + most + 2.0 * space::S;
    Panel::top("findings").exact_size(height).resizable(false).frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XXS;
        ui.horizontal(|ui| {
            ui.set_min_height(HEAD - space::XXS);
            ui.label(RichText::new(scene.say(texts::FINDINGS)).text_style(theme::strong()));
            ui.label(
                RichText::new(samsyn_engine::schema::count_words(findings.len() as u64, scene.language))
                    .weak(),
            );
        });
        let area = ScrollArea::vertical().id_salt("findings").max_height(most).auto_shrink([false, true]);
        area.show_viewport(ui, |ui, view| entries(ui, (&findings, view), (entry, shape), scene));
    });
}

/// Those in sight, and one more at each end: the keyboard comes to it, and then it is in sight.
fn entries(
    ui: &mut Ui,
    (findings, view): (&[Finding], Rect),
    (entry, shape): (f32, Shape),
    scene: &mut Scene<'_>,
) {
    let step = entry + space::XXS;
    ui.set_height(step * findings.len() as f32 - space::XXS);
    let first = ((view.top() / step) as usize).saturating_sub(1);
    let last = ((view.bottom() / step) as usize).saturating_add(2).min(findings.len());
    let area = ui.max_rect();
    for (place, one) in findings.iter().enumerate().take(last).skip(first) {
        let top = area.top() + step * place as f32;
        let size = vec2(ui.available_width() - space::S, entry);
        let room = Rect::from_min_size(pos2(area.left(), top), size);
        let named = UiBuilder::new().id_salt(place).max_rect(room);
        ui.scope_builder(named, |ui| finding(ui, one, shape, scene));
    }
    focus::reveal(ui);
}

fn finding(ui: &mut Ui, finding: &Finding, shape: Shape, scene: &mut Scene<'_>) {
    let t = Tokens::of(ui);
    let title = scene.title(finding.record);
    let grave = finding.problem.severity() == Severity::Must;
    let colour = if grave { t.tone(Tone::Warning).fg } else { t.text_weak };
    let words = problem_words(finding, scene.language);
    let said = |ui: &mut Ui| {
        let sign = samsyn_engine::schema::kind(finding.kind).map_or(Icon::Document, kind_icon);
        icon::show(ui, sign, colour);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add(Label::new(RichText::new(&title).text_style(theme::strong())).truncate());
            match shape {
                Shape::Beside => ui.add(Label::new(RichText::new(&words).small().color(colour)).truncate()),
                Shape::Below { lines } => {
                    ui.add(Label::new(in_lines(&words, lines, colour)).wrap()).on_hover_text(&words)
                }
            };
        });
    };
    if shape == Shape::Beside {
        line::ends(ui, said, |ui| buttons(ui, finding, &title, scene));
        return;
    }
    ui.horizontal_top(said);
    ui.horizontal(|ui| {
        ui.add_space(icon::SIZE + space::S);
        buttons(ui, finding, &title, scene);
    });
}

/// Words that take so many lines at most.
fn in_lines(words: &str, lines: usize, colour: Color32) -> LayoutJob {
    let small = FontId::proportional(font::SMALL);
    let mut job = LayoutJob::simple(words.to_owned(), small, colour, f32::INFINITY);
    job.wrap.max_rows = lines;
    job
}

/// What can be done about it.
fn buttons(ui: &mut Ui, finding: &Finding, title: &str, scene: &mut Scene<'_>) {
    if finding.removed {
        badge::badge(ui, scene.say(texts::REMOVED), Tone::Neutral);
    }
    let kind = samsyn_engine::schema::kind(finding.kind);
    let may = kind.is_some_and(|kind| scene.session.may_make(kind));
    if let Some(quick_fix) = finding.quick_fix.filter(|_| may) {
        let words = way_out_words(&quick_fix, scene.language);
        if button(ui, &words, title) {
            scene.act(Action::Apply(quick_fix.batch(finding.record, format!("{title}: {words}"))));
        }
    }
    if button(ui, scene.say(texts::OPEN), title) {
        scene.act(Action::Open(finding.record));
    }
}

/// A button that a screen reader tells apart from the same one of another finding.
fn button(ui: &mut Ui, caption: &str, title: &str) -> bool {
    ui.add(eframe::egui::Button::new(caption)).accessible_name(format!("{caption}: {title}")).clicked()
}
