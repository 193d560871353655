//! Plans: a playbook's steps laid out on the calendar, as far done as the day allows.
//!
//! Each step begins on the working day after the last of those it waits for, so dependencies run forward and never in
//! a circle; what lies before today is done.

use jiff::civil::Date;

use super::draw::{Draw, after, workday};
use super::form::Form;
use super::known::KNOWN;
use super::playbooks::{PLAYBOOKS, Playbook, Step};
use super::portfolio::{PROJECTS, Project};
use super::world::World;
use crate::id::{RecordId, RowId};
use crate::schema::kinds::PLAN;
use crate::schema::{DateRange, NewRecord};

/// A step on the calendar.
struct Task {
    id: RowId,
    step: &'static Step,
    start: Date,
    end: Date,
}

/// The names of the plans.
pub(super) fn outline(seed: u64, count: usize) -> Vec<RecordId> {
    let id = |number| match number {
        0 => KNOWN.plan,
        number => Draw::of(seed, "plan", number).record_id(),
    };
    (0..count).map(id).collect()
}

/// The `number`th plan.
pub(super) fn record(world: &World, number: usize) -> NewRecord {
    let draw = &mut Draw::of(world.seed, "plan/record", number);
    let project = &PROJECTS[number % PROJECTS.len()];
    let round = number / PROJECTS.len();
    let playbook = &PLAYBOOKS[project.playbook];
    let begins = workday(after(world.today, project.begins + 30 * (round as i64 % 12)));
    let tasks = tasks(playbook, begins, number == 0, draw);
    let last = tasks.iter().map(|task| task.end).max().unwrap_or(begins);
    let form = Form::new()
        .text(
            "name",
            if round == 0 { project.name.to_owned() } else { format!("{} {}", project.name, round + 1) },
        )
        .choice("status", standing(world.today, begins, last))
        .text("goal", project.goal)
        .dates("dates", DateRange::new(begins, last))
        .crowns("budget", project.budget * 1_000)
        .text("playbook", playbook.name)
        .text("playbook_version", playbook.version);
    let crew = crew(world, project);
    let form = shared(world, project, &crew, draw, form);
    let rows = tasks.iter().map(|task| (task.id, task_row(world.today, &tasks, task, &crew, draw))).collect();
    let form = form.named_rows("tasks", rows);
    let form = form.rows("milestones", draw, milestones(world.today, playbook, &tasks));
    steering(world.today, begins, last, draw, form).record(&PLAN, world.plans[number])
}

fn standing(today: Date, first: Date, last: Date) -> &'static str {
    match (first <= today, last < today) {
        (_, true) => "done",
        (true, false) => "active",
        (false, false) if first < after(today, 60) => "approved",
        (false, false) => "draft",
    }
}

/// The people of the organisations that own it and take part; everybody, where these have nobody.
fn crew(world: &World, project: &Project) -> Vec<RecordId> {
    let takes_part = |place: usize| place == project.owner || project.partners.contains(&place);
    let all = world.people.iter();
    let own =
        all.clone().filter(|person| person.organisation.is_some_and(takes_part)).map(|person| person.id);
    let own: Vec<RecordId> = own.collect();
    if own.is_empty() { all.map(|person| person.id).collect() } else { own }
}

/// Who owns it, who answers for it and who takes part.
fn shared(world: &World, project: &Project, crew: &[RecordId], draw: &mut Draw, form: Form) -> Form {
    let party = |place: &usize| world.organisations.get(*place).map(|organisation| organisation.id);
    form.maybe(party(&project.owner), |form, owner| form.link("owner", owner))
        .maybe(draw.pick(crew), |form, person| form.link("responsible", *person))
        .links("partners", project.partners.iter().filter_map(party))
        .links("focus_areas", world.areas(project.areas))
}

