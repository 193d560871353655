//! What tables and charts show.

use super::*;

pub(super) struct Task {
    pub(super) label: &'static str,
    pub(super) depth: usize,
    pub(super) start: Date,
    pub(super) end: Date,
    pub(super) progress: u8,
    pub(super) milestone: bool,
    pub(super) tone: Tone,
    pub(super) urgent: bool,
}

pub(super) fn meeting(index: usize) -> Row {
    let names = [
        "Nordisk kongress i rehabilitering",
        "Skogsdagarna",
        "Europeisk konferens om vintersportens framtid",
        "Destinationsbolagets anläggningsöversikt",
    ];
    let (tone, stage) = TONES[index % 5];
    let progress = u8::try_from(index * 7 % 101).unwrap_or_default();
    Row::new([
        Cell::new(format!("{} {}", names[index % 4], 2027 + index % 6)).icon(Icon::Calendar),
        Cell::new(VENUES[index % 4].0).look(if index.is_multiple_of(3) { Look::Weak } else { Look::Plain }),
        Cell::new(stage).look(Look::Badge(tone)),
        Cell::new(format!("{progress} %")).look(Look::Progress(progress)),
        Cell::new((120 + index * 37).to_string()),
    ])
    .mark((index % 7 == 3).then_some(Tone::Warning))
    .faded(index % 11 == 6)
}

impl Task {
    pub(super) fn row(&self, id: usize) -> GanttRow<'_, usize> {
        GanttRow {
            id,
            label: self.label,
            depth: self.depth,
            start: Some(self.start),
            end: Some(self.end),
            progress: self.progress,
            milestone: self.milestone,
            tone: self.tone,
            urgent: self.urgent,
            movable: self.depth > 0,
        }
    }
}

pub(super) fn tasks() -> Vec<Task> {
    let bar = |label, depth, start, end, progress, tone| Task {
        label,
        depth,
        start,
        end,
        progress,
        milestone: false,
        tone,
        urgent: false,
    };
    vec![
        bar("Bud på Nordisk kongress 2029", 0, date(2026, 11, 2), date(2026, 12, 18), 40, Tone::Neutral),
        bar("Förankra hos näringslivet", 1, date(2026, 11, 2), date(2026, 11, 13), 100, Tone::Success),
        bar(
            "Destinationsbolagets anläggningsöversikt",
            1,
            date(2026, 11, 16),
            date(2026, 12, 1),
            60,
            Tone::Accent,
        ),
        bar("Skriva budet", 1, date(2026, 11, 27), date(2026, 12, 11), 10, Tone::Accent),
        bar("Visning på plats", 0, date(2026, 12, 7), date(2027, 1, 22), 0, Tone::Neutral),
        Task {
            urgent: true,
            ..bar("Boka hotell", 1, date(2026, 11, 9), date(2026, 11, 20), 30, Tone::Accent)
        },
        Task {
            milestone: true,
            ..bar("Budet lämnas", 1, date(2026, 12, 14), date(2026, 12, 14), 0, Tone::Warning)
        },
        bar("Besök av styrelsen", 1, date(2027, 1, 11), date(2027, 1, 13), 0, Tone::Accent),
    ]
}
