//! Why something was not backed up or put back.

use samsyn_engine::backup::BackupError;
use samsyn_engine::schema::{Caption, Language};

use super::{key_error, lock_error, output_error, output_error_in_terminal, replica_error, store_error};
use crate::belonging::backup::BackingUpError;
use crate::failure::system_words;

/// Why a command did not back a replica up or put it back: as [`backing_up_error`], with what to say to it instead.
pub(crate) fn backing_up_error_in_terminal(error: &BackingUpError, language: Language) -> String {
    match error {
        BackingUpError::Output(error) => output_error_in_terminal(error, language),
        error => backing_up_error(error, language),
    }
}

/// Why a replica was not backed up or put back.
pub fn backing_up_error(error: &BackingUpError, language: Language) -> String {
    const KEY_NOT_HERE: Caption = Caption::new(
        "{} är krypterad, och nyckeln finns inte på den här datorn. Den kan bara läggas tillbaka där den gjordes. En kopia som gjorts med --passphrase kan läggas tillbaka på vilken dator som helst.",
        "{} is encrypted, and its key is not on this computer. It can be put back only where it was made. One that was made with --passphrase can be put back on every computer.",
    );
    match error {
        BackingUpError::Backup(error) => backup_error(error, language),
        BackingUpError::Output(error) => output_error(error, language),
        BackingUpError::Replica(error) => replica_error(error, language),
        BackingUpError::Lock(error) => lock_error(error, language),
        BackingUpError::Key(error) => key_error(error, language),
        BackingUpError::KeyNotHere(path) => KEY_NOT_HERE.fill(language, &[&path.display()]),
    }
}

fn backup_error(error: &BackupError, language: Language) -> String {
    const NOT_A_BACKUP: Caption = Caption::new(
        "{} är ingen säkerhetskopia som \"samsyn backup\" har gjort. Inget ändrades.",
        "{} is no backup that `samsyn backup` made: nothing was changed.",
    );
    const NEWER: Caption = Caption::new(
        "{} är gjord av en nyare Samsyn. Installera den nyare versionen. Inget ändrades.",
        "{} was made by a newer Samsyn: install the newer one. Nothing was changed.",
    );
    const DAMAGED: Caption = Caption::new(
        "{} är skadad eller inte komplett. Inget ändrades; ta en annan säkerhetskopia.",
        "{} is damaged or not all there. Nothing was changed; take another backup.",
    );
    const FILE: Caption = Caption::new("{} kan inte användas: {}", "{} cannot be used: {}");
    const NOT_THE_SAME: Caption = Caption::new(
        "Kopian blev inte som arbetsytan är, så inget skrevs. Försök igen.",
        "The copy did not come out as the workspace is, so nothing was written. Try again.",
    );
    const ANOTHER: Caption = Caption::new(
        "{} är en annan arbetsyta ({}) och lämnades som den är. Ange en annan plats med --replica.",
        "{} is another workspace ({}), and was left as it is. Name another place with --replica.",
    );
    match error {
        BackupError::NotABackup(path) => NOT_A_BACKUP.fill(language, &[&path.display()]),
        BackupError::Newer(path) => NEWER.fill(language, &[&path.display()]),
        BackupError::Damaged(path) => DAMAGED.fill(language, &[&path.display()]),
        BackupError::File { path, reason } => {
            FILE.fill(language, &[&path.display(), &system_words(&reason.to_string(), language)])
        }
        BackupError::NotTheSame => NOT_THE_SAME.get(language).to_owned(),
        BackupError::AnotherWorkspace { path, workspace } => {
            ANOTHER.fill(language, &[&path.display(), workspace])
        }
        BackupError::Store(samsyn_engine::store::StoreError::Busy) => {
            super::OPEN_ELSEWHERE.get(language).to_owned()
        }
        BackupError::Store(error) => store_error(error, language),
    }
}
