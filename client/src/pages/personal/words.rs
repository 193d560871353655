//! Words about what is known of a person, in both languages.

use crate::pages::texts::texts;

texts! {
    MORE: "Mer om personen", "More about this person";
    EXPORT: "Exportera allt om personen …", "Export all that is known …";
    ERASE: "Radera personen …", "Erase this person …";
    EXPORT_TITLE: "Exportera allt som finns om {}", "Export all that is known about {}";
    EXPORT_HINT: "Allt som finns om personen, vem som har skrivit vad, och var namnet förekommer: som text att läsa och som JSON. Personen har rätt att få det (artikel 15 i dataskyddsförordningen).", "All that is kept about this person, who wrote what, and where the name appears: as text to read, and as JSON. The person has a right to it (article 15 of the GDPR).";
    FILE: "Fil", "File";
    FILE_HINT: "Två filer skrivs: en som slutar på .txt och en som slutar på .json.", "Two files are written: one that ends with .txt and one that ends with .json.";
    WRITE: "Skriv filerna", "Write the files";
    REPLACE: "Ersätt filerna som finns", "Replace the files that are there";
    WRITING: "Skriver …", "Writing …";
    WRITTEN: "Skrivet:", "Written:";
    WRITTEN_HINT: "Filerna innehåller personuppgifter: lämna dem till personen och ta sedan bort dem här.", "The files hold personal data: hand them over, then delete them here.";
    COPY_PATH: "Kopiera sökvägen", "Copy the path";
    DONE: "Klart", "Done";
    CANCEL: "Avbryt", "Cancel";
    ERASE_TITLE: "Radera {} överallt?", "Erase {} everywhere?";
    ERASE_HINT: "Posten och hela dess historik försvinner från reläet, härifrån och från alla enheter när de ansluter nästa gång. Det går inte att ångra.", "The record and all of its history are removed from the relay, from here, and from every device when it next connects. This cannot be undone.";
    NOT_EVERYWHERE: "Anteckningar i andra poster, utskrifter och exporterade filer raderas inte.", "Notes in other records, prints and exported files are not erased.";
    ONE_CHANGE: "1 ändring: hela historiken", "1 change: the whole history";
    CHANGES: "{} ändringar: hela historiken", "{} changes: the whole history";
    REFERRERS: "Hänvisar hit, och kommer att hänvisa till någon som är raderad:", "Refer to this, and will refer to somebody who was erased:";
    NO_REFERRERS: "Inga andra poster hänvisar hit.", "No other records refer to this.";
    HOLD: "Personen får inte gallras: lag kräver att uppgifterna bevaras. Grund: {}. Gäller det inte längre, ändra ”Får inte gallras” i posten först.", "This person has a retention hold: the law requires the data to be kept. Ground: {}. Where that no longer holds, change “Retention hold” in the record first.";
    NO_GROUND: "ingen angiven", "none given";
    NOT_CONNECTED: "Ingen anslutning till reläet, och bara det kan radera överallt. Anslut först.", "Not connected to the relay, and only it can erase everywhere. Connect first.";
    TYPE_NAME: "Skriv personens namn för att bekräfta", "Type the person's name to confirm";
    ERASE_NOW: "Radera överallt", "Erase everywhere";
    GONE: "Posten finns inte här längre: någon annan har raderat den, eller så får du inte längre läsa den.", "This record is not here any more: somebody else has erased it, or you may not read it any longer.";
    ASKING: "Reläet raderar …", "The relay is erasing …";
    ERASED: "{} är raderad på reläet. Den här datorn och de andra följer efter när de ansluter nästa gång.", "{} is erased on the relay. This computer and the others follow when they next connect.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        crate::pages::texts::assert_in_both_languages(ALL_TEXTS);
    }
}
