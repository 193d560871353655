//! The gallery: every widget, in light and dark, as a living style guide.
//!
//! ```sh
//! cargo run -p samsyn-client --example gallery -- [--light | --dark] [--page NAME]
//! ```
//!
//! The pages are `parts`, `form`, `table`, `gantt` and `frame`. Everything shown is made up, in Swedish, with words as long as
//! Swedish makes them: what holds these holds English.

use eframe::egui::{self, Frame, Panel, RichText, ScrollArea, Ui};
use jiff::civil::{Date, date};
use samsyn_client::widgets::{
    badge, button,
    date_popup::{DateEnd, DateTexts, Dating},
    dialog::Dialog,
    diff_text,
    draft::Drafts,
    empty_state::empty_state,
    field::{ChoiceTexts, Choices, Field, SetAction, SetTexts, YesNoTexts},
    gantt::{Gantt, GanttRow, GanttState, GanttTexts, Link},
    icon::{self, Icon},
    palette::{Item, Palette, PaletteTexts},
    picker::{Create, Found, PickerTexts},
    qr::Picture,
    sidebar,
    split::{Split, split},
    table::{Cell, Column, Direction, Look, Row, Table, TableState},
    theme::{self, Mode},
    toast::{Toast, Toasts},
    tokens::{Tokens, Tone, space},
    toolbar::toolbar,
};

mod form;
mod samples;

use form::*;
use samples::*;

const TODAY: Date = date(2026, 11, 23);
const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];
const DATES: DateTexts<'static> = DateTexts {
    months: MONTHS,
    weekdays: ["må", "ti", "on", "to", "fr", "lö", "sö"],
    week: "v.",
    today: "I dag",
    clear: "Ta bort",
    open: "Öppna kalendern",
    previous_month: "Föregående månad",
    next_month: "Nästa månad",
    previous_year: "Föregående år",
    next_year: "Nästa år",
    reversed: "Slutar innan det börjar.",
    hint: "åååå-mm-dd",
    from: "från",
    to: "till",
};
const PICKER: PickerTexts<'static> = PickerTexts {
    none: "Välj en anläggning",
    search: "Sök anläggning",
    no_match: "Inga träffar",
    clear: "Ta bort valet",
    visit: "Gå till anläggningen",
    more: "",
    create: Create { offer: "Skapa ”{}”", kinds: &["Ny anläggning"] },
};
const AREAS: [&str; 10] = [
    "Vintersport och hälsa",
    "Skogsindustri",
    "Fjällnära turism",
    "E-hälsa",
    "Livsmedel och hantverk",
    "Destinationsbolagets anläggningsöversikt",
    "Rennäring",
    "Försvar och beredskap",
    "Digitalisering",
    "Musik",
];
const VENUES: [(&str, &str); 4] = [
    ("Östersund Arena", "Östersund"),
    ("Storsjöteatern", "Östersund"),
    ("Jamtli", "Östersund"),
    ("Frösö Park", "Frösön"),
];

fn main() -> eframe::Result {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let mode = match (has("--light"), has("--dark")) {
        (true, _) => Mode::Light,
        (_, true) => Mode::Dark,
        _ => Mode::System,
    };
    let page = arguments.iter().skip_while(|argument| *argument != "--page").nth(1).cloned();
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1280.0, 860.0]),
        persist_window: false,
        ..eframe::NativeOptions::default()
    };
    let create = move |context: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        samsyn_client::widgets::prepare(&context.egui_ctx);
        theme::set(&context.egui_ctx, mode);
        Ok(Box::new(Gallery::new(page.as_deref())))
    };
    eframe::run_native("Samsyn gallery", options, Box::new(create))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Parts,
    Form,
    Table,
    Gantt,
    Frame,
}

const PAGES: [(Page, Icon, &str, &str, &str); 5] = [
    (Page::Parts, Icon::Sun, "parts", "Delar", ""),
    (Page::Form, Icon::Person, "form", "Formulär", "3"),
    (Page::Table, Icon::Calendar, "table", "Tabell", "1\u{a0}200"),
    (Page::Gantt, Icon::Bars, "gantt", "Planer", "12"),
    (Page::Frame, Icon::Review, "frame", "Ram och tomt", ""),
];

