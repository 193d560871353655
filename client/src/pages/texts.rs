//! Words of the window that belong to no record kind, in both languages.

use jiff::civil::Date;
use samsyn_engine::identity::Role;
use samsyn_engine::schema::{Caption, Language, count_words};

use crate::widgets::date_popup::DateTexts;

macro_rules! texts {
    ($($name:ident: $sv:literal, $en:literal;)*) => {
        $(pub(crate) const $name: samsyn_engine::schema::Caption = samsyn_engine::schema::Caption::new($sv, $en);)*
        #[cfg(test)]
        const ALL_TEXTS: &[(&str, samsyn_engine::schema::Caption)] = &[$((stringify!($name), $name)),*];
    };
}

pub(super) use texts;

texts! {
    REVIEW: "Granska", "Review";
    FINDINGS: "Att åtgärda", "To put right";
    SEARCH: "Sök", "Search";
    SEARCH_LIST: "Sök i listan", "Search the list";
    SEARCH_ALL: "Sök poster och kommandon", "Search records and commands";
    NEW: "Skapa", "New";
    TITLE: "Namn", "Name";
    UNNAMED: "Namnlös", "Unnamed";
    CLEAR: "Rensa", "Clear";
    CREATE: "Skapa ”{}”", "Create “{}”";
    CHOOSE: "Välj …", "Choose …";
    CLOSE: "Stäng", "Close";
    OPEN: "Öppna", "Open";
    REMOVE: "Ta bort", "Remove";
    RESTORE: "Återställ", "Restore";
    REMOVED_NOTE: "Posten är borttagen. Den kan återställas.", "This record is removed. It can be restored.";
    REMOVED_FILTER: "Borttagna", "Removed";
    DID_YOU_MEAN: "Menade du den här?", "Did you mean this?";
    NEARLY: "Inga exakta träffar. Det här liknar det du söker.", "No exact matches. These are like what you look for.";
    NOTHING_FOUND: "Inga träffar", "No matches";
    FIRST_SHOWN: "De första visas. Skriv mer för att hitta andra.", "The first ones are shown. Type more to find others.";
    SOME_SHOWN: "{} av {} poster visas. Skriv mer för att hitta andra.", "{} of {} records are shown. Type more to find others.";
    NOTHING_FOUND_HINT: "Ändra sökorden eller ta bort ett filter.", "Change the words or take away a filter.";
    EMPTY_LIST: "Här är det tomt", "Nothing here yet";
    EMPTY_LIST_HINT: "Det du skapar sparas direkt och delas när det finns nät.", "What you create is saved at once and shared when there is a network.";
    EMPTY_LIST_READER: "Det som andra skapar visas här. Din roll i arbetsytan låter dig läsa det.", "What others create appears here. Your role in this workspace lets you read it.";
    LOADING: "Läser in …", "Loading …";
    HELD_HINT: "Det kom hit direkt från en annan dator, eller bygger på något som gjorde det. Det når reläet när den datorn, eller en koordinator, ansluter.", "It came here directly from another computer, or builds on something that did. It reaches the relay when that computer, or a coordinator, connects.";
    ERASED: "(raderad)", "(erased)";
    NOT_HERE: "(finns inte här)", "(not here)";
    NOT_YET: "…", "…";
    ERASED_RECORD: "Personen har raderats", "This person was erased";
    ERASED_HINT: "Uppgifterna är borta här, på reläet och på alla andra datorer. De går inte att få tillbaka.", "The data is gone here, on the relay and on all other computers. It cannot be brought back.";
    GONE: "Posten finns inte", "There is no such record";
    GONE_HINT: "Den kan ha raderats, eller så har den inte kommit hit än.", "It may have been erased, or it has not arrived here yet.";
    DAMAGED_RECORD: "Posten är skadad", "The record is damaged";
    DAMAGED_HINT: "Datorns disk har ändrat något i den. Samsyn hämtar den igen från reläet vid nästa kontakt. Blir den inte hel då, lägg tillbaka en säkerhetskopia.", "This computer's disk has changed something in it. Samsyn gets it again from the relay at the next contact. If it does not become whole then, put a backup back.";
    DAMAGED_ALONE: "Datorns disk har ändrat något i den, och det finns inget relä att hämta den igen från. Lägg tillbaka en säkerhetskopia.", "This computer's disk has changed something in it, and there is no relay to get it again from. Put a backup back.";
    UNKNOWN_KIND: "Den här versionen av Samsyn känner inte till den här sortens post. Installera en nyare version för att se den. Till dess lämnas den orörd.", "This version of Samsyn does not know this kind of record. Install a newer version to see it. Until then it is left as it is.";
    REMOVE_RECORD: "Ta bort posten", "Remove the record";
    RECORD_REMOVED: "”{}” är borttagen.", "“{}” is removed.";
    RECORD_RESTORED: "”{}” är återställd.", "“{}” is restored.";
    ROW_REMOVED: "Raden ”{}” är borttagen ur ”{}”.", "The row “{}” is removed from “{}”.";
    DECIDED: "Valt i ”{}”: {} {}", "Chosen in “{}”: {} {}";
    WIDEN: "Visa i hela fönstret", "Show in the whole window";
    NARROW: "Visa bredvid listan", "Show beside the list";
    ADD: "Lägg till", "Add";
    NONE: "Inget valt", "None";
    MISSED: "Saknas", "Missing";
    ONE_MORE: "en till", "one more";
    ONE_LESS: "en mindre", "one less";
    CLEAR_FILTERS: "Visa alla", "Show all";
    NOT_USED: "Används inte någonstans", "Not used anywhere";
    NOT_USED_HINT: "Här visas de poster som hänvisar till den här.", "Records that refer to this one appear here.";
    CHANGED: "Ändrad", "Changed";
    ADDED: "Tillagd", "Added";
    TAKEN: "Borttagen", "Removed";
    REMOVED: "Borttagen", "Removed";
    WEEK: "v.", "w";
    TASK: "Uppgift", "Task";
    TODAY: "I dag", "Today";
    ZOOM_IN: "Zooma in", "Zoom in";
    ZOOM_OUT: "Zooma ut", "Zoom out";
    BACK: "Tillbaka till listan", "Back to the list";
    BACK_TO_QUEUE: "Tillbaka till kön", "Back to the queue";
    LAST_CHANGED: "Senast ändrad av {}", "Last changed by {}";
    MENU: "Meny", "Menu";
    EDGE: "Gräns mellan lista och post", "Divider between list and record";
    SETTINGS: "Inställningar", "Settings";
    NOT_SAVED: "I ”{}” kan detta inte sparas än: {}. Texten är kvar och står i fältet igen när posten öppnas.", "In “{}” this cannot be saved yet: {}. The text is kept, and is in the field again when the record is opened.";
    LEFT_OFF: "Inte färdigskrivet i ”{}”: {} kan inte sparas än.", "Not finished in “{}”: {} cannot be saved yet.";
    TAKEN_UP: "Det du skrev i ”{}” när programmet avslutades är sparat: {}.", "What you were typing in “{}” when the program ended is saved: {}.";
    ROW_GONE: "En rad i ”{}” togs bort medan du skrev. Det du skrev står kvar i den: {}.", "A row of “{}” was removed while you were typing. What you typed stands in it: {}.";
    RESTORE_ROW: "Återställ raden", "Restore the row";
    DID_CHANGE: "ändrade {}", "changed {}";
    DID_REMOVE: "tog bort {}", "removed {}";
    DID_REMOVE_RECORD: "tog bort posten", "removed the record";
    DID_RESTORE_RECORD: "återställde posten", "restored the record";
    STILL_KEPT: "Det du skrev i ”{}” finns kvar: {}.", "What you typed in “{}” is kept: {}.";
    TYPED_IN: "{} ”{}”", "{} “{}”";
    QUOTED: "”{}”", "“{}”";
    SAME_FOR: "Detsamma gäller {}.", "The same is so of {}.";
    SEND_AGAIN: "Skicka igen", "Send again";
    SHOW: "Visa", "Show";
    ALL: "Alla", "All";
    FIELDS: "Fält", "Fields";
    PLAN_CHART: "Tidslinje", "Timeline";
    HISTORY: "Historik", "History";
    REFERRERS: "Används i", "Used in";
    ADD_ROW: "Lägg till rad", "Add a row";
    MOVE_UP: "Flytta upp", "Move up";
    MOVE_DOWN: "Flytta ner", "Move down";
    YES: "Ja", "Yes";
    NO: "Nej", "No";
    CONFLICT_HINT: "Flera har skrivit samtidigt. Välj ett värde.", "Several have written at the same time. Choose a value.";
    CHOOSE_THIS: "Välj detta", "Choose this";
    SHOWN_NOW: "visas nu", "shown now";
    SOMEBODY: "Okänd", "Unknown";
    REVIEWED: "Granskat", "Reviewed";
    REVIEWED_ALL: "Markera allt som granskat", "Mark everything as reviewed";
    NOTHING_TO_REVIEW: "Allt är granskat", "Everything is reviewed";
    NOTHING_TO_REVIEW_HINT: "Det som andra ändrar visas här när det har kommit in.", "What others change appears here when it has come in.";
    NO_VISIBLE_CHANGE: "Inga synliga skillnader: någon har skrivit samma sak, avgjort en motsägelse eller ångrat ett val.", "No visible difference: somebody wrote the same, decided a contradiction, or took back a choice.";
    DECIDED_LATER: "Motsägelser ligger kvar tills någon har valt ett värde.", "Contradictions stay until somebody has chosen a value.";
    NEW_RECORD: "Ny post", "New record";
    OFFLINE_SWITCH: "Arbeta utan nät", "Work offline";
    SYNC_ALONE: "Bara på den här datorn", "Only on this computer";
    SYNC_OFFLINE: "Arbetar utan nät", "Working offline";
    SYNC_CONNECTING: "Ansluter …", "Connecting …";
    SYNC_COMPARING: "Jämför med reläet …", "Comparing with the relay …";
    SYNC_LIVE: "Ansluten", "Connected";
    RELAY_MOVED: "Reläet har flyttat", "The relay has moved";
    SYNC_NOW: "Synka nu", "Sync now";
    SAVED: "Allt är sparat", "Everything is saved";
    SAVING: "Sparar …", "Saving …";
    DRAFT_SAVED: "Utkastet är sparat här", "The draft is saved here";
    CANNOT_SAVE: "Det du skriver kan inte sparas", "What you type cannot be saved";
    WRITABLE_AGAIN: "Nu går det att spara igen.", "It can be saved again.";
    STILL_IN_ITS_FIELD: "Det du skrev i ”{}” står kvar i sitt fält: {}.", "What you typed in “{}” is still in its field: {}.";
    CLOSE_LOSES: "Det du har skrivit är inte sparat, och försvinner om fönstret stängs nu. Gör plats först, eller stäng en gång till.", "What you have typed is not saved, and is lost if the window is closed now. Make room first, or close it once more.";
    SYNC_NO_DISK: "Synkar inte: det går inte att spara", "Not syncing: nothing can be saved";
    SOMEBODY_ELSE: "Någon annan", "Somebody else";
    MARK_ALL_HINT: "Det gäller posterna som de ser ut nu. Det som ändras senare visas här igen.", "This covers the records as they are now. What changes later appears here again.";
    MARK_AS_REVIEWED: "Markera som granskat", "Mark as reviewed";
    CANCEL: "Avbryt", "Cancel";
    DRAFT: "Ditt utkast, inte sparat i posten: {}", "Your draft, not saved in the record: {}";
    READ_ONLY: "Du kan läsa posten men inte ändra den.", "You can read this record, but not change it.";
    UNDO: "Ångra", "Undo";
    REDO: "Gör om", "Redo";
    TEXT_SIZE: "Textstorlek", "Text size";
    LANGUAGE: "Språk", "Language";
    THEME: "Tema", "Theme";
    LIGHT: "Ljust", "Light";
    DARK: "Mörkt", "Dark";
    AS_SYSTEM: "Som systemet", "As the system";
    PEOPLE: "Personer i listor", "People in lists";
    GIVEN_FIRST: "Förnamn först: Eva Ek", "Given name first: Eva Ek";
    FAMILY_FIRST: "Efternamn först: Ek, Eva", "Family name first: Ek, Eva";
    WHOLE_PLAN: "Hela planen", "Whole plan";
    OVERDUE: "försenad", "overdue";
    ONE_DAY: "1 dag", "1 day";
    DAYS: "{} dagar", "{} days";
    CHART_EMPTY: "Inga uppgifter än", "No tasks yet";
    CHART_EMPTY_HINT: "Lägg till uppgifter och milstolpar på fliken Fält.", "Add tasks and milestones on the Fields tab.";
    CHART_UNDATED: "Inga uppgifter med datum", "No tasks with dates";
    CHART_UNDATED_HINT: "Ge uppgifterna start och slut på fliken Fält. Dubbelklicka på en uppgift för att öppna den.", "Give the tasks a start and an end on the Fields tab. Double-click a task to open it.";
    EITHER: " eller ", " or ";
    KEPT: "Någon har ändrat detta i ”{}” sedan dess, så det lämnades som det är: {}", "Somebody has changed this in “{}” since, so it was left as it is: {}";
    KEPT_WHOLE: "Någon har ändrat ”{}” sedan dess, så posten lämnades som den är.", "Somebody has changed “{}” since, so the record was left as it is.";
    OF_RECORD: "”{}”: {} {}", "“{}”: {} {}";
}

