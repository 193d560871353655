//! Invented associations, each with the congress it holds.

/// An association that does not exist, and its congress.
pub(super) struct Association {
    pub(super) name: &'static str,
    /// What it holds, as it stands after "håller" or before a year.
    pub(super) congress: &'static str,
    /// The place of its subject among the focus areas.
    pub(super) area: usize,
    /// Whether the congress moves between countries.
    pub(super) international: bool,
    /// How often it is held, by the stored name.
    pub(super) frequency: &'static str,
    /// Years from one to the next.
    pub(super) years: i64,
    /// How many come as a rule.
    pub(super) delegates: u32,
    /// Days it lasts.
    pub(super) days: i64,
}

const fn nordic(
    name: &'static str,
    congress: &'static str,
    area: usize,
    delegates: u32,
    (frequency, years): (&'static str, i64),
) -> Association {
    Association { name, congress, area, international: true, frequency, years, delegates, days: 4 }
}

const fn swedish(
    name: &'static str,
    congress: &'static str,
    area: usize,
    delegates: u32,
    (frequency, years): (&'static str, i64),
) -> Association {
    Association { name, congress, area, international: false, frequency, years, delegates, days: 3 }
}

const YEARLY: (&str, i64) = ("annual", 1);
const BIENNIAL: (&str, i64) = ("biennial", 2);
const TRIENNIAL: (&str, i64) = ("triennial", 3);

/// The associations.
pub(super) static ASSOCIATIONS: [Association; 24] = [
    nordic(
        "Nordiska sällskapet för vinteridrottsforskning",
        "Nordisk kongress i vinteridrott",
        0,
        480,
        BIENNIAL,
    ),
    swedish("Svenska friluftsledarförbundet", "Friluftsledardagarna", 0, 220, YEARLY),
    nordic("Nordiskt nätverk för idrottsteknik", "Nordic Sports Engineering Meeting", 1, 280, BIENNIAL),
    swedish("Föreningen Idrottens ingenjörer", "Idrottsteknikdagarna", 1, 140, YEARLY),
    nordic("Nordiska gastronomiforskares förening", "Nordiskt symposium om gastronomi", 2, 190, TRIENNIAL),
    swedish("Riksföreningen Hantverksmat", "Mathantverkets rikskonferens", 2, 320, YEARLY),
    nordic("Nordiska sällskapet för turismvetenskap", "Nordiskt symposium i turismvetenskap", 3, 260, YEARLY),
    swedish("Sveriges besöksforskare", "Besöksforskarnas årsmöte", 3, 90, YEARLY),
    nordic(
        "Nordiska föreningen för krisforskning",
        "Nordisk konferens om kris och beredskap",
        4,
        350,
        BIENNIAL,
    ),
    swedish("Svenska beredskapssamordnares förening", "Beredskapssamordnarnas rikskonferens", 4, 410, YEARLY),
    swedish("Svenska kriskommunikatörers förening", "Kriskommunikationsdagen", 4, 160, YEARLY),
    nordic("Nordiska skogsekologers förening", "Nordisk kongress i skogsekologi", 5, 300, TRIENNIAL),
    swedish("Föreningen Bioekonomi i norr", "Bioekonomidagarna", 5, 180, YEARLY),
    nordic("Nordiska nätverket för vård på distans", "Nordisk konferens om distansvård", 6, 240, BIENNIAL),
    swedish("Svenska sällskapet för digital hälsa", "Rikskonferens i digital hälsa", 6, 520, YEARLY),
    swedish("Distriktssköterskornas nätverk i glesbygd", "Glesbygdens vårddagar", 6, 130, YEARLY),
    nordic("Nordiska dokumentärfilmares förbund", "Nordiskt dokumentärforum", 7, 210, YEARLY),
    swedish("Svenska scenografers samfund", "Scenografidagarna", 7, 80, BIENNIAL),
    nordic("Nordiska skidmuseers förbund", "Nordiska skidmuseidagarna", 0, 70, TRIENNIAL),
    swedish("Svenska idrottsfysiologers förening", "Idrottsfysiologernas vårmöte", 0, 170, YEARLY),
    nordic("Nordiskt råd för fjällräddning", "Nordiska fjällräddningskongressen", 4, 290, TRIENNIAL),
    swedish("Föreningen Sveriges snöforskare", "Snödagarna", 0, 110, BIENNIAL),
    nordic("Nordiska fiberteknikers förening", "Nordic Fibre Conference", 5, 330, BIENNIAL),
    swedish("Sveriges matturismföretagare", "Matturismens rikskonferens", 2, 150, YEARLY),
];
