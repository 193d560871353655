//! Which record somebody means: by its identifier or the beginning of it, or in a reference by its title.
//!
//! ```text
//!  an identifier ─▶ there? else: erased, hidden from this role, or not here
//!  the beginning of one ─▶ the only one; else all that begin so, with what tells them apart
//!  a title ─▶ the whole text first: as it is written, then but for case and forms of letters, then without accents
//!             in a set the longest titles from the left, so that a title may have a comma in it
//! ```
//!
//! Nothing is guessed: what fits several is a list of these, what fits none names the nearest.

use std::collections::BTreeSet;

use samsyn_engine::id::{RecordId, RowId};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{self, Caption, Cells, Language, Link, Row, Target};
use samsyn_engine::store::words::{fold, same};
use samsyn_engine::store::{Hit, ListQuery, RowView};
use samsyn_engine::text::one_line;
use samsyn_engine::typed::bare;

use super::render::Words;
use crate::context::{Failure, Said};

/// So many records are named where several could be meant.
const NAMED: usize = 10;

/// The record that a person means: its identifier or the beginning of it, as long as only one has it.
pub(super) fn record(replica: &Replica, text: &str) -> Result<RecordId, Failure> {
    let wanted = bare(text).to_lowercase();
    if let Ok(id) = wanted.parse::<RecordId>() {
        return match replica.store().titles(&[id])?.first() {
            Some(Some(_)) => Ok(id),
            _ => Err(absent(replica, id)?.into()),
        };
    }
    match beginning_with(replica, &wanted)?.as_slice() {
        [only] => Ok(*only),
        [] => Err(not_there(replica, text)?.into()),
        several => Err(among(SEVERAL, replica, text, several)?.into()),
    }
}

const NO_RECORD: Caption = Caption::new(
    "Ingen post har en beteckning som är eller börjar med ”{}”. Leta upp den med \"samsyn search\".",
    "No record has an identifier that is “{}” or begins with it: find it with `samsyn search`.",
);
const NEAREST: Caption = Caption::new("{} Menade du någon av dessa?{}", "{} Did you mean one of these?{}");
const SEVERAL: Caption = Caption::new(
    "Flera poster har en beteckning som börjar med ”{}”. Skriv mer av den:{}",
    "Several records have an identifier that begins with “{}”. Write more of it:{}",
);

fn beginning_with(replica: &Replica, wanted: &str) -> Result<Vec<RecordId>, Failure> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let ids = replica.store().records()?;
    Ok(ids.into_iter().filter(|id| id.to_string().starts_with(wanted)).collect())
}

/// Why a record that has an identifier is not here.
fn absent(replica: &Replica, id: RecordId) -> Result<Said, Failure> {
    const ERASED: Caption = Caption::new(
        "Posten {} är raderad och finns ingenstans längre.",
        "The record {} was erased, and is nowhere any more.",
    );
    const HIDDEN: Caption = Caption::new(
        "Posten {} finns inte här. Din roll läser inte alla slags poster, så den kan finnas hos andra.",
        "The record {} is not here. Your role does not read all kinds of records, so others may have it.",
    );
    const NOT_HERE: Caption = Caption::new(
        "Posten {} finns inte här. Leta upp rätt beteckning med \"samsyn search\", eller hämta det senaste med \"samsyn sync\".",
        "The record {} is not here. Find the right identifier with `samsyn search`, or get the latest with `samsyn sync`.",
    );
    let caption = match (replica.store().is_erased(id)?, hides(replica)?) {
        (true, _) => ERASED,
        (false, true) => HIDDEN,
        (false, false) => NOT_HERE,
    };
    Ok(Said::new(caption, &[&id]))
}

/// Whether the role of whoever works here keeps some kinds from them.
fn hides(replica: &Replica) -> Result<bool, Failure> {
    Ok(replica.grant()?.role.readable().is_some())
}

fn not_there(replica: &Replica, text: &str) -> Result<Said, Failure> {
    let nearest = nearest(replica, text, &[])?;
    let said = Said::new(NO_RECORD, &[&text]);
    with_nearest(said, replica, &nearest)
}

/// What is said, and the records that may be meant.
fn with_nearest(said: Said, replica: &Replica, nearest: &[RecordId]) -> Result<Said, Failure> {
    use crate::failure::Explain as _;
    if nearest.is_empty() {
        return Ok(said);
    }
    let rows = views(replica, nearest)?;
    let words = both(replica)?;
    Ok(Said::each(|language| {
        let lines = lines(&rows, nearest.len(), &words, language);
        NEAREST.fill(language, &[&said.explain(language), &lines])
    }))
}

