//! What stands in the notes about a person: how they were met, what they bring, what comes next.

use super::draw::Draw;

/// A note of three or four sentences.
pub(super) fn about(draw: &mut Draw, given: &str) -> String {
    let met = draw.one([
        "Träffades på ett seminarium på Campus.",
        "Hörde av sig efter frukostmötet på Jamtli.",
        "Tipsad av en kollega på Mittuniversitetet.",
        "Var med på studieresan till Trondheim.",
        "Satt bredvid på tåget från Stockholm; bra samtal om kongresser utanför storstäderna.",
        "Höll ett uppskattat föredrag på ambassadörsträffen.",
        "Möttes vid invigningen av utställningen på Storsjöteatern.",
        "Kom fram efter mötet med näringslivet på Frösön.",
    ]);
    let brings = draw.one([
        "har ett brett nordiskt nät och kan öppna dörrar i sitt förbund",
        "känner värdarna för de tre senaste kongresserna och vet vad de hade velat göra annorlunda",
        "sitter nära dem som väljer ort och vet när beslutet fattas",
        "har arrangerat en konferens för tvåhundra personer och gör det gärna igen",
        "kan allt om tåg, buss och flyg hit och vill visa att avståndet är överdrivet",
        "vill att fler möten lämnar något efter sig för invånarna",
        "är nyfiken på att vara lokal värd men har ont om tid före sommaren",
        "känner producenterna i bygden och hjälper gärna till med menyer",
    ]);
    let next = draw.one([
        "Vill ha underlag på svenska och engelska före nästa styrelsemöte.",
        "Ring hellre än att mejla.",
        "Frågade om hybridteknik och tolkning: skicka exempel.",
        "Bjud in till nästa ambassadörsträff.",
        "Skulle höra med sin styrelse och återkomma.",
        "Vill se lokalerna på plats, helst en vardag i mars.",
        "Undrar hur många rum som finns inom gångavstånd.",
        "Påminn när datum för nästa rotation är satta.",
    ]);
    let more = draw.one([
        "",
        "",
        " Håller gärna föredrag också på engelska.",
        " Bor i Stockholm men har stuga i länet.",
    ]);
    format!("{met} {given} {brings}.{more}\n\n{next}")
}
