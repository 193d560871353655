//! What can be written: the kinds of records, their fields, and what each takes.

use clap::Args;
use samsyn_engine::schema::{
    Caption, Choice, Enumeration, Field, FieldType, KINDS, Kind, Language, Target, Unit,
};
use serde_json::{Value as Json, json};

use super::people::kind;
use super::render::{json as write_json, line};
use crate::context::{Context, Failure};

/// List the kinds of records, or the fields of a kind.
#[derive(Debug, Args)]
pub(super) struct Fields {
    /// The kind; without it, all kinds are listed.
    kind: Option<String>,
    #[command(flatten)]
    json: super::Json,
}

impl Fields {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let language = context.language;
        match &self.kind {
            Some(name) => self.of_kind(kind(name)?, language),
            None => self.kinds(language),
        }
    }

    fn kinds(&self, language: Language) -> Result<(), Failure> {
        let kinds: Vec<&Kind> = KINDS.iter().copied().filter(|kind| !kind.internal).collect();
        if self.json.json {
            return write_json(&kinds.iter().map(|kind| kind_to_json(kind)).collect());
        }
        for kind in kinds {
            line(format_args!("{}  {}", padded(kind.name, NAME), kind.plural.get(language)))?;
        }
        line(MORE.get(language))
    }

    fn of_kind(&self, kind: &Kind, language: Language) -> Result<(), Failure> {
        if self.json.json {
            let mut described = kind_to_json(kind);
            described["fields"] = kind.fields.iter().map(field_to_json).collect();
            return write_json(&described);
        }
        line(format_args!("{}: {}", kind.name, kind.caption.get(language)))?;
        let mut lines = Vec::new();
        fields(kind.fields, "  ", language, &mut lines);
        lines.into_iter().try_for_each(line)
    }
}

/// The width of a name's column.
const NAME: usize = 22;

fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

fn fields(fields: &[Field], indent: &str, language: Language, lines: &mut Vec<String>) {
    for field in fields {
        let required = if field.required { REQUIRED.get(language) } else { "" };
        let name = padded(field.name, NAME.saturating_sub(indent.len() - 2));
        let what = takes(&field.field_type, language);
        lines.push(format!("{indent}{name}  {}: {what}{required}", field.caption.get(language)));
        let deeper = format!("{indent}    ");
        match field.field_type {
            FieldType::Rows(cells) => self::fields(cells, &deeper, language, lines),
            FieldType::Enumeration(list) | FieldType::EnumerationSet(list) => {
                let choice = |choice: &Choice| {
                    format!("{deeper}{}  {}", padded(choice.value, NAME - 4), choice.caption.get(language))
                };
                lines.extend(list.choices.iter().map(choice));
            }
            _ => {}
        }
    }
}

/// What a field takes, in words.
fn takes(field_type: &FieldType, language: Language) -> String {
    let say = |caption: Caption| caption.get(language).to_owned();
    match field_type {
        FieldType::Number { unit, decimals, range: (lowest, highest) } => {
            let whole = if *decimals == 0 { WHOLE } else { NUMBER };
            let words = |number: &f64| {
                field_type
                    .bare_words(&samsyn_engine::schema::Value::Number(*number), language, &|_| String::new())
            };
            let unit = match unit.symbol(language) {
                "" => String::new(),
                symbol => format!(" {symbol}"),
            };
            format!("{}, {}–{}{unit}", whole.get(language), words(lowest), words(highest))
        }
        FieldType::Reference(target) => format!("{} {}", REFERENCE.get(language), targets(target, language)),
        FieldType::ReferenceSet(target) => {
            format!("{} {}", REFERENCES.get(language), targets(target, language))
        }
        FieldType::Line => say(Caption::new("en rad text", "one line of text")),
        FieldType::Prose => say(Caption::new("löpande text", "running text")),
        FieldType::Money => {
            say(Caption::new("belopp, till exempel 125 000 kr", "amount, for example 125,000 SEK"))
        }
        FieldType::Date => say(Caption::new(
            "dag, till exempel 12 maj 2029 eller v. 20",
            "day, for example 12 May 2029 or week 20",
        )),
        FieldType::DateRange => {
            say(Caption::new("dagar, till exempel 12–14 maj 2029", "days, for example 12–14 May 2029"))
        }
        FieldType::Email => say(Caption::new("e-postadress", "e-mail address")),
        FieldType::Phone => say(Caption::new("telefonnummer", "telephone number")),
        FieldType::Url => say(Caption::new("webbadress", "web address")),
        FieldType::Enumeration(_) => say(Caption::new("ett av", "one of")),
        FieldType::EnumerationSet(_) => {
            say(Caption::new("några av, med komma emellan", "some of, with commas between"))
        }
        FieldType::Rows(_) => say(Caption::new("rader (samsyn add --to) med", "rows (samsyn add --to) of")),
        FieldType::Coordinates => {
            say(Caption::new("punkt, till exempel 63.1792, 14.6357", "point, for example 63.1792, 14.6357"))
        }
        FieldType::Counter => say(Caption::new("räknare, ett heltal", "counter, a whole number")),
        FieldType::YesNo => say(Caption::new("ja eller nej", "yes or no")),
    }
}

