//! The table of help texts: what the doc comments say, and the same in Swedish. How it is used stands in `samsyn_server::spoken::help`.

use samsyn_server::spoken::help::Texts;

pub(super) const TEXTS: Texts = Texts { said: SAID, names: NAMES };

const SAID: &[(&str, &str)] = &[
    // The program.
    (
        "Samsyn on the desktop: a window over a replica, and the same things as subcommands",
        "Samsyn på datorn: ett fönster över arbetsytan, och samma saker som kommandon",
    ),
    (
        "The replica's file. Without it: the one in your data folder",
        "Arbetsytans fil. Annars den i din datamapp",
    ),
    (
        "The language of what is read and written here: sv or en. Without it: SAMSYN_LANGUAGE, else that of the system, English where it has another",
        "Språket för allt som visas och skrivs: sv eller en. Annars det i SAMSYN_LANGUAGE, annars systemets, engelska där det är ett annat",
    ),
    ("Write JSON", "Skriv JSON"),
    ("At most so many", "Högst så många"),
    ("Replace what an earlier one has written there", "Skriv över det som ligger där sedan tidigare"),
    // Beginning.
    ("Open the window (the same as no command)", "Öppna fönstret (samma som utan kommando)"),
    (
        "Make a replica of a new workspace that is only on this device",
        "Skapa en ny arbetsyta som bara finns på den här datorn",
    ),
    ("What people call the workspace", "Vad arbetsytan ska heta"),
    ("Your name, for others to see who wrote what", "Ditt namn, så att andra ser vem som har skrivit vad"),
    (
        "Make a replica of a workspace that a relay has, or connect the replica to one",
        "Gå med i en arbetsyta som finns på ett relä, eller anslut den som finns här",
    ),
    (
        "The workspace's address: wss://HOST/WORKSPACE or ws://HOST:PORT/WORKSPACE, as stands in the invitation; its code may follow behind a #",
        "Arbetsytans adress: wss://HOST/ARBETSYTA eller ws://HOST:PORT/ARBETSYTA, som i inbjudan; koden får stå efter ett #",
    ),
    ("Do not get what is there now", "Hämta inte det som finns där nu"),
    (
        "The file in which the invitation's code stands. Without it: the variable SAMSYN_CODE, or standard input",
        "Filen med inbjudans kod. Annars variabeln SAMSYN_CODE, eller det som skickas in",
    ),
    (
        "Encrypt the replica, also where the system has no keyring for its key",
        "Kryptera filen, också där datorn saknar nyckelring för nyckeln",
    ),
    ("Do not encrypt the replica", "Kryptera inte filen"),
    (
        "Take a workspace that is only on this computer to a relay, as its first coordinator",
        "Ta en arbetsyta som bara finns på den här datorn till ett relä, som dess första koordinator",
    ),
    (
        "The address of the empty workspace: wss://HOST/WORKSPACE or ws://HOST:PORT/WORKSPACE; its code may follow behind a #",
        "Den tomma arbetsytans adress: wss://HOST/ARBETSYTA eller ws://HOST:PORT/ARBETSYTA; koden får stå efter ett #",
    ),
    ("Show the workspace's relay, or change its address", "Visa arbetsytans relä, eller byt dess adress"),
    (
        "The address from now on: wss://HOST or ws://HOST:PORT; the workspace may stand behind it. Whoever is there is asked first whether they have this workspace. What waits to be sent goes there",
        "Adressen från och med nu: wss://HOST eller ws://HOST:PORT; arbetsytan får stå efter. Den som svarar där tillfrågas först om arbetsytan finns. Det som väntar skickas dit",
    ),
    (
        "Change it also where nobody can be asked there now, or whoever is asked does not know this workspace",
        "Byt också om ingen kan tillfrågas där nu, eller den som svarar inte känner till arbetsytan",
    ),
    (
        "Change it also where what you send would no longer be encrypted on the way",
        "Byt också om det du skickar då inte längre är krypterat på vägen",
    ),
    (
        "Come in with an invitation, on a replica that is here already",
        "Kom in med en inbjudan, när arbetsytan redan finns här",
    ),
    // Who belongs.
    ("Invite somebody into the workspace", "Bjud in någon till arbetsytan"),
    (
        "What they will be: coordinator, ambassador, partner or reader",
        "Vad den ska vara: koordinator, ambassadör, partner eller läsare",
    ),
    (
        "For which organisation a partner works: its title, or the identifier of its record",
        "Vilken organisation en partner arbetar för: namnet, eller beteckningen på dess post",
    ),
    (
        "It is a further device of this member: their identifier or the beginning of it, as `samsyn members` shows it",
        "Det är ytterligare en enhet för den här medlemmen: beteckningen eller början av den, som den står i \"samsyn members\"",
    ),
    ("How long the invitation is good: 30m, 48h, 7d", "Hur länge inbjudan gäller: 30m, 48h, 7d"),
    ("List the members of the workspace", "Lista medlemmarna i arbetsytan"),
    ("With what was changed, by whom and when", "Med vad som har ändrats, av vem och när"),
    (
        "Give a member another role, or let one in no more",
        "Ge en medlem en annan roll, eller släpp inte in den mer",
    ),
    ("Give a member another role", "Ge en medlem en annan roll"),
    ("Let a member in no more, with any device", "Släpp inte in en medlem mer, med någon enhet"),
    (
        "The member: their identifier or the beginning of it, as `samsyn members` shows it",
        "Medlemmen: beteckningen eller början av den, som den står i \"samsyn members\"",
    ),
    ("Let a device in no more", "Släpp inte in en enhet mer"),
    ("Let a device in no more: a laptop was lost", "Släpp inte in en enhet mer: en dator har kommit bort"),
    (
        "The device: its identifier or the beginning of it, as `samsyn members` shows it",
        "Enheten: beteckningen eller början av den, som den står i \"samsyn members\"",
    ),
    // Persons.
    (
        "Write everything that is known about one person, for that person to read",
        "Skriv ut allt som finns om en person, för personen själv att läsa",
    ),
    (
        "The person's record: its identifier or the beginning of it",
        "Personens post: beteckningen eller början av den",
    ),
    (
        "Write it to two files that only you can read, NAME.txt and NAME.json, instead of to the terminal",
        "Skriv till två filer som bara du kan läsa, NAMN.txt och NAMN.json, i stället för till terminalen",
    ),
    (
        "Erase a person: the record, its history, here and on every device",
        "Radera en person: posten och hela dess historik, här och på varje enhet",
    ),
    ("The record: its identifier or the beginning of it", "Posten: beteckningen eller början av den"),
    ("Do it. It cannot be undone", "Gör det. Det går inte att ångra"),
    // Records.
    (
        "List the kinds of records, or the fields of a kind: their names, and what may be written into them",
        "Lista postslagen, eller fälten i ett av dem: vad de heter och vad som kan skrivas i dem",
    ),
    ("The kind; without it, all kinds are listed", "Slaget. Annars listas alla"),
    ("List the records of a kind", "Lista posterna av ett slag"),
    (
        "The kind: meeting, contact, organisation, venue, plan, focus_area",
        "Slaget: meeting, contact, organisation, venue, plan, focus_area, eller vad det heter på svenska",
    ),
    ("Only records in which all these words stand", "Bara poster med alla de här orden i"),
    (
        "Only records whose FIELD is VALUE, written as for `set`; VALUE empty: whose FIELD is empty",
        "Bara poster där FÄLT är VÄRDE, skrivet som för \"set\"; med tomt VÄRDE: där FÄLT är tomt",
    ),
    (
        "In the order of this field; with a minus before it from the last to the first",
        "I ordning efter det här fältet; med minus framför från det sista till det första",
    ),
    ("The removed ones instead", "De borttagna i stället"),
    ("Show a record, or its history", "Visa en post, eller dess historik"),
    ("The record's identifier, or the beginning of it", "Postens beteckning, eller början av den"),
    ("Who changed what, when and why", "Vem som ändrade vad, när och varför"),
    ("Write fields of a record", "Skriv i en posts fält"),
    (
        "What to write: FIELD=VALUE, or LIST.ROW.FIELD=VALUE; nothing after the sign clears the field",
        "Vad som ska skrivas: FÄLT=VÄRDE, eller LISTA.RAD.FÄLT=VÄRDE; utan något efter tecknet töms fältet",
    ),
    ("Why: kept in the history", "Varför: det sparas i historiken"),
    ("Add a record, or a row to a list in a record", "Lägg till en post, eller en rad i en lista i en post"),
    (
        "The kind of the record; with --to the list that gets a row",
        "Postens slag; med --to listan som får en rad",
    ),
    ("What its fields hold", "Vad som ska stå i fälten"),
    (
        "Add a row to this record instead of adding a record",
        "Lägg till en rad i den här posten i stället för en post",
    ),
    (
        "Mark a record, or a row in it, as removed; or bring it back",
        "Ta bort en post eller en rad i den, eller ta den tillbaka",
    ),
    ("A row of it, as LIST.ROW", "En rad i den, som LISTA.RAD"),
    ("Bring it back", "Ta den tillbaka"),
    ("Find records by words", "Sök efter poster"),
    ("Words, or their beginnings", "Ord, eller början av dem"),
    // Syncing.
    (
        "Exchange changes with the relay, or with another computer, once",
        "Utbyt ändringar med reläet, eller med en annan dator, en gång",
    ),
    (
        "Exchange changes with the relay, or with another computer, once.\n\nEnds with 0 where both sides have everything, with 3 where the exchange went through and some of it waits for somebody to decide (the relay has refused it, or it came and was kept apart), and with 1 where there was no exchange.",
        "Utbyt ändringar med reläet, eller med en annan dator, en gång.\n\nSlutar med 0 när båda sidor har allt, med 3 när utbytet gick bra och något väntar på att någon bestämmer sig (reläet har avvisat det, eller det kom och är lagt åt sidan) och med 1 när det inte blev något utbyte.",
    ),
    (
        "With the computer at this address, on which `samsyn serve` runs, instead of the relay",
        "Med datorn på den här adressen, där \"samsyn serve\" körs, i stället för reläet",
    ),
    (
        "Offer again what the relay has refused, and ask again for what came and was kept apart",
        "Skicka det som reläet har avvisat igen, och hämta det som är lagt åt sidan igen",
    ),
    (
        "List what the relay has refused, with the reasons; send it again, or let it go",
        "Lista det som reläet har avvisat, med skälen; skicka det igen, eller släpp det",
    ),
    (
        "Offer it again with the next sync: all of it, or what is of one record. What was refused for a role is offered again by itself once the role allows it",
        "Skicka det igen vid nästa synkning: allt, eller det som hör till en post. Det som avvisades för rollens skull skickas igen av sig självt när rollen tillåter det",
    ),
    (
        "Let go of what was refused of a record, and of what was built on it. It cannot be undone",
        "Släpp det som är avvisat av en post, och det som bygger på det. Det går inte att ångra",
    ),
    ("Do it. Without it, only say what would go", "Gör det. Annars sägs bara vad som skulle försvinna"),
    (
        "Say how this replica stands: what waits, what was refused, what is kept apart, and when the relay was last met",
        "Visa hur det står till: vad som väntar, vad som är avvisat, vad som är lagt åt sidan och när reläet senast nåddes",
    ),
    (
        "Let another computer sync with this replica directly, without a relay",
        "Låt en annan dator synka direkt med den här, utan relä",
    ),
    (
        "Where to listen: an address or a name of this computer that the other can reach, such as 0.0.0.0:7401 for all of them. What goes over it is encrypted, and only who knows the workspace's secret gets in",
        "Var datorn ska svara: en adress eller ett namn som den andra kan nå, till exempel 0.0.0.0:7401 för alla. Det som skickas är krypterat, och bara den som känner arbetsytans hemlighet släpps in",
    ),
    ("End after the first visit", "Sluta efter det första besöket"),
    // Looking after it.
    (
        "What awaits review: what changed, who did it, what contradicts",
        "Vad som väntar på granskning: vad som har ändrats, av vem, och vad som säger emot",
    ),
    ("Only this record", "Bara den här posten"),
    (
        "Mark it as reviewed after showing it; without a record: everything but what contradicts",
        "Markera det som granskat efter att det har visats; utan post: allt utom det som säger emot",
    ),
    (
        "What is wrong, or will be soon: personal data without a legal basis, or kept too long",
        "Vad som är fel, eller snart blir det: personuppgifter utan rättslig grund, eller som sparas för länge",
    ),
    ("Encrypt the replica where it rests", "Kryptera arbetsytans fil"),
    ("Let the replica rest unencrypted", "Ta bort krypteringen av arbetsytans fil"),
    (
        "Put the replica's key under a passphrase: nobody opens it until it is unlocked",
        "Lås nyckeln med en lösenfras: ingen öppnar arbetsytan förrän den har låsts upp",
    ),
    (
        "Choose a new passphrase, instead of the one that it was locked with before",
        "Välj en ny lösenfras, i stället för den som den låstes med förut",
    ),
    ("Take the replica's key from under its passphrase", "Lås upp nyckeln med lösenfrasen"),
    (
        "The file whose first line is the passphrase. Without it: the variable SAMSYN_PASSPHRASE, or you are asked",
        "Filen vars första rad är lösenfrasen. Annars variabeln SAMSYN_PASSPHRASE, eller så frågas du",
    ),
    (
        "Say whether the replica is encrypted, and where its key rests",
        "Visa om filen är krypterad, och var nyckeln ligger",
    ),
    (
        "Write a copy of the replica to one file, and check it. Also while the window is open",
        "Skriv en säkerhetskopia till en fil, och kontrollera den. Också medan fönstret är öppet",
    ),
    (
        "The file; or a folder, in which it is named by the workspace and the time",
        "Filen; eller en mapp, och då får den namn efter arbetsytan och tiden",
    ),
    (
        "Choose a passphrase, with which the copy can be opened on every computer: so also when this one is lost",
        "Välj en lösenfras som kopian kan öppnas med på varje dator: alltså också när den här har kommit bort",
    ),
    (
        "Put a backup in the place of the replica, or where there is none yet. What is there is kept under another name",
        "Lägg tillbaka en säkerhetskopia. Det som ligger där sparas under ett annat namn",
    ),
    (
        "The file that `samsyn backup` wrote, or a copy of a replica's file",
        "Filen som \"samsyn backup\" skrev, eller en kopia av en arbetsytas fil",
    ),
    ("Write everything to files that other programs read", "Skriv allt till filer som andra program läser"),
    (
        "Every document as KIND/ID.automerge below this folder, with its whole history",
        "Varje post som SLAG/BETECKNING.automerge i den här mappen, med hela historiken",
    ),
    ("Every record in one JSON file", "Alla poster i en JSON-fil"),
    // The demo.
    (
        "Make a sample workspace, let three people work in it, and open it at Review",
        "Skapa en exempelarbetsyta, låt tre personer arbeta i den, och öppna den vid Granskning",
    ),
    (
        "Keep the data in this folder: the replicas ambassador-1, ambassador-2 and coordinator, and the relay's",
        "Spara allt i den här mappen: arbetsytorna ambassador-1, ambassador-2 och coordinator, och reläets",
    ),
    ("Do not open the window", "Öppna inte fönstret"),
    (
        "Run the demo's relay. The relay for real use is the program `samsyn-relay`",
        "Kör demons relä. Reläet för riktig användning är programmet \"samsyn-relay\"",
    ),
];

