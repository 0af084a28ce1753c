//! All features by number: the words of the languages first, then five uses of each entity.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;

use super::evidence::{Evidence, Source};
use super::route::Route;
use crate::catalog::{Catalog, Entity, EntityId, EntityKind};

const WORDS: &str = include_str!("../../fixtures/words.json");
const CASES: &str = include_str!("../../fixtures/evidence.json");

/// The number of a feature.
pub type Feature = u16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Resource,
    Route,
    Parameter,
    Operator,
    Function,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Route => "route",
            Self::Parameter => "parameter",
            Self::Operator => "operator",
            Self::Function => "function",
        }
    }
}

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Read,
    Query,
    Create,
    Update,
    Delete,
}

impl Operation {
    pub const ALL: [Self; 5] = [Self::Read, Self::Query, Self::Create, Self::Update, Self::Delete];

    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read (v1)",
            Self::Query => "read (v2)",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// A word of the API.
#[derive(Debug)]
pub struct Word {
    pub kind: Kind,
    pub area: String,
    pub name: String,
    pub evidence: Evidence,
    /// An expression that uses it, and the entity it is about.
    pub probe: Option<(String, String)>,
    /// Known not to be emulated, where no expression can tell.
    pub missing: bool,
}

/// Everything that is told apart.
#[derive(Debug)]
pub struct Features {
    pub words: Vec<Word>,
    first_route: usize,
    /// Places among the words by kind and lower-case name.
    places: HashMap<(Kind, String), Vec<u16>>,
    /// Evidence of cases by [`Features::key`]; serving does not need it.
    cases: OnceLock<BTreeMap<String, Evidence>>,
    resources: Resources,
}

#[derive(Deserialize)]
struct RawWords {
    probed: String,
    resources: Resources,
    groups: Vec<RawGroup>,
}

/// What the catalog's resources rest on.
#[derive(Debug, Deserialize)]
struct Resources {
    source: Source,
    /// Those that rest on something else.
    others: BTreeMap<String, Source>,
}

#[derive(Deserialize)]
struct RawGroup {
    kind: Kind,
    area: String,
    source: Source,
    on: Option<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    calls: BTreeMap<String, String>,
}

impl Features {
    /// # Errors
    /// A fixture that does not read; a test proves that it does.
    pub fn load() -> Result<Self, serde_json::Error> {
        let raw: RawWords = serde_json::from_str(WORDS)?;
        let mut words = Vec::new();
        for group in raw.groups {
            let on = group.on.unwrap_or_else(|| raw.probed.clone());
            let named = group.names.into_iter().map(|name| (name, None));
            let called = group.calls.into_iter().map(|(name, call)| (name, Some((call, on.clone()))));
            words.extend(named.chain(called).map(|(name, probe)| Word {
                kind: group.kind,
                area: group.area.clone(),
                name,
                evidence: Evidence::default().and(group.source),
                probe,
                missing: false,
            }));
        }
        let first_route = words.len();
        words.extend(Route::ALL.iter().map(|route| route.word()));
        let mut places: HashMap<(Kind, String), Vec<u16>> = HashMap::new();
        for (at, word) in (0..).zip(&words) {
            places.entry((word.kind, word.name.to_ascii_lowercase())).or_default().push(at);
        }
        Ok(Self { words, first_route, places, cases: OnceLock::new(), resources: raw.resources })
    }

    fn cases(&self) -> &BTreeMap<String, Evidence> {
        self.cases.get_or_init(|| {
            let cases: BTreeMap<String, Vec<Source>> = serde_json::from_str(CASES).unwrap_or_default();
            let joined = |sources: Vec<Source>| sources.into_iter().fold(Evidence::default(), Evidence::and);
            cases.into_iter().map(|(key, sources)| (key, joined(sources))).collect()
        })
    }

    /// A word by its name in any case, in the area that is meant or, without one, in the first that has it.
    pub fn word(&self, kind: Kind, area: Option<&str>, name: &str) -> Option<Feature> {
        let places = self.places.get(&(kind, name.to_ascii_lowercase()))?;
        places.iter().copied().find(|at| area.is_none_or(|area| self.words[usize::from(*at)].area == area))
    }

    pub fn route(&self, route: Route) -> Feature {
        u16::try_from(self.first_route + route as usize).unwrap_or(u16::MAX)
    }

    pub fn resource(&self, entity: EntityId, operation: Operation) -> Feature {
        let first = self.words.len() + usize::from(entity.0) * Operation::ALL.len();
        u16::try_from(first + operation as usize).unwrap_or(u16::MAX)
    }

    /// The entity and what is done with it, where the feature is of that kind.
    fn operation<'c>(&self, catalog: &'c Catalog, feature: Feature) -> Option<(&'c Entity, Operation)> {
        let place = usize::from(feature).checked_sub(self.words.len())?;
        let entity = catalog.entities().get(place / Operation::ALL.len())?;
        Some((entity, Operation::ALL[place % Operation::ALL.len()]))
    }

    pub fn kind(&self, feature: Feature) -> Kind {
        self.words.get(usize::from(feature)).map_or(Kind::Resource, |word| word.kind)
    }

    /// What tells the feature from all others: `operator v1 eq`, `resource Bug create`.
    pub fn key(&self, catalog: &Catalog, feature: Feature) -> String {
        match (self.words.get(usize::from(feature)), self.operation(catalog, feature)) {
            (Some(word), _) => format!("{} {} {}", word.kind.word(), word.area, word.name),
            (None, Some((entity, operation))) => format!("resource {} {}", entity.name, operation.word()),
            (None, None) => String::new(),
        }
    }

    /// What is known about it: its own sources, and those of the cases that use it.
    pub fn evidence(&self, catalog: &Catalog, feature: Feature) -> Evidence {
        let own = match (self.words.get(usize::from(feature)), self.operation(catalog, feature)) {
            (Some(word), _) => word.evidence,
            (None, Some((entity, _))) => {
                let other = self.resources.others.get(&entity.name);
                Evidence::default().and(other.copied().unwrap_or(self.resources.source))
            }
            (None, None) => Evidence::default(),
        };
        let seen = self.cases().get(&self.key(catalog, feature)).copied().unwrap_or_default();
        seen.sources().fold(own, Evidence::and)
    }

    /// Keys of the evidence file that no feature has.
    pub fn strangers(&self, catalog: &Catalog) -> Vec<&str> {
        let resources = catalog.entities().iter().flat_map(|e| Operation::ALL.map(|o| self.resource(e.id, o)));
        let words = (0..).zip(&self.words).map(|(at, _)| at);
        let known: Vec<String> = words.chain(resources).map(|feature| self.key(catalog, feature)).collect();
        self.cases().keys().map(String::as_str).filter(|key| !known.iter().any(|k| k == key)).collect()
    }
}

/// Whether clients can ask for it by name.
pub fn is_resource(entity: &Entity) -> bool {
    matches!(entity.kind, EntityKind::Resource | EntityKind::Base | EntityKind::History)
}
