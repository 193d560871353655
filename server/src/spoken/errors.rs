//! The relay's own sentences in Swedish: what its commands say, and what goes wrong.
//!
//! Errors are typed, and say in English what happened, to what, and what to do next. For Swedish the sentence that was put together is read back by
//! a table of captions and put together again. What stands in a hole (another error, a standing of a certificate) is read the same way; what is
//! in no table, a system's own words, stays as it is: a detail for experts.

use std::fmt::Display;

use samsyn_engine::schema::{Caption, Language};

/// A sentence of the relay in a language.
pub(crate) fn in_language(sentence: &str, language: Language) -> String {
    match language {
        Language::English => sentence.to_owned(),
        Language::Swedish => swedish(sentence).unwrap_or_else(|| sentence.to_owned()),
    }
}

fn swedish(sentence: &str) -> Option<String> {
    let found = ALL.iter().find_map(|caption| Some((caption, caption.holes(Language::English, sentence)?)));
    let (caption, holes) = found?;
    let holes: Vec<String> = holes.into_iter().map(|hole| swedish(&hole).unwrap_or(hole)).collect();
    let holes: Vec<&dyn Display> = holes.iter().map(|hole| hole as &dyn Display).collect();
    Some(caption.fill(Language::Swedish, &holes))
}

macro_rules! sentences {
    ($($en:literal => $sv:literal;)*) => {
        const ALL: &[Caption] = &[$(Caption::new($sv, $en)),*];
    };
}

