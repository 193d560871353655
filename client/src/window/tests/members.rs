//! Who belongs, in the window: a coordinator changes it, others see it, and the relay has the last word.

use eframe::egui::accesskit;
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::identity::{InvitationCode, Role};
use samsyn_engine::schema::kinds::{CONTACT, ORGANISATION};

use super::town::Town;
use super::{Desk, make, text};
use crate::pages::Page;

fn says(desk: &Desk, words: &str) -> bool {
    desk.harness.query_all_by_label_contains(words).next().is_some()
}

fn shows(desk: &Desk, label: &str) -> bool {
    desk.harness.query_all_by_label(label).next().is_some()
}

/// The code that stands in the dialog.
fn code(desk: &Desk) -> InvitationCode {
    let nodes = desk.harness.query_all_by(|node| node.value().is_some());
    let mut codes = nodes.filter_map(|node| node.accesskit_node().value()?.parse().ok());
    codes.next().unwrap()
}

#[test]
fn a_coordinator_invites_with_a_code_that_works_once_and_sees_who_came() {
    let town = Town::new();
    let mut maja = town.join(("Maja", Role::Coordinator), Page::Members, |_| {});
    maja.until_shown("1 person");
    maja.click("Invite");
    maja.press(accesskit::Role::RadioButton, "Reader");
    maja.click("Create invitation");
    maja.until_shown("QR code with address and code");
    maja.until("until when", |desk| says(desk, "The code works once, until 20"));
    let code = code(&maja);
    maja.click("Copy the code");
    maja.until_shown("Copied");
    maja.click("Done");
    maja.until("the open invitation", |desk| says(desk, "Withdraw: Reader"));
    let mut bo = town.join_with(("Bo", &code), Page::List(&CONTACT), |_| {});
    bo.until_shown("Bo · Reader");
    maja.until_shown("2 people");
    maja.until("he is listed", |desk| shows(desk, "Change role: Bo") && shows(desk, "Bo"));
    assert!(!says(&maja, "Withdraw"), "the invitation is used");
    maja.until("what happened", |desk| says(desk, "Bo joined as reader"));
    let again = town.roster();
    assert_eq!((again.members.len(), again.invitations.len()), (2, 0));
}

#[test]
fn an_invitation_can_be_taken_back_and_a_partners_needs_an_organisation() {
    let town = Town::new();
    let mut maja = town.join(("Maja", Role::Coordinator), Page::Members, |replica| {
        make(replica, &ORGANISATION, &[("name", text("Hotellet"))]);
    });
    maja.click("Invite");
    maja.press(accesskit::Role::RadioButton, "Partner");
    maja.click("Create invitation");
    assert!(!shows(&maja, "Done"), "nothing is made without an organisation");
    maja.press(accesskit::Role::ComboBox, "Organisation");
    maja.until("what is there", |desk| says(desk, "Hotellet"));
    maja.click("Hotellet");
    maja.click("Create invitation");
    maja.until_shown("Done");
    maja.click("Done");
    let withdraw = |desk: &Desk| {
        let labels = desk.harness.query_all_by_label_contains("Withdraw: Partner");
        labels.filter_map(|node| node.accesskit_node().label()).next()
    };
    maja.until("the open invitation", |desk| withdraw(desk).is_some());
    assert_eq!(town.roster().invitations.len(), 1);
    let button = withdraw(&maja).unwrap();
    maja.click(&button);
    maja.until_shown("The invitation is no longer valid.");
    maja.until("it is gone", |desk| withdraw(desk).is_none());
    assert_eq!(town.roster().invitations.len(), 0);
}

#[test]
fn a_role_that_is_changed_holds_at_once_in_the_others_window() {
    let town = Town::new();
    let mut maja = town.join(("Maja", Role::Coordinator), Page::Members, |_| {});
    let mut bo = town.join(("Bo", Role::Ambassador), Page::List(&CONTACT), |_| {});
    bo.until("he may make contacts", |desk| shows(desk, "New contact"));
    maja.click("Change role: Bo");
    maja.until_shown("Which role is Bo to have?");
    maja.press(accesskit::Role::RadioButton, "Reader");
    maja.click("Give the role");
    maja.until_shown("Bo: The role was changed.");
    bo.until_shown("Bo · Reader");
    bo.until("he may not any more", |desk| !shows(desk, "New contact"));
    // Nobody takes the last coordinator's role away, not even they themselves.
    maja.click("Change role: Maja");
    maja.press(accesskit::Role::RadioButton, "Reader");
    maja.until("she is warned", |desk| says(desk, "This is yourself"));
    maja.click("Give the role");
    maja.until("it is refused", |desk| says(desk, "without a coordinator"));
}

