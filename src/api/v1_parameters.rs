//! The parameters of a v1 read: parsed, and kept as written for the links that repeat them.

use super::call::Call;
use super::error::Error;
use crate::query::ast::{Expr, Inclusion};
use crate::query::ir::Limit;
use crate::syntax;
use crate::wire::{Notation, is_callback};

/// Rows of a page when the request does not say.
const DEFAULT_TAKE: u32 = 25;
/// Rows of a page at most; a larger wish is cut, also in links.
const MAX_TAKE: u32 = 1000;

#[derive(Debug)]
pub struct V1Parameters {
    pub include: Option<Vec<Inclusion>>,
    pub exclude: Option<Vec<Inclusion>>,
    pub append: Vec<Inclusion>,
    pub filter: Option<Expr>,
    /// The path, and whether it sorts downwards.
    pub order: Option<(Expr, bool)>,
    pub limit: Limit,
    pub inner_take: u32,
    pub inner_skip: u64,
    pub notation: Notation,
    pub prettify: bool,
    pub callback: Option<String>,
    /// What links repeat, in their fixed order, ending before `take`.
    repeated: String,
    /// What links to the rest of an inner collection repeat.
    format: String,
}

impl V1Parameters {
    /// # Errors
    /// The first parameter that cannot be read.
    pub fn parse(call: &Call) -> Result<Self, Error> {
        let p = &call.parameters;
        let text = |names: &[&str]| names.iter().find_map(|n| p.text(n));
        let include = text(&["resultinclude", "include"]);
        let exclude = text(&["resultexclude", "exclude"]);
        let append = text(&["resultappend", "append"]);
        if include.is_some() && exclude.is_some() {
            return Err(Error::bad_request("include and exclude cannot be used together."));
        }
        let filter = p.text("where");
        let order = match (p.text("orderbydesc"), p.text("orderby")) {
            (Some(path), _) => Some(("orderByDesc", path, true)),
            (None, Some(path)) => Some(("orderBy", path, false)),
            (None, None) => None,
        };
        let slip = |name: &'static str| move |e: syntax::Error| Error::unparsed_v1(name, &e);
        let take = count(p.get("take"), u64::from(DEFAULT_TAKE), 1)?.min(u64::from(MAX_TAKE)) as u32;
        let skip = count(p.get("skip"), 0, 0)?;
        let inner_take = count(p.get("innertake"), u64::from(DEFAULT_TAKE), 1)?.min(u64::from(MAX_TAKE)) as u32;
        let inner_skip = count(p.get("innerskip"), 0, 0)?;
        let callback = p.text("callback").map(str::to_owned);
        if callback.as_deref().is_some_and(|c| !is_callback(c)) {
            return Err(Error::bad_request("The callback must be the name of a function."));
        }
        let mut repeated = String::new();
        let mut repeat = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                repeated.push_str(&format!("{name}={value}&"));
            }
        };
        repeat("include", include);
        repeat("exclude", exclude);
        repeat("append", append);
        repeat("where", filter);
        repeat(order.map_or("", |o| o.0), order.map(|o| o.1));
        repeat("innerTake", p.text("innertake"));
        repeat("acid", p.text("acid"));
        let format = p.text("format").map(|f| format!("format={f}&")).unwrap_or_default();
        repeated.push_str(&format);
        Ok(Self {
            include: include.map(syntax::v1::parse_include).transpose().map_err(slip("include"))?,
            exclude: exclude.map(syntax::v1::parse_exclude).transpose().map_err(slip("exclude"))?,
            append: append.map(syntax::v1::parse_append).transpose().map_err(slip("append"))?.unwrap_or_default(),
            filter: filter.map(syntax::v1::parse_where).transpose().map_err(slip("where"))?.flatten(),
            order: order
                .map(|(name, path, down)| {
                    let path = syntax::v1::parse_order(path).map_err(slip(name))?;
                    Ok::<_, Error>((path, down))
                })
                .transpose()?,
            limit: Limit { take: Some(take), skip },
            inner_take,
            inner_skip,
            notation: notation(call)?,
            prettify: p.get("prettify").is_some(),
            callback,
            repeated,
            format,
        })
    }

    /// Whether the filter names custom fields, which an account configures.
    pub fn needs_custom_fields(call: &Call) -> bool {
        call.parameters.text("where").is_some_and(|f| f.to_ascii_lowercase().contains("customfields"))
    }

    /// The address of the page that starts at `skip`.
    pub fn page(&self, path: &str, take: u64, skip: u64) -> String {
        format!("{path}/?{}take={take}&skip={skip}", self.repeated)
    }

    /// The address of the rest of an inner collection.
    pub fn rest(&self, path: &str, include: Option<&str>, take: u32, skip: u64) -> String {
        let include = include.map(|i| format!("include={i}&")).unwrap_or_default();
        format!("{path}/?{include}{}take={take}&skip={skip}", self.format)
    }
}

/// A count that is a number, at least `least`.
fn count(text: Option<&str>, default: u64, least: u64) -> Result<u64, Error> {
    let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else { return Ok(default) };
    match text.parse::<u64>() {
        Ok(n) if n >= least && n <= i64::MAX as u64 => Ok(n),
        _ => Err(Error::parameter(format!("'{text}' is no count"))),
    }
}

/// `isodate` or `dateformat=iso|ms`; both versions share them.
pub fn notation(call: &Call) -> Result<Notation, Error> {
    if call.parameters.get("isodate").is_some_and(|v| !matches!(v.to_ascii_lowercase().as_str(), "false" | "0")) {
        return Ok(Notation::IsoLocal);
    }
    match call.parameters.text("dateformat").map(str::to_ascii_lowercase).as_deref() {
        None | Some("ms") => Ok(Notation::Ms),
        Some("iso") => Ok(Notation::Iso),
        Some(other) => Err(Error::bad_request(format!("Unknown date format '{other}'."))),
    }
}
