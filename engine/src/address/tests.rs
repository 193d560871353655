use super::*;

const ID: &str = "4h248h2484h248h2484h248h24";

fn relay(text: &str) -> Result<String, AddressError> {
    text.parse::<RelayAddress>().map(|address| address.to_string())
}

#[test]
fn an_address_that_is_one_is_written_in_one_way() {
    for (typed, written) in [
        ("wss://relay.example.se", "wss://relay.example.se"),
        ("WSS://Relay.Example.SE./", "wss://relay.example.se"),
        ("wss://relay.example.se:443//", "wss://relay.example.se"),
        ("ws://relay.example.se:443", "ws://relay.example.se:443"),
        ("https://relay.example.se/samsyn/", "wss://relay.example.se/samsyn"),
        ("http://127.0.0.1:7400/", "ws://127.0.0.1:7400"),
        ("ws://localhost:80", "ws://localhost"),
        ("ws://[::1]:7400", "ws://[::1]:7400"),
        ("ws://[2001:DB8:0:0::7]", "ws://[2001:db8::7]"),
        ("ws://[fe80::1%eth0]:7400", "ws://[fe80::1%eth0]:7400"),
        ("ws://[fe80::1%25eth0]:7400", "ws://[fe80::1%eth0]:7400"),
        ("wss://östersund.example", "wss://xn--stersund-m4a.example"),
        ("wss://XN--stersund-m4a.example", "wss://xn--stersund-m4a.example"),
        ("wss://kongress_byran:1", "wss://kongress_byran:1"),
        (" \u{feff}<wss://relay\u{2011}a.example.se>\u{a0}\n", "wss://relay-a.example.se"),
        ("wss://１２７.０.０.１", "wss://127.0.0.1"),
    ] {
        assert_eq!(relay(typed).as_deref(), Ok(written), "{typed}");
        assert_eq!(relay(written).as_deref(), Ok(written), "what is written is read again");
    }
}

#[test]
fn an_address_that_is_none_is_refused_for_what_is_wrong_with_it() {
    use AddressError::*;
    let cut = str::to_owned;
    for (typed, wrong) in [
        ("", Empty),
        (" \u{200b} ", Empty),
        ("relay.example.se", NoScheme),
        ("relay.example.se:7400", NoScheme),
        ("wss:relay.example.se", NoScheme),
        ("//relay.example.se", NoScheme),
        ("ftp://relay.example.se", Scheme(cut("ftp"))),
        ("file:///etc/passwd", Scheme(cut("file"))),
        ("wss://", NoHost),
        ("wss://:7400", NoHost),
        ("wss:///workspace", NoHost),
        ("wss://bo:hemligt@relay.example.se", Credentials),
        ("wss://bo@relay.example.se/x", Credentials),
        ("wss://relay.example.se:99999", Port(cut("99999"), 1)),
        ("wss://relay.example.se:65536", Port(cut("65536"), 1)),
        ("wss://relay.example.se:0", Port(cut("0"), 1)),
        ("wss://relay.example.se:+80", Port(cut("+80"), 1)),
        ("wss://relay.example.se:-1", Port(cut("-1"), 1)),
        ("wss://relay.example.se:http", Port(cut("http"), 1)),
        ("wss://relay.example.se:", NoPort),
        ("wss://[::1]:", NoPort),
        ("ws://::1:7400", Brackets(cut("::1:7400"))),
        ("ws://fe80::1", Brackets(cut("fe80::1"))),
        ("ws://[::1", Host(cut("[::1"))),
        ("ws://[::1]7400", Host(cut("[::1]7400"))),
        ("ws://[127.0.0.1]", Host(cut("[127.0.0.1]"))),
        ("ws://[fe80::1%]", Host(cut("[fe80::1%]"))),
        ("ws://127.0.0.256", Host(cut("127.0.0.256"))),
        ("ws://127.1", Host(cut("127.1"))),
        ("ws://2130706433", Host(cut("2130706433"))),
        ("ws://0x7f000001", Host(cut("0x7f000001"))),
        ("ws://010.0.0.1", Host(cut("010.0.0.1"))),
        ("wss://relay..se", Host(cut("relay..se"))),
        ("wss://-relay.se", Host(cut("-relay.se"))),
        ("wss://*.example.se", Host(cut("*.example.se"))),
        ("wss://relay.example.se\\x", Host(cut("relay.example.se\\\\x"))),
        ("wss://rel%61y.se", Host(cut("rel%61y.se"))),
        ("wss://xn--a.se", Host(cut("xn--a.se"))),
        ("wss://relay example.se", Blank),
        ("wss://relay.example.se\u{a0}x", Blank),
        ("wss://relay.example.se\u{1b}[31m", Host(cut("wss://relay.example.se\\u{1b}[31m"))),
        ("wss://relay.example.se?x=1", Query),
        ("wss://relay.example.se/?x=1#y", Query),
        ("wss://relay.example.se#CODE", Fragment),
        ("wss://relay.example.se/a b", Blank),
        ("wss://relay.example.se/a/../b", Path(cut("/a/../b"))),
        ("wss://relay.example.se//a", Path(cut("//a"))),
        ("wss://relay.example.se/a%2fb", Path(cut("/a%2fb"))),
    ] {
        assert_eq!(relay(typed), Err(wrong), "{typed}");
    }
    let long = format!("wss://{}.se", "a".repeat(64));
    assert!(matches!(relay(&long), Err(Host(_))));
}

