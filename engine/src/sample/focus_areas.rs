//! The subjects in which the town is strong.
//!
//! Eight are written out, with grounds that anybody can look up: the university's research centres, UNESCO's city of
//! gastronomy, the world championships in biathlon. Whether the parties agreed to them is invented.

use super::draw::{Draw, after};
use super::form::Form;
use super::known::KNOWN;
use super::world::World;
use crate::id::RecordId;
use crate::schema::NewRecord;
use crate::schema::kinds::FOCUS_AREA;

/// A subject as it is written out.
struct Area {
    name: &'static str,
    scope: &'static str,
    assessment: &'static str,
    strengths: &'static str,
    rationale: &'static str,
    evidence: &'static str,
    organisers: &'static str,
    participants: &'static str,
    residents: &'static str,
}

/// The names of the subjects.
pub(super) fn outline(seed: u64, count: usize) -> Vec<RecordId> {
    let id = |number| match number {
        0 => KNOWN.focus_area,
        number => Draw::of(seed, "focus_area", number).record_id(),
    };
    (0..count).map(id).collect()
}

/// The `number`th subject.
pub(super) fn record(world: &World, number: usize) -> NewRecord {
    let draw = &mut Draw::of(world.seed, "focus_area/record", number);
    let area = &AREAS[number % AREAS.len()];
    let round = number / AREAS.len();
    let name = if round == 0 { area.name.to_owned() } else { format!("{} {}", area.name, round + 1) };
    let form = Form::new()
        .text("name", name)
        .choice("scope", area.scope)
        .choice("assessment", area.assessment)
        .text("strengths", area.strengths)
        .text("rationale", area.rationale)
        .text("evidence", area.evidence)
        .text("relevance_organisers", area.organisers)
        .text("relevance_participants", area.participants)
        .text("relevance_residents", area.residents);
    agreement(world, number, draw, form).record(&FOCUS_AREA, world.focus_areas[number])
}

/// The first five are agreed by the parties that back the bureau; the rest are still proposals.
fn agreement(world: &World, number: usize, draw: &mut Draw, form: Form) -> Form {
    if number % AREAS.len() >= 5 {
        return form.choice("status", "proposed");
    }
    let parties = world.organisations.iter().filter(|party| party.is_sanctioned());
    form.choice("status", "agreed")
        .links("agreed_by", parties.map(|party| party.id))
        .date("agreed_on", after(world.today, -draw.between(60, 240)))
}

