//! The title of what is looked at, however long it is: in as many lines as it needs, in smaller letters where there would be many, and
//! whole under the pointer where even these are not enough. Whoever reads by a screen reader gets it whole in any case.

use eframe::egui::text::LayoutJob;
use eframe::egui::{FontId, Label, Response, Ui};

use super::theme;
use super::tokens::font;

/// In large letters a title has so many lines at most, and in smaller ones so many.
const LARGE_LINES: usize = 2;
const MOST_LINES: usize = 5;

/// Shows a title.
pub fn title(ui: &mut Ui, words: &str) -> Response {
    let large = theme::title().resolve(ui.style());
    let font = if lines(ui, words, &large) > LARGE_LINES { theme::semibold(font::HEADING) } else { large };
    let mut job = LayoutJob::simple(words.to_owned(), font, ui.visuals().text_color(), f32::INFINITY);
    job.wrap.max_rows = MOST_LINES;
    ui.add(Label::new(job).wrap())
}

fn lines(ui: &Ui, words: &str, font: &FontId) -> usize {
    let colour = ui.visuals().text_color();
    ui.painter().layout(words.to_owned(), font.clone(), colour, ui.available_width()).rows.len()
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;

    /// Eighty letters, with one word of forty.
    const LONG: &str = "Nordisk konferens om forskningsinfrastrukturfinansieringsfrågorna i fjällvärlden";

    fn height(words: &'static str, width: f32) -> f32 {
        let mut harness = Harness::builder()
            .with_size(eframe::egui::vec2(width, 300.0))
            .with_context_setup(theme::install)
            .build_ui(move |ui| drop(title(ui, words)));
        harness.run_steps(3);
        let rect = harness.get_by_label(words).rect();
        assert!(rect.width() <= width, "{} of {width}", rect.width());
        rect.height()
    }

    #[test]
    fn a_long_title_takes_lines_and_no_more_room_than_there_is() {
        assert_eq!(LONG.chars().count(), 80);
        let line = height("Nordisk konferens", 900.0);
        for (width, lines) in [(1360.0, 1.0), (600.0, 2.0), (340.0, 4.0), (200.0, 5.0)] {
            let taken = height(LONG, width);
            assert!(taken <= line * lines + 2.0, "{taken} at {width}: {lines} lines of {line}");
        }
    }
}