fn tasks(playbook: &'static Playbook, begins: Date, known: bool, draw: &mut Draw) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::with_capacity(playbook.steps.len());
    for (place, step) in playbook.steps.iter().enumerate() {
        let before = step.waits_for.iter().map(|before| after(tasks[*before].end, 1)).max();
        let start = workday(before.unwrap_or(begins));
        let end = workday(after(start, step.days - 1));
        let drawn = draw.row_id();
        let known = KNOWN.plan_tasks.get(place.wrapping_sub(1)).filter(|_| known).copied();
        tasks.push(Task { id: known.unwrap_or(drawn), step, start, end });
    }
    tasks
}

fn milestones(today: Date, playbook: &Playbook, tasks: &[Task]) -> Vec<Form> {
    let form = |(title, place): &(&str, usize)| {
        let day = tasks[*place].end;
        Form::new().text("title", *title).date("date", day).yes_no("reached", day < today)
    };
    playbook.milestones.iter().map(form).collect()
}

fn task_row(today: Date, tasks: &[Task], task: &Task, crew: &[RecordId], draw: &mut Draw) -> Form {
    let (status, progress) = match (task.start <= today, task.end < today) {
        (_, true) => ("done", 100),
        (true, false) if task.id == KNOWN.plan_tasks[0] => ("in_progress", 40),
        (true, false) if draw.chance(12) => ("blocked", 10),
        (true, false) => ("in_progress", draw.between(2, 8) as u32 * 10),
        (false, false) => ("to_do", 0),
    };
    Form::new()
        .text("title", task.step.title)
        .text("description", task.step.description)
        .maybe(draw.pick(crew), |form, owner| form.link("owner", *owner))
        .date("start", task.start)
        .date("end", task.end)
        .whole("estimate", task.step.hours)
        .whole("progress", progress)
        .choice("status", status)
        .row_links("depends_on", task.step.waits_for.iter().map(|before| tasks[*before].id))
}

/// Decisions, risks and reports: a plan that has not begun has only risks.
fn steering(today: Date, first: Date, last: Date, draw: &mut Draw, form: Form) -> Form {
    let decision = (first <= today).then(|| {
        Form::new()
            .date("date", first)
            .text("decision", "Planen godkänd och budgeten fördelad mellan parterna")
            .text("decided_by", "Styrgruppen")
    });
    let until = today.min(last);
    let days: Vec<Date> = (1..=3).map(|month| after(first, 30 * month)).filter(|day| *day < until).collect();
    let reports = days.into_iter().map(|day| report(workday(day), draw)).collect();
    let risks = (0..draw.between(1, 3)).map(|number| risk(number as usize)).collect();
    form.rows("decisions", draw, decision.into_iter().collect())
        .rows("risks", draw, risks)
        .rows("reports", draw, reports)
}

fn report(day: Date, draw: &mut Draw) -> Form {
    let (status, text) = draw.one([
        (
            "on_track",
            "Arbetet följer planen. Parterna har lämnat sina underlag i tid och nästa steg är bokat.",
        ),
        ("on_track", "Något före planen. Hotellen svarade snabbare än väntat."),
        ("at_risk", "Två svar saknas. Om de inte kommer före månadsskiftet skjuts nästa steg en vecka."),
        (
            "off_track",
            "Ansvarig har bytt tjänst. Ersättare utses på nästa möte, tills dess vilar delar av arbetet.",
        ),
    ]);
    Form::new().date("date", day).choice("status", status).text("text", text)
}

fn risk(number: usize) -> Form {
    let (title, likelihood, consequence, action) = [
        ("Nyckelperson slutar", "medium", "high", "Två personer följer varje kontakt"),
        ("För få rum under toppnatten", "high", "high", "Avtala med boenden i Brunflo och Krokom i god tid"),
        ("Parterna är inte överens om budget", "low", "medium", "Avstämning före varje beslut"),
    ][number % 3];
    Form::new()
        .text("title", title)
        .choice("likelihood", likelihood)
        .choice("consequence", consequence)
        .text("action", action)
}