/// `one` where there is one, otherwise `many`; `{}` stands for the number.
fn counted(count: u64, one: Caption, many: Caption, language: Language) -> String {
    let caption = if count == 1 { one } else { many };
    caption.get(language).replace("{}", &count_words(count, language))
}

/// How much of what waited has been sent, and whether the relay lets the rest wait for its turn.
pub(crate) fn sending(percent: u64, waits: bool, language: Language) -> String {
    const SENDS: Caption = Caption::new("Skickar, {} %", "Sending, {} %");
    const WAITS: Caption =
        Caption::new("Väntar på sin tur hos reläet, {} %", "Waiting for its turn at the relay, {} %");
    let caption = if waits { WAITS } else { SENDS };
    caption.get(language).replace("{}", &percent.to_string())
}

/// Larger text than so many per cent has no room in the window.
pub(crate) fn no_room_for_larger(percent: u32, language: Language) -> String {
    let caption = Caption::new(
        "Texten visas i {} %. Gör fönstret större om du vill ha större text.",
        "Text is shown at {} %. Make the window larger to have it larger.",
    );
    caption.get(language).replace("{}", &percent.to_string())
}

/// How many more things there are.
pub(crate) fn and_more(count: usize, language: Language) -> String {
    let one = Caption::new("och {} till", "and {} more");
    counted(count as u64, one, one, language)
}

