//! The plans of the portfolio as they are written down: what each is for, who owns it, and which model it follows.

/// A plan as it is written down.
pub(super) struct Project {
    pub(super) name: &'static str,
    /// The place of its model among the playbooks.
    pub(super) playbook: usize,
    /// The place of the organisation that owns it.
    pub(super) owner: usize,
    /// The places of those that take part.
    pub(super) partners: &'static [usize],
    /// The places of its subjects.
    pub(super) areas: &'static [usize],
    /// Days from today to its first; negative is before.
    pub(super) begins: i64,
    /// Thousands of crowns.
    pub(super) budget: i64,
    pub(super) goal: &'static str,
}

/// The plans.
pub(super) static PROJECTS: [Project; 12] = [
    Project {
        name: "Ambassadörer för vinterstaden",
        playbook: 0,
        owner: 0,
        partners: &[1, 3, 4],
        areas: &[0, 1],
        begins: -70,
        budget: 480,
        goal: "Tjugo ambassadörer som var och en har minst ett möte i sikte, hälften av dem kvinnor och minst fem utanför \
               universitetet.\n\nInom två år har ambassadörerna lämnat åtta anbud och vunnit tre.",
    },
    Project {
        name: "Anbud: Nordisk kongress i vinteridrott",
        playbook: 1,
        owner: 0,
        partners: &[1, 3, 7],
        areas: &[0],
        begins: -85,
        budget: 220,
        goal: "Vinna kongressen till Östersund med Östersund Arena som plenum och en kväll på Skidstadion.",
    },
    Project {
        name: "Alla lokaler på ett ställe",
        playbook: 2,
        owner: 4,
        partners: &[0, 1, 10],
        areas: &[],
        begins: -40,
        budget: 310,
        goal: "En katalog över varje lokal för fler än trettio personer, med mått som stämmer och bilder som inte lurar någon.",
    },
    Project {
        name: "Avstämning mellan parterna, första varvet",
        playbook: 3,
        owner: 0,
        partners: &[1, 2, 3, 4],
        areas: &[],
        begins: -25,
        budget: 60,
        goal: "Inget projekt ska krocka med ett annat om lokaler, veckor eller pengar, och tre ska gå att slå ihop.",
    },
    Project {
        name: "Hållbara möten i Jämtland Härjedalen",
        playbook: 4,
        owner: 2,
        partners: &[0, 4, 22],
        areas: &[2, 3],
        begins: -120,
        budget: 750,
        goal: "Hälften av deltagarna kommer med tåg, all mat har känt ursprung och vi kan visa siffrorna.",
    },
    Project {
        name: "Hybridmöten på riktigt",
        playbook: 5,
        owner: 3,
        partners: &[0, 1],
        areas: &[1, 6],
        begins: -15,
        budget: 640,
        goal: "Tre salar där en deltagare på distans hör, syns och får ställa frågor utan att någon på plats behöver tänka på det.",
    },
    Project {
        name: "Matmöten hela året",
        playbook: 2,
        owner: 4,
        partners: &[0, 12],
        areas: &[2],
        begins: 20,
        budget: 280,
        goal: "Paket för gastronomins möten under november till mars, med besök hos producenter som har öppet då.",
    },
    Project {
        name: "Anbud: Nordisk kongress i skogsekologi",
        playbook: 1,
        owner: 0,
        partners: &[2, 3],
        areas: &[5],
        begins: 10,
        budget: 190,
        goal: "Vinna kongressen med exkursioner som börjar utanför hotellet: skogen är utställningen.",
    },
    Project {
        name: "Ambassadörer i skogen",
        playbook: 0,
        owner: 0,
        partners: &[2, 3],
        areas: &[5],
        begins: 45,
        budget: 240,
        goal: "Åtta ambassadörer i skogens och fiberns förbund, värvade tillsammans med näringen i länet.",
    },
    Project {
        name: "Anbud: Rikskonferens i digital hälsa",
        playbook: 1,
        owner: 0,
        partners: &[2, 3],
        areas: &[6],
        begins: -330,
        budget: 160,
        goal: "Vinna rikskonferensen och visa vården på distans i drift.",
    },
    Project {
        name: "Lokaler för film och scen",
        playbook: 2,
        owner: 10,
        partners: &[0, 1],
        areas: &[7],
        begins: 75,
        budget: 150,
        goal: "Beskriv de ovanliga lokalerna så att en arrangör vågar boka dem på avstånd.",
    },
    Project {
        name: "Avstämning mellan parterna, andra varvet",
        playbook: 3,
        owner: 0,
        partners: &[1, 2, 3, 4],
        areas: &[],
        begins: 110,
        budget: 60,
        goal: "Samma ordning som i första varvet, med turistföretagen vid bordet från början.",
    },
];
