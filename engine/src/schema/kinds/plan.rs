//! A plan: a project that somebody drives, and that the bureau gathers with the others into one portfolio.
//!
//! ```text
//! plan ─┬─ tasks        who does what by when; a task may wait for other tasks (`depends_on`)
//!       ├─ milestones   days by which something is reached
//!       ├─ decisions    what was decided, when and by whom
//!       ├─ risks        what could go wrong, and what is done about it
//!       └─ reports      how it stands, told in turn
//! ```
//!
//! A task's first and last day are two registers on purpose: people move them one by one. Ends before beginnings and
//! circles of dependencies merge without a conflict; review finds them.

use super::shared::LEVEL;
use crate::schema::{Access, Caption, Choice, Enumeration, Field, FieldType, Icon, Kind, Target, Unit};

/// A project.
pub static PLAN: Kind = Kind {
    name: "plan",
    caption: Caption::new("Plan", "Plan"),
    plural: Caption::new("Planer", "Plans"),
    new: Caption::new("Ny plan", "New plan"),
    icon: Icon::Plan,
    title: &[&["name"]],
    register: None,
    internal: false,
    access: Access::of_organisation(&["owner", "partners"]),
    fields: &[
        Field::new("name", "Namn", "Name", FieldType::Line)
            .section("Plan", "Plan")
            .listed()
            .searched()
            .required(),
        Field::new("status", "Läge", "Status", FieldType::Enumeration(&PLAN_STATUS)).listed().required(),
        Field::new(
            "owner",
            "Ägande organisation",
            "Owner organisation",
            FieldType::Reference(Target::Records(&["organisation"])),
        )
        .listed(),
        Field::new(
            "responsible",
            "Ansvarig",
            "Responsible",
            FieldType::Reference(Target::Records(&["contact"])),
        )
        .listed(),
        Field::new(
            "partners",
            "Medverkande",
            "Partners",
            FieldType::ReferenceSet(Target::Records(&["organisation"])),
        ),
        Field::new(
            "focus_areas",
            "Fokusområden",
            "Focus areas",
            FieldType::ReferenceSet(Target::Records(&["focus_area"])),
        )
        .listed(),
        Field::new("goal", "Mål", "Goal", FieldType::Prose).searched().help(
            "Vad som är annorlunda när planen är genomförd, så att det går att följa upp.",
            "What will be different once the plan is carried out, so that it can be followed up.",
        ),
        Field::new("dates", "Tid", "Dates", FieldType::DateRange).listed(),
        Field::new("budget", "Budget", "Budget", FieldType::Money),
        Field::new("tasks", "Uppgifter", "Tasks", FieldType::Rows(TASK_ROWS)).section("Arbete", "Work"),
        Field::new("milestones", "Milstolpar", "Milestones", FieldType::Rows(MILESTONE_ROWS)),
        Field::new("decisions", "Beslut", "Decisions", FieldType::Rows(DECISION_ROWS))
            .section("Styrning", "Steering"),
        Field::new("risks", "Risker", "Risks", FieldType::Rows(RISK_ROWS)),
        Field::new("reports", "Lägesrapporter", "Status reports", FieldType::Rows(REPORT_ROWS)),
        Field::new("playbook", "Arbetsmodell", "Playbook", FieldType::Line)
            .section("Ursprung", "Origin")
            .help(
                "Den arbetsmodell som planen gjordes efter.",
                "The working model that this plan was made from.",
            ),
        Field::new("playbook_version", "Arbetsmodellens version", "Playbook version", FieldType::Line),
    ],
};

const TASK_ROWS: &[Field] = &[
    Field::new("title", "Uppgift", "Task", FieldType::Line).searched().required(),
    Field::new("status", "Läge", "Status", FieldType::Enumeration(&TASK_STATUS)),
    Field::new("owner", "Ansvarig", "Owner", FieldType::Reference(Target::Records(&["contact"]))),
    Field::new("start", "Start", "Start", FieldType::Date),
    Field::new("end", "Slut", "End", FieldType::Date)
        .follows("start")
        .due_unless("status", &["done", "dropped"])
        .help("Sista arbetsdagen.", "The last day of work."),
    Field::new("estimate", "Uppskattad tid", "Estimate", FieldType::measure(Unit::Hours)),
    Field::new("progress", "Utfört", "Progress", FieldType::percent()),
    Field::new("depends_on", "Väntar på", "Depends on", FieldType::ReferenceSet(Target::Rows("tasks")))
        .help("De uppgifter som måste vara klara först.", "The tasks that must be done first."),
    Field::new("description", "Beskrivning", "Description", FieldType::Prose).searched(),
];

const MILESTONE_ROWS: &[Field] = &[
    Field::new("title", "Milstolpe", "Milestone", FieldType::Line).searched().required(),
    Field::new("date", "Datum", "Date", FieldType::Date).due_unless("reached", &[]),
    Field::new("reached", "Nådd", "Reached", FieldType::YesNo),
];

const DECISION_ROWS: &[Field] = &[
    Field::new("date", "Datum", "Date", FieldType::Date).past(),
    Field::new("decision", "Beslut", "Decision", FieldType::Line).searched().required(),
    Field::new("decided_by", "Beslutat av", "Decided by", FieldType::Line),
];

const RISK_ROWS: &[Field] = &[
    Field::new("title", "Risk", "Risk", FieldType::Line).searched().required(),
    Field::new("likelihood", "Sannolikhet", "Likelihood", FieldType::Enumeration(&LEVEL)),
    Field::new("consequence", "Konsekvens", "Consequence", FieldType::Enumeration(&LEVEL)),
    Field::new("action", "Åtgärd", "Action", FieldType::Line),
    Field::new("owner", "Ansvarig", "Owner", FieldType::Reference(Target::Records(&["contact"]))),
];

const REPORT_ROWS: &[Field] = &[
    Field::new("date", "Datum", "Date", FieldType::Date).past().required(),
    Field::new("status", "Bedömning", "Assessment", FieldType::Enumeration(&REPORT_STATUS)),
    Field::new("text", "Rapport", "Report", FieldType::Prose).searched(),
];

/// Where a plan stands.
pub static PLAN_STATUS: Enumeration = Enumeration::new(&[
    Choice::new("draft", "Utkast", "Draft"),
    Choice::new("approved", "Beslutad", "Approved"),
    Choice::new("active", "Pågår", "Active"),
    Choice::new("paused", "Vilar", "Paused"),
    Choice::new("done", "Avslutad", "Done"),
    Choice::new("cancelled", "Avbruten", "Cancelled"),
]);

/// Where a task stands.
pub static TASK_STATUS: Enumeration = Enumeration::new(&[
    Choice::new("to_do", "Att göra", "To do"),
    Choice::new("in_progress", "Pågår", "In progress"),
    Choice::new("blocked", "Hindrad", "Blocked"),
    Choice::new("done", "Klar", "Done"),
    Choice::new("dropped", "Struken", "Dropped"),
]);

/// How a plan is doing, in one word.
pub static REPORT_STATUS: Enumeration = Enumeration::new(&[
    Choice::new("on_track", "Enligt plan", "On track"),
    Choice::new("at_risk", "I riskzonen", "At risk"),
    Choice::new("off_track", "Ur fas", "Off track"),
]);
