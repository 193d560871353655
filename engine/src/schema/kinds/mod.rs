//! The record kinds, one file each.
//!
//! | kind | refers to |
//! | --- | --- |
//! | meeting | organisation, contact, focus area, plan, venue |
//! | contact | organisation, focus area, other contacts |
//! | organisation | the organisation it is part of, focus area |
//! | venue | organisation, contact, meeting (in its holds) |
//! | plan | organisation, contact, focus area |
//! | focus area | organisation (those that agreed) |
//! | member | nothing: its id is a device's |
//!
//! To add a kind, write its file and name it in [`KINDS`]; to add a field, write it into its kind's file. The tests
//! here hold every kind to the same rules. Enumerations that rules and reports name are exported beside the kinds.

mod contact;
mod focus_area;
mod meeting;
mod member;
mod organisation;
mod plan;
mod shared;
mod venue;

pub use contact::{AMBASSADOR_STAGE, CHANNEL, CONTACT, CONTACT_LANGUAGE, LEGAL_BASIS, RELATION};
pub use focus_area::{ASSESSMENT, FOCUS_AREA, FOCUS_AREA_STATUS, SCOPE};
pub use meeting::{
    LOST_BECAUSE, MEETING, MEETING_CATEGORY, MEETING_FORMAT, MEETING_FREQUENCY, MEETING_STAGE,
    MEETING_STATUS, OUTCOME_TYPE, is_regular,
};
pub use member::MEMBER;
pub use organisation::{ENGAGEMENT, ORGANISATION, ORGANISATION_TYPE, SANCTION_STATUS};
pub use plan::{PLAN, PLAN_STATUS, REPORT_STATUS, TASK_STATUS};
pub use shared::{LEVEL, PLACE};
pub use venue::{ACCESSIBILITY, FACILITY, HOLD_STATUS, SETUPS, VENUE, VENUE_TYPE, capacity_field};

use super::Kind;

