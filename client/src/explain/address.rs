//! Why a text is no address, in the person's language.

use samsyn_engine::address::AddressError;
use samsyn_engine::schema::Language;

/// What is wrong with an address.
pub fn address_error(error: &AddressError, language: Language) -> String {
    if language == Language::English {
        return error.to_string();
    }
    match error {
        AddressError::Empty => "adressen är tom".to_owned(),
        AddressError::Scheme(scheme) => {
            format!("adressen till ett relä börjar med wss:// eller ws://, inte med {scheme}://")
        }
        AddressError::NoScheme => {
            "adressen säger inte hur reläet nås: skriv wss:// framför, eller ws:// om reläet saknar TLS".to_owned()
        }
        AddressError::Credentials => {
            "adressen innehåller ett användarnamn eller lösenord (före @): ta bort det, ett relä känner igen människor på deras datorers nycklar"
                .to_owned()
        }
        AddressError::NoHost => "adressen saknar värd: ett namn ska stå före porten eller snedstrecket".to_owned(),
        AddressError::Host(host) => {
            format!("”{host}” kan inte vara en värd: det ska vara ett namn som relay.example.se, eller en IP-adress")
        }
        AddressError::Brackets(text) => format!(
            "en IPv6-adress skrivs inom hakparenteser, till exempel [::1]:7400: ”{text}” kan läsas på två sätt"
        ),
        AddressError::Port(port, least) => {
            format!("”{port}” är ingen port: det ska vara ett tal från {least} till 65535")
        }
        AddressError::NoPort => "porten saknas: skriv VÄRD:PORT".to_owned(),
        AddressError::Blank => {
            "det finns ett blanksteg i adressen: kanske är det två, eller en som har delats på två rader".to_owned()
        }
        AddressError::Query => {
            "adressen till ett relä har inget ?: ta bort det och det som står efter".to_owned()
        }
        AddressError::Fragment => {
            "det finns ett # i adressen: bara en inbjudan har ett, med koden efter".to_owned()
        }
        AddressError::Path(path) => {
            format!("”{path}” är ingen sökväg på ett relä: efter värden står bara arbetsytan")
        }
        AddressError::NoWorkspace => {
            "adressen säger inte vilken arbetsyta: den står efter värden, 26 bokstäver och siffror".to_owned()
        }
        AddressError::Workspace(text) => format!(
            "”{text}” är ingen arbetsyta: efter värden ska de 26 bokstäver och siffror stå som du har fått"
        ),
        AddressError::NotOnlyHost => {
            "här står bara värd och port, till exempel 192.0.2.7:7401, och inget annat".to_owned()
        }
    }
}

/// The same as a sentence of its own.
pub(super) fn sentence(error: &AddressError, language: Language) -> String {
    let words = address_error(error, language);
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