/// Somebody else wrote in a field while it was being typed in.
pub(crate) fn meanwhile(name: &str, value: &str, language: Language) -> String {
    let caption = Caption::new(
        "{name} ändrade fältet medan du skrev, till ”{value}”. Ditt värde gäller nu.",
        "{name} changed the field while you were typing, to “{value}”. Your value stands now.",
    );
    caption.get(language).replace("{name}", name).replace("{value}", value)
}

/// Whether so many records are to be marked as reviewed.
pub(crate) fn mark_all(count: usize, language: Language) -> String {
    let one = Caption::new("Markera {} post som granskad?", "Mark {} record as reviewed?");
    let many = Caption::new("Markera {} poster som granskade?", "Mark {} records as reviewed?");
    counted(count as u64, one, many, language)
}

/// So many records were marked as reviewed.
pub(crate) fn marked_all(count: usize, language: Language) -> String {
    let one = Caption::new("{} post är markerad som granskad.", "{} record is marked as reviewed.");
    let many = Caption::new("{} poster är markerade som granskade.", "{} records are marked as reviewed.");
    counted(count as u64, one, many, language)
}

/// So many records contradict and are left.
pub(crate) fn contradict_and_stay(count: usize, language: Language) -> String {
    let one = Caption::new(
        "{} post med motsägelser ligger kvar tills någon har valt.",
        "{} record with contradictions stays until somebody has chosen.",
    );
    let many = Caption::new(
        "{} poster med motsägelser ligger kvar tills någon har valt.",
        "{} records with contradictions stay until somebody has chosen.",
    );
    counted(count as u64, one, many, language)
}