fn targets(target: &Target, language: Language) -> String {
    match target {
        Target::Rows(list) => ROW_OF.get(language).replace("{}", list),
        Target::Records(kinds) => kinds.join(", "),
    }
}

fn kind_to_json(kind: &Kind) -> Json {
    json!({ "kind": kind.name, "caption": caption(kind.caption), "plural": caption(kind.plural) })
}

fn caption(caption: Caption) -> Json {
    json!({ "sv": caption.sv, "en": caption.en })
}

fn field_to_json(field: &Field) -> Json {
    let mut json = json!({
        "name": field.name, "caption": caption(field.caption), "type": type_name(&field.field_type), "required": field.required,
    });
    if let Some(help) = field.help {
        json["help"] = caption(help);
    }
    match field.field_type {
        FieldType::Number { unit, decimals, range } => {
            json["decimals"] = decimals.into();
            json["lowest"] = range.0.into();
            json["highest"] = range.1.into();
            if unit != Unit::None && unit != Unit::Year {
                json["unit"] = caption(Caption {
                    sv: unit.symbol(Language::Swedish),
                    en: unit.symbol(Language::English),
                });
            }
        }
        FieldType::Enumeration(list) | FieldType::EnumerationSet(list) => json["values"] = values(list),
        FieldType::Reference(target) | FieldType::ReferenceSet(target) => match target {
            Target::Records(kinds) => json["kinds"] = json!(kinds),
            Target::Rows(list) => json["list"] = list.into(),
        },
        FieldType::Rows(fields) => json["fields"] = fields.iter().map(field_to_json).collect(),
        _ => {}
    }
    json
}

fn values(list: &Enumeration) -> Json {
    list.choices
        .iter()
        .map(|choice| json!({ "value": choice.value, "caption": caption(choice.caption) }))
        .collect()
}

fn type_name(field_type: &FieldType) -> &'static str {
    match field_type {
        FieldType::Line => "line",
        FieldType::Prose => "prose",
        FieldType::Number { .. } => "number",
        FieldType::Money => "money",
        FieldType::Date => "date",
        FieldType::DateRange => "date_range",
        FieldType::Email => "email",
        FieldType::Phone => "phone",
        FieldType::Url => "url",
        FieldType::Enumeration(_) => "choice",
        FieldType::EnumerationSet(_) => "choices",
        FieldType::Reference(_) => "reference",
        FieldType::ReferenceSet(_) => "references",
        FieldType::Rows(_) => "rows",
        FieldType::Coordinates => "coordinates",
        FieldType::Counter => "counter",
        FieldType::YesNo => "yes_no",
    }
}

const MORE: Caption =
    Caption::new("Fälten i ett slag: samsyn fields SLAG", "The fields of a kind: samsyn fields KIND");
const REQUIRED: Caption = Caption::new(" (bör fyllas i)", " (should be filled in)");
const WHOLE: Caption = Caption::new("heltal", "whole number");
const NUMBER: Caption = Caption::new("tal", "number");
const REFERENCE: Caption =
    Caption::new("namn eller beteckning på en post:", "title or identifier of a record:");
const REFERENCES: Caption = Caption::new(
    "namn eller beteckningar på poster, med komma emellan:",
    "titles or identifiers of records, with commas between:",
);
const ROW_OF: Caption = Caption::new("rad i {}", "row of {}");
