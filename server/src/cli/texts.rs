//! The table of the relay's help texts: what the doc comments say, and the same in Swedish.

use crate::spoken::help::Texts;

pub(super) const TEXTS: Texts = Texts { said: SAID, names: NAMES };

const SAID: &[(&str, &str)] = &[
    (
        "Samsyn's relay: keeps the changes of workspaces and passes them on",
        "Samsyns relä: sparar ändringarna i arbetsytor och skickar dem vidare",
    ),
    ("Print JSON", "Skriv JSON"),
    ("The workspace: its identifier or the beginning of it", "Arbetsytan: beteckningen eller början av den"),
    ("The folder with the workspaces", "Mappen med arbetsytorna"),
    (
        "The folder with the workspaces. Made if it is not there",
        "Mappen med arbetsytorna. Den skapas om den inte finns",
    ),
    // Serving.
    (
        "Serve the workspaces of a data folder until asked to stop (SIGTERM, Ctrl-C)",
        "Kör reläet för arbetsytorna i en datamapp tills det ombeds sluta (SIGTERM, Ctrl-C)",
    ),
    ("Look at settings", "Granska inställningar"),
    (
        "Look whether a relay would start with these settings, and print what they come to. Serves nobody",
        "Kontrollera om ett relä skulle starta med inställningarna, och visa vad de blir. Ingen kan ansluta",
    ),
    (
        "A file (TOML) with settings of the names below, `data = \"…\"` for instance; the limits in a table `[limits]`, what is for ACME in `[acme]`",
        "En fil (TOML) med inställningar som heter som nedan, till exempel data = \"…\"; gränserna i en tabell [limits], det som rör ACME i [acme]",
    ),
    (
        "Where to listen: an address or a name of this computer and a port, 127.0.0.1:7400 if nothing is said; port 0 for any that is free. Of a name all its addresses",
        "Var reläet ska svara: en adress eller ett namn på datorn och en port, annars 127.0.0.1:7400; port 0 för vilken ledig som helst. Av ett namn alla dess adresser",
    ),
    (
        "The certificate to show, in PEM, with those that lead to one that clients trust. Looked at again when it is renewed",
        "Certifikatet i PEM, med dem som leder till ett som klienterna litar på. Läses igen när det förnyas",
    ),
    ("The certificate's private key, in PEM", "Certifikatets privata nyckel, i PEM"),
    (
        "Have a certificate for these names, with commas between, by ACME, and renew it without anybody: what people reach this relay by, on port 443. By this you agree to the terms of the authority, Let's Encrypt if no other is named",
        "Skaffa ett certifikat för de här namnen, med komma emellan, genom ACME, och förnya det av sig självt: de namn som reläet nås med på port 443. Därmed godkänner du utfärdarens villkor, Let's Encrypts om ingen annan anges",
    ),
    ("An e-mail address that the authority may write to", "En e-postadress som utfärdaren får skriva till"),
    ("The authority's directory, https://…", "Utfärdarens katalog, https://…"),
    (
        "Listen beyond loopback without TLS, to everybody: in a closed network",
        "Svara alla, också utifrån, utan TLS: i ett slutet nät",
    ),
    (
        "The proxies that have TLS and come for others: addresses and networks such as 10.0.0.0/8, with commas between. Only they are believed whom they come for, and beyond this computer nobody else is heard without TLS",
        "Proxyservrar som har TLS och kommer åt andra: adresser och nät som 10.0.0.0/8, med komma emellan. Bara de blir trodda på vem de kommer åt, och utanför den här datorn hörs ingen annan utan TLS",
    ),
    (
        "Where to tell numbers to Prometheus, at /metrics: an address that only the operator reaches",
        "Var Prometheus får mätvärden, på /metrics: en adress som bara den som driver reläet når",
    ),
    (
        "How many clients may be connected at once, 2000 if nothing is said",
        "Hur många klienter som får vara anslutna samtidigt, annars 2000",
    ),
    (
        "How log lines are written to standard error (how many: the variable RUST_LOG, for instance debug)",
        "Hur loggrader skrivs på standard error (hur många: variabeln RUST_LOG, till exempel debug)",
    ),
    (
        "How many may be connected at once from one address, 500 if nothing is said. An office has one address",
        "Hur många som får vara anslutna samtidigt från en adress, annars 500. Ett kontor har en adress",
    ),
    (
        "How many connections one device may have at once, 20 if nothing is said",
        "Hur många anslutningar en enhet får ha samtidigt, annars 20",
    ),
    (
        "How many may connect from one address in a minute, 1000 if nothing is said",
        "Hur många som får ansluta från en adress på en minut, annars 1000",
    ),
    (
        "How often in a minute what comes from one address may fail to prove that it belongs, 60 if nothing is said",
        "Hur ofta på en minut det som kommer från en adress får misslyckas med att visa att det hör dit, annars 60",
    ),
    (
        "How many changes of one device are taken in a second, 2000 if nothing is said, after a minute's worth of them at once; who pushes more waits",
        "Hur många ändringar från en enhet som tas emot på en sekund, annars 2000, efter en minuts mängd på en gång; den som skickar mer får vänta",
    ),
    (
        "How many bytes of changes of one device are taken in a day, 1073741824 if nothing is said",
        "Hur många byte ändringar från en enhet som tas emot på ett dygn, annars 1073741824",
    ),
    (
        "How many seconds of work in a minute the changes of one device may make, 12 if nothing is said; who makes more waits",
        "Hur många sekunders arbete på en minut en enhets ändringar får ge, annars 12; den som ger mer får vänta",
    ),
    // Workspaces.
    (
        "Make workspaces and list them. Works while a relay serves the folder, too",
        "Skapa arbetsytor och lista dem. Också medan reläet kör",
    ),
    (
        "Make a workspace, and print its address and an invitation for its first coordinator",
        "Skapa en arbetsyta, och visa dess adress och en inbjudan till den första koordinatorn",
    ),
    ("What people will call it", "Vad den ska heta"),
    (
        "How people reach the relay, for the printed address: HOST:PORT, or with wss:// before it where it has TLS. Without it: where the folder is served now",
        "Hur reläet nås, för adressen som visas: DATOR:PORT, eller med wss:// framför om det har TLS. Annars där mappen används just nu",
    ),
    (
        "Make it under this name instead of one drawn at random: for a workspace that is only on somebody's computers, as `samsyn relay` shows it there. They take it here with `samsyn share`",
        "Skapa den med den här beteckningen i stället för en slumpad: för en arbetsyta som bara finns på någons datorer, som \"samsyn relay\" visar den där. De tar den hit med \"samsyn share\"",
    ),
    (
        "Give a workspace that has a secret, as earlier versions made it, members instead. Works while a relay serves the folder, too",
        "Ge en arbetsyta som har en hemlighet, som tidigare versioner gjorde, medlemmar i stället. Också medan reläet kör",
    ),
    ("List the workspaces", "Lista arbetsytorna"),
    // Who belongs.
    (
        "Invite somebody into a workspace. Works while a relay serves the folder, too",
        "Bjud in någon till en arbetsyta. Också medan reläet kör",
    ),
    (
        "What they will be: coordinator, ambassador, partner or reader",
        "Vad den ska vara: koordinator, ambassadör, partner eller läsare",
    ),
    (
        "For which organisation a partner works: the name of its record",
        "Vilken organisation en partner arbetar för: beteckningen på dess post",
    ),
    ("It is a further device of this member", "Det är ytterligare en enhet för den här medlemmen"),
    ("How long the invitation is good: 30m, 48h, 7d", "Hur länge inbjudan gäller: 30m, 48h, 7d"),
    (
        "List members, give them other roles, remove them. Works while a relay serves the folder, too",
        "Lista medlemmar, ge dem andra roller, ta bort dem. Också medan reläet kör",
    ),
    (
        "List members, their devices, and the invitations that are open",
        "Lista medlemmar, deras enheter och de inbjudningar som är öppna",
    ),
    ("Give a member another role", "Ge en medlem en annan roll"),
    ("Let a member in no more, with any device", "Släpp inte in en medlem mer, med någon enhet"),
    ("The member: their identifier or the beginning of it", "Medlemmen: beteckningen eller början av den"),
    (
        "Let a device in no more. Works while a relay serves the folder, too",
        "Släpp inte in en enhet mer. Också medan reläet kör",
    ),
    ("Let a device in no more: a laptop was lost", "Släpp inte in en enhet mer: en dator har kommit bort"),
    ("The device: its identifier or the beginning of it", "Enheten: beteckningen eller början av den"),
    (
        "Erase a person: the record, its history, here at once and on every device at its next contact. Works while a relay serves the folder, too",
        "Radera en person: posten och hela dess historik, här genast och på varje enhet vid dess nästa kontakt. Också medan reläet kör",
    ),
    (
        "The record of the person: its identifier or the beginning of it",
        "Personens post: beteckningen eller början av den",
    ),
    ("Do it. It cannot be undone", "Gör det. Det går inte att ångra"),
    // Looking after it.
    (
        "Write a copy of a workspace to a file, and verify it. Works while a relay serves the folder, too",
        "Skriv en säkerhetskopia av en arbetsyta till en fil, och kontrollera den. Också medan reläet kör",
    ),
    ("The new file", "Den nya filen"),
    (
        "Put a workspace back from a backup. Works while a relay serves the folder, too",
        "Lägg tillbaka en arbetsyta från en säkerhetskopia. Också medan reläet kör",
    ),
    ("The file that `backup` wrote", "Filen som \"backup\" skrev"),
    (
        "Put it in the place of a workspace that is there. What was there is kept beside it; who belongs stays",
        "Lägg den på platsen för en arbetsyta som finns. Det som fanns där sparas bredvid; medlemmarna är som de var",
    ),
    (
        "Put back what is whole of a damaged file: those who have the rest bring it at their next contact",
        "Lägg tillbaka det som är helt i en skadad fil: de som har resten lämnar det vid sin nästa kontakt",
    ),
    (
        "Look whether all of a workspace is right: its file, its log, its documents. Works while a relay serves the folder, too",
        "Kontrollera att allt i en arbetsyta är som det ska: filen, loggen, posterna. Också medan reläet kör",
    ),
    (
        "Keep the history of a workspace in as little room as it takes, now (a relay does it by itself while nobody writes). Works while a relay serves the folder, too",
        "Packa en arbetsytas historik nu (reläet gör det av sig självt medan ingen skriver). Också medan reläet kör",
    ),
    (
        "Numbers of a workspace. Works while a relay serves the folder, too",
        "Siffror om en arbetsyta. Också medan reläet kör",
    ),
];

const NAMES: &[(&str, &str)] = &[
    ("[wss://]HOST[:PORT]", "[wss://]DATOR[:PORT]"),
    ("DIR", "MAPP"),
    ("WORKSPACE", "ARBETSYTA"),
    ("ID", "BETECKNING"),
    ("HOST:PORT", "DATOR:PORT"),
    ("ADDRESS", "ADRESS"),
    ("NUMBER", "ANTAL"),
    ("HOST[:PORT]", "DATOR[:PORT]"),
    ("ADDRESS,…", "ADRESS,…"),
    ("FILE", "FIL"),
    ("NAME,…", "NAMN,…"),
    ("NAME", "NAMN"),
    ("TIME", "TID"),
    ("URL", "URL"),
    ("SECONDS", "SEKUNDER"),
    ("ROLE", "ROLL"),
    ("MEMBER", "MEDLEM"),
    ("DEVICE", "ENHET"),
    ("RECORD", "POST"),
    ("COMMAND", "KOMMANDO"),
    ("LOG_FORMAT", "FORMAT"),
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;
    use crate::spoken::help::lacking;

    #[test]
    fn every_help_text_exists_in_swedish() {
        assert_eq!(lacking(Cli::command(), TEXTS), Vec::<String>::new());
    }
}
