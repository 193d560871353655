//! A relay that moves, and a workspace that is taken to one.

use std::io::{Read as _, Write as _};

use samsyn_engine::identity::Role;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::CONTACT;

use super::town::Town;
use super::{Desk, make, text};
use crate::pages::Page;

fn shows(desk: &Desk, words: &str) -> bool {
    desk.shown().iter().any(|shown| shown.contains(words))
}

fn press(desk: &mut Desk, label: &str) {
    desk.press(eframe::egui::accesskit::Role::Button, label);
}

#[test]
fn a_relay_that_has_moved_is_found_again_by_its_address_and_gets_what_waits() {
    let mut town = Town::new();
    let mut bo = town.join(("Bo", Role::Coordinator), Page::Members, |_| {});
    bo.until("where it is", |desk| shows(desk, &format!("The relay is at {}", town.relay())));
    let new = town.move_away();
    bo.until("it is not there", |desk| shows(desk, "next try"));
    // Written by another command meanwhile.
    make(&mut Replica::open(&bo.path).unwrap(), &CONTACT, &[("family", text("Nyström"))]);
    bo.until("it waits", |desk| shows(desk, "to be sent"));
    // Somewhere where nobody is: it is said, and nothing is changed.
    press(&mut bo, "The relay's address");
    bo.write("Address", "ws://127.0.0.1:1");
    press(&mut bo, "Change the address");
    bo.until("nobody is there", |desk| shows(desk, "nothing was changed"));
    bo.write("Address", &format!("ws://{new}"));
    press(&mut bo, "Change the address");
    bo.until("it is kept", |desk| shows(desk, &format!("The relay's address is ws://{new} now.")));
    bo.until_shown("Connected");
    bo.until("it was sent", |desk| !shows(desk, "to be sent"));
}

#[test]
fn a_relay_that_says_where_it_is_now_is_offered_and_not_followed() {
    let town = Town::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let old = format!("ws://{}", listener.local_addr().unwrap());
    let (relay, workspace) = (town.relay(), town.workspace);
    let location = format!("{}/sync/{workspace}", relay.replace("ws://", "http://"));
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 4_096]);
            let answer = format!("HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let mut bo = town.join(("Bo", Role::Ambassador), Page::Members, |_| {});
    // As another command does it, while the window is open: it does not stay where it was.
    let mut replica = crate::keys::open_from(&super::vault(&bo.path), &bo.path).unwrap();
    replica.move_relay(&old.parse().unwrap()).unwrap();
    drop(replica);
    bo.until_shown("The relay has moved");
    press(&mut bo, "The relay's address");
    bo.until("it is said", |desk| shows(desk, "The relay says that it has moved to the address below"));
    bo.until("where it is now is there already", |desk| desk.input("Address").as_deref() == Some(&relay));
    press(&mut bo, "Change the address");
    bo.until_shown("Connected");
}

#[test]
fn a_workspace_that_is_only_here_is_taken_to_a_relay() {
    let town = Town::new();
    let mut asa = Desk::new(Some(Page::Members), |replica| {
        make(replica, &CONTACT, &[("family", text("Ek"))]);
    });
    press(&mut asa, "Take it to a relay …");
    asa.write("Address", "relay.example.se/x");
    asa.write("Code", "AB12-CD34-EF56-GH78");
    press(&mut asa, "Take it there");
    asa.until("it is no address", |desk| shows(desk, "put wss:// before it"));
    asa.write("Address", &town.address());
    press(&mut asa, "Take it there");
    asa.until("it is refused", |desk| shows(desk, "The relay does not let you in"));
    let code = town.invite(Role::Coordinator, None);
    asa.write("Code", &code.reveal());
    press(&mut asa, "Take it there");
    asa.until("it is there", |desk| shows(desk, "The workspace is on its way to the relay"));
    asa.until_shown("Connected");
    asa.until("others can be invited", |desk| shows(desk, "Invite"));
    assert_eq!(town.roster().members.len(), 1);
    let mut bo = town.join(("Bo", Role::Ambassador), Page::List(&CONTACT), |_| {});
    bo.until("what she wrote", |desk| desk.row("Ek").is_some());
}