fn among(caption: Caption, replica: &Replica, text: &str, found: &[RecordId]) -> Result<Said, Failure> {
    let rows = views(replica, &found[..found.len().min(NAMED)])?;
    let words = both(replica)?;
    Ok(Said::each(|language| caption.fill(language, &[&text, &lines(&rows, found.len(), &words, language)])))
}

fn views(replica: &Replica, ids: &[RecordId]) -> Result<Vec<RowView>, Failure> {
    Ok(replica.store().rows(ids)?.into_iter().flatten().collect())
}

fn both(replica: &Replica) -> Result<[Words<'_>; 2], Failure> {
    let [one, other] = Language::ALL;
    Ok([Words::in_language(replica, one)?, Words::in_language(replica, other)?])
}

/// Records one below the other, with what tells them apart; and how many more there are.
fn lines(rows: &[RowView], all: usize, words: &[Words<'_>; 2], language: Language) -> String {
    const MORE: Caption = Caption::new("\n  … och {} till", "\n  … and {} more");
    let words = words.iter().find(|words| words.language == language);
    let line = |row: &RowView| {
        let kind = schema::kind(&row.kind);
        let caption = kind.map_or(row.kind.as_str(), |kind| kind.caption.get(language));
        let apart = words.zip(kind).map(|(words, kind)| words.beside_title(kind, row)).unwrap_or_default();
        format!("\n  {}  {}: {}  {apart}", row.id, one_line(caption), row.title).trim_end().to_owned()
    };
    let mut lines: String = rows.iter().map(line).collect();
    if all > rows.len() {
        lines.push_str(&MORE.fill(language, &[&(all - rows.len())]));
    }
    lines
}

/// Records whose text is nearly what was typed.
fn nearest(replica: &Replica, text: &str, kinds: &[&str]) -> Result<Vec<RecordId>, Failure> {
    const SHOWN: usize = 3;
    let found = replica.store().find(text, kinds, SHOWN)?;
    Ok(found.hits.iter().chain(&found.near).take(SHOWN).map(|hit: &Hit| hit.id).collect())
}

/// What a reference can point at, with its title.
pub(super) struct Targets<'a> {
    replica: &'a Replica,
    kinds: &'static [&'static str],
    titled: Vec<Titled>,
}

/// Something that can be pointed at.
struct Titled {
    link: Link,
    /// Its title as it is written, but for case and forms of letters, and without accents.
    called: [String; 3],
}

impl Titled {
    fn new(link: Link, title: &str) -> Titled {
        Titled { link, called: called(title) }
    }
}

/// The ways in which a title is compared, the strictest first.
fn called(title: &str) -> [String; 3] {
    [title.trim().to_owned(), same(title), fold(&same(title))]
}

