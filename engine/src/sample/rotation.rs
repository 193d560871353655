//! Where a congress has been before, and who else wants it.

use super::associations::Association;
use super::draw::Draw;
use super::form::Form;

/// A town: its name, its county where it is in Sweden, its country.
type Town = (&'static str, &'static str, &'static str);

static NORDIC: [Town; 10] = [
    ("Trondheim", "", "Norge"),
    ("Umeå", "Västerbottens län", "Sverige"),
    ("Uleåborg", "", "Finland"),
    ("Århus", "", "Danmark"),
    ("Tromsø", "", "Norge"),
    ("Göteborg", "Västra Götalands län", "Sverige"),
    ("Reykjavik", "", "Island"),
    ("Tammerfors", "", "Finland"),
    ("Bergen", "", "Norge"),
    ("Odense", "", "Danmark"),
];

static SWEDISH: [Town; 10] = [
    ("Uppsala", "Uppsala län", "Sverige"),
    ("Umeå", "Västerbottens län", "Sverige"),
    ("Linköping", "Östergötlands län", "Sverige"),
    ("Karlstad", "Värmlands län", "Sverige"),
    ("Sundsvall", "Västernorrlands län", "Sverige"),
    ("Växjö", "Kronobergs län", "Sverige"),
    ("Örebro", "Örebro län", "Sverige"),
    ("Luleå", "Norrbottens län", "Sverige"),
    ("Lund", "Skåne län", "Sverige"),
    ("Falun", "Dalarnas län", "Sverige"),
];

/// The last four places and one or two competitors for the congress of `year`.
pub(super) fn of(association: &Association, year: i16, draw: &mut Draw, form: Form) -> Form {
    let towns = if association.international { &NORDIC } else { &SWEDISH };
    let start = draw.index(towns.len()).unwrap_or_default();
    let town = |place: usize| towns[(start + place) % towns.len()];
    let mut history = Vec::new();
    for (place, back) in (1..=4).rev().enumerate() {
        let held = i64::from(year) - back * association.years;
        let delegates = i64::from(association.delegates) * draw.between(82, 112) / 100;
        let (city, county, country) = town(place);
        let row = Form::new().text("city", city).text("county", county).text("country", country);
        history.push(row.number("year", held as f64).number("delegates", delegates as f64));
    }
    let competitors = (0..draw.between(1, 2) as usize).map(|number| {
        let (city, _, country) = town(5 + number);
        let note = draw.one(["Ny kongresshall", "Har varit värd två gånger förr", "Kortare flyg", ""]);
        Form::new().text("city", city).text("country", country).text("note", note)
    });
    let competitors = competitors.collect();
    form.rows("rotation", draw, history).rows("competitors", draw, competitors)
}
