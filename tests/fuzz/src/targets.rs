//! One function for each fuzz target: bytes in, a panic where a promise is broken. The replay of the corpora in
//! `tests/it/fuzz.rs` and the fuzzers of `tests/fuzz` call the same ones.

use std::sync::OnceLock;

use tpmock::api::percent;
use tpmock::query::{self, Caller, Model, Read, Scene, Select, Selection, ast};
use tpmock::store::seed::{Ground, SeedFile, load};
use tpmock::store::{Connection, Options, Origin, Store, StoreError};
use tpmock::syntax::filter::{Filter, parse_filter};
use tpmock::syntax::{self, Kind};
use tpmock::{catalog, clock, sql, wire};

/// Takes an input, and panics where a promise is broken.
pub type Target = fn(&[u8]);

/// The targets by name; each has a folder of that name in the corpus.
#[allow(dead_code)]
pub const ALL: [(&str, Target); 8] = [
    ("v1", v1),
    ("v2", v2),
    ("filter", filter),
    ("bind", bind),
    ("url", url),
    ("json", json),
    ("xml", xml),
    ("seed", seed),
];

/// The list parameters of API v1.
pub fn v1(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Some(Some(tree)) = checked(text, syntax::v1::parse_where(text)) {
        prints_back(&tree, syntax::v2::parse_expression);
    }
    checked(text, syntax::v1::parse_order(text));
    let lists = [syntax::v1::parse_include, syntax::v1::parse_append, syntax::v1::parse_exclude];
    for list in lists.into_iter().filter_map(|parse| checked(text, parse(text))) {
        let printed: Vec<String> = list.iter().map(ast::Inclusion::to_string).collect();
        let printed = format!("[{}]", printed.join(","));
        if let Ok(again) = syntax::v1::parse_include(&printed) {
            let again: Vec<String> = again.iter().map(ast::Inclusion::to_string).collect();
            assert_eq!(format!("[{}]", again.join(",")), printed);
        }
    }
}

/// The expressions of API v2.
pub fn v2(input: &[u8]) {
    let Some(text) = text(input) else { return };
    for parse in [syntax::v2::parse_expression, syntax::v2::parse_select] {
        if let Some(tree) = checked(text, parse(text)) {
            prints_back(&tree, syntax::v2::parse_expression);
        }
    }
    checked(text, syntax::v2::parse_ordering(text));
}

/// The board filter.
pub fn filter(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Some(Filter::Condition(tree)) = checked(text, parse_filter(text)) {
        prints_back(&tree, |printed| match parse_filter(&format!("?{printed}"))? {
            Filter::Condition(tree) => Ok(tree),
            Filter::Words(words) => panic!("{printed} is read as {words:?}"),
        });
    }
}

/// Everything that parses binds or is refused, and what binds becomes SQL. The first byte picks the language.
pub fn bind(input: &[u8]) {
    let Some((language, text)) = text(input).and_then(|text| text.split_at_checked(1)) else { return };
    let world = World::get();
    let entity = world.model.catalog.named("UserStory").expect("stories").id;
    let select = Select::all(entity);
    match language {
        "w" => world.v2(syntax::v2::parse_expression(text), |tree| Select { filter: Some(tree), ..select }),
        "s" => world.v2(syntax::v2::parse_select(text), |tree| Select { select: Some(tree), ..select }),
        "r" => world.v2(syntax::v2::parse_expression(text), |tree| Select { result: Some(tree), ..select }),
        "o" => world.v2(syntax::v2::parse_ordering(text), |keys| Select { order: keys, ..select }),
        "f" => match parse_filter(text) {
            Ok(Filter::Condition(tree)) => world.v2(Ok(tree), |tree| Select { board: Some(tree), ..select }),
            Ok(Filter::Words(words)) => world.v2(Ok(words), |words| Select { words, ..select }),
            Err(_) => {}
        },
        "1" => {
            if let Ok(Some(tree)) = syntax::v1::parse_where(text) {
                world.v1(&Read { filter: Some(&tree), ..Read::page(entity) });
            }
        }
        "i" => {
            if let Ok(list) = syntax::v1::parse_include(text) {
                world.v1(&Read { include: Some(&list), ..Read::page(entity) });
            }
        }
        _ => {}
    }
}