/// The model behind the gallery, as simple as can be.
struct Gallery {
    page: Page,
    drafts: Drafts<&'static str>,
    form: Form,
    query: String,
    table: TableState,
    order: Direction,
    gantt: GanttState,
    tasks: Vec<Task>,
    task: Option<usize>,
    palette: Palette,
    toasts: Toasts,
    dialog: bool,
}

impl Gallery {
    fn new(page: Option<&str>) -> Self {
        let page =
            PAGES.iter().find(|(_, _, name, ..)| Some(*name) == page).map_or(Page::Parts, |page| page.0);
        let mut table = TableState::default();
        table.select(2);
        Self {
            page,
            drafts: Drafts::new(),
            form: Form::new(),
            query: String::new(),
            table,
            order: Direction::Ascending,
            gantt: GanttState::default(),
            tasks: tasks(),
            task: Some(2),
            palette: Palette::default(),
            toasts: Toasts::default(),
            dialog: false,
        }
    }
}

impl eframe::App for Gallery {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        if ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::K)) {
            self.palette.open();
        }
        let sunken = Tokens::of(ui).sunken;
        let side = Frame::new().fill(sunken).inner_margin(space::M);
        Panel::left("sidebar").resizable(false).exact_size(212.0).frame(side).show(ui, |ui| self.sidebar(ui));
        let bare = matches!(self.page, Page::Table);
        let frame = Frame::new().fill(Tokens::of(ui).surface).inner_margin(if bare { 0.0 } else { space::L });
        egui::CentralPanel::default().frame(frame).show(ui, |ui| match self.page {
            Page::Parts => self.parts(ui),
            Page::Form => {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.form(ui));
            }
            Page::Table => self.table(ui),
            Page::Gantt => self.gantt(ui),
            Page::Frame => self.frame(ui),
        });
        self.overlays(ui.ctx());
        for lost in self.drafts.take_abandoned(ui.ctx()) {
            let text = format!("Sparades när sidan byttes: {}", lost.commit.text);
            self.toasts.push(Toast { text, tone: Tone::Success, action: None });
        }
    }
}

impl Gallery {
    fn sidebar(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XXS;
        ui.label(RichText::new("Samsyn").text_style(theme::title()));
        ui.add_space(space::M);
        for (page, icon, _, caption, count) in PAGES {
            let tone = if page == Page::Form { Tone::Warning } else { Tone::Neutral };
            let count = (!count.is_empty()).then_some((count, tone));
            if sidebar::item(ui, icon, caption, count, self.page == page).clicked() {
                self.page = page;
            }
        }
        sidebar::item(
            ui,
            Icon::Building,
            "Destinationsbolagets anläggningsöversikt",
            Some(("7", Tone::Danger)),
            false,
        );
        ui.add_space(space::L);
        for (mode, caption) in [(Mode::Light, "Ljust"), (Mode::Dark, "Mörkt")] {
            if button::quiet(ui, caption).clicked() {
                theme::set(ui.ctx(), mode);
            }
        }
        if button::with_icon(ui, Icon::Search, "Sök eller gör (Ctrl+K)").clicked() {
            self.palette.open();
        }
        ui.add_space(space::M);
        ui.horizontal(|ui| {
            badge::status_dot(ui, Tone::Success, "Ansluten");
            ui.label(RichText::new("Ansluten · 3 ändringar väntar").small().weak());
        });
    }

