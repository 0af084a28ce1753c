//! Selections that mean something, thrown together at random: every one is answered, in valid JSON.

use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};

use super::{World, address};

/// An entity with some of its values, references and collections.
struct Kind {
    name: &'static str,
    scalars: &'static [&'static str],
    references: &'static [(&'static str, usize)],
    collections: &'static [(&'static str, usize)],
}

const KINDS: [Kind; 6] = [
    Kind {
        name: "UserStory",
        scalars: &["id", "name", "effort", "createDate", "tags", "risk", "cost", "entityState.isFinal", "endDate.Year"],
        references: &[("feature", 1), ("owner", 3), ("project.owner", 3)],
        collections: &[("tasks", 2), ("bugs", 5), ("comments", 4), ("assignedUser", 3)],
    },
    Kind {
        name: "Feature",
        scalars: &["id", "name", "effort", "createDate.AddDays(-3)"],
        references: &[("owner", 3)],
        collections: &[("userStories", 0), ("bugs", 5)],
    },
    Kind {
        name: "Task",
        scalars: &["id", "name", "effort", "modifyDate", "name.Length"],
        references: &[("userStory", 0), ("owner", 3), ("userStory.feature", 1)],
        collections: &[("comments", 4), ("assignedUser", 3)],
    },
    Kind { name: "GeneralUser", scalars: &["id", "login", "fullName", "kind"], references: &[], collections: &[] },
    Kind {
        name: "Comment",
        scalars: &["id", "description", "createDate"],
        references: &[("owner", 3)],
        collections: &[],
    },
    Kind {
        name: "Bug",
        scalars: &["id", "name", "severity.importance", "endDate"],
        references: &[("userStory", 0), ("feature", 1)],
        collections: &[("comments", 4), ("assignedUser", 3)],
    },
];

/// Choices, drawn from bytes; when they run out, the first of everything.
struct Dice<'b>(std::slice::Iter<'b, u8>);

impl Dice<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |b| usize::from(*b) % n.max(1))
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        let at = self.below(of.len());
        of.get(at).copied()
    }
}

/// Something to select of an entity at `path` (empty, or ending in a dot).
fn value(dice: &mut Dice<'_>, kind: usize, path: &str, depth: u32) -> String {
    let of = &KINDS[kind];
    let scalar = |dice: &mut Dice<'_>| format!("{path}{}", dice.one(of.scalars).unwrap_or("id"));
    if depth == 0 || path.matches('.').count() > 3 {
        return scalar(dice);
    }
    match dice.below(8) {
        0 => scalar(dice),
        1 => object(dice, kind, path, depth),
        2 => match dice.one(of.references) {
            Some((name, _)) => format!("{path}{name}"),
            None => scalar(dice),
        },
        3 => match dice.one(of.references) {
            Some((name, target)) => value(dice, target, &format!("{path}{name}."), depth.saturating_sub(1)),
            None => scalar(dice),
        },
        4 if path.is_empty() && !of.references.is_empty() => {
            let (name, target) = of.references[dice.below(of.references.len())];
            format!("({name}==null?null:{})", object(dice, target, &format!("{name}."), depth.saturating_sub(1)))
        }
        _ => sequence_value(dice, kind, path, depth).unwrap_or_else(|| scalar(dice)),
    }
}

fn object(dice: &mut Dice<'_>, kind: usize, path: &str, depth: u32) -> String {
    let count = 1 + dice.below(3);
    let members: Vec<String> =
        (0..count).map(|n| format!("m{n}:{}", value(dice, kind, path, depth.saturating_sub(1)))).collect();
    format!("{{{}}}", members.join(","))
}

/// What a collection can become.
fn sequence_value(dice: &mut Dice<'_>, kind: usize, path: &str, depth: u32) -> Option<String> {
    let (name, item) = dice.one(KINDS[kind].collections)?;
    let mut text = format!("{path}{name}");
    if dice.below(2) == 1 {
        text.push_str(&format!(".where(id>{})", dice.below(60)));
    }
    if dice.below(3) == 1 {
        text.push_str(&format!(".orderBy({})", dice.one(KINDS[item].scalars)?));
    }
    Some(match dice.below(7) {
        0 => text,
        1 => format!("{text}.select({})", value(dice, item, "", depth.saturating_sub(1))),
        2 => format!("{text}.first"),
        3 => format!("{text}.select({}).first", value(dice, item, "", depth.saturating_sub(1))),
        4 => format!("{text}.count()"),
        5 => format!("{text}.max({})", dice.one(KINDS[item].scalars)?),
        _ => format!("{text}.first.{}", dice.one(KINDS[item].scalars)?),
    })
}

fn cases() -> u32 {
    std::env::var("SHAPE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(100)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_shape_is_answered(bytes in prop::collection::vec(any::<u8>(), 4..60), kind in 0..KINDS.len()) {
        let mut dice = Dice(bytes.iter());
        let select = format!("{{x:{}}}", value(&mut dice, kind, "", 4));
        let path = format!("/api/v2/{}", KINDS[kind].name);
        let page = World::small().get(&address(&path, &[("select", &select), ("take", "4"), ("orderBy", "id")]));
        prop_assert_eq!(page.status, 200, "{} {}", select, page.text());
        let items = page.json()["items"].as_array().cloned().unwrap_or_default();
        // the same rows as a bare array and as a stream
        let all = World::small().get(&address(&path, &[("select", &select), ("result", "it"), ("orderBy", "id")])).json();
        let same = all.as_array().is_some_and(|all| all.starts_with(&items));
        prop_assert_eq!(same, true, "{}", select);
        let stream = format!("/svc/tp-apiv2-streaming-service/stream/{}", KINDS[kind].name);
        let mut streamed = World::small().get(&address(&stream, &[("select", &select)])).json();
        let streamed = streamed["items"].as_array_mut().expect("items");
        for item in streamed.iter_mut() {
            item.as_object_mut().and_then(|item| item.remove("__id"));
        }
        prop_assert_eq!(all.as_array(), Some(&*streamed), "{}", select);
    }
}
