//! The parameters of a v2 read: parsed, and kept as written for the links that repeat them.

use super::call::Call;
use super::error::Error;
use super::percent;
use super::v1_parameters::notation;
use crate::query::ast::{Expr, Order};
use crate::query::ir::Limit;
use crate::syntax;
use crate::syntax::filter::{Filter, parse_filter};
use crate::syntax::v2::{parse_expression, parse_ordering, parse_select};
use crate::wire::{Notation, is_callback};

/// Rows of a page when the request does not say.
const DEFAULT_TAKE: u32 = 25;
/// Rows of a page at most; a larger wish is cut, also in links.
const MAX_TAKE: u32 = 1000;

#[derive(Debug)]
pub struct V2Parameters {
    pub filter: Option<Expr>,
    pub board: Option<Expr>,
    pub words: Vec<String>,
    pub select: Option<Expr>,
    pub result: Option<Expr>,
    pub order: Vec<Order>,
    pub limit: Limit,
    pub acid: Option<String>,
    pub deleted: bool,
    pub notation: Notation,
    pub prettify: bool,
    pub callback: Option<String>,
    /// What links repeat before and after `take` and `skip`, escaped.
    before: String,
    after: String,
}

impl V2Parameters {
    /// # Errors
    /// The first parameter that cannot be read.
    pub fn parse(call: &Call) -> Result<Self, Error> {
        Self::read(call, false)
    }

    /// The parameters that the streaming service reads; it ignores page, order and result.
    ///
    /// # Errors
    /// The first of them that cannot be read.
    pub fn parse_stream(call: &Call) -> Result<Self, Error> {
        Self::read(call, true)
    }

    fn read(call: &Call, stream: bool) -> Result<Self, Error> {
        let p = &call.parameters;
        let ignored =
            |name: &str| stream && matches!(name, "take" | "skip" | "result" | "orderby" | "orderbydesc" | "callback");
        let text = |name: &str| p.text(name).map(str::trim).filter(|_| !ignored(name));
        let (mut board, mut words) = (None, Vec::new());
        match parsed("filter", text("filter"), parse_filter)? {
            Some(Filter::Condition(condition)) => board = Some(condition),
            Some(Filter::Words(list)) => words = list,
            None => {}
        }
        let mut order = parsed("orderBy", text("orderby"), parse_ordering)?.unwrap_or_default();
        let downwards = parsed("orderByDesc", text("orderbydesc"), parse_ordering)?.unwrap_or_default();
        order.extend(downwards.into_iter().map(|key| Order { descending: true, ..key }));
        let take = count("take", text("take"), u64::from(DEFAULT_TAKE))?.min(u64::from(MAX_TAKE));
        let skip = count("skip", text("skip"), 0)?;
        let callback = text("callback").map(str::to_owned);
        if callback.as_deref().is_some_and(|c| !is_callback(c)) {
            return Err(Error::bad_request("The callback must be the name of a function."));
        }
        let repeat = |names: &[(&str, &str)]| {
            let pairs = names.iter().filter_map(|(key, name)| Some(format!("{name}={}", percent::escape(text(key)?))));
            pairs.collect::<Vec<_>>()
        };
        let before = repeat(&[("where", "where"), ("filter", "filter"), ("select", "select")]);
        let after = repeat(&[("orderby", "orderBy"), ("orderbydesc", "orderByDesc")]);
        Ok(Self {
            filter: parsed("where", text("where"), parse_expression)?,
            board,
            words,
            select: parsed("select", text("select"), parse_select)?,
            result: parsed("result", text("result"), parse_expression)?,
            order,
            limit: Limit { take: u32::try_from(take).ok(), skip },
            deleted: p.get("includedeleted").is_some_and(|v| !v.trim().eq_ignore_ascii_case("false")),
            acid: text("acid").map(str::to_owned),
            notation: notation(call)?,
            prettify: p.get("prettify").is_some_and(|v| !v.trim().eq_ignore_ascii_case("false")),
            callback,
            before: before.iter().map(|pair| format!("{pair}&")).collect(),
            after: after.iter().map(|pair| format!("&{pair}")).collect(),
        })
    }

    /// The address of the page that starts at `skip`.
    pub fn page(&self, path: &str, skip: u64) -> String {
        let take = self.limit.take.unwrap_or(DEFAULT_TAKE);
        format!("{path}?{}take={take}&skip={skip}{}", self.before, self.after)
    }
}

/// What a parameter that is there parses to.
fn parsed<T>(
    name: &'static str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, syntax::Error>,
) -> Result<Option<T>, Error> {
    text.map(parse).transpose().map_err(|error| Error::unparsed(name, error))
}

/// A count that is a number and not negative.
fn count(name: &str, text: Option<&str>, default: u64) -> Result<u64, Error> {
    let Some(text) = text else { return Ok(default) };
    match text.parse::<u64>() {
        Ok(n) if n <= i64::MAX as u64 => Ok(n),
        _ => Err(Error::bad_request(format!("'{text}' is not a valid value of '{name}'."))),
    }
}
