//! What merged cleanly and is still wrong: each with what to do about it, above the queue of what awaits review.

use eframe::egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui};
use samsyn_engine::review::{Finding, Weight};

use super::{Action, Scene, kind_icon, texts};
use crate::widgets::badge;
use crate::widgets::icon::{self, Icon};
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, space};
use crate::words::{problem_words, way_out_words};

/// The height of a finding, in points.
const ENTRY: f32 = 44.0;

/// The height of what stands above them, in points.
const HEAD: f32 = 28.0;

/// So many are in sight before it is scrolled: the queue below is never pushed out of the window.
const IN_SIGHT: usize = 3;

/// Shows the findings in a panel at the top; nothing where there are none.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>) {
    let today = scene.today;
    let findings = scene.session.findings(today);
    if findings.is_empty() {
        return;
    }
    let frame = Frame::new().inner_margin(Margin::symmetric(space::L as i8, space::S as i8));
    let most = (ENTRY + space::XXS) * findings.len().min(IN_SIGHT) as f32;
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
        ScrollArea::vertical().id_salt("findings").max_height(most).auto_shrink([false, true]).show_rows(
            ui,
            ENTRY,
            findings.len(),
            |ui, range| findings[range].iter().for_each(|one| finding(ui, one, scene)),
        );
    });
}

fn finding(ui: &mut Ui, finding: &Finding, scene: &mut Scene<'_>) {
    let t = Tokens::of(ui);
    let title = scene.title(finding.record);
    let size = eframe::egui::vec2(ui.available_width(), ENTRY);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(ENTRY);
        let caption = scene.say(texts::OPEN);
        if button(ui, caption, &title) {
            scene.act(Action::Open(finding.record));
        }
        let kind = samsyn_engine::schema::kind(finding.kind);
        let may = kind.is_some_and(|kind| scene.session.may_make(kind));
        if let Some(way_out) = finding.way_out.filter(|_| may) {
            let words = way_out_words(&way_out, scene.language);
            if button(ui, &words, &title) {
                scene.act(Action::EditAndTell(
                    finding.record,
                    vec![way_out.edit()],
                    format!("{title}: {words}"),
                ));
            }
        }
        if finding.removed {
            badge::badge(ui, scene.say(texts::REMOVED), Tone::Neutral);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let grave = finding.problem.weight() == Weight::Grave;
            let colour = if grave { t.tone(Tone::Warning).fg } else { t.text_weak };
            icon::show(
                ui,
                samsyn_engine::schema::kind(finding.kind).map_or(Icon::Document, kind_icon),
                colour,
            );
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                // Two lines, in the middle of the height.
                ui.add_space(space::XS);
                ui.add(Label::new(RichText::new(&title).text_style(theme::strong())).truncate());
                let words = problem_words(finding, scene.language);
                ui.add(Label::new(RichText::new(words).small().color(colour)).truncate());
            });
        });
    });
}

/// A button that a screen reader tells apart from the same one of another finding.
fn button(ui: &mut Ui, caption: &str, title: &str) -> bool {
    ui.add(eframe::egui::Button::new(caption)).accessible_name(format!("{caption}: {title}")).clicked()
}