static AREAS: [Area; 8] = [
    Area {
        name: "Vintersport och friluftsliv",
        scope: "international",
        assessment: "leading",
        strengths: "Skidstadion mitt i staden, nationell arena för skidskytte, och ett forskningscentrum för vinteridrott \
                    på promenadavstånd. Snö från november varje år.",
        rationale: "Få städer i världen har stadion, laboratorium och hotell inom två kilometer. Förbund som möts här kan \
                    lägga kongressen till en tävlingshelg.",
        evidence: "Världsmästerskap i skidskytte 1970, 2008 och 2019. Nationellt vintersportcentrum vid Mittuniversitetet.",
        organisers: "Program i fält: testdag i labbet, pass på stadion, kvällstävling i elljus.",
        participants: "Skidor på fötterna en kvart efter sista föredraget.",
        residents: "Föredrag öppna för föreningslivet och nya kontakter för ledare och unga aktiva.",
    },
    Area {
        name: "Idrottsteknik och innovation",
        scope: "international",
        assessment: "strong",
        strengths: "Sports Tech Research Centre vid Mittuniversitetet förenar material, sensorer och 3D-skrivning i metall \
                    med idrottens frågor.",
        rationale: "Ämnet växer, mötena är små nog för staden och företagen kommer gärna med utställning.",
        evidence: "Forskarutbildning i ämnet, samarbeten med svenska skid- och klädföretag, återkommande konferenser.",
        organisers: "Labb och verkstad på samma campus som hörsalarna.",
        participants: "Prova prototyper på riktig snö.",
        residents: "Arbetstillfällen i nya företag och studiebesök för gymnasiet.",
    },
    Area {
        name: "Mat och gastronomi",
        scope: "international",
        assessment: "leading",
        strengths: "Småskaligt mathantverk, fäbodkultur och samisk mattradition. Eldrimner, det nationella centrumet för \
                    mathantverk, ligger i Ås.",
        rationale: "Maten är ett skäl att välja platsen och syns i varje annat möte som hålls här.",
        evidence: "Östersund är Creative City of Gastronomy i Unescos nätverk sedan 2010.",
        organisers: "Menyer med ursprung på varje rätt, och värdar som kan berätta.",
        participants: "Gårdsbesök, ystning och middag hos producenten.",
        residents: "Fler gäster hos restauranger och gårdar också utanför säsong.",
    },
    Area {
        name: "Turism och besöksnäring",
        scope: "international",
        assessment: "strong",
        strengths: "Turismforskningsinstitutet ETOUR vid Mittuniversitetet och ett helt län som laboratorium, från Åre till \
                    fäbodvallen.",
        rationale: "Forskare, näring och myndigheter i samma rum är precis vad ämnets kongresser söker.",
        evidence: "Mer än tjugofem år av forskning, doktorandkurser och nordiska symposier.",
        organisers: "Studiebesök hos företag som redan är med i forskningen.",
        participants: "Resultat som går att se på plats, inte bara på bild.",
        residents: "Kunskap om hur besöken kan bli fler utan att naturen tar skada.",
    },
    Area {
        name: "Risk, kris och säkerhet",
        scope: "national",
        assessment: "strong",
        strengths: "Risk and Crisis Research Centre vid Mittuniversitetet, och myndigheter med vana att öva tillsammans.",
        rationale: "Totalförsvaret byggs ut och behovet av mötesplatser utanför storstäderna ökar.",
        evidence: "Forskning om kriskommunikation, övningar med räddningstjänst, region och länsstyrelse.",
        organisers: "Övningsområden och ledningsplatser inom en halvtimme från hotellet.",
        participants: "Skarpa scenarier med dem som skulle ha ansvaret.",
        residents: "En beredskap som prövats hemma.",
    },
    Area {
        name: "Skog och bioekonomi",
        scope: "national",
        assessment: "promising",
        strengths: "Skog, vattenkraft och fiberforskning i samma region, utbildning på Torsta i Ås.",
        rationale: "Omställningen till förnybara material behöver platser där råvaran finns.",
        evidence: "Regionens skogsprogram och Mittuniversitetets forskning om fiber och energi.",
        organisers: "Exkursioner i brukad skog utan långa bussresor.",
        participants: "Från planta till färdig balk på en dag.",
        residents: "Jobb längs hela kedjan i länets mindre orter.",
    },
    Area {
        name: "E-hälsa och vård på distans",
        scope: "national",
        assessment: "promising",
        strengths: "Långa avstånd har gjort vård på distans till vardag i länet, från provtagning till rehabilitering.",
        rationale: "Det glesbygden har löst vill hela landet höra om.",
        evidence: "Regionens arbete med nära vård på distans, studier med Mittuniversitetets vårdforskare.",
        organisers: "Verksamheter som visar upp sig i drift.",
        participants: "Möte med patienter och personal som använder tekniken varje vecka.",
        residents: "Vård närmare hemmet.",
    },
    Area {
        name: "Film och kreativa näringar",
        scope: "national",
        assessment: "emerging",
        strengths: "Scener, filmarbetare och formgivare i en stad där allt nås till fots; Storsjöyran varje sommar.",
        rationale: "Kreativa möten sprider bilden av staden långt efter att deltagarna har åkt hem.",
        evidence: "Produktioner i fjällmiljö, scenkonst året om, Nationalmuseum Jamtli sedan 2018.",
        organisers: "Ovanliga lokaler: en teater, ett museum, en flyghangar.",
        participants: "Inspelningsplatser att besöka mellan passen.",
        residents: "Mer kultur också en tisdag i februari.",
    },
];
