//! The working models that plans are made from: steps in their order, what each waits for, and how long it takes.

/// A step.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    /// Days from its first to its last.
    pub(super) days: i64,
    /// Hours of work.
    pub(super) hours: u32,
    /// The places of the steps before it that it waits for.
    pub(super) waits_for: &'static [usize],
}

/// A working model.
pub(super) struct Playbook {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) steps: &'static [Step],
    /// Milestones: what is reached, and the place of the step that reaches it.
    pub(super) milestones: &'static [(&'static str, usize)],
}

const fn step(
    title: &'static str,
    (days, hours): (i64, u32),
    waits_for: &'static [usize],
    description: &'static str,
) -> Step {
    Step { title, description, days, hours, waits_for }
}

/// The working models.
pub(super) static PLAYBOOKS: [Playbook; 6] = [
    Playbook {
        name: "Ambassadörsprogram",
        version: "2.1",
        steps: &[
            step(
                "Kartlägg nyckelpersoner",
                (30, 40),
                &[],
                "Gå igenom forskargrupper, förbundsstyrelser och företag i fokusområdena. Notera vilka möten var och en kan \
                 påverka och när nästa beslut fattas.",
            ),
            step(
                "Värva ambassadörer",
                (45, 60),
                &[0],
                "Personliga samtal, aldrig massutskick. Ta med ett exempel ur personens eget ämne och var tydlig med hur mycket \
                 tid uppdraget tar.",
            ),
            step(
                "Utbilda ambassadörer",
                (14, 36),
                &[1],
                "En heldag på Campus: så väljs en ort, så skrivs ett anbud, så hjälper byrån till.",
            ),
            step(
                "Utse ambassadörer",
                (10, 12),
                &[2],
                "Diplom och middag på Jamtli. Bjud in rektor och kommunalråd.",
            ),
            step(
                "Ta fram verktygslåda",
                (40, 50),
                &[0],
                "Bildspel, filmer och en sida om tillgänglighet, allt på svenska och engelska.",
            ),
            step(
                "Stöd de första anbuden",
                (90, 120),
                &[3, 4],
                "En kontaktperson på byrån för varje ambassadör. Stäm av varannan vecka.",
            ),
            step(
                "Följ upp och förbättra",
                (20, 16),
                &[5],
                "Fråga vad som hjälpte och vad som tog onödig tid. Skriv in svaren i arbetsmodellen.",
            ),
        ],
        milestones: &[
            ("Tio ambassadörer har tackat ja", 1),
            ("Alla är utbildade", 2),
            ("Första anbudet lämnat", 5),
        ],
    },
    Playbook {
        name: "Anbud på kongress",
        version: "3.0",
        steps: &[
            step(
                "Läs förfrågan och stäm av krav",
                (7, 10),
                &[],
                "Gå igenom kraven rad för rad och skriv ned frågorna till förbundet.",
            ),
            step("Säkra lokal värd", (14, 8), &[0], "Värden skriver under inbjudan och är med på visningen."),
            step(
                "Optionera lokaler",
                (10, 8),
                &[0],
                "Begär första option på plenum och grupprum, med bygg- och rivdag.",
            ),
            step(
                "Optionera hotellrum",
                (12, 12),
                &[0],
                "Samla tilldelningar från alla hotell och räkna ut toppnatten.",
            ),
            step(
                "Räkna på budget",
                (14, 24),
                &[2, 3],
                "Intäkter per deltagaravgift, kostnader per deltagare och fast, tre nivåer.",
            ),
            step(
                "Skriv anbudet",
                (21, 60),
                &[1, 4],
                "Börja med varför mötet ska hållas just här. Bilder från platsen, brev från kommun och universitet.",
            ),
            step("Lämna anbudet", (2, 4), &[5], "Två personer kontrolläser. Skicka dagen före."),
            step("Visningsresa", (3, 30), &[6], "Gå deltagarens väg: flyg eller tåg, hotell, sal, middag."),
            step(
                "Beslut och återkoppling",
                (120, 6),
                &[7],
                "Vinst eller förlust: skriv ned skälen samma vecka.",
            ),
        ],
        milestones: &[("Lokaler och rum optionerade", 3), ("Anbudet lämnat", 6), ("Beslut", 8)],
    },
    Playbook {
        name: "Paketera kapaciteten",
        version: "1.4",
        steps: &[
            step(
                "Mät upp lokalerna",
                (25, 40),
                &[],
                "Mått, takhöjd, dagsljus och kapacitet per möblering, på plats och med måttband.",
            ),
            step(
                "Räkna bäddar inom gångavstånd",
                (10, 12),
                &[],
                "Alla boenden inom femton minuter från plenum, med säsong och pris.",
            ),
            step(
                "Beskriv tillgänglighet",
                (20, 24),
                &[0],
                "Gå rundan tillsammans med någon som använder rullstol och någon med nedsatt hörsel.",
            ),
            step("Fotografera", (15, 20), &[0], "Både tomma och möblerade lokaler, sommar och vinter."),
            step("Välj målgrupper", (10, 10), &[1], "Tre paket: 150, 400 och 900 deltagare."),
            step(
                "Skriv paketen",
                (20, 40),
                &[2, 3, 4],
                "Fast innehåll, tillval, priser och vem som svarar på vad.",
            ),
            step("Pröva på två kunder", (30, 16), &[5], "Be två förbund läsa och säga vad som fattas."),
            step("Ge ut katalogen", (7, 8), &[6], "Tryckt till mässan, och som fil på webbplatsen."),
        ],
        milestones: &[("Alla lokaler uppmätta", 0), ("Paketen skrivna", 5), ("Katalogen ute", 7)],
    },
    Playbook {
        name: "Avstämning av projekt",
        version: "1.1",
        steps: &[
            step(
                "Samla pågående projekt",
                (21, 20),
                &[],
                "Be parterna om sina planer: mål, tid, budget och ansvarig.",
            ),
            step(
                "Hitta överlapp",
                (10, 16),
                &[0],
                "Samma målgrupp, samma vecka eller samma lokal: skriv upp varje fall.",
            ),
            step("Förbered avstämningen", (7, 8), &[1], "Högst fem punkter, underlag en vecka före."),
            step(
                "Håll avstämningen",
                (1, 12),
                &[2],
                "Alla ägare runt ett bord. Beslut antecknas med ansvarig och dag.",
            ),
            step("Genomför besluten", (60, 40), &[3], "Flytta, slå ihop eller dela upp det som beslutades."),
            step(
                "Rapportera till parterna",
                (7, 6),
                &[4],
                "En sida till styrelsen: vad som blev billigare, snabbare eller större.",
            ),
        ],
        milestones: &[("Alla planer inne", 0), ("Avstämningen hållen", 3)],
    },
    Playbook {
        name: "Hållbart möte",
        version: "1.0",
        steps: &[
            step(
                "Mät nuläget",
                (20, 24),
                &[],
                "Resor, mat, avfall och energi vid tre möten som redan är bokade.",
            ),
            step(
                "Sätt mål med parterna",
                (14, 10),
                &[0],
                "Få mål som går att mäta, hellre än många som låter bra.",
            ),
            step(
                "Tåg först",
                (40, 30),
                &[1],
                "Avtal om gruppbiljetter och ett program som börjar när tåget har kommit fram.",
            ),
            step(
                "Mat från trakten",
                (40, 30),
                &[1],
                "Menyer i säsong tillsammans med producenter och köksmästare.",
            ),
            step(
                "Pröva på ett möte",
                (30, 40),
                &[2, 3],
                "Ett möte genomförs med allt på plats, och mäts igen.",
            ),
            step("Sprid resultatet", (20, 16), &[4], "Visa siffrorna, också dem som inte blev bättre."),
        ],
        milestones: &[("Målen antagna", 1), ("Första mötet genomfört", 4)],
    },
    Playbook {
        name: "Teknik för hybridmöten",
        version: "1.2",
        steps: &[
            step("Inventera teknik", (15, 20), &[], "Kameror, ljud, nät och personal i varje större lokal."),
            step("Mät uppkopplingen", (7, 10), &[0], "Uppladdning i tre timmar med full sal."),
            step(
                "Upphandla komplettering",
                (45, 40),
                &[0, 1],
                "Rörlig utrustning som parterna delar, hellre än fast i en lokal.",
            ),
            step("Utbilda tekniker", (14, 30), &[2], "Fyra personer som kan rycka in hos varandra."),
            step(
                "Generalrepetera",
                (3, 24),
                &[3],
                "Ett helt program med talare på distans, tolkning och frågor utifrån.",
            ),
            step("Prissätt", (10, 8), &[4], "Ett pris för dag och sal, allt inräknat."),
        ],
        milestones: &[("Utrustningen levererad", 2), ("Generalrepetition godkänd", 4)],
    },
];
