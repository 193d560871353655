//! The parties around the bureau: real organisations of the town, by name, place and website.

/// A party.
pub(super) struct Party {
    pub(super) name: &'static str,
    /// Its type, by the stored name.
    pub(super) kind: &'static str,
    /// The name of the party it is part of; empty for none.
    pub(super) parent: &'static str,
    pub(super) website: Option<&'static str>,
    pub(super) street: &'static str,
    pub(super) postal_code: &'static str,
    pub(super) town: &'static str,
    /// Its subjects, by their places among the focus areas.
    pub(super) areas: &'static [usize],
    /// Its stand towards the bureau, by the stored name. Invented.
    pub(super) sanction: Option<&'static str>,
    /// Who decided that. Invented.
    pub(super) decider: &'static str,
    pub(super) note: &'static str,
}

impl Party {
    const fn new(name: &'static str, kind: &'static str, town: &'static str, note: &'static str) -> Self {
        Party {
            name,
            kind,
            parent: "",
            website: None,
            street: "",
            postal_code: "",
            town,
            areas: &[],
            sanction: None,
            decider: "",
            note,
        }
    }

    const fn part_of(mut self, parent: &'static str) -> Self {
        self.parent = parent;
        self
    }

    const fn web(mut self, website: &'static str) -> Self {
        self.website = Some(website);
        self
    }

    const fn at(mut self, street: &'static str, postal_code: &'static str) -> Self {
        self.street = street;
        self.postal_code = postal_code;
        self
    }

    const fn knows(mut self, areas: &'static [usize]) -> Self {
        self.areas = areas;
        self
    }

    const fn stands(mut self, sanction: &'static str, decider: &'static str) -> Self {
        self.sanction = Some(sanction);
        self.decider = decider;
        self
    }

    /// Whether there is no such organisation outside of the sample: every real one has a website.
    pub(super) fn is_invented(&self) -> bool {
        self.website.is_none()
    }
}

