//! Words about who belongs, in both languages.

use samsyn_engine::identity::{AuditEntry, Management, ManagementError, Role};
use samsyn_engine::schema::{Caption, Language, count_words};

use crate::link::worker::Asked;
use crate::pages::texts::{self, texts};
use crate::state::{Person, Session};

texts! {
    MEMBERS: "Medlemmar", "Members";
    INVITE: "Bjud in", "Invite";
    INVITE_TITLE: "Bjud in någon", "Invite somebody";
    DEVICE_TITLE: "En enhet till för {}", "One more device for {}";
    AGAIN_TITLE: "Bjud in {} igen", "Invite {} again";
    INVITE_AGAIN: "Bjud in igen", "Invite again";
    AGAIN_HAND_OVER: "Ge koden till personen. På en dator som redan har arbetsytan skrivs den under ”Gå in med en kod”, i fönstrets nederkant. På en annan dator startar personen Samsyn, väljer ”Gå med” och skriver in adressen och koden.", "Give the code to the person. On a computer that has the workspace already it is typed under “Enter with a code”, at the bottom of the window. On another computer the person starts Samsyn, chooses “Join” and types the address and the code.";
    YOU: "du", "you";
    THIS_DEVICE: "den här datorn", "this computer";
    UNNAMED_DEVICE: "Enhet", "Device";
    REMOVED: "borttagen", "removed";
    REVOKED: "återkallad", "revoked";
    SINCE: "sedan {}", "since {}";
    HERE: "ansluten nu", "connected now";
    WROTE: "skrev senast {}", "last wrote {}";
    NOT_SEEN: "har inte skrivit något än", "has not written anything yet";
    KEY: "nyckel {}", "key {}";
    CHANGE_ROLE: "Byt roll", "Change role";
    NEW_DEVICE: "Ny enhet", "New device";
    REMOVE: "Ta bort", "Remove";
    REVOKE: "Återkalla", "Revoke";
    CANCEL: "Avbryt", "Cancel";
    NOT_CONNECTED: "Ingen anslutning till reläet, som avgör vilka som är med. Roller, enheter och inbjudningar kan ändras när du är ansluten.", "Not connected to the relay, which decides who belongs. Roles, devices and invitations can be changed when you are connected.";
    AS_OF: "Listan visar hur det var {}.", "The list shows how it was at {}.";
    BY_WRITING: "Här visas de som har skrivit i arbetsytan.", "This shows those who have written in the workspace.";
    FOR_COORDINATORS: "Alla som har skrivit i arbetsytan. Vilka roller andra har, och vilka som inte längre är med, ser bara koordinatorer.", "Everybody who has written in the workspace. The relay tells only coordinators which role others have, and who no longer belongs.";
    ALONE: "Arbetsytan finns bara på den här datorn, så ingen annan kan gå med.", "This workspace is only on this computer, so nobody else can join.";
    TAKE_TO_RELAY: "Dela via ett relä …", "Take it to a relay …";
    RELAY_AT: "Reläet finns på {}", "The relay is at {}";
    CHANGE_RELAY: "Byt adress …", "Change the address …";
    NO_MEMBERS: "Arbetsytan har en hemlighet i stället för medlemmar: alla som känner till den är med. Den som driver reläet kan ge arbetsytan medlemmar.", "This workspace has a secret instead of members: whoever knows it belongs. Whoever runs the relay can give it members.";
    OPEN_INVITATIONS: "Öppna inbjudningar", "Open invitations";
    GOOD_UNTIL: "gäller till {}", "good until {}";
    WITHDRAW: "Ta tillbaka", "Withdraw";
    ERASURES: "Raderade personer", "Erased people";
    ERASED_EVERYWHERE: "Inget finns kvar på någon enhet", "Nothing is left on any device";
    WAITING_FOR: "Väntar på bekräftelse från {}", "Waiting for confirmation from {}";
    HAPPENED: "Det här har hänt", "What has happened";
    OPERATOR: "Den som driver reläet", "Whoever runs the relay";
    ORGANISATION: "Organisation", "Organisation";
    ORGANISATION_HINT: "Välj den organisation som partnern arbetar för: partnern får skriva i dess anläggningar och planer.", "Choose the organisation the partner works for: its venues and plans are what the partner may write in.";
    GOOD_FOR: "Gäller i", "Good for";
    MAKE_INVITATION: "Skapa inbjudan", "Create invitation";
    ASKING: "Frågar reläet …", "Asking the relay …";
    ADDRESS: "Adress", "Address";
    COPY_CODE: "Kopiera koden", "Copy the code";
    COPY_BOTH: "Kopiera adress och kod", "Copy address and code";
    COPIED: "Kopierat", "Copied";
    PICTURE: "QR-kod med adress och kod", "QR code with address and code";
    WORKS_ONCE: "Koden kan användas en gång, senast {}. Den visas bara här: när rutan har stängts går den inte att få fram igen.", "The code works once, until {}. It is shown only here: once this is closed it cannot be shown again.";
    HAND_OVER: "Ge adressen och koden till den som ska gå med. På sin dator startar personen Samsyn, väljer ”Gå med” och skriver in båda.", "Give the address and the code to whoever is to join. On their computer they start Samsyn, choose “Join” and type both.";
    DEVICE_HINT: "Starta Samsyn på den andra datorn, välj ”Gå med” och skriv in adressen och koden. På en dator som har tappat sin nyckel skrivs koden under ”Gå in med en kod”, i fönstrets nederkant. Rollen blir densamma.", "Start Samsyn on the other computer, choose “Join” and type the address and the code. On one that has lost its key the code is typed under “Enter with a code”, at the bottom of the window. The role is the same.";
    DONE: "Klart", "Done";
    ROLE_TITLE: "Vilken roll ska {} ha?", "Which role is {} to have?";
    ROLE_AT_ONCE: "Det gäller genast. En öppen anslutning bryts och upprättas igen med den nya rollen.", "It takes effect at once. An open connection is ended, and comes back with the new role.";
    ROLE_OWN: "Det är du själv: efter bytet kan du inte längre ändra vilka som är med.", "This is yourself: afterwards you can no longer change who belongs.";
    GIVE_ROLE: "Ge rollen", "Give the role";
    REMOVE_TITLE: "Ta bort {} ur arbetsytan?", "Remove {} from the workspace?";
    REMOVE_AT_ONCE: "{} släpps inte längre in från någon enhet. Det gäller genast: öppna anslutningar bryts nu.", "{} is no longer let in from any device. It takes effect at once: open connections are ended now.";
    REMOVE_STAYS: "Det som {} har skrivit är kvar. Den kopia som redan finns på personens dator kommer reläet inte åt.", "What {} has written stays. The copy that is already on their computer is out of the relay's reach.";
    REMOVE_OWN: "Det är du själv: du kommer inte in igen utan en ny inbjudan.", "This is yourself: you will not come in again without a new invitation.";
    REMOVE_NOW: "Ta bort ur arbetsytan", "Remove from the workspace";
    REVOKE_TITLE: "Återkalla enheten {}?", "Revoke the device {}?";
    REVOKE_AT_ONCE: "Den släpps inte längre in. Det gäller genast: är den ansluten bryts anslutningen nu. Andra enheter som {} har berörs inte.", "It is no longer let in. It takes effect at once: if it is connected, it is cut off now. Other devices of {} are not affected.";
    REVOKE_STAYS: "Det som är skrivet på den är kvar. Kopian på den kommer reläet inte åt.", "What was written on it stays. The copy that is on it is out of the relay's reach.";
    REVOKE_OWN: "Det är den här datorn: den kommer inte in igen utan en ny inbjudan.", "This is this computer: it will not come in again without a new invitation.";
    REVOKE_NOW: "Återkalla enheten", "Revoke the device";
    NOTHING_CHANGED: "Ingen anslutning till reläet: inget ändrades. Försök igen när du är ansluten.", "Not connected to the relay: nothing was changed. Try again when you are connected.";
    UNANSWERED: "Anslutningen bröts innan reläet hann svara. Se efter i listan om det blev gjort.", "The connection ended before the relay could answer. See in the list whether it was done.";
    TOO_OLD: "Reläet är för gammalt för en arbetsyta med medlemmar: det måste uppdateras.", "The relay is too old for a workspace with members: it must be updated.";
    HAS_ROLE: "Rollen är ändrad.", "The role was changed.";
    IS_REMOVED: "Medlemmen är borttagen och släpps inte längre in.", "The member was removed, and is no longer let in.";
    IS_REVOKED: "Enheten är återkallad och släpps inte längre in.", "The device was revoked, and is no longer let in.";
    IS_WITHDRAWN: "Inbjudan gäller inte längre.", "The invitation is no longer valid.";
    IS_ERASED: "Personen är raderad på reläet. Enheterna följer efter när de ansluter nästa gång; under Medlemmar syns vilka som är klara.", "The person is erased on the relay. The devices follow at their next contact; Members shows which are done.";
}