#[test]
fn a_device_is_revoked_and_a_member_removed_after_it_was_said_what_happens() {
    let town = Town::new();
    let mut maja = town.join(("Maja", Role::Coordinator), Page::Members, |_| {});
    let mut bo = town.join(("Bo", Role::Ambassador), Page::List(&CONTACT), |_| {});
    let mut cia = town.join(("Cia", Role::Ambassador), Page::List(&CONTACT), |_| {});
    maja.until("both are here", |desk| shows(desk, "Remove: Bo") && shows(desk, "Remove: Cia"));
    maja.click("Remove: Bo");
    maja.until("what happens", |desk| says(desk, "open connections are ended now"));
    maja.click("Cancel");
    assert!(town.roster().members.iter().all(|member| member.removed_at.is_none()), "nothing was done");
    maja.click("Remove: Bo");
    maja.click("Remove from the workspace");
    maja.until_shown("Bo: The member was removed, and is no longer let in.");
    bo.until("he is cut off", |desk| says(desk, "Not connected"));
    maja.until("he is gone", |desk| !shows(desk, "Remove: Bo") && says(desk, "removed 20"));
    maja.until_shown("2 people");
    // All devices here are called after the same computer, and the last button is that of the last who came.
    let last = {
        let labels = maja.harness.query_all_by_label_contains("Revoke: ");
        labels.last().unwrap().accesskit_node().label().unwrap()
    };
    maja.harness.get_all_by_label(&last).last().unwrap().click();
    maja.harness.run_steps(3);
    maja.until("what happens", |desk| says(desk, "it is cut off now. Other devices of Cia"));
    maja.click("Revoke the device");
    maja.until("it is done", |desk| says(desk, "(Cia): The device was revoked, and is no longer let in."));
    cia.until("she is cut off", |desk| says(desk, "Not connected"));
    let revoked =
        town.roster().members.iter().filter(|member| member.devices[0].revoked_at.is_some()).count();
    assert_eq!(revoked, 2);
}

#[test]
fn others_see_the_list_without_buttons_and_without_the_relay_one_sentence_says_why() {
    let town = Town::new();
    let mut maja = town.join(("Maja", Role::Coordinator), Page::Members, |_| {});
    let mut bo = town.join(("Bo", Role::Ambassador), Page::Members, |_| {});
    bo.until("she is listed", |desk| shows(desk, "Maja") && shows(desk, "you"));
    bo.until("why there is no more", |desk| says(desk, "only coordinators"));
    for label in ["Invite", "Remove: Maja", "Change role: Maja", "Change role: Bo"] {
        assert!(!shows(&bo, label), "{label}");
    }
    maja.until("the buttons", |desk| shows(desk, "Invite") && shows(desk, "Change role: Bo"));
    maja.click("Work offline");
    maja.until("the sentence", |desk| says(desk, "Not connected to the relay, which decides who belongs"));
    assert!(says(&maja, "The list shows how it was at 20"));
    for label in ["Invite", "Remove: Bo", "Change role: Bo"] {
        assert!(!shows(&maja, label), "{label}");
    }
    assert!(shows(&maja, "Bo"), "the list stays");
    maja.click("Work offline");
    maja.until("the buttons are back", |desk| shows(desk, "Change role: Bo"));
    let mut alone = Desk::new(Some(Page::Members), |_| {});
    alone.until("nobody else can", |desk| says(desk, "only on this computer, so nobody else"));
}

#[test]
fn a_removed_member_is_invited_again_and_comes_in_with_the_code_and_all_that_was_written_meanwhile() {
    let town = Town::new();
    let mut maja = town.join(("Maja", Role::Coordinator), Page::Members, |_| {});
    let mut bo = town.join(("Bo", Role::Ambassador), Page::List(&CONTACT), |_| {});
    maja.click("Remove: Bo");
    maja.click("Remove from the workspace");
    bo.until_shown("Enter with a code");
    bo.click("New contact");
    bo.write("Family name", "Nyström");
    bo.until("the new one", |desk| desk.row("Nyström").is_some());
    // A code that nobody knows takes nothing away.
    bo.click("Enter with a code");
    bo.write("Code", "AB12");
    bo.press(accesskit::Role::Button, "Enter");
    bo.until("it is none", |desk| says(desk, "That is no invitation code"));
    bo.write("Code", &InvitationCode::random().reveal());
    bo.press(accesskit::Role::Button, "Enter");
    bo.until("it is refused", |desk| says(desk, "The relay does not let this device in"));

    maja.click("Invite again: Bo");
    maja.until_shown("Invite Bo again");
    maja.press(accesskit::Role::RadioButton, "Reader");
    maja.press(accesskit::Role::RadioButton, "Ambassador");
    maja.click("Create invitation");
    maja.until("what to do with it", |desk| says(desk, "typed under “Enter with a code”"));
    let code = code(&maja);
    maja.click("Done");
    bo.write("Code", &code.reveal());
    bo.press(accesskit::Role::Button, "Enter");
    bo.until_shown("You are in, as ambassador.");
    bo.until_shown("Connected");
    maja.until("he is back", |desk| shows(desk, "Remove: Bo"));
    let members = town.roster().members;
    assert_eq!((members.len(), members.iter().filter(|member| member.removed_at.is_some()).count()), (2, 0));
    bo.until("it was sent", |desk| !says(desk, "to be sent"));
    maja.press(accesskit::Role::Tab, "Contacts, 1");
    maja.until("what he wrote", |desk| desk.row("Nyström").is_some());
}

#[test]
fn whoever_has_lost_the_key_comes_in_with_a_code_for_just_them() {
    let town = Town::new();
    let mut maja = town.join(("Maja", Role::Coordinator), Page::Members, |_| {});
    let bo = town.join(("Bo", Role::Ambassador), Page::List(&CONTACT), |_| {});
    let mut bo = bo.without_key();
    bo.until_shown("Enter with a code");
    maja.click("New device: Bo");
    maja.click("Create invitation");
    maja.until_shown("Done");
    let code = code(&maja);
    bo.click("Enter with a code");
    bo.write("Code", &code.reveal());
    bo.press(accesskit::Role::Button, "Enter");
    bo.until_shown("You are in, as ambassador.");
    bo.until_shown("Connected");
}