/// How many changes wait to be sent.
pub(crate) fn waiting(count: u64, language: Language) -> String {
    let one = Caption::new("{} ändring väntar på att skickas", "{} change waits to be sent");
    counted(
        count,
        one,
        Caption::new("{} ändringar väntar på att skickas", "{} changes wait to be sent"),
        language,
    )
}

/// What somebody is in the workspace.
pub(crate) fn role(role: Role) -> Caption {
    role.caption()
}

/// How many changes wait for others' work.
pub(crate) fn held(count: u64, language: Language) -> String {
    let one = Caption::new("{} väntar på andras arbete", "{} waits for others' work");
    counted(count, one, Caption::new("{} väntar på andras arbete", "{} wait for others' work"), language)
}

/// How many changes the relay refused.
pub(crate) fn refused(count: u64, language: Language) -> String {
    let one = Caption::new("{} avvisad", "{} refused");
    counted(count, one, Caption::new("{} avvisade", "{} refused"), language)
}

/// How much came and could not be taken in.
pub(crate) fn kept_apart(count: u64, language: Language) -> String {
    let one = Caption::new("{} lagd åt sidan", "{} kept apart");
    counted(count, one, Caption::new("{} lagda åt sidan", "{} kept apart"), language)
}

/// How many records a disk has damaged here.
pub(crate) fn damaged(count: u64, language: Language) -> String {
    let one = Caption::new("{} skadad post", "{} damaged record");
    counted(count, one, Caption::new("{} skadade poster", "{} damaged records"), language)
}

