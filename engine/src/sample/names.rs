//! Invented people: common Swedish names, addresses that lead nowhere, telephone numbers that ring nowhere.
//!
//! No two names of a list differ by a single letter, so that a search for people entered twice finds only those
//! that somebody really entered twice. Numbers come from the ranges that the Swedish Post and Telecom Authority keeps
//! for books and films; addresses end in `example.se`.

use std::sync::LazyLock;

/// Common given names.
static GIVEN: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "
    Adam Agneta Albin Alexander Alice Amanda Andreas Anneli Annika Anton Arvid Astrid Axel Barbro
    Beatrice Bengt Benjamin Bertil Birgitta Björn Camilla Carina Cecilia Charlotte Christer Dag Daniel
    Desirée Ebba Elias Elisabet Ellinor Emelie Emil Erika Eva Felicia Filip Fredrik Frida Gabriel Gerd
    Greta Gunilla Gunnar Gustav Hampus Hedvig Helena Henrik Hugo Håkan Ida Ingrid Isak Ivar Jakob Jenny
    Joakim Johan Jonna Josefin Julia Katarina Kerstin Kjell Klara Kristoffer Lars Leif Lena Linnéa
    Lisbet Lovisa Ludvig Magnus Maja Malin Marcus Margareta Matilda Mattias Mikael Monika Niklas Nils
    Olivia Olof Oskar Patrik Per-Erik Pernilla Peter Pontus Ragnar Rebecka Robert Roger Rut Sandra Sara
    Sebastian Selma Signe Simon Siv Sofia Staffan Stefan Stina Sune Sven Tage Therese Thomas Tilda
    Tobias Torbjörn Tuva Ulla Ulrika Urban Vera Veronika Viktor Vilhelm Viveka Wilma Ylva Yngve Åsa
    Örjan
    "
    .split_whitespace()
    .collect()
});

/// Common family names, and some of Jämtland.
static FAMILY: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "
    Abrahamsson Ahlgren Almqvist Andersson Aronsson Arvidsson Axelsson Backlund Bengtsson Bergqvist
    Bergström Björk Blomberg Boman Brodin Byström Carlbom Carlgren Cederholm Claesson Dahlbäck Dahlin
    Danielsson Edström Ekholm Ekman Elfving Eliasson Engdahl Enqvist Eriksson Fahlén Falk Fjellström
    Forsman Fransson Franzén Fredriksson Gidlund Grafström Granqvist Grundberg Gunnarsson Gustafsson
    Göransson Hagström Halvarsson Hansson Hedberg Hellström Henriksson Hjort Holmgren Hultman Håkansson
    Isaksson Ivarsson Jakobsson Johansson Jonsson Karlsson Kjellgren Kvist Källström Lagerqvist Larsson
    Lidén Linder Lindström Ljungberg Lundgren Lundqvist Löfgren Magnusson Malmberg Markström Mattsson
    Melander Modin Mohlin Månsson Nilsson Norberg Nordlund Nygren Nyman Olausson Olofsson Otterström
    Palm Persson Pettersson Pålsson Qvarnström Ringdahl Risberg Rosén Rosengren Rydberg Samuelsson
    Sandberg Selin Sjöberg Sjödin Sjögren Skoglund Stenmark Strandberg Stålnacke Sundin Svensson
    Söderlund Tegnér Thorén Tjernberg Tornberg Unander Vallgren Vestin Viklund Wallin Wennberg
    Westerlund Wiklander Wikström Zetterström Åkesson Ångman Åslund Öberg Örnberg Östman
    "
    .split_whitespace()
    .collect()
});

/// The `number`th given and family name of a workspace: each pair comes once before any comes again.
pub(super) fn full_name(seed: u64, number: usize) -> (&'static str, &'static str) {
    // A prime that divides neither list's length visits every pair before it comes back to the first.
    const STRIDE: u64 = 7_368_787;
    let pairs = (GIVEN.len() * FAMILY.len()) as u64;
    let place = (number as u64).wrapping_mul(STRIDE).wrapping_add(seed % pairs) % pairs;
    let place = place as usize;
    (GIVEN[place % GIVEN.len()], FAMILY[place / GIVEN.len()])
}

/// How many people of a workspace bear a name before the `number`th does.
pub(super) fn namesakes_before(number: usize) -> usize {
    number / (GIVEN.len() * FAMILY.len())
}

/// The name as it stands in addresses: ASCII letters, words joined by `-`.
pub(super) fn plain(name: &str) -> String {
    let letter = |c: char| match c.to_lowercase().next().unwrap_or(c) {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        'é' => 'e',
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    let plain: String = name.chars().map(letter).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// The `number`th mobile number that is kept for fiction, of 95: 070-174 06 05 to 070-174 06 99.
pub(super) fn mobile(number: usize) -> Option<String> {
    (number < 95).then(|| format!("+46 70 174 06 {:02}", number + 5))
}

/// The `number`th number of a fixed line that is kept for fiction, of 400: Stockholm, Göteborg, Malmö and Kiruna.
pub(super) fn fixed_line(number: usize) -> Option<String> {
    let start =
        *["+46 8 465 004 ", "+46 31 390 06 ", "+46 40 628 04 ", "+46 980 31 92 "].get(number / 100)?;
    Some(format!("{start}{:02}", number % 100))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// How many letters must be added, taken away or changed to make one word of the other (Levenshtein).
    fn distance(one: &str, other: &str) -> usize {
        let other: Vec<char> = other.chars().collect();
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (line, letter) in one.chars().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], line + 1);
            for place in 0..other.len() {
                let changed = diagonal + usize::from(letter != other[place]);
                diagonal = row[place + 1];
                row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
            }
        }
        row[other.len()]
    }

    #[test]
    fn no_two_names_are_easily_mistaken() {
        for list in [&GIVEN, &FAMILY] {
            for (place, one) in list.iter().enumerate() {
                for other in &list[place + 1..] {
                    assert!(distance(one, other) > 1, "{one} and {other}");
                }
            }
        }
    }

    #[test]
    fn full_names_come_once() {
        let pairs = GIVEN.len() * FAMILY.len();
        let names: BTreeSet<_> = (0..pairs).map(|number| full_name(7, number)).collect();
        assert_eq!(names.len(), pairs);
    }

    #[test]
    fn numbers_stay_in_the_ranges_kept_for_fiction() {
        assert_eq!(mobile(0).as_deref(), Some("+46 70 174 06 05"));
        assert_eq!(mobile(94).as_deref(), Some("+46 70 174 06 99"));
        assert_eq!(mobile(95), None);
        assert_eq!(fixed_line(399).as_deref(), Some("+46 980 31 92 99"));
        assert_eq!(fixed_line(400), None);
    }

    #[test]
    fn names_in_addresses_are_ascii() {
        assert_eq!(plain("Östersunds kommun (exempel)"), "ostersunds-kommun-exempel");
        assert_eq!(plain("Per-Erik"), "per-erik");
    }
}