#[test]
fn no_words_repeat_a_password() {
    for address in ["wss://bo:hemligt@relay.example.se/x", "bo:hemligt@host:1"] {
        let errors = [
            relay(address).unwrap_err(),
            address.parse::<WorkspaceAddress>().unwrap_err(),
            Endpoint::to_call(address, 1).unwrap_err(),
        ];
        assert!(errors.iter().all(|error| !error.to_string().contains("hemligt")), "{errors:?}");
    }
}

#[test]
fn the_workspace_stands_behind_the_relay() {
    let upper = ID.to_uppercase();
    let workspace = |text: &str| text.parse::<WorkspaceAddress>().map(|address| address.to_string());
    for (typed, written) in [
        (format!("wss://relay.example.se/{ID}"), format!("wss://relay.example.se/{ID}")),
        (format!("WS://[::1]:7400/{upper}/"), format!("ws://[::1]:7400/{ID}")),
        (format!("wss://host/samsyn/{ID}"), format!("wss://host/samsyn/{ID}")),
        (format!("https://host/sync/{ID}"), format!("wss://host/{ID}")),
    ] {
        assert_eq!(workspace(&typed), Ok(written), "{typed}");
    }
    assert_eq!(workspace("wss://relay.example.se"), Err(AddressError::NoWorkspace));
    assert_eq!(workspace("wss://relay.example.se/"), Err(AddressError::NoWorkspace));
    assert_eq!(workspace("wss://host/kongress"), Err(AddressError::Workspace("kongress".to_owned())));
    assert_eq!(workspace("ws://host:99999/x"), Err(AddressError::Port("99999".to_owned(), 1)));
    let (relay, found) = RelayAddress::read(&format!("host:7400/{ID}"), Some(Encryption::Plain)).unwrap();
    assert_eq!(
        (relay.to_string(), found.map(|id| id.to_string())),
        ("ws://host:7400".into(), Some(ID.into()))
    );
}

#[test]
fn what_is_asked_for_names_the_workspace_and_no_network_card() {
    let workspace: WorkspaceId = ID.parse().unwrap();
    let sync = |text: &str| text.parse::<RelayAddress>().unwrap().sync(workspace);
    assert_eq!(sync("wss://Relay.example.se:443/"), format!("wss://relay.example.se/sync/{ID}"));
    assert_eq!(sync("ws://[fe80::1%eth0]:7400"), format!("ws://[fe80::1]:7400/sync/{ID}"));
    assert_eq!(sync("ws://host/a"), format!("ws://host/a/sync/{ID}"));
}

#[test]
fn who_can_read_what_is_said_on_the_way() {
    let open = |text: &str| text.parse::<RelayAddress>().unwrap().is_open_to_others();
    for (address, is_open) in [
        ("wss://relay.example.se", false),
        ("ws://relay.example.se", true),
        ("ws://127.8.9.1:7400", false),
        ("ws://[::1]", false),
        ("ws://[::ffff:127.0.0.1]", false),
        ("ws://localhost:7400", false),
        ("ws://localhost.example.se", true),
        ("ws://10.0.0.1", true),
    ] {
        assert_eq!(open(address), is_open, "{address}");
    }
}

#[test]
fn a_host_and_a_port() {
    let call = |text: &str| Endpoint::to_call(text, 7401).map(|endpoint| endpoint.to_string());
    for (typed, written) in [
        ("192.168.1.7", "192.168.1.7:7401"),
        ("Laptop.local:9000", "laptop.local:9000"),
        ("fe80::1", "[fe80::1]:7401"),
        ("fe80::1%wlan0", "[fe80::1%wlan0]:7401"),
        ("[::1]:9000", "[::1]:9000"),
        ("[::1]", "[::1]:7401"),
    ] {
        assert_eq!(call(typed).as_deref(), Ok(written), "{typed}");
    }
    assert_eq!(call("host:0"), Err(AddressError::Port("0".into(), 1)));
    assert_eq!(call("host:99999"), Err(AddressError::Port("99999".into(), 1)));
    assert_eq!(call("ws://host:1"), Err(AddressError::NotOnlyHost));
    assert_eq!(call("host:1/x"), Err(AddressError::NotOnlyHost));
    assert_eq!(call(""), Err(AddressError::Empty));

    let listen = |text: &str| Endpoint::to_listen(text, None).map(|endpoint| endpoint.to_look_up());
    assert_eq!(listen("localhost:7400"), Ok(("localhost".into(), 7400)));
    assert_eq!(listen("0.0.0.0:0"), Ok(("0.0.0.0".into(), 0)));
    assert_eq!(listen("[fe80::1%3]:1"), Ok(("fe80::1%3".into(), 1)));
    assert_eq!(listen("localhost:99999"), Err(AddressError::Port("99999".into(), 0)));
    assert_eq!(listen("localhost"), Err(AddressError::NoPort));
    assert_eq!(listen("::1"), Err(AddressError::NoPort));
    assert_eq!(listen(":7400"), Err(AddressError::NoHost));
    assert_eq!(listen("7400"), Err(AddressError::Host("7400".into())));
    assert_eq!(listen("localhost:"), Err(AddressError::NoPort));
}