/// For how long an invitation can be good: seconds, and what that is called.
pub(super) const TIMES: [(u32, Caption); 4] = [
    (3_600, Caption::new("en timme", "an hour")),
    (48 * 3_600, Caption::new("två dygn", "two days")),
    (7 * 24 * 3_600, Caption::new("en vecka", "a week")),
    (14 * 24 * 3_600, Caption::new("två veckor", "two weeks")),
];

/// What a role may, in a sentence.
pub(super) fn what_it_may(role: Role) -> Caption {
    match role {
        Role::Coordinator => Caption::new(
            "Läser och skriver allt, bjuder in, ger roller, återkallar, raderar och granskar.",
            "Reads and writes everything, invites, gives roles, revokes, erases and reviews.",
        ),
        Role::Ambassador => Caption::new(
            "Läser och skriver allt, men ändrar inte vilka som är med.",
            "Reads and writes everything, but does not change who belongs.",
        ),
        Role::Partner => Caption::new(
            "Ser allt utom kontakter, och skriver sin organisations anläggningar och planer.",
            "Sees everything but contacts, and writes its own organisation's venues and plans.",
        ),
        Role::Reader => Caption::new("Läser allt och ändrar inget.", "Reads everything and changes nothing."),
    }
}

/// How many belong.
pub(super) fn people(count: usize, language: Language) -> String {
    let caption = if count == 1 {
        Caption::new("{} person", "{} person")
    } else {
        Caption::new("{} personer", "{} people")
    };
    caption.get(language).replace("{}", &count_words(count as u64, language))
}

