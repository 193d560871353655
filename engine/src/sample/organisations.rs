//! Organisations: the parties of the bureau, real ones with public facts; associations and companies, invented.
//!
//! What is said here of a real organisation beyond its name, place and website (its stand, its engagement, an
//! address to write to) is invented, and each record says so in its notes.

use super::associations::{ASSOCIATIONS, Association};
use super::draw::Draw;
use super::form::Form;
use super::known::KNOWN;
use super::names::plain;
use super::parties::{PARTIES, Party};
use super::world::World;
use crate::id::RecordId;
use crate::schema::NewRecord;
use crate::schema::kinds::ORGANISATION;

/// What the other kinds need to know of an organisation.
pub(super) struct Organisation {
    /// Its record.
    pub(super) id: RecordId,
    /// Its name.
    pub(super) name: String,
    /// What is known of it.
    pub(super) origin: Origin,
}

/// Where an organisation of the sample comes from.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// One of the real parties, or the bureau itself.
    Party(&'static Party),
    /// An invented association.
    Association(&'static Association),
    /// An invented company.
    Company,
}

impl Organisation {
    /// Its type, by the stored name.
    pub(super) fn kind(&self) -> &'static str {
        match self.origin {
            Origin::Party(party) => party.kind,
            Origin::Association(_) => "association",
            Origin::Company => "company",
        }
    }

    /// Whether there is no such organisation outside of the sample.
    pub(super) fn is_invented(&self) -> bool {
        match self.origin {
            Origin::Party(party) => party.is_invented(),
            Origin::Association(_) | Origin::Company => true,
        }
    }

    /// Whether it has backed the bureau.
    pub(super) fn is_sanctioned(&self) -> bool {
        matches!(self.origin, Origin::Party(party) if party.sanction == Some("sanctioned"))
    }

    /// The host of its people's e-mail addresses.
    pub(super) fn mail_host(&self) -> String {
        format!("{}.example.se", plain(&self.name))
    }
}

/// The organisations of a workspace: first the parties, then associations and companies in turn.
pub(super) fn outline(seed: u64, count: usize) -> Vec<Organisation> {
    (0..count).map(|number| organisation(seed, number)).collect()
}

fn organisation(seed: u64, number: usize) -> Organisation {
    let id = Draw::of(seed, "organisation", number).record_id();
    if let Some(party) = PARTIES.get(number) {
        let id = if number == 0 { KNOWN.bureau } else { id };
        return Organisation { id, name: party.name.to_owned(), origin: Origin::Party(party) };
    }
    let invented = number - PARTIES.len();
    match invented % 3 {
        2 => Organisation { id, name: company_name(invented / 3), origin: Origin::Company },
        rest => association(id, invented / 3 * 2 + rest),
    }
}

fn association(id: RecordId, number: usize) -> Organisation {
    let association = &ASSOCIATIONS[number % ASSOCIATIONS.len()];
    let name = match number / ASSOCIATIONS.len() {
        0 => association.name.to_owned(),
        section => format!("{}, sektion {section}", association.name),
    };
    Organisation { id, name, origin: Origin::Association(association) }
}

/// The `number`th name of an invented company.
fn company_name(number: usize) -> String {
    const FIRST: [&str; 13] = [
        "Fjällvind",
        "Tallmo",
        "Storåsen",
        "Norrhed",
        "Skarsjö",
        "Vinterlind",
        "Björnhöjd",
        "Kvarnbäck",
        "Ripfjäll",
        "Sundmark",
        "Hällestrand",
        "Myrvik",
        "Granudd",
    ];
    const LINE: [&str; 7] = ["Konsult", "Teknik", "Event", "Livs", "Digital", "Skog", "Resor"];
    let name = format!("{} {}", FIRST[number % FIRST.len()], LINE[number % LINE.len()]);
    match number / (FIRST.len() * LINE.len()) {
        0 => format!("{name} AB"),
        round => format!("{name} {} AB", round + 1),
    }
}

/// The `number`th organisation.
pub(super) fn record(world: &World, number: usize) -> NewRecord {
    let organisation = &world.organisations[number];
    let draw = &mut Draw::of(world.seed, "organisation/record", number);
    let form = Form::new()
        .text("name", organisation.name.as_str())
        .choice("type", organisation.kind())
        .text("email", format!("info@{}", organisation.mail_host()));
    let form = match organisation.origin {
        Origin::Party(party) => as_party(world, party, draw, form),
        Origin::Association(association) => as_association(world, association, form),
        Origin::Company => as_company(world, draw, form),
    };
    form.record(&ORGANISATION, organisation.id)
}

fn as_party(world: &World, party: &Party, draw: &mut Draw, form: Form) -> Form {
    let address = Form::new()
        .choice("type", "work")
        .text("street", party.street)
        .text("postal_code", party.postal_code)
        .text("town", party.town)
        .text("country", "Sverige");
    let invented = if party.is_invented() { NOTE_INVENTED } else { NOTE_REAL };
    let decided = party.sanction.filter(|stand| matches!(*stand, "sanctioned" | "conditional" | "declined"));
    form.maybe(world.organisation_named(party.parent), |form, parent| form.link("parent", parent.id))
        .maybe(party.website, |form, website| form.text("website", website))
        .rows("addresses", draw, vec![address])
        .links("focus_areas", world.areas(party.areas))
        .maybe(party.sanction, |form, stand| form.choice("sanction_status", stand))
        .maybe(decided, |form, _| {
            form.date("sanction_date", draw.day(world.today, -300, -30))
                .text("sanction_decider", party.decider)
        })
        .choice("engagement", draw.one(["informed", "takes_part", "takes_part", "drives"]))
        .text("notes", format!("{}\n\n{invented}", party.note))
}

fn as_association(world: &World, association: &Association, form: Form) -> Form {
    let reach = if association.international { "Nordiskt" } else { "Svenskt" };
    form.links("focus_areas", world.areas(&[association.area]))
        .text("notes", format!("{reach} förbund som håller {}.\n\n{NOTE_INVENTED}", association.congress))
}

fn as_company(world: &World, draw: &mut Draw, form: Form) -> Form {
    let area = draw.index(world.focus_areas.len()).unwrap_or_default();
    form.links("focus_areas", world.areas(&[area]))
        .choice("engagement", draw.one(["unaware", "informed", "informed", "takes_part"]))
        .text(
            "notes",
            format!("Företag i regionen som gärna ställer ut på möten i sitt ämne.\n\n{NOTE_INVENTED}"),
        )
}

const NOTE_REAL: &str = "Exempeldata: namn, ort och webbplats är offentliga uppgifter. Ställningstagande, engagemang \
                         och e-postadress är påhittade.";

const NOTE_INVENTED: &str = "Exempeldata: organisationen är påhittad.";