    fn parts(&mut self, ui: &mut Ui) {
        ui.label(RichText::new("Delar").text_style(theme::title()));
        ui.heading("Knappar");
        ui.horizontal(|ui| {
            button::primary(ui, Some(Icon::Plus), "Ny kontakt");
            button::primary(ui, None, "Spara");
            button::danger(ui, "Radera överallt");
            button::with_icon(ui, Icon::Import, "Importera");
            let _ = ui.button("Avbryt");
            button::quiet(ui, "Visa alla");
            button::icon_button(ui, Icon::Undo, "Ångra");
            button::icon_button(ui, Icon::Redo, "Gör om");
            ui.add_enabled_ui(false, |ui| {
                button::with_icon(ui, Icon::Trash, "Ta bort");
                button::icon_button(ui, Icon::Settings, "Inställningar");
            });
        });
        ui.add_space(space::M);
        marks_and_icons(ui);
        ui.heading("Text");
        ui.label("Brödtext: Åre, Östersund, Härjedalen. 0123456789 – “citat” • … → ✓ ✗ ▲ ▼ ⚠ ½ €");
        ui.label(RichText::new("Svag text: hjälp, bildtexter, det som läses sedan.").weak());
        ui.label(RichText::new("Stark text").text_style(theme::strong()));
        ui.label(RichText::new("Liten text").small());
        ui.label(RichText::new("Kod: 5db1e09").monospace());
        ui.add_space(space::M);
        ui.heading("Ändrad text");
        let before = "Arenan tar 9 165 gäster. Scenen är fast och foajén rymmer utställare.";
        let after = "Arenan tar över 9 500 gäster. Foajén rymmer utställare och mingel.";
        diff_text::diff_text(ui, &diff_text::words(before, after));
        ui.add_space(space::M);
        ui.horizontal(|ui| {
            for (tone, text) in TONES {
                if ui.button(format!("Visa: {text}")).clicked() {
                    let action = (tone != Tone::Success).then(|| "Ångra".to_owned());
                    let text = "Destinationsbolagets anläggningsöversikt är uppdaterad.".to_owned();
                    self.toasts.push(Toast { text, tone, action });
                }
            }
            self.dialog |= ui.button("Visa en dialog").clicked();
        });
        ui.add_space(space::M);
        ui.heading("Bild för en kamera");
        if let Some(picture) =
            Picture::of("wss://relay.example.se/p586gvzapw1g0dkwqaxx6x1d3g#AB12-CD34-EF56-GH78")
        {
            picture.show(ui, 160.0, "Adress och kod");
        }
    }

    fn form(&mut self, ui: &mut Ui) {
        ui.set_max_width(620.0);
        ui.spacing_mut().item_spacing.y = space::M;
        ui.label(RichText::new("Formulär").text_style(theme::title()));
        let (form, drafts) = (&mut self.form, &mut self.drafts);
        form.texts(ui, drafts);
        ui.horizontal_top(|ui| {
            form.numbers(ui, drafts);
        });
        form.choices(ui);
        if let Some(query) = form.reference(ui, &self.query) {
            self.query = query;
        }
        ui.separator();
        ui.heading("Bildtext till vänster");
        form.left(ui, drafts);
    }

    fn table(&mut self, ui: &mut Ui) {
        let columns = [
            Column::new("name", "Möte", 220.0).sortable().stretch(),
            Column::new("place", "Anläggning", 180.0).sortable(),
            Column::new("stage", "Läge", 120.0),
            Column::new("done", "Klart", 110.0),
            Column::new("people", "Delegater", 90.0).right().sortable(),
        ];
        let order = self.order;
        let panes = Split { id: "split", name: "Kant", right: 340.0, least: 260.0 };
        let selected = self.table.selection().clone();
        let state = &mut self.table;
        let (answer, ()) = split(
            ui,
            panes,
            |ui| {
                Frame::new().inner_margin(space::S).show(ui, |ui| {
                    toolbar(
                        ui,
                        |ui| button::primary(ui, Some(Icon::Plus), "Nytt möte"),
                        |ui| {
                            button::icon_button(ui, Icon::Filter, "Filtrera");
                            ui.weak("1 200 möten");
                        },
                    )
                });
                Table::new("meetings", "Möten", &columns, 1200).sorted_by("name", order).show(
                    ui,
                    state,
                    |index| (index % 17 != 9).then(|| meeting(index)),
                )
            },
            |ui| {
                ui.label(RichText::new("Valda").text_style(theme::title()));
                ui.label(format!("{} rader", selected.len()));
                ui.add(
                    egui::Label::new("Destinationsbolagets anläggningsöversikt för kongresser i fjällen")
                        .wrap(),
                );
            },
        );
        if let Some(sort) = answer.sort {
            self.order = sort.direction;
        }
        if let Some(row) = answer.opened {
            let text = format!("Öppnade rad {row}");
            self.toasts.push(Toast { text, tone: Tone::Neutral, action: None });
        }
    }