/// Escapes of addresses.
pub fn url(input: &[u8]) {
    let Some(text) = text(input) else { return };
    for plus in [false, true] {
        let _ = percent::decode(text, plus);
    }
    assert_eq!(percent::decode(&percent::escape(text), false).as_deref(), Some(text));
    let address = percent::escape_address(text);
    assert!(address.is_ascii() && !address.contains(' '));
    assert_eq!(percent::decode(&address, false), percent::decode(text, false));
}

/// Bodies in JSON.
pub fn json(input: &[u8]) {
    if let Err(error) = wire::decode_json(input) {
        assert!(error.position <= input.len() && !error.message.is_empty(), "{error:?}");
    }
}

/// Bodies in XML.
pub fn xml(input: &[u8]) {
    if let Err(error) = wire::decode_xml(input) {
        assert!(error.position <= input.len() && !error.message.is_empty(), "{error:?}");
    }
}

/// Seed files, into a database that nothing of them stays in.
pub fn seed(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let text = text.to_owned();
    let load = move |db: &Connection| {
        let World { model, zone } = World::get();
        let ground = Ground { catalog: &model.catalog, zone, now: 1_773_144_000_000, hash: &|_, _| "hash".into() };
        db.execute_batch("SAVEPOINT seed").expect("a savepoint");
        let loaded = load(db, &ground, &[SeedFile { name: "seed.json", text: &text }]);
        db.execute_batch("ROLLBACK TO seed; RELEASE seed").expect("an end");
        Ok::<_, StoreError>(loaded)
    };
    let store = empty_store();
    if let Err(error) = store.write_blocking(store.default_workspace(), load).expect("a writer").expect("an end") {
        assert!(!error.0.is_empty() && error.0.iter().all(|problem| !problem.is_empty()));
    }
}

fn empty_store() -> &'static Store {
    static STORE: OnceLock<Store> = OnceLock::new();
    STORE.get_or_init(|| {
        let schema = Box::new(|| sql::schema(&World::get().model.catalog));
        let origin = Origin { version: 1, schema, seed: Box::new(|_| Ok(())), ready: Box::new(|| None) };
        Store::open(Options::default(), origin).expect("a store")
    })
}

fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}

/// What a parser made of the text; an error has a place in it and says something.
fn checked<T>(text: &str, result: Result<T, syntax::Error>) -> Option<T> {
    match result {
        Ok(made) => Some(made),
        Err(error) => {
            let span = error.span;
            assert!(span.start <= span.end && span.end <= text.len(), "{error:?} in {text:?}");
            assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{error:?} in {text:?}");
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// A tree that is printed and read again prints the same. Brackets that printing adds may exceed a limit.
fn prints_back(tree: &ast::Expr, parse: impl Fn(&str) -> Result<ast::Expr, syntax::Error>) {
    let printed = tree.to_string();
    match parse(&printed) {
        Ok(again) => assert_eq!(again.to_string(), printed),
        Err(error) => {
            let limit = matches!(error.kind, Kind::TooLong | Kind::TooDeep | Kind::TooManyTerms | Kind::TooManyLinks);
            assert!(limit, "{printed}: {error}");
        }
    }
}

struct World {
    model: Model,
    zone: clock::Zone,
}

impl World {
    fn get() -> &'static Self {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(|| {
            let catalog = catalog::load(include_str!("../../../fixtures/catalog.json")).expect("the catalog");
            let parse = |text: &str| syntax::v2::parse_expression(text).map_err(|e| e.to_string());
            Self { model: Model::new(catalog, parse), zone: clock::Zone::utc() }
        })
    }

    fn scene(&self) -> Scene<'_> {
        let caller = Caller { id: 1, sees_all: false };
        Scene { model: &self.model, custom_fields: &[], caller, zone: &self.zone }
    }

    fn v2<T>(&self, parsed: Result<T, syntax::Error>, question: impl FnOnce(&T) -> Select<'_>) {
        let Ok(parsed) = parsed else { return };
        match query::select(self.scene(), &question(&parsed)) {
            Ok(Selection::Page(query) | Selection::Array(query)) => drop(sql::plan(&self.model.catalog, &query)),
            Ok(Selection::Value(output)) => drop(sql::plan_value(&self.model.catalog, &output)),
            Err(error) => assert!(!error.message().is_empty()),
        }
    }

    fn v1(&self, read: &Read<'_>) {
        match query::read(self.scene(), read) {
            Ok(query) => drop(sql::plan(&self.model.catalog, &query)),
            Err(error) => assert!(!error.message().is_empty()),
        }
    }
}
