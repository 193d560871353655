//! Words about what is known of a person, in both languages.

use crate::pages::texts::texts;

texts! {
    MORE: "Mer om personen", "More about this person";
    EXPORT: "Exportera allt om personen …", "Export all that is known …";
    ERASE: "Radera personen …", "Erase this person …";
    EXPORT_TITLE: "Exportera allt som finns om {}", "Export all that is known about {}";
    EXPORT_HINT: "Allt som finns om personen, vem som har skrivit vad, och var namnet står: en text att läsa och samma sak som JSON. Personen har rätt att få det (artikel 15 i dataskyddsförordningen).", "All that is kept about this person, who wrote what, and where the name stands: a text to read, and the same as JSON. The person has a right to it (article 15 of the GDPR).";
    FILE: "Fil", "File";
    FILE_HINT: "Två filer skrivs: med .txt och med .json sist i namnet.", "Two files are written: with .txt and with .json at the end of the name.";
    WRITE: "Skriv filerna", "Write the files";
    WRITING: "Skriver …", "Writing …";
    WRITTEN: "Skrivet:", "Written:";
    WRITTEN_HINT: "Filerna är personuppgifter: lämna dem till personen och ta bort dem här när det är gjort.", "The files are personal data: hand them over, and delete them here when that is done.";
    COPY_PATH: "Kopiera sökvägen", "Copy the path";
    DONE: "Klart", "Done";
    CANCEL: "Avbryt", "Cancel";
    ERASE_TITLE: "Radera {} överallt?", "Erase {} everywhere?";
    ERASE_HINT: "Posten och hela dess historik försvinner på reläet, här och på alla enheter vid deras nästa kontakt. Det går inte att ångra.", "The record and all of its history go from the relay, from here, and from every device at its next contact. It cannot be undone.";
    NOT_EVERYWHERE: "Anteckningar i andra poster, utskrifter och exporterade filer raderas inte.", "Notes in other records, prints and exported files are not erased.";
    ONE_CHANGE: "1 ändring: hela historiken", "1 change: the whole history";
    CHANGES: "{} ändringar: hela historiken", "{} changes: the whole history";
    REFERRERS: "Hänvisar hit, och kommer att hänvisa till någon som är raderad:", "Refer to this, and will refer to somebody who was erased:";
    NO_REFERRERS: "Inga andra poster hänvisar hit.", "No other records refer to this.";
    HOLD: "Personen får inte gallras: lag kräver att uppgifterna bevaras. Grund: {}. Gäller det inte längre, ändra ”Får inte gallras” i posten först.", "This person has a retention hold: the law requires the data to be kept. Ground: {}. Where that holds no more, change “Retention hold” in the record first.";
    NO_GROUND: "ingen angiven", "none given";
    NOT_CONNECTED: "Inte ansluten till reläet, och bara det kan radera överallt. Anslut först.", "Not connected to the relay, and only it can erase everywhere. Connect first.";
    TYPE_NAME: "Skriv personens namn för att bekräfta", "Type the person's name to confirm";
    ERASE_NOW: "Radera överallt", "Erase everywhere";
    GONE: "Posten finns inte här längre: någon annan har raderat den, eller så får du inte längre läsa den.", "This record is not here any more: somebody else has erased it, or you may not read it any longer.";
    ASKING: "Reläet raderar …", "The relay is erasing …";
    ERASED: "{} är raderad på reläet. Den här datorn och de andra följer vid sin nästa kontakt.", "{} is erased on the relay. This computer and the others follow at their next contact.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        crate::pages::texts::assert_in_both_languages(ALL_TEXTS);
    }
}