/// What came of something that was asked of who belongs: whether it is done, and the words.
pub(crate) fn outcome(management: &Management, asked: &Asked, language: Language) -> (bool, String) {
    use samsyn_engine::identity::Managed;
    let caption = match asked {
        Asked::Answered(Managed::Refused { why }) => return (false, refusal(*why, language).to_owned()),
        Asked::NotConnected => NOTHING_CHANGED,
        Asked::Unanswered => UNANSWERED,
        Asked::TooOld => TOO_OLD,
        Asked::Answered(_) => match management {
            Management::SetRole { .. } => HAS_ROLE,
            Management::Remove { .. } => IS_REMOVED,
            Management::Revoke { .. } => IS_REVOKED,
            Management::Withdraw { .. } => IS_WITHDRAWN,
            Management::Erase { .. } => IS_ERASED,
            Management::Invite { .. } | Management::Roster => DONE,
        },
    };
    (matches!(asked, Asked::Answered(_)), caption.get(language).to_owned())
}

/// Whom or what was asked about, where it has a name.
pub(crate) fn subject(management: &Management, session: &mut Session) -> Option<String> {
    let people = session.people()?;
    let person = |is_it: &dyn Fn(&Person) -> bool| people.iter().find(|person| is_it(person));
    match management {
        Management::SetRole { member, .. } | Management::Remove { member } => {
            person(&|person| person.member == *member).map(|person| person.name.clone())
        }
        Management::Revoke { device } => {
            let owner = person(&|person| person.devices.iter().any(|laptop| laptop.device == *device))?;
            let laptop = owner.devices.iter().find(|laptop| laptop.device == *device)?;
            Some(laptop.name.as_ref().map_or(owner.name.clone(), |name| format!("{name} ({})", owner.name)))
        }
        _ => None,
    }
}

