//! A focus area: a subject in which the town is, or can become, strong enough that its meetings should come here.
//!
//! Contacts, organisations, plans and meetings point at focus areas; an area points only at those who agreed to it.
//! It is a claim with evidence: first *proposed*, then *agreed* by the parties.

use crate::schema::{Access, Caption, Choice, Enumeration, Field, FieldType, Icon, Kind, Target};

/// A subject in which the town is strong.
pub static FOCUS_AREA: Kind = Kind {
    name: "focus_area",
    caption: Caption::new("Fokusområde", "Focus area"),
    plural: Caption::new("Fokusområden", "Focus areas"),
    new: Caption::new("Nytt fokusområde", "New focus area"),
    icon: Icon::FocusArea,
    title: &[&["name"]],
    register: None,
    internal: false,
    access: Access::COMMON,
    fields: &[
        Field::new("name", "Namn", "Name", FieldType::Line)
            .section("Fokusområde", "Focus area")
            .listed()
            .searched()
            .required(),
        Field::new("scope", "Räckvidd", "Scope", FieldType::Enumeration(&SCOPE)).listed().help(
            "Om området bär nationella eller internationella möten.",
            "Whether the area carries national or international meetings.",
        ),
        Field::new("assessment", "Bedömning", "Assessment", FieldType::Enumeration(&ASSESSMENT))
            .listed()
            .help("Hur stark platsen är i området i dag.", "How strong the place is in this area today."),
        Field::new("strengths", "Styrkor", "Strengths", FieldType::Prose)
            .section("Underlag", "Grounds")
            .searched(),
        Field::new("rationale", "Motivering", "Rationale", FieldType::Prose)
            .searched()
            .help("Varför vi ska satsa på området.", "Why we should put our effort into this area."),
        Field::new("evidence", "Belägg", "Evidence", FieldType::Prose).searched().help(
            "Forskning, företag, möten som redan hållits: sådant som går att kontrollera.",
            "Research, companies, meetings already held: what can be checked.",
        ),
        Field::new(
            "relevance_organisers",
            "Värde för arrangörer",
            "Relevance for organisers",
            FieldType::Prose,
        )
        .section("Värde", "Relevance"),
        Field::new(
            "relevance_participants",
            "Värde för deltagare",
            "Relevance for participants",
            FieldType::Prose,
        ),
        Field::new("relevance_residents", "Värde för invånare", "Relevance for residents", FieldType::Prose),
        Field::new("status", "Läge", "Status", FieldType::Enumeration(&FOCUS_AREA_STATUS))
            .section("Enighet", "Agreement")
            .listed()
            .required(),
        Field::new(
            "agreed_by",
            "Överenskommet av",
            "Agreed by",
            FieldType::ReferenceSet(Target::Records(&["organisation"])),
        )
        .listed(),
        Field::new("agreed_on", "Överenskommet den", "Agreed on", FieldType::Date).past().listed(),
    ],
};

/// How far a subject's meetings come from.
pub static SCOPE: Enumeration = Enumeration::new(&[
    Choice::new("national", "Nationellt", "National"),
    Choice::new("international", "Internationellt", "International"),
]);

/// How strong the place is in a subject.
pub static ASSESSMENT: Enumeration = Enumeration::new(&[
    Choice::new("emerging", "Under uppbyggnad", "Emerging"),
    Choice::new("promising", "Lovande", "Promising"),
    Choice::new("strong", "Starkt", "Strong"),
    Choice::new("leading", "Ledande", "Leading"),
]);

/// Whether the parties have agreed to a focus area.
pub static FOCUS_AREA_STATUS: Enumeration = Enumeration::new(&[
    Choice::new("proposed", "Föreslaget", "Proposed"),
    Choice::new("agreed", "Överenskommet", "Agreed"),
    Choice::new("declined", "Avfört", "Declined"),
]);