/// The bureau, then the parties that decide about it, then those with rooms, knowledge and roads.
pub(super) static PARTIES: [Party; 24] = [
    Party::new(
        "Kongressbyrån i Östersund (exempel)",
        "destination_company",
        "Östersund",
        "Byrån själv: samlar planer, kontakter och lokaler och driver arbetet med att vinna möten.",
    )
    .stands("sanctioned", "Styrelsen"),
    Party::new("Östersunds kommun", "municipality", "Östersund", "Äger arenorna och är part i byrån.")
        .web("https://www.ostersund.se")
        .knows(&[0, 2])
        .stands("sanctioned", "Kommunstyrelsen"),
    Party::new(
        "Region Jämtland Härjedalen",
        "region",
        "Östersund",
        "Ansvarar för regional utveckling, kollektivtrafik och vård i länet.",
    )
    .web("https://www.regionjh.se")
    .knows(&[6])
    .stands("sanctioned", "Regionala utvecklingsnämnden"),
    Party::new("Mittuniversitetet", "university", "Östersund", "Campus i Östersund och Sundsvall.")
        .web("https://www.miun.se")
        .at("Kunskapens väg 8", "831 25")
        .knows(&[0, 1, 3, 4])
        .stands("sanctioned", "Rektor"),
    Party::new("Destination Östersund", "destination_company", "Östersund", "Destinationsbolag i Östersund.")
        .web("https://www.visitostersund.se")
        .knows(&[2, 3])
        .stands("sanctioned", "Styrelsen"),
    Party::new("Länsstyrelsen i Jämtlands län", "authority", "Östersund", "Statens företrädare i länet.")
        .web("https://www.lansstyrelsen.se/jamtland")
        .knows(&[4])
        .stands("conditional", "Landshövdingen"),
    Party::new(
        "Sports Tech Research Centre",
        "institute",
        "Östersund",
        "Forskningscentrum för idrottsteknik.",
    )
    .part_of("Mittuniversitetet")
    .web("https://www.miun.se")
    .at("Kunskapens väg 8", "831 25")
    .knows(&[1]),
    Party::new(
        "Nationellt vintersportcentrum",
        "institute",
        "Östersund",
        "Forskning och tester för vinteridrott, tillsammans med idrottsrörelsen.",
    )
    .part_of("Mittuniversitetet")
    .web("https://www.miun.se")
    .at("Kunskapens väg 8", "831 25")
    .knows(&[0]),
    Party::new("ETOUR", "institute", "Östersund", "Mittuniversitetets institut för turismforskning.")
        .part_of("Mittuniversitetet")
        .web("https://www.miun.se")
        .at("Kunskapens väg 8", "831 25")
        .knows(&[3]),
    Party::new(
        "Risk and Crisis Research Centre",
        "institute",
        "Östersund",
        "Mittuniversitetets forskning om risk och kris.",
    )
    .part_of("Mittuniversitetet")
    .web("https://www.miun.se")
    .at("Kunskapens väg 8", "831 25")
    .knows(&[4]),
    Party::new(
        "Jamtli",
        "museum",
        "Östersund",
        "Länsmuseum med friluftsmuseum; här finns Nationalmuseum Jamtli.",
    )
    .web("https://www.jamtli.com")
    .knows(&[7])
    .stands("sanctioned", "Styrelsen"),
    Party::new("Jämtkraft", "company", "Östersund", "Energibolag med säte i Östersund.")
        .web("https://www.jamtkraft.se")
        .stands("asked", ""),
    Party::new("Eldrimner", "institute", "Ås", "Nationellt resurscentrum för mathantverk.")
        .web("https://www.eldrimner.com")
        .knows(&[2])
        .stands("sanctioned", "Verksamhetsledningen"),
    Party::new("Gaaltije", "museum", "Östersund", "Sydsamiskt kulturcentrum.")
        .web("https://www.gaaltije.se")
        .knows(&[2, 7])
        .stands("asked", ""),
    Party::new("Svenska Skidskytteförbundet", "association", "Östersund", "Förbund med kansli i Östersund.")
        .web("https://www.skidskytte.se")
        .knows(&[0]),
    Party::new("Frösö Park Hotel", "hotel", "Frösön", "Hotell och spa på det tidigare flygflottiljområdet.")
        .web("https://www.strawberry.se")
        .stands("asked", ""),
    Party::new("Clarion Hotel Grand Östersund", "hotel", "Östersund", "Hotell i centrum.")
        .web("https://www.strawberry.se")
        .at("Prästgatan 16", ""),
    Party::new("Hotel Gamla Teatern", "hotel", "Östersund", "Hotell och scen i ett ordenshus från 1884.")
        .web("https://www.gamlateatern.se"),
    Party::new("Scandic Östersund City", "hotel", "Östersund", "Hotell i centrum.")
        .web("https://www.scandichotels.se")
        .at("Kyrkgatan 70", ""),
    Party::new("Holiday Club Åre", "hotel", "Åre", "Hotell vid Åresjön, en dryg timme från Östersund.")
        .web("https://www.holidayclub.se"),
    Party::new("Copperhill Mountain Lodge", "hotel", "Åre", "Hotell på Förberget i Åre.")
        .web("https://www.copperhill.se"),
    Party::new("Swedavia Åre Östersund Airport", "carrier", "Frösön", "Flygplatsen på Frösön.")
        .web("https://www.swedavia.se/ostersund")
        .stands("not_asked", ""),
    Party::new(
        "Norrtåg",
        "carrier",
        "Umeå",
        "Tågtrafik i norra Sverige, bland annat mellan Sundsvall och Storlien.",
    )
    .web("https://www.norrtag.se")
    .stands("not_asked", ""),
    Party::new("Östersunds-Posten", "media", "Östersund", "Dagstidning i Östersund.")
        .web("https://www.op.se"),
];