/// What is told where damaged records are whole again, and how many changes to them nobody has any more.
pub(crate) fn mended(records: usize, lost: usize, language: Language) -> String {
    let one = Caption::new(
        "{} post var skadad på den här datorn och är hel igen.",
        "{} record was damaged on this computer, and is whole again.",
    );
    let many = Caption::new(
        "{} poster var skadade på den här datorn och är hela igen.",
        "{} records were damaged on this computer, and are whole again.",
    );
    let mut words = counted(records as u64, one, many, language);
    if lost > 0 {
        let one = Caption::new(
            " {} ändring finns varken här eller på reläet längre: titta igenom det du skrev sist.",
            " {} change is neither here nor on the relay any more: look through what you wrote last.",
        );
        let many = Caption::new(
            " {} ändringar finns varken här eller på reläet längre: titta igenom det du skrev sist.",
            " {} changes are neither here nor on the relay any more: look through what you wrote last.",
        );
        words.push_str(&counted(lost as u64, one, many, language));
    }
    words
}

/// Who else has the same record open.
pub(crate) fn also_open(names: &[&str], language: Language) -> String {
    let caption = match names.len() {
        1 => Caption::new("{} har också posten öppen", "{} also has this record open"),
        _ => Caption::new("{} har också posten öppen", "{} also have this record open"),
    };
    caption.get(language).replace("{}", &names.join(", "))
}

/// How many others are connected.
pub(crate) fn others_here(count: usize, language: Language) -> String {
    let one = Caption::new("{} annan är ansluten", "{} other is connected");
    counted(count as u64, one, Caption::new("{} andra är anslutna", "{} others are connected"), language)
}

/// How much waits for a look: what changed, and what is to be put right.
pub(crate) fn awaits(changed: usize, wrong: usize, language: Language) -> String {
    let one = Caption::new("{} post att granska", "{} record to review");
    let many = Caption::new("{} poster att granska", "{} records to review");
    let changed = counted(changed as u64, one, many, language);
    let caption = Caption::new("{} sak att åtgärda", "{} thing to put right");
    let many = Caption::new("{} saker att åtgärda", "{} things to put right");
    format!("{changed}, {}", counted(wrong as u64, caption, many, language))
}

/// How many values a field has at once.
pub(crate) fn values(count: usize, language: Language) -> String {
    let one = Caption::new("{} värde", "{} value");
    counted(count as u64, one, Caption::new("{} värden", "{} values"), language)
}

/// How many contradictions a record has.
pub(crate) fn contradictions(count: u64, language: Language) -> String {
    let one = Caption::new("{} motsägelse", "{} contradiction");
    counted(count, one, Caption::new("{} motsägelser", "{} contradictions"), language)
}

