//! Currencies: the codes of ISO 4217, and the words and signs that people write instead.

use crate::schema::Currency;

/// The active codes of ISO 4217 for money that people pay with, by how many decimals they have.
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
    CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN \
    NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB \
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";

/// What people write in place of a code. A sign that several currencies share names them all.
const WORDS: &[(&str, &[&str])] = &[
    ("kr", &["SEK"]),
    ("krona", &["SEK"]),
    ("kronor", &["SEK"]),
    ("kronors", &["SEK"]),
    ("crowns", &["SEK"]),
    ("skr", &["SEK"]),
    ("dkr", &["DKK"]),
    ("nkr", &["NOK"]),
    ("€", &["EUR"]),
    ("euro", &["EUR"]),
    ("euros", &["EUR"]),
    ("$", &["USD"]),
    ("us$", &["USD"]),
    ("dollar", &["USD"]),
    ("dollars", &["USD"]),
    ("£", &["GBP"]),
    ("pund", &["GBP"]),
    ("pounds", &["GBP"]),
    ("¥", &["JPY", "CNY"]),
    ("yen", &["JPY"]),
];

/// The currencies that a word can mean, written in lower case: a code, a name or a sign.
pub(super) fn named(word: &str) -> Vec<Currency> {
    let words = WORDS.iter().find(|(known, _)| *known == word).map(|(_, codes)| *codes);
    let code = word.to_uppercase();
    match words {
        Some(codes) => codes.iter().filter_map(|code| Currency::from_code(code)).collect(),
        None => {
            Currency::from_code(&code).filter(|currency| decimals(*currency).is_some()).into_iter().collect()
        }
    }
}

/// All currencies of ISO 4217.
#[cfg(test)]
pub(super) fn all() -> Vec<Currency> {
    let lists = [TWO_DECIMALS, NO_DECIMALS, THREE_DECIMALS];
    lists.iter().flat_map(|list| list.split_whitespace()).filter_map(Currency::from_code).collect()
}

/// How many decimals its smallest unit has; `None` for what ISO 4217 does not list.
fn decimals(currency: Currency) -> Option<u8> {
    let lists = [(TWO_DECIMALS, 2), (NO_DECIMALS, 0), (THREE_DECIMALS, 3)];
    let mut found =
        lists.iter().filter(|(list, _)| list.split_whitespace().any(|code| code == currency.code()));
    found.next().map(|(_, decimals)| *decimals)
}

/// How many decimals an amount in it may have: those that it has, and never more than an amount keeps (hundredths).
pub(super) fn kept_decimals(currency: Currency) -> u8 {
    decimals(currency).unwrap_or(2).min(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_those_of_iso_4217() {
        assert_eq!(named("sek"), [Currency::SEK]);
        assert_eq!(named("¥").len(), 2);
        for unknown in ["mkr", "xyz", "kroner", "", "sekk"] {
            assert!(named(unknown).is_empty(), "{unknown}");
        }
        assert_eq!(["jpy", "kwd", "eur"].map(|code| kept_decimals(named(code)[0])), [0, 2, 2]);
    }

    #[test]
    fn each_code_is_listed_once() {
        let mut all: Vec<&str> = [TWO_DECIMALS, NO_DECIMALS, THREE_DECIMALS]
            .iter()
            .flat_map(|list| list.split_whitespace())
            .collect();
        let length = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), length);
        assert!(all.iter().all(|code| Currency::from_code(code).is_some()));
    }
}
