//! A form with a field of each type.

use super::*;

pub(super) struct Form {
    pub(super) name: String,
    pub(super) mail: String,
    pub(super) notes: String,
    pub(super) seats: Option<u32>,
    pub(super) kind: Option<usize>,
    pub(super) area: Option<usize>,
    pub(super) areas: Vec<usize>,
    pub(super) appointed: Option<bool>,
    pub(super) due: Option<Date>,
    pub(super) stay: (Option<Date>, Option<Date>),
    pub(super) venue: Option<usize>,
}

impl Form {
    pub(super) fn new() -> Self {
        Self {
            name: "Inga-Lill Fjällström".into(),
            mail: "inga-lill@example".into(),
            notes: "Träffades på hälsokongressen i Åre. Vill gärna ta hem mötet 2028.\n\nRinger helst på förmiddagen.".into(),
            seats: Some(12_500),
            kind: Some(1),
            area: None,
            areas: vec![0, 3, 5],
            appointed: Some(true),
            due: Some(date(2026, 12, 4)),
            stay: (Some(date(2028, 9, 11)), Some(date(2028, 9, 14))),
            venue: Some(0),
        }
    }

    pub(super) fn texts(&mut self, ui: &mut Ui, drafts: &mut Drafts<&'static str>) {
        let name = Field::new("Namn").conflict("2 värden").text_line(ui, drafts, &"name", &self.name);
        keep(&mut self.name, name.committed);
        let mail = Field::new("E-post")
            .help("Används bara för det som personen har sagt ja till.")
            .error("Adressen saknar en toppdomän.")
            .text_line(ui, drafts, &"mail", &self.mail);
        keep(&mut self.mail, mail.committed);
        let notes = Field::new("Anteckningar").rows(4).text_area(ui, drafts, &"notes", &self.notes);
        keep(&mut self.notes, notes.committed);
    }

    pub(super) fn numbers(&mut self, ui: &mut Ui, drafts: &mut Drafts<&'static str>) {
        let whole = |text: &str| text.trim().is_empty() || text.trim().parse::<u32>().is_ok();
        let error = drafts.is_held(&"seats").then_some("Skriv ett heltal, till exempel 1200.");
        let field = Field::new("Platser").unit("st").width(120.0).error(error);
        let seats = self.seats.map(|seats| seats.to_string()).unwrap_or_default();
        if let Some(commit) = field.text_checked(ui, drafts, &"seats", &seats, &whole).committed {
            self.seats = commit.text.trim().parse().ok();
        }
        let valid = |text: &str| text.trim().is_empty() || text.trim().parse::<Date>().is_ok();
        let dating = Dating { today: TODAY, texts: &DATES, valid: &valid };
        let due = Field::new("Uppföljning").date(ui, drafts, &"due", self.due, dating);
        keep_day(&mut self.due, due.end);
        let keys = (&"from", &"to");
        let stay = Field::new("Vistelse").date_range(ui, drafts, keys, self.stay, (dating, dating));
        let [first, last] = stay.ends;
        keep_day(&mut self.stay.0, first);
        keep_day(&mut self.stay.1, last);
    }

    pub(super) fn choices(&mut self, ui: &mut Ui) {
        let texts = ChoiceTexts { none: Some("Inte valt"), filter: "Filtrera", no_match: "Inget som passar" };
        let kinds = Choices { titles: &["Fysiskt", "Hybrid", "Digitalt"], chosen: self.kind, texts };
        self.kind = Field::new("Mötesform").choice(ui, kinds).changed.unwrap_or(self.kind);
        let areas = Choices { titles: &AREAS, chosen: self.area, texts };
        self.area = Field::new("Huvudområde").choice(ui, areas).changed.unwrap_or(self.area);
        let texts = SetTexts {
            add: "Lägg till område",
            remove: "Ta bort",
            filter: "Filtrera",
            no_match: "Inget kvar",
        };
        match Field::new("Fokusområden").choice_set(ui, &AREAS, &self.areas, texts).action {
            Some(SetAction::Add(index)) => self.areas.push(index),
            Some(SetAction::Remove(index)) => self.areas.retain(|area| *area != index),
            None => {}
        }
        let texts = YesNoTexts { yes: "Ja", no: "Nej" };
        self.appointed = Field::new("Utsedd ambassadör")
            .yes_no(ui, self.appointed, texts)
            .changed
            .unwrap_or(self.appointed);
    }

    /// Returns the new query, when there is one.
    pub(super) fn reference(&mut self, ui: &mut Ui, query: &str) -> Option<String> {
        let matches = |(title, _): &&(&str, &str)| title.to_lowercase().contains(&query.to_lowercase());
        let found: Vec<Found> = VENUES
            .iter()
            .filter(matches)
            .map(|(title, detail)| Found { title: (*title).into(), detail: (*detail).into() })
            .collect();
        let title = self.venue.map(|venue| VENUES[venue].0);
        let answer = Field::new("Anläggning").reference(ui, "venue", title, &found, &PICKER);
        if answer.cleared {
            self.venue = None;
        }
        if let Some(chosen) = answer.chosen {
            self.venue = VENUES.iter().position(|(title, _)| *title == found[chosen].title);
        }
        answer.query
    }

    pub(super) fn left(&mut self, ui: &mut Ui, drafts: &mut Drafts<&'static str>) {
        let width = 180.0;
        let name = Field::new("Namn").caption_left(width).text_line(ui, drafts, &"name left", &self.name);
        keep(&mut self.name, name.committed);
        let city = Field::new("Destinationsbolagets anläggningsöversikt").caption_left(width).hint("Ort");
        keep(&mut self.mail, city.help("Hjälp under fältet.").text_line(ui, drafts, &"city", "").committed);
        let fixed = Field::new("Kan inte ändras").caption_left(width).enabled(false);
        let _ = fixed.text_line(ui, drafts, &"fixed", "Östersund");
        let texts = YesNoTexts { yes: "Ja", no: "Nej" };
        let answer = Field::new("Flexibel").caption_left(width).yes_no(ui, self.appointed, texts);
        self.appointed = answer.changed.unwrap_or(self.appointed);
    }
}

/// Takes over a committed text, as the model would.
pub(super) fn keep_day(value: &mut Option<Date>, end: DateEnd) {
    if let Some(commit) = end.committed {
        *value = commit.text.trim().parse().ok();
    }
    *value = end.picked.unwrap_or(*value);
}

pub(super) fn keep(value: &mut String, committed: Option<samsyn_client::widgets::draft::Commit>) {
    if let Some(commit) = committed {
        *value = commit.text;
    }
}