    fn gantt(&mut self, ui: &mut Ui) {
        let texts = GanttTexts {
            months: MONTHS,
            week: "v.",
            tasks: "Uppgifter",
            today: "I dag",
            zoom_out: "Zooma ut",
            zoom_in: "Zooma in",
            empty: "Inga uppgifter än",
            empty_hint: "Lägg till den första uppgiften, eller utgå från en arbetsmodell.",
            whole: "Hela planen",
            late: "försenad",
            day: "1 dag",
            days: "{} dagar",
            undated: "Inga uppgifter med datum",
            undated_hint: "Ge uppgifterna start och slut.",
        };
        let rows: Vec<GanttRow<'_, usize>> =
            self.tasks.iter().enumerate().map(|(id, task)| task.row(id)).collect();
        let links = [
            Link { from: 1, to: 2 },
            Link { from: 2, to: 3 },
            Link { from: 3, to: 6 },
            Link { from: 5, to: 6 },
        ];
        let chart = Gantt::new("plan", &rows, TODAY, &texts).links(&links).selected(self.task);
        let answer = chart.show(ui, &mut self.gantt);
        self.task = answer.selected.or(self.task);
        if let Some(moved) = answer.moved {
            let task = &mut self.tasks[moved.id];
            (task.start, task.end) = (moved.start, moved.end);
        }
    }

    fn frame(&mut self, ui: &mut Ui) {
        let hint = "Här hamnar det som två personer har ändrat samtidigt. När allt stämmer är listan tom.";
        empty_state(ui, Icon::Review, "Inget att granska", hint, Some("Visa det som är granskat"));
    }

    fn overlays(&mut self, ctx: &egui::Context) {
        self.toasts.show(ctx, "Stäng");
        if self.dialog {
            let title = "Ta bort Anna-Stina Överkonstruktionsbackman ur arbetsytan?";
            let dialog = Dialog { title, width: 440.0, close: "Stäng" };
            let shown = dialog.show(ctx, |ui| {
                ui.add(egui::Label::new("Det gäller genast: öppna förbindelser bryts nu.").wrap());
                ui.horizontal(|ui| {
                    button::danger(ui, "Ta bort ur arbetsytan").clicked() | ui.button("Avbryt").clicked()
                })
                .inner
            });
            self.dialog = !shown.closed && !shown.inner;
        }
        let item = |id, title, detail, shortcut| Item { id, title, detail, shortcut, found: false };
        let items = [
            item(0, "Ny kontakt", "Kontakter", "Ctrl+N"),
            item(1, "Exportera kontakter", "Kontakter", ""),
            item(2, "Ångra", "", "Ctrl+Z"),
            item(3, "Gör om", "", "Ctrl+Skift+Z"),
            item(4, "Byt till mörkt tema", "Utseende", ""),
            item(5, "Destinationsbolagets anläggningsöversikt", "Anläggning · Östersund", ""),
        ];
        let texts = PaletteTexts { prompt: "Vad vill du göra?", no_match: "Inget som passar", more: "" };
        if let Some(id) = self.palette.show(ctx, &items, texts) {
            let text = format!("Valde: {}", items[id].title);
            self.toasts.push(Toast { text, tone: Tone::Accent, action: None });
        }
    }
}

const TONES: [(Tone, &str); 5] = [
    (Tone::Neutral, "förfrågan"),
    (Tone::Accent, "preliminär"),
    (Tone::Success, "definitiv"),
    (Tone::Warning, "väntar"),
    (Tone::Danger, "krockar"),
];

fn marks_and_icons(ui: &mut Ui) {
    ui.heading("Märken");
    ui.horizontal_wrapped(|ui| {
        for (tone, text) in TONES {
            badge::badge(ui, text, tone);
        }
        badge::badge(ui, "7", Tone::Danger);
        badge::button(ui, Icon::Warning, "2 värden", Tone::Warning);
    });
    ui.horizontal_wrapped(|ui| {
        for (tone, text) in TONES {
            badge::chip(ui, text, tone, Some("Ta bort"));
        }
        badge::chip(ui, "utan kryss", Tone::Neutral, None);
        for (tone, text) in TONES {
            badge::status_dot(ui, tone, text);
        }
    });
    ui.add_space(space::M);
    ui.heading("Ikoner");
    let colour = Tokens::of(ui).text;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(space::L, space::M);
        for icon in Icon::ALL {
            icon::show(ui, icon, colour).on_hover_text(format!("{icon:?}"));
        }
    });
    ui.horizontal_wrapped(|ui| {
        for icon in Icon::ALL {
            let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(36.0), egui::Sense::hover());
            icon.paint(ui.painter(), rect.shrink(2.0), colour);
        }
    });
    ui.add_space(space::M);
}