/// The words of date fields.
pub(crate) fn dates(language: Language) -> DateTexts<'static> {
    let say = |sv: &'static str, en: &'static str| Caption::new(sv, en).get(language);
    DateTexts {
        months: months(language),
        weekdays: weekdays(language),
        week: WEEK.get(language),
        today: TODAY.get(language),
        clear: say("Ta bort datumet", "Clear the date"),
        open: say("Öppna kalendern", "Open the calendar"),
        previous_month: say("Föregående månad", "Previous month"),
        next_month: say("Nästa månad", "Next month"),
        previous_year: say("Föregående år", "Previous year"),
        next_year: say("Nästa år", "Next year"),
        reversed: say("Slutar innan det börjar.", "Ends before it begins."),
        hint: say("åååå-mm-dd", "yyyy-mm-dd"),
        from: say("från", "from"),
        to: say("till", "to"),
    }
}

/// How many records a list shows.
pub(crate) fn records(count: u64, language: Language) -> String {
    counted(count, Caption::new("{} post", "{} record"), Caption::new("{} poster", "{} records"), language)
}

/// How far a catch-up has come.
pub(crate) fn catching_up(received: u64, pending: u64, language: Language) -> String {
    let caption = Caption::new("Hämtar {} av", "Fetching {} of");
    let [received, pending] = [received, pending].map(|count| count_words(count, language));
    format!("{} {pending}", caption.get(language).replace("{}", &received))
}

/// When the relay is tried again; now, where no time is given.
pub(crate) fn waiting_for_relay(next: Option<String>, language: Language) -> String {
    let caption = Caption::new("Inte ansluten", "Not connected");
    format!("{}{}", caption.get(language), next_try(next, language))
}

/// The network wants a person to sign in first; then the relay is tried again.
pub(crate) fn waiting_for_sign_in(next: Option<String>, language: Language) -> String {
    let caption = Caption::new("Nätet kräver inloggning", "This network wants you to sign in");
    format!("{}{}", caption.get(language), next_try(next, language))
}

/// A time of the day, and not a countdown: that would draw the window each second, for as long as the journey lasts.
fn next_try(next: Option<String>, language: Language) -> String {
    let caption = Caption::new(", försöker igen kl. {}", ", next try at {}");
    next.map_or_else(String::new, |clock| caption.get(language).replace("{}", &clock))
}

/// When the relay was last met.
pub(crate) fn last_contact(moment: &str, language: Language) -> String {
    Caption::new("senast synkad {}", "last synced {}").get(language).replace("{}", moment)
}

/// Names of days and months, for calendars.
pub(crate) fn weekdays(language: Language) -> [&'static str; 7] {
    match language {
        Language::Swedish => ["må", "ti", "on", "to", "fr", "lö", "sö"],
        Language::English => ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
    }
}

/// A day in words, with its day of the week: `lördag 12 maj 2029`.
pub(crate) fn day(day: Date, language: Language) -> String {
    let names = match language {
        Language::Swedish => ["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"],
        Language::English => ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    };
    let place = |number: i8| usize::try_from(number).unwrap_or_default();
    let weekday = names[place(day.weekday().to_monday_zero_offset())];
    let month = months(language)[place(day.month() - 1)];
    format!("{weekday} {} {month} {}", day.day(), day.year())
}

/// Names of months.
pub(crate) fn months(language: Language) -> [&'static str; 12] {
    match language {
        Language::Swedish => [
            "januari",
            "februari",
            "mars",
            "april",
            "maj",
            "juni",
            "juli",
            "augusti",
            "september",
            "oktober",
            "november",
            "december",
        ],
        Language::English => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    }
}

/// Texts are there in both languages, with the same places to fill in.
#[cfg(test)]
pub(super) fn assert_in_both_languages(texts: &[(&str, Caption)]) {
    for (name, caption) in texts {
        assert!(!caption.sv.is_empty() && !caption.en.is_empty(), "{name}");
        assert_eq!(caption.sv.contains("{}"), caption.en.contains("{}"), "{name}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        assert_in_both_languages(ALL_TEXTS);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(waiting(1, Language::Swedish), "1 ändring väntar på att skickas");
        assert_eq!(waiting(2, Language::English), "2 changes wait to be sent");
        assert_eq!(awaits(1, 2, Language::Swedish), "1 post att granska, 2 saker att åtgärda");
        assert_eq!(awaits(0, 1, Language::English), "0 records to review, 1 thing to put right");
    }
}