impl<'a> Targets<'a> {
    /// All that a field can point at; rows are those of the record that the field is in.
    pub(super) fn of(replica: &'a Replica, target: Target, cells: &Cells) -> Result<Targets<'a>, Failure> {
        let mut titled = Vec::new();
        let kinds = match target {
            Target::Records(kinds) => kinds,
            Target::Rows(list) => {
                let rows = cells.get(list).map(|value| value.rows()).unwrap_or_default();
                titled.extend(rows.iter().map(|row| Titled::new(Link::Row(row.id), &row_title(row))));
                &[]
            }
        };
        for kind in kinds.iter().filter_map(|name| schema::kind(name)) {
            let ids = replica.store().list(&ListQuery::all(kind))?;
            let titles = replica.store().titles(&ids)?.into_iter().map(Option::unwrap_or_default);
            titled
                .extend(ids.into_iter().zip(titles).map(|(id, title)| Titled::new(Link::Record(id), &title)));
        }
        Ok(Targets { replica, kinds, titled })
    }

    /// The one that a text names.
    pub(super) fn one(&self, text: &str) -> Result<Link, Failure> {
        match self.meant(text)?.as_slice() {
            [only] => Ok(*only),
            [] => Err(self.nobody(text)?.into()),
            several => Err(self.several(text, several)?.into()),
        }
    }

    /// Those that a text names, one behind the other with a comma or a semicolon between them. Titles may have these in them, too: the
    /// longest title from the left is the one that is meant.
    pub(super) fn set(&self, text: &str) -> Result<BTreeSet<Link>, Failure> {
        let ends: Vec<usize> =
            text.match_indices([',', ';']).map(|(place, _)| place).chain([text.len()]).collect();
        let mut found = BTreeSet::new();
        let (mut begin, mut next) = (0, 0);
        while next < ends.len() {
            let piece = |end: usize| text[begin..ends[end]].trim();
            if piece(next).is_empty() {
                (begin, next) = (ends[next] + 1, next + 1);
                continue;
            }
            let mut taken = next;
            for end in (next..ends.len()).rev() {
                if !self.meant(piece(end))?.is_empty() {
                    taken = end;
                    break;
                }
            }
            found.insert(self.one(piece(taken))?);
            (begin, next) = (ends[taken] + 1, taken + 1);
        }
        Ok(found)
    }

    /// All that a text can name.
    fn meant(&self, text: &str) -> Result<Vec<Link>, Failure> {
        if let Ok(link) = bare(text).parse::<Link>() {
            return self.named(link).map(|()| vec![link]);
        }
        for (way, wanted) in called(text).iter().enumerate() {
            let fits = self.titled.iter().filter(|titled| titled.called[way] == *wanted);
            let found: Vec<Link> = fits.map(|titled| titled.link).collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
        // The beginning of an identifier, as everywhere; but a short one is a word.
        let wanted = bare(text).to_lowercase();
        if wanted.len() < 4 {
            return Ok(Vec::new());
        }
        let links = self.titled.iter().map(|titled| titled.link);
        Ok(links.filter(|link| link.to_string().starts_with(&wanted)).collect())
    }

    /// Whether something that is named by its identifier can be pointed at.
    fn named(&self, link: Link) -> Result<(), Failure> {
        const OTHER_KIND: Caption = Caption::new(
            "{} är av slaget {}, och fältet tar {}.",
            "{} is of the kind {}, and the field takes {}.",
        );
        if self.titled.iter().any(|titled| titled.link == link) {
            return Ok(());
        }
        let Link::Record(id) = link else { return Err(self.nobody(&link.to_string())?.into()) };
        match self.replica.store().rows(&[id])?.into_iter().next().flatten() {
            Some(row) if self.kinds.contains(&row.kind.as_str()) => Ok(()),
            Some(row) => Err(Said::each(|language| {
                let caption = |name: &str| {
                    schema::kind(name).map_or(name, |kind| kind.caption.get(language)).to_lowercase()
                };
                let kinds: Vec<String> = self.kinds.iter().map(|kind| caption(kind)).collect();
                OTHER_KIND.fill(language, &[&id, &caption(&row.kind), &kinds.join(", ")])
            })
            .into()),
            // To somebody from whom some kinds are kept it may be one of these.
            None if hides(self.replica)? => Ok(()),
            None => Err(absent(self.replica, id)?.into()),
        }
    }

    fn nobody(&self, text: &str) -> Result<Said, Failure> {
        const NOT_CALLED: Caption = Caption::new("Ingen post heter ”{}”.", "No record is called “{}”.");
        const NO_ROW: Caption =
            Caption::new("Ingen rad heter ”{}”. Rader: {}", "No row is called “{}”. Rows: {}");
        if self.kinds.is_empty() {
            let rows: Vec<&str> = self.titled.iter().map(|titled| titled.called[0].as_str()).collect();
            return Ok(Said::new(NO_ROW, &[&text, &rows.join(", ")]));
        }
        let nearest = nearest(self.replica, text, self.kinds)?;
        with_nearest(Said::new(NOT_CALLED, &[&text]), self.replica, &nearest)
    }

    fn several(&self, text: &str, several: &[Link]) -> Result<Said, Failure> {
        const SEVERAL_CALLED: Caption = Caption::new(
            "Flera heter ”{}”. Ange beteckningen på den som menas:{}",
            "Several are called “{}”. Give the identifier of the one that is meant:{}",
        );
        let records: Vec<RecordId> = several.iter().filter_map(Link::record).collect();
        if !records.is_empty() {
            return among(SEVERAL_CALLED, self.replica, text, &records);
        }
        let rows: Vec<RowId> = several
            .iter()
            .filter_map(|link| if let Link::Row(id) = link { Some(*id) } else { None })
            .collect();
        let lines: String = rows.iter().map(|id| format!("\n  {id}")).collect();
        Ok(Said::new(SEVERAL_CALLED, &[&text, &lines]))
    }
}

fn row_title(row: &Row) -> String {
    let title = ["name", "title"].iter().find_map(|name| row.get(name).as_text());
    one_line(title.unwrap_or_default()).into_owned()
}