// The more particular ones first: a hole takes whatever stands there.
sentences! {
    // Around others.
    "not done: {}" => "Inget gjordes: {}.";
    "nothing was done: {}" => "Inget gjordes: {}.";
    "{}: see `samsyn-relay --help`" => "{} Mer hjälp finns med \"samsyn-relay --help\".";
    "none begins with \"{}\"" => "ingen beteckning börjar med ”{}”";
    "several begin with \"{}\", write more of it:{}" => "flera beteckningar börjar med ”{}”, skriv mer av den:{}";
    // Folders and files.
    "there is no data folder {}: make a workspace in it first with `samsyn-relay workspace create NAME --data {}`" => "Det finns ingen datamapp {0}: skapa först en arbetsyta i den med \"samsyn-relay workspace create NAMN --data {0}\".";
    "{} is not a folder: choose another place with --data" => "{} är ingen mapp: välj en annan plats med --data.";
    "the data folder {} cannot be written to ({}): make room or set its owner right" => "Det går inte att skriva i datamappen {} ({}): gör plats, eller rätta till vem som äger den.";
    "another relay already serves the data folder {}: stop it first, or choose another folder with --data" => "Ett annat relä använder redan datamappen {}: stoppa det först, eller välj en annan mapp med --data.";
    "there is no workspace {} in {}: `samsyn-relay workspace list` shows those that are there" => "Det finns ingen arbetsyta {} i {}: \"samsyn-relay workspace list\" visar dem som finns.";
    "say where the workspaces are: --data DIR, the variable SAMSYN_RELAY_DATA, or data = \"DIR\" in the file of --config" => "Ange var arbetsytorna ligger: --data MAPP, variabeln SAMSYN_RELAY_DATA, eller data = \"MAPP\" i filen för --config.";
    "the settings in {} cannot be used: {}" => "Inställningarna i {} kan inte användas: {}";
    "workspace {} is there already: nothing was made, and it stays as it is" => "Arbetsytan {} finns redan: inget skapades, och den är som den var.";
    "workspace {} is there already: say --replace to put the backup in its place; what is there is kept" => "Arbetsytan {} finns redan: lägg till --replace för att lägga säkerhetskopian på dess plats. Det som finns där sparas.";
    "another command puts a workspace of {} back just now: wait until it has ended, and say it again" => "Ett annat kommando lägger just nu tillbaka en arbetsyta i {}: vänta tills det är klart och försök igen.";
    "record {} would be erased, here and on every device, and cannot be brought back: say --yes to do it" => "Posten {} skulle raderas, här och på varje enhet, och kan inte tas tillbaka: lägg till --yes för att göra det.";
    "the disk with {} is full ({} kB are free): nothing was changed; make room for {} MB there, or choose another disk" => "Disken med {} är full ({} kB är lediga): inget ändrades. Gör plats för {} MB där, eller välj en annan disk.";
    "the disk with {} is full: nothing was changed; make room for {} MB there, or choose another disk" => "Disken med {} är full: inget ändrades. Gör plats för {} MB där, eller välj en annan disk.";
    "the disk with {} is full{}: nothing was changed; make room for {} MB there, or choose another disk" => "Disken med {0} är full: inget ändrades. Gör plats för {2} MB där, eller välj en annan disk.";
    "this computer's clock is before the year 1970: set it, and start the relay again" => "Datorns klocka går före år 1970: ställ den och starta reläet igen.";
    "the relay cannot run here: {}" => "Reläet kan inte köras här: {}";
    "\"{}\" cannot be a workspace's name: give one of 1 to 200 characters on one line" => "”{}” kan inte vara en arbetsytas namn: ange ett med 1 till 200 tecken på en rad.";
    "{} is there already: choose another name" => "{} finns redan: välj ett annat namn.";
    "{} is a pipe or a device, and no file: choose another name" => "{} är en datakanal eller enhet och ingen fil: välj ett annat namn.";
    "{} is what would be read from: choose another name" => "{} är det som skulle läsas: välj ett annat namn.";
    "{} is a Samsyn replica: it was left as it is; choose another name" => "{} är en arbetsyta i Samsyn och lämnades som den är: välj ett annat namn.";
    "{} is an encrypted Samsyn replica, or cannot be told from one: it was left as it is; choose another name" => "{} är en krypterad arbetsyta i Samsyn, eller går inte att skilja från en, och lämnades som den är: välj ett annat namn.";
    "{} is a relay's log: it was left as it is; choose another name" => "{} är ett reläs logg och lämnades som den är: välj ett annat namn.";
    "{} is part of a replica, a log or another database: it was left as it is; choose another name" => "{} hör till en arbetsyta, en logg eller en annan databas och lämnades som den är: välj ett annat namn.";
    "{} is a database: it was left as it is; choose another name" => "{} är en databas och lämnades som den är: välj ett annat namn.";
    "{} is a key: it was left as it is; choose another name" => "{} är en nyckel och lämnades som den är: välj ett annat namn.";
    "{} is part of a relay's data: it was left as it is; choose another name" => "{} hör till ett reläs data och lämnades som den är: välj ett annat namn.";
    "{} has something else in it than an earlier export: name a folder that is not there yet" => "{} har något annat i sig än en tidigare export: ange en mapp som inte finns än.";
    "the disk is full: {} was not written ({} kB are free); make room on that disk, or choose another one" => "Disken är full: {} skrevs inte ({} kB är lediga). Gör plats på disken, eller välj en annan.";
    "the disk is full: {} was not written{}; make room on that disk, or choose another one" => "Disken är full: {} skrevs inte. Gör plats på disken, eller välj en annan.";
    "{} is a folder: name a file in it" => "{} är en mapp: ange en fil i den.";
    "there is no folder {}: make it first, or choose another place" => "Det finns ingen mapp {}: skapa den först, eller välj en annan plats.";
    "{} cannot be written to, it is read-only for you ({}): choose another place" => "{} går inte att skriva: den är skrivskyddad för dig ({}). Välj en annan plats.";
    "{} cannot be written: {}" => "{} går inte att skriva: {}";
    // Logs.
    "there is no workspace at {}" => "Det finns ingen arbetsyta på {}.";
    "{} is not a log of a Samsyn relay: it is left as it was; move it out of the data folder, or put the right file in its place" => "{} är ingen logg från ett Samsynrelä och lämnades som den var: flytta den ur datamappen, eller lägg rätt fil där.";
    "{} was written by a newer Samsyn relay (format {}, this one knows up to {}): install the newer one" => "{} är skriven av ett nyare Samsynrelä (format {}, det här klarar upp till {}): installera det nyare.";
    "{} cannot be used ({}): check that it is there and that this account may write to it" => "{} kan inte användas ({}): kontrollera att den finns och att det här kontot får skriva i den.";
    "{} and the {} beside it do not go together, or one of them is damaged ({}): nothing was changed; if {} was put there from a copy, move {} away, otherwise put a backup back with `samsyn-relay restore --replace`" => "{0} och {1} bredvid hör inte ihop, eller så är någon av dem skadad ({2}): inget ändrades. Kommer {0} från en kopia, flytta undan {1}; lägg annars tillbaka en säkerhetskopia med \"samsyn-relay restore --replace\".";
    "the disk is full: nothing was changed; make room and try again" => "Disken är full: inget ändrades. Gör plats och försök igen.";
    "the log was written to by somebody else" => "Någon annan har skrivit i loggen.";
    "the log is damaged or cannot be read or written: {}" => "Loggen är skadad, eller går inte att läsa eller skriva: {}";
    // Addresses and certificates.
    "{} cannot be {}: its host is not known here ({})" => "{} kan inte vara {}: datorn med det namnet hittas inte ({}).";
    "the relay's address (--address) cannot be {}: {}" => "Reläets adress (--address) kan inte vara {}: {}.";
    "--listen cannot be {}: {}" => "--listen kan inte vara {}: {}.";
    "--metrics cannot be {}: {}" => "--metrics kan inte vara {}: {}.";
    "{} is already in use by another program: choose another port with --listen, 0 for any" => "{} används redan av ett annat program: välj en annan port med --listen, 0 för vilken som helst.";
    "cannot listen on {} ({}): choose another address with --listen" => "Det går inte att svara på {} ({}): välj en annan adress med --listen.";
    "{} can be reached from other machines, and nothing would be encrypted on the way: give a certificate with --tls-cert and --tls-key, have one by ACME with --acme-domains, take 127.0.0.1 for --listen, name the proxies that have TLS and come from elsewhere with --proxies, or say --insecure" => "{} kan nås från andra datorer, och inget skulle vara krypterat på vägen: ange ett certifikat med --tls-cert och --tls-key, skaffa ett genom ACME med --acme-domains, ta 127.0.0.1 för --listen, ange de proxyservrar som har TLS och kommer utifrån med --proxies, eller lägg till --insecure.";
    "{} cannot be used for TLS ({}): both have to be in PEM, the key that of the certificate" => "{} kan inte användas för TLS ({}): båda ska vara i PEM, och nyckeln höra till certifikatet.";
    "there is no certificate in it" => "det finns inget certifikat i den";
    "the certificate in {} {}: nobody could connect; renew it, or set this computer's clock right" => "Certifikatet i {} {}: ingen skulle kunna ansluta. Förnya det, eller ställ datorns klocka.";
    "is good until {}" => "gäller till {}";
    "runs out in {} day, on {}" => "går ut om {} dag, {}";
    "runs out in {} days, on {}" => "går ut om {} dagar, {}";
    "is not good before {} (this computer's clock says {})" => "gäller inte före {} (datorns klocka visar {})";
    "ran out on {} (this computer's clock says {})" => "gick ut {} (datorns klocka visar {})";
    "TLS needs both, a certificate (--tls-cert) and its key (--tls-key)" => "TLS behöver både ett certifikat (--tls-cert) och dess nyckel (--tls-key).";
    "a certificate comes from files (--tls-cert, --tls-key) or by ACME (--acme-domains): say one of them, also in the file of --config" => "Ett certifikat kommer från filer (--tls-cert, --tls-key) eller genom ACME (--acme-domains): ange det ena, också i filen för --config.";
    "ACME needs the names that people reach this relay by: --acme-domains relay.example.se" => "ACME behöver de namn som reläet nås med: --acme-domains rela.example.se.";
    "\"{}\" cannot be given a certificate by ACME here: say a host's whole name such as relay.example.se, in ASCII (xn--…), no address and no *" => "”{}” kan inte få ett certifikat genom ACME här: ange en dators hela namn, till exempel rela.example.se, i ASCII (xn--…), ingen adress och inget *.";
    "that is no ACME directory ({}): say its address, https://…" => "Det är ingen katalog för ACME ({}): ange dess adress, https://….";
    "\"{}\" is no contact for the authority: say an e-mail address" => "”{}” är ingen kontakt för utfärdaren: ange en e-postadress.";
    "the address is empty" => "adressen är tom";
    "an address of a relay begins with wss:// or ws://, not with {}://" => "en adress till ett relä börjar med wss:// eller ws://, inte med {}://";
    "the address does not say how to reach the relay: put wss:// before it, or ws:// where the relay has no TLS" => "adressen säger inte hur reläet nås: skriv wss:// framför, eller ws:// om reläet saknar TLS";
    "the address holds a user name or a password (before the @): leave them out, a relay knows people by their devices' keys" => "adressen har ett användarnamn eller lösenord (före @): utelämna det, ett relä känner igen människor på deras enheters nycklar";
    "the address names no host: one is missing before the port or the slash" => "adressen saknar dator före porten eller snedstrecket";
    "\"{}\" cannot be a host: expected a name such as relay.example.se, or an IP address" => "”{}” kan inte vara en dator: ange ett namn som rela.example.se, eller en IP-adress";
    "an IPv6 address stands in brackets, [::1]:7400 for instance: \"{}\" can be read in two ways" => "en IPv6-adress ska stå inom hakparentes, till exempel [::1]:7400: ”{}” kan läsas på två sätt";
    "\"{}\" is no port: expected a number from {} to 65535" => "”{}” är ingen port: ange ett tal från {} till 65535";
    "the port is missing: expected HOST:PORT" => "porten saknas: skriv DATOR:PORT";
    "there is a blank in the address: it may be two things, or have been broken in two" => "det är ett blanksteg i adressen: den kan vara två saker, eller ha delats";
    "the address of a relay holds no ?: leave out what stands behind it" => "en adress till ett relä har inget ?: utelämna det som står efter";
    "there is a # in the address: only an invitation has one, with its code behind it" => "det är ett # i adressen: bara en inbjudan har det, med koden efter";
    "\"{}\" is no path on a relay: nothing but the workspace belongs behind the host" => "”{}” är ingen sökväg på ett relä: efter datorn står bara arbetsytan";
    "the address names no workspace: its name stands behind the host, 26 letters and digits" => "adressen saknar arbetsyta: den står efter datorn, 26 bokstäver och siffror";
    "\"{}\" is no workspace: expected the 26 letters and digits behind the host as you were given them" => "”{}” är ingen arbetsyta: ange de 26 bokstäverna och siffrorna efter datorn som du fick dem";
    "only a host and a port are expected here, such as 192.0.2.7:7401, and nothing else" => "här ska bara stå dator och port, till exempel 192.0.2.7:7401, och inget annat";
    // Who belongs.
    "only a coordinator can do that" => "det kan bara en koordinator göra";
    "there is no such member, device or invitation in this workspace" => "medlemmen, enheten eller inbjudan finns inte i arbetsytan";
    "that was done before: nothing is changed" => "det var redan gjort";
    "that would leave the workspace without a coordinator: make somebody else one first" => "då skulle arbetsytan vara utan koordinator. Gör någon annan till koordinator först";
    "a partner needs an organisation, and no other role has one" => "en partner måste ha en organisation, och ingen annan roll har någon";
    "an invitation is good for two weeks at most" => "en inbjudan gäller högst i två veckor";
    "only a person's record can be erased: others are removed" => "bara en persons post kan raderas. Andra tas bort";
    "the record has a retention hold: it says why, and has to be taken away first" => "posten får inte gallras: grunden står i den, och måste tas bort först";
    "too many invitations are open: withdraw some, or wait until they expire" => "för många inbjudningar är öppna: ta tillbaka några, eller vänta tills de går ut";
    "the relay could not store that: try again later" => "reläet kunde inte spara det: försök igen senare";
    "the relay did not do that, for a reason that this version does not know" => "reläet gjorde det inte, av ett skäl som den här versionen inte känner till";
    "this workspace has a secret instead of members: whoever runs the relay can change that with `samsyn-relay workspace members`" => "arbetsytan har en hemlighet i stället för medlemmar: den som driver reläet kan ändra det med \"samsyn-relay workspace members\"";
    "record {} was erased: nothing of it is taken any more" => "posten {} är raderad, och inget mer av den tas emot";
    // What commands say.
    "workspace  {}" => "arbetsyta  {}";
    "address    {}" => "adress     {}";
    "code       {}" => "kod        {}";
    "The code makes whoever uses it first the workspace's coordinator, within two days. They enter with" => "Den som använder koden först, inom två dygn, blir arbetsytans koordinator. Det går till så här:";
    "\n    samsyn join {} --name \"Your name\" --replica workspace.samsyn\n" => "\n    samsyn join {} --name \"Ditt namn\" --replica workspace.samsyn\n";
    "which asks for the code, or takes it from the variable SAMSYN_CODE. The coordinator invites the others." => "Kommandot frågar efter koden, eller tar den ur variabeln SAMSYN_CODE. Koordinatorn bjuder in de andra.";
    "Whoever has a workspace already that is only on their computer takes it here with\n\n    {}" => "Den som redan har en arbetsyta, bara på sin dator, tar den hit så här:\n\n    {}";
    "The secret opens nothing any more. Whoever uses the code first, within two days, is the coordinator:" => "Hemligheten öppnar ingenting längre. Den som använder koden först, inom två dygn, blir koordinator:";
    "The others get invitations from them, and use them in the same way. Nothing that was written is lost." => "De andra får inbjudningar av koordinatorn, och använder dem på samma sätt. Inget som har skrivits är borta.";
    "{}  {} changes  {}" => "{}  {} ändringar  {}";
    "no workspaces yet: make one with `samsyn-relay workspace create NAME`" => "Inga arbetsytor än: skapa en med \"samsyn-relay workspace create NAMN\".";
    "nobody has joined yet" => "Ingen har anslutit än.";
    "open invitations: {}" => "Öppna inbjudningar: {}";
    "    device {}  {}  revoked" => "    enhet {}  {}  återkallad";
    "    device {}  {}" => "    enhet {}  {}";
    "{}  coordinator  {}  removed" => "{}  koordinator  {}  borttagen";
    "{}  coordinator  {}" => "{}  koordinator  {}";
    "{}  ambassador   {}  removed" => "{}  ambassadör   {}  borttagen";
    "{}  ambassador   {}" => "{}  ambassadör   {}";
    "{}  partner      {}  removed" => "{}  partner      {}  borttagen";
    "{}  reader       {}  removed" => "{}  läsare       {}  borttagen";
    "{}  reader       {}" => "{}  läsare       {}";
    "{} holds {} changes, and all of it is right" => "{} har {} ändringar, och allt är som det ska";
    "what was there is kept in {}" => "Det som låg där är sparat i {}";
    "who belongs is as it was: nobody who was removed is let in again" => "Medlemmarna är som de var: ingen som har tagits bort släpps in igen.";
    "who belongs is as it was when the backup was made: remove again whoever was removed since" => "Medlemmarna är som när säkerhetskopian gjordes: ta bort dem igen som har tagits bort sedan dess.";
    "record {} ({}): nothing of what was pushed is lost; the relay makes it right by itself" => "post {} ({}): inget av det som har lämnats är förlorat, och reläet rättar det självt";
    "record {} ({}): {} changes are lost here; any device that has them can push them again" => "post {} ({}): {} ändringar är förlorade här, och varje enhet som har dem kan lämna dem igen";
    "record {} ({}): {} changes are lost here; to push them again: {}, or any other device that has them" => "post {} ({}): {} ändringar är förlorade här, och ska lämnas igen av {} eller någon annan enhet som har dem";
    "record {} of the log is damaged, and {}" => "post {} i loggen är skadad, och {}";
    "{} records of the log are damaged, and {}" => "{} poster i loggen är skadade, och {}";
    "record {} of the log is damaged" => "post {} i loggen är skadad";
    "{} records of the log are damaged" => "{} poster i loggen är skadade";
    "the log is not in order: {}" => "loggen är inte i ordning: {}";
    "the log is not whole at position {}" => "loggen är inte hel vid plats {}";
    "{}; whoever has what is lost brings it with the next sync, those who had pushed it first of all" => "{}. De som har det förlorade lämnar det igen när de synkar nästa gång, först och främst de som hade lämnat det.";
    "{} was written all the same: the log is in order without that" => "{} skrevs i alla fall: loggen är i ordning förutom det.";
    "nothing was put back: say --damaged to put back what is whole of it, or take another backup" => "Inget lades tillbaka: lägg till --damaged för att lägga tillbaka det som är helt, eller ta en annan säkerhetskopia.";
    "WARNING: nobody can tell who was erased after this backup was made, for the list of it is not here ({}): they are back in the workspace. Put the list there from the old data folder before the relay serves the workspace, or erase them again; every device is told of all erasures anew, and none counts as having done it before it says so" => "VARNING: det går inte att veta vilka som har raderats sedan säkerhetskopian gjordes, eftersom listan över dem inte finns här ({}). De är tillbaka i arbetsytan. Lägg dit listan från den gamla datamappen innan reläet öppnar arbetsytan, eller radera dem igen. Varje enhet får veta om alla raderingar på nytt, och ingen räknas som klar förrän den själv säger det.";
    "{} is back with {} changes, as a new life of its log: those who have more bring it at their next contact" => "{} är tillbaka med {} ändringar, med en ny början på loggen: de som har mer lämnar det vid sin nästa kontakt.";
    "{} changes, and all of it is right" => "{} ändringar, och allt är som det ska";
    "{} bytes now, {} before; nothing that can be read is another" => "{} byte nu, {} förut; allt som går att läsa är som det var";
    "changes    {}" => "ändringar  {}";
    "erased     {}" => "raderade   {}";
    "bytes      {}" => "byte       {}";
    "unknown    {}" => "okända     {}";
    "listening on {}" => "svarar på {}";
    "numbers at {}" => "mätvärden på {}";
    // What the settings come to.
    "none" => "inget";
    "{}: nobody else is heard from beyond this computer" => "{}: ingen annan utanför den här datorn hörs";
    "{} with the key {}: it {}" => "{} med nyckeln {}: det {}";
    "by ACME for {} from {} (nobody to write to): {}" => "genom ACME för {} från {} (ingen att skriva till): {}";
    "by ACME for {} from {} ({}): {}" => "genom ACME för {} från {} ({}): {}";
    "none is kept yet" => "inget är sparat än";
    "the one that is kept {}, and another is asked for at start" => "det som är sparat {}, och ett annat hämtas vid start";
    "the one that is kept {}" => "det som är sparat {}";
    // What systems say.
    "No such file or directory (os error 2)" => "det finns inte";
    "Permission denied (os error 13)" => "du har inte rätt till det";
    "Is a directory (os error 21)" => "det är en mapp";
    "Not a directory (os error 20)" => "det är ingen mapp";
    "No space left on device (os error 28)" => "disken är full";
    "Read-only file system (os error 30)" => "disken kan bara läsas";
    "attempt to write a readonly database" => "den får bara läsas";
    "disk I/O error" => "disken ger fel";
    "Address already in use (os error 98)" => "adressen används redan";
    "Cannot assign requested address (os error 99)" => "adressen finns inte på den här datorn";
    "failed to lookup address information: {}" => "namnet kan inte slås upp";
    "it has no address" => "den har ingen adress";
    "stream did not contain valid UTF-8" => "filen är ingen text";
    "say what to do, serve or workspace for instance" => "Ange vad som ska göras, till exempel serve eller workspace.";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentences of errors as they stand in the source, each hole as an X.
    fn sentences(source: &str) -> Vec<String> {
        let mut found = Vec::new();
        for piece in source.split("#[error(").skip(1) {
            let literal = piece.trim_start();
            let Some(literal) = literal.strip_prefix('"') else { continue };
            let mut text = String::new();
            let mut characters = literal.chars();
            while let Some(c) = characters.next() {
                match c {
                    '\\' => text.extend(characters.next()),
                    '"' => break,
                    '{' => {
                        characters.by_ref().find(|c| *c == '}');
                        text.push('X');
                    }
                    c => text.push(c),
                }
            }
            found.push(text);
        }
        found
    }

    #[test]
    fn every_error_of_the_relay_has_swedish_words() {
        let sources = [
            include_str!("../error.rs"),
            include_str!("../log/mod.rs"),
            include_str!("../acme/settings.rs"),
            include_str!("../../../engine/src/address/mod.rs"),
            include_str!("../../../engine/src/files/output.rs"),
        ];
        let roster = include_str!("../../../engine/src/identity/roster.rs");
        let all = sources.iter().chain([&roster]).flat_map(|source| sentences(source));
        // These are put together out of others, or never reach a relay's command.
        let left_out = ["X cannot be X: X", "X is X: it was left as it is; choose another name"];
        let lacking: Vec<String> =
            all.filter(|said| !left_out.contains(&said.as_str()) && swedish(said).is_none()).collect();
        assert!(lacking.is_empty(), "{lacking:#?}");
    }

    #[test]
    fn an_error_within_an_error_is_in_the_same_language() {
        assert_eq!(
            in_language("not done: only a coordinator can do that", Language::Swedish),
            "Inget gjordes: det kan bara en koordinator göra."
        );
        assert_eq!(
            in_language(
                "--listen cannot be x:99999: \"99999\" is no port: expected a number from 0 to 65535",
                Language::Swedish
            ),
            "--listen kan inte vara x:99999: ”99999” är ingen port: ange ett tal från 0 till 65535."
        );
        assert_eq!(in_language("the moon is full", Language::Swedish), "the moon is full");
        assert_eq!(in_language("not done: x", Language::English), "not done: x");
    }
}