const NAMES: &[(&str, &str)] = &[
    ("sv|en", "sv|en"),
    ("NUMBER", "ANTAL"),
    ("FIELD=VALUE", "FÄLT=VÄRDE"),
    ("FILE", "FIL"),
    ("HOST[:PORT]", "HOST[:PORT]"),
    ("ID", "BETECKNING"),
    ("ORGANISATION", "ORGANISATION"),
    ("FIELD", "FÄLT"),
    ("TIME", "TID"),
    ("NAME", "NAMN"),
    ("RECORD", "POST"),
    ("FOLDER", "MAPP"),
    ("WORKSPACE", "ARBETSYTA"),
    ("ADDRESS", "ADRESS"),
    ("KIND", "SLAG"),
    ("VALUES", "FÄLT=VÄRDE"),
    ("WORDS", "ORD"),
    ("ROW", "RAD"),
    ("ROLE", "ROLL"),
    ("MEMBER", "MEDLEM"),
    ("DEVICE", "ENHET"),
    ("WHY", "VARFÖR"),
    ("SEARCH", "ORD"),
    ("MOST", "ANTAL"),
    ("TO", "POST"),
    ("JSON", "FIL"),
    ("LISTEN", "ADRESS"),
    ("KEEP", "MAPP"),
    ("ARGUMENTS", "ARGUMENT"),
    ("COMMAND", "KOMMANDO"),
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use samsyn_engine::schema::Language;
    use samsyn_server::spoken::help::{in_language, lacking};

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_help_text_exists_in_swedish() {
        assert_eq!(lacking(Cli::command(), TEXTS), Vec::<String>::new());
    }

    #[test]
    fn the_whole_help_is_swedish() {
        for name in ["", "sync", "invite", "refused", "member"] {
            let mut command = in_language(Cli::command(), Language::Swedish, TEXTS);
            let mut inner = &mut command;
            if !name.is_empty() {
                inner = inner.find_subcommand_mut(name).unwrap();
            }
            let help = inner.render_long_help().to_string();
            let english = [
                "Usage",
                "Options",
                "OPTIONS",
                "COMMAND",
                "Commands:",
                "Arguments",
                "Print help",
                "[env",
                "[default",
                " the ",
            ];
            for english in english {
                assert!(!help.contains(english), "{name}: {english}: {help}");
            }
            assert!(help.contains("Användning: "), "{help}");
        }
    }
}
