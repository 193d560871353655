//! The real places in and around Östersund, by their public facts.
//!
//! Names, streets, positions, years and the few published capacities are public. Rooms, measures and what they take
//! by set-up are synthetic, and so are guest rooms; every record says so.

use super::halls::Hall;
use super::places::Facts;

/// The real places, the arena that everybody argues about first.
pub(super) static REAL: [Facts; 20] = [
    Facts::new(
        "Jämtkraft Arena",
        "arena",
        "Östersund",
        &[
            Hall::room("Restaurangen", 14.0, 30.0, 3.2).parts(2),
            Hall::room("Loungen", 8.0, 16.0, 2.8),
            Hall::open("Planen", 65.0, 105.0, 0.0),
        ],
        "Fotbollsarena med konstgräs, invigd i juli 2007 och utbyggd 2013. Restaurangen har utsikt över planen. Läktarnas \
         kapacitet uppges olika i olika källor och behöver stämmas av med kommunen.",
    )
    .run_by("Östersunds kommun")
    .at("Arenavägen 23", "831 32")
    .position(63.194_72, 14.655_83)
    .takes(8_466, "Äldre offentlig uppgift om publikplatser vid fotboll"),
    Facts::new(
        "Östersund Arena",
        "arena",
        "Östersund",
        &[
            Hall::room("A-hallen", 40.0, 70.0, 14.0).dark(),
            Hall::room("Gymnastikhallen", 35.0, 56.0, 10.0).dark().parts(2),
            Hall::room("Arenarestaurangen", 14.0, 22.0, 3.4).parts(2),
            Hall::room("Konferens Isen", 7.0, 11.0, 2.8),
        ],
        "Flerbruksarena invigd i december 2013 med två ishallar, gymnastikhall och restaurang, intill Skidstadion och \
         Jämtkraft Arena. Har haft deltävling i Melodifestivalen. Stadens största golv under tak.",
    )
    .run_by("Östersunds kommun")
    .position(63.195_28, 14.661_11)
    .takes(3_000, "Offentlig uppgift"),
    Facts::new(
        "Östersunds skidstadion",
        "outdoors",
        "Östersund",
        &[Hall::room("Pressrummet", 10.0, 18.0, 2.8), Hall::open("Målområdet", 40.0, 80.0, 0.0)],
        "Svenska skidskyttets nationalarena. Konstsnö från november. Spåren når hotellen i centrum och kvällstävlingar \
         körs i elljus.",
    )
    .run_by("Östersunds kommun")
    .at("Stadionvägen 7", "831 58")
    .position(63.190_28, 14.658_06)
    .takes(6_000, "Offentlig uppgift om åskådarplatser"),
    Facts::new(
        "Mittuniversitetet, Campus Östersund",
        "university",
        "Östersund",
        &[
            Hall::rows("Hörsal 1", 16.0, 20.0, 6.0),
            Hall::rows("Hörsal 2", 12.0, 15.0, 5.0),
            Hall::room("Ljusgården", 16.0, 30.0, 9.0),
            Hall::room("Sal F214", 7.5, 9.0, 2.9),
            Hall::room("Sal F226", 7.5, 9.0, 2.9),
            Hall::room("Sal G105", 9.0, 12.0, 3.0).parts(2),
        ],
        "Campus på det gamla regementsområdet, gångavstånd från centrum. Hörsalar, grupprum och restaurang under terminen; \
         lättast att få en hel byggnad i juni och augusti.",
    )
    .run_by("Mittuniversitetet")
    .at("Kunskapens väg 8", "831 25"),
    Facts::new(
        "Storsjöteatern",
        "theatre",
        "Östersund",
        &[Hall::rows("Salongen", 20.0, 26.0, 9.0), Hall::room("Foajén", 12.0, 24.0, 3.6)],
        "Stadens teater för gästspel, konserter och plenarsessioner. Fast scen med teknik, foajé för mingel och \
         registrering.",
    )
    .run_by("Östersunds kommun"),
    Facts::new(
        "Jamtli",
        "museum",
        "Östersund",
        &[
            Hall::rows("Hörsalen", 11.0, 18.0, 4.5),
            Hall::room("Entréhallen", 15.0, 24.0, 6.0),
            Hall::room("Konferens Hov", 7.0, 10.0, 2.7),
            Hall::open("Marknadsplatsen", 30.0, 50.0, 0.0),
        ],
        "Länsmuseum grundat 1912, med friluftsmuseum, Överhogdalsbonaderna och Nationalmuseum Jamtli. Middag bland \
         hantverkargårdarna är ett uppskattat inslag på kongressprogram.",
    )
    .run_by("Jamtli")
    .position(63.187_77, 14.636_83),
    Facts::new(
        "Frösö Park Hotel",
        "hotel",
        "Frösön",
        &[
            Hall::room("Hangar 1", 26.0, 32.0, 8.0).parts(3),
            Hall::room("Viggen", 12.0, 16.0, 3.2).parts(2),
            Hall::room("Tunnan", 8.0, 10.0, 2.9),
            Hall::room("Draken", 6.0, 8.0, 2.9),
        ],
        "Hotell och spa på det tidigare flygflottiljområdet F 4, med utsikt mot Oviksfjällen. Flygplatsen ligger några \
         minuter bort.",
    )
    .run_by("Frösö Park Hotel")
    .sleeps(160),
    Facts::new(
        "Clarion Hotel Grand Östersund",
        "hotel",
        "Östersund",
        &[
            Hall::room("Stora salen", 18.0, 26.0, 5.0).parts(3),
            Hall::room("Grand 1", 9.0, 13.0, 2.8),
            Hall::room("Grand 2", 8.0, 10.0, 2.8),
            Hall::room("Styrelserummet", 5.0, 7.0, 2.8),
        ],
        "Hotell i centrum med restaurang, gym och stora festvåningar. Gångavstånd till teatern och till tågstationen.",
    )
    .run_by("Clarion Hotel Grand Östersund")
    .at("Prästgatan 16", "")
    .sleeps(190),
    Facts::new(
        "Hotel Gamla Teatern",
        "hotel",
        "Östersund",
        &[Hall::room("Teatersalongen", 13.0, 19.0, 7.0), Hall::room("Logen", 6.0, 9.0, 3.2)],
        "Godtemplarnas ordenshus från 1884 vid Gustav III:s torg, räddat från rivning på 1980-talet. Hotell, restaurang \
         och en scen som passar till bankett och föreställning.",
    )
    .run_by("Hotel Gamla Teatern")
    .sleeps(60),
    Facts::new(
        "Scandic Östersund City",
        "hotel",
        "Östersund",
        &[
            Hall::room("Konferens Storsjön", 12.0, 18.0, 3.0).parts(2),
            Hall::room("Konferens Frösön", 7.0, 10.0, 2.7),
        ],
        "Hotell mitt i staden med restaurang och konferens.",
    )
    .run_by("Scandic Östersund City")
    .at("Kyrkgatan 70", "")
    .sleeps(126),
    Facts::new(
        "Hotel Älgen",
        "hotel",
        "Östersund",
        &[Hall::room("Frukostmatsalen", 8.0, 14.0, 2.6)],
        "Litet hotell närmast tågstationen. Tidig frukost för dem som ska med morgontåget.",
    )
    .sleeps(40),
    Facts::new(
        "Folkets Hus Östersund",
        "congress_centre",
        "Östersund",
        &[
            Hall::rows("Stora salongen", 22.0, 28.0, 9.0),
            Hall::room("Vinterträdgården", 16.0, 24.0, 8.0),
            Hall::room("Lilla salongen", 10.0, 14.0, 3.4),
            Hall::room("Mötesrum 3", 6.0, 9.0, 2.8),
        ],
        "Samlingshus i centrum med salonger, inglasad vinterträdgård och ytor för utställning.",
    ),
    Facts::new(
        "Bio Regina",
        "cinema",
        "Östersund",
        &[Hall::rows("Salongen", 11.0, 20.0, 6.0)],
        "Biografsalong i centrum. Passar till filmvisning, föredrag och invigning.",
    ),
    Facts::new(
        "Sommarhagen",
        "historic",
        "Frösön",
        &[Hall::room("Musiksalen", 6.0, 9.0, 3.4), Hall::open("Ängen", 25.0, 40.0, 0.0)],
        "Tonsättaren Wilhelm Peterson-Bergers hem på Frösön från 1910-talet, med vid utsikt över Storsjön. Små sällskap, \
         kammarmusik och kaffe.",
    ),
    Facts::new(
        "Birka folkhögskola",
        "conference_facility",
        "Ås",
        &[Hall::room("Aulan", 11.0, 16.0, 4.0), Hall::room("Matsalen", 10.0, 18.0, 3.0)],
        "Folkhögskola i Ås med aula, matsal och elevrum som kan användas under loven.",
    )
    .sleeps(45),
    Facts::new(
        "Torsta",
        "conference_facility",
        "Ås",
        &[Hall::room("Ladan", 14.0, 24.0, 6.0), Hall::room("Lektionssal A", 8.0, 10.0, 2.8)],
        "Utbildning och utveckling för lantbruk, skog och mat. Studiebesök i stall, växthus och mejeri går att ordna.",
    ),
    Facts::new(
        "Gaaltije",
        "museum",
        "Östersund",
        &[Hall::room("Utställningssalen", 9.0, 13.0, 3.2)],
        "Sydsamiskt kulturcentrum med utställningar, hantverk och föredrag om Saepmie.",
    )
    .run_by("Gaaltije"),
    Facts::new(
        "Holiday Club Åre",
        "hotel",
        "Åre",
        &[
            Hall::room("Kongressalen", 24.0, 32.0, 6.0).parts(3),
            Hall::room("Årekonferens 1", 9.0, 12.0, 2.8),
            Hall::room("Årekonferens 2", 9.0, 12.0, 2.8),
        ],
        "Hotell vid Åresjön med bad och kongressal, nära stationen i Åre by.",
    )
    .run_by("Holiday Club Åre")
    .sleeps(150),
    Facts::new(
        "Copperhill Mountain Lodge",
        "hotel",
        "Åre",
        &[Hall::room("Malmen", 13.0, 20.0, 4.0).parts(2), Hall::room("Kopparn", 7.0, 9.0, 2.8)],
        "Hotell på Förberget ovanför Björnen, med utsikt mot Åreskutan. Passar styrelser och mindre symposier.",
    )
    .run_by("Copperhill Mountain Lodge")
    .sleeps(110),
    Facts::new(
        "Östersunds rådhus",
        "historic",
        "Östersund",
        &[Hall::room("Fullmäktigesalen", 13.0, 18.0, 7.0), Hall::room("Bankettsalen", 9.0, 15.0, 4.5)],
        "Nationalromantiskt rådhus invigt 1912. Kommunen bjuder gärna på mottagning för kongresser som ligger i staden.",
    )
    .run_by("Östersunds kommun"),
];
