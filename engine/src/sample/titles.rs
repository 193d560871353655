//! What somebody may be called at work.
//!
//! Real organisations get titles that many people bear at once, so that no invented person holds an office that a
//! real one holds; invented organisations have chairs and managing directors.

use super::draw::Draw;
use super::organisations::Organisation;

/// A title at that organisation.
pub(super) fn title(at: &Organisation, draw: &mut Draw) -> &'static str {
    match at.kind() {
        "association" if at.is_invented() => {
            draw.one(["Ordförande", "Vice ordförande", "Generalsekreterare", "Kassör", "Kongressansvarig"])
        }
        "company" if at.is_invented() => {
            draw.one(["Vd", "Affärsutvecklare", "Marknadschef", "Forskningschef", "Projektledare"])
        }
        "university" | "institute" => {
            draw.one(["Professor", "Docent", "Universitetslektor", "Forskare", "Samverkare", "Doktorand"])
        }
        "municipality" | "region" | "authority" => draw.one([
            "Näringslivsutvecklare",
            "Utvecklingsstrateg",
            "Samordnare",
            "Kulturstrateg",
            "Handläggare",
        ]),
        "hotel" => draw.one(["Konferensbokare", "Säljare", "Bankettansvarig", "Kock", "Receptionist"]),
        "museum" => draw.one(["Intendent", "Pedagog", "Producent", "Antikvarie"]),
        "association" => draw.one(["Styrelseledamot", "Kanslist", "Tränare", "Funktionär"]),
        _ => draw.one(["Projektledare", "Affärsutvecklare", "Kommunikatör", "Samordnare"]),
    }
}

/// What stands before the name of somebody with that title.
pub(super) fn prefix(title: &str) -> &'static str {
    match title {
        "Professor" => "Professor",
        "Docent" | "Universitetslektor" => "Dr.",
        _ => "",
    }
}