/// All kinds, in the order of the sidebar.
pub static KINDS: &[&Kind] = &[&MEETING, &CONTACT, &ORGANISATION, &VENUE, &PLAN, &FOCUS_AREA, &MEMBER];

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::{Caption, Enumeration, Field, FieldType, Language, Target};

    /// The kind's own fields, and the fields of each of its lists: the places where names must differ.
    fn forms(kind: &'static Kind) -> Vec<(String, &'static [Field])> {
        let lists = kind.fields.iter().filter_map(|field| match field.field_type {
            FieldType::Rows(fields) => Some((format!("{}.{}", kind.name, field.name), fields)),
            _ => None,
        });
        std::iter::once((kind.name.to_owned(), kind.fields)).chain(lists).collect()
    }

    fn all_forms() -> impl Iterator<Item = (&'static Kind, String, &'static [Field])> {
        KINDS.iter().flat_map(|kind| forms(kind).into_iter().map(|(label, fields)| (*kind, label, fields)))
    }

    fn well_formed(name: &str) -> bool {
        let letters = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        letters && name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.ends_with('_')
    }

    fn assert_distinct<'a>(label: &str, words: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for word in words {
            assert!(seen.insert(word), "{label}: \"{word}\" twice");
        }
    }

    fn assert_caption(label: &str, caption: Caption) {
        for language in Language::ALL {
            let text = caption.get(language);
            assert!(!text.is_empty() && text == text.trim(), "{label} in {language:?}: \"{text}\"");
        }
    }

    fn enumeration(field: &Field) -> Option<&'static Enumeration> {
        match field.field_type {
            FieldType::Enumeration(list) | FieldType::EnumerationSet(list) => Some(list),
            _ => None,
        }
    }

    #[test]
    fn names_are_unique_and_well_formed() {
        assert_distinct("kinds", KINDS.iter().map(|kind| kind.name));
        assert!(KINDS.iter().all(|kind| well_formed(kind.name)));
        for (_, label, fields) in all_forms() {
            assert_distinct(&label, fields.iter().map(|field| field.name));
            for field in fields {
                assert!(well_formed(field.name), "{label}.{}", field.name);
                assert!(!["removed", "id", "kind"].contains(&field.name), "{label}.{}: reserved", field.name);
            }
        }
    }

    #[test]
    fn captions_are_there_in_both_languages_and_tell_fields_apart() {
        for kind in KINDS {
            assert_caption(kind.name, kind.caption);
            assert_caption(kind.name, kind.plural);
        }
        for (_, label, fields) in all_forms() {
            for field in fields {
                let label = format!("{label}.{}", field.name);
                assert_caption(&label, field.caption);
                field.help.into_iter().chain(field.section).for_each(|text| assert_caption(&label, text));
            }
            for language in Language::ALL {
                assert_distinct(&label, fields.iter().map(|field| field.caption.get(language)));
            }
        }
    }

    #[test]
    fn help_is_a_sentence() {
        for (_, label, fields) in all_forms() {
            for help in fields.iter().filter_map(|field| field.help) {
                assert!(help.sv.ends_with('.') && help.en.ends_with('.'), "{label}: {help:?}");
            }
        }
    }

    #[test]
    fn enumerations_have_distinct_values_and_captions() {
        for (_, label, fields) in all_forms() {
            for field in fields {
                let Some(list) = enumeration(field) else { continue };
                let label = format!("{label}.{}", field.name);
                assert!(!list.choices.is_empty(), "{label}");
                assert_distinct(&label, list.choices.iter().map(|choice| choice.value));
                assert!(list.choices.iter().all(|choice| well_formed(choice.value)), "{label}");
                list.choices.iter().for_each(|choice| assert_caption(&label, choice.caption));
                for language in Language::ALL {
                    assert_distinct(&label, list.choices.iter().map(|choice| choice.caption.get(language)));
                }
            }
        }
    }

    #[test]
    fn titles_are_made_of_lines() {
        for kind in KINDS {
            assert!(!kind.title.is_empty(), "{}", kind.name);
            for name in kind.title.iter().flat_map(|names| names.iter()) {
                let field = kind.field(name).unwrap_or_else(|| panic!("{} has no {name}", kind.name));
                assert_eq!(field.field_type, FieldType::Line, "{}.{name}", kind.name);
            }
        }
    }

    #[test]
    fn references_point_at_what_there_is() {
        for (owner, label, fields) in all_forms() {
            for field in fields {
                let label = format!("{label}.{}", field.name);
                match field.field_type {
                    FieldType::Reference(Target::Records(names))
                    | FieldType::ReferenceSet(Target::Records(names)) => {
                        assert!(!names.is_empty(), "{label}");
                        names
                            .iter()
                            .for_each(|name| assert!(kind(name).is_some(), "{label}: no kind {name}"));
                    }
                    FieldType::Reference(Target::Rows(list))
                    | FieldType::ReferenceSet(Target::Rows(list)) => {
                        assert!(owner.row_fields(list).is_some(), "{label}: no list {list}");
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn rows_hold_neither_rows_nor_counters() {
        for kind in KINDS {
            for (label, fields) in forms(kind).into_iter().skip(1) {
                for field in fields {
                    let nested = matches!(field.field_type, FieldType::Rows(_) | FieldType::Counter);
                    assert!(!nested, "{label}.{}", field.name);
                }
            }
        }
    }

    /// A row is made by one person, with all its containers, under a name of its own: so there is no seed for them. A container that a
    /// later version adds to rows would be made by each of two who first need it, and one of both would hide the other, with what is in
    /// it. Rows get what is new as registers, or in a list of its own; a list that is new may bring its rows' containers along.
    #[test]
    fn rows_get_no_containers_later() {
        const RELEASED: [&str; 3] = ["plan.tasks.depends_on", "plan.tasks.description", "plan.reports.text"];
        let mut found = Vec::new();
        for kind in KINDS {
            for list in kind.fields {
                let FieldType::Rows(fields) = list.field_type else { continue };
                for field in fields.iter().filter(|field| !field.field_type.is_register()) {
                    let label = format!("{}.{}.{}", kind.name, list.name, field.name);
                    assert_eq!(field.since, list.since, "{label}: it would come after its list");
                    found.push(label);
                }
                let later = fields.iter().filter(|field| field.since != list.since);
                assert!(
                    later.clone().count() == 0,
                    "{}.{}: nothing looks at what their fields came with",
                    kind.name,
                    list.name
                );
            }
        }
        assert_eq!(found, RELEASED, "containers in rows: none is added to a list that was released");
    }

    #[test]
    fn people_find_and_see_every_kind_they_make() {
        for kind in KINDS.iter().filter(|kind| !kind.internal) {
            let columns = kind.listed().count();
            assert!((5..=8).contains(&columns), "{} lists {columns} columns", kind.name);
            assert!(kind.fields.iter().any(|field| field.searched), "{}", kind.name);
            assert!(kind.fields.iter().any(|field| field.required), "{}", kind.name);
            assert!(kind.fields[0].section.is_some(), "{} begins without a heading", kind.name);
        }
    }
}