/// Why the relay did not do it.
pub(crate) fn refusal(why: ManagementError, language: Language) -> &'static str {
    let caption = match why {
        ManagementError::NotAllowed => {
            Caption::new("Det kan bara en koordinator göra.", "Only a coordinator can do that.")
        }
        ManagementError::Unknown => Caption::new(
            "Medlemmen, enheten eller inbjudan finns inte längre.",
            "The member, device or invitation is not there any more.",
        ),
        ManagementError::Already => {
            Caption::new("Det var redan gjort: inget ändrades.", "That was done before: nothing is changed.")
        }
        ManagementError::LastCoordinator => Caption::new(
            "Då skulle arbetsytan vara utan koordinator. Gör någon annan till koordinator först.",
            "That would leave the workspace without a coordinator. Make somebody else one first.",
        ),
        ManagementError::Organisation => Caption::new(
            "En partner måste ha en organisation, och ingen annan roll har någon.",
            "A partner needs an organisation, and no other role has one.",
        ),
        ManagementError::Duration => Caption::new(
            "En inbjudan gäller högst i två veckor.",
            "An invitation is good for two weeks at most.",
        ),
        ManagementError::NotAPerson => Caption::new(
            "Bara en persons post kan raderas. Andra tas bort.",
            "Only a person's record can be erased. Others are removed.",
        ),
        ManagementError::Hold => Caption::new(
            "Posten får inte gallras: grunden står i den, och måste tas bort där först.",
            "The record has a retention hold: its ground stands in it, and has to be taken away there first.",
        ),
        ManagementError::TooMany => Caption::new(
            "För många inbjudningar är öppna. Ta tillbaka några, eller vänta tills de går ut.",
            "Too many invitations are open. Withdraw some, or wait until they expire.",
        ),
        ManagementError::NoMembers => NO_MEMBERS,
        ManagementError::Storage => Caption::new(
            "Reläet kunde inte spara det. Försök igen senare.",
            "The relay could not store that. Try again later.",
        ),
        ManagementError::Other => Caption::new(
            "Reläet gjorde det inte, av ett skäl som den här versionen inte känner till.",
            "The relay did not do that, for a reason that this version does not know.",
        ),
    };
    caption.get(language)
}

/// Something that was changed, in a sentence. `name` finds what a member or the member of a device is called.
pub(crate) fn happening(
    entry: &AuditEntry,
    language: Language,
    name: &dyn Fn(samsyn_engine::id::RecordId) -> Option<String>,
) -> String {
    let who = |id| name(id).unwrap_or_else(|| texts::SOMEBODY.get(language).to_owned());
    let by = entry.by.map_or_else(|| OPERATOR.get(language).to_owned(), who);
    let whom = entry.whom.map(who).unwrap_or_default();
    let role = entry.role.map(|role| texts::role(role).get(language).to_lowercase()).unwrap_or_default();
    let caption = match entry.what.as_str() {
        "invited" => Caption::new("{by} bjöd in någon som {role}", "{by} invited somebody as {role}"),
        "withdrew" => Caption::new("{by} tog tillbaka en inbjudan", "{by} withdrew an invitation"),
        "joined" => Caption::new("{whom} gick med som {role}", "{whom} joined as {role}"),
        "role" => Caption::new("{by} gjorde {whom} till {role}", "{by} made {whom} {role}"),
        "removed" => Caption::new("{by} tog bort {whom}", "{by} removed {whom}"),
        "revoked" => {
            Caption::new("{by} återkallade en enhet som {whom} har", "{by} revoked a device of {whom}")
        }
        "erased" => Caption::new("{by} raderade en person", "{by} erased a person"),
        "restored" => Caption::new("{by} lade tillbaka en säkerhetskopia", "{by} put a backup back"),
        other => return format!("{by}: {other} {whom}"),
    };
    caption.get(language).replace("{by}", &by).replace("{whom}", &whom).replace("{role}", &role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        crate::pages::texts::assert_in_both_languages(ALL_TEXTS);
    }

    #[test]
    fn only_what_the_relay_did_counts_as_done() {
        use samsyn_engine::identity::Managed;
        let wish = Management::Remove { member: samsyn_engine::id::RecordId::random() };
        let done = |asked: Asked| outcome(&wish, &asked, Language::English).0;
        assert!(done(Asked::Answered(Managed::Done)));
        let refused = Managed::Refused { why: ManagementError::LastCoordinator };
        for not in [Asked::Answered(refused), Asked::NotConnected, Asked::Unanswered, Asked::TooOld] {
            assert!(!done(not));
        }
    }
}
