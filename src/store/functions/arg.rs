//! Arguments and results of SQL functions: null handling, conversions SQLite would do, errors for the client.

use std::borrow::Cow;
use std::sync::Arc;

use rusqlite::functions::{Context, FunctionFlags, SqlFnOutput};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

use super::digits;
use crate::store::error::RUNTIME_PREFIX;

/// Registers `f` under `name` for `count` arguments.
pub(super) fn scalar<T: SqlFnOutput>(
    db: &Connection,
    name: &str,
    count: i32,
    f: impl Fn(&mut Context<'_>) -> Result<T> + Send + 'static,
) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    db.create_scalar_function(name, count, flags, f)
}

pub(super) fn text<'a>(ctx: &'a Context<'_>, index: usize) -> Option<Cow<'a, str>> {
    text_of(ctx.get_raw(index))
}

fn text_of(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(n) => Some(Cow::Owned(n.to_string())),
        ValueRef::Real(x) => Some(Cow::Owned(digits::number_text(x))),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes)),
    }
}

/// A whole number; fractions are cut off.
pub(super) fn int(ctx: &Context<'_>, index: usize) -> Option<i64> {
    match ctx.get_raw(index) {
        ValueRef::Integer(n) => Some(n),
        ValueRef::Real(x) if x.abs() < 9.2e18 => Some(x as i64),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}

pub(super) fn real(ctx: &Context<'_>, index: usize) -> Option<f64> {
    match ctx.get_raw(index) {
        ValueRef::Integer(n) => Some(n as f64),
        ValueRef::Real(x) => Some(x),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

/// What `make` makes of a text argument: once per statement where the argument is a constant.
pub(super) fn prepared<T: Send + Sync + 'static>(
    ctx: &Context<'_>,
    index: i32,
    make: impl FnOnce(&str) -> T,
) -> Result<Arc<Option<T>>> {
    ctx.get_or_create_aux(index, |value| Ok::<_, Error>(text_of(value).map(|text| make(&text))))
}

/// An error whose text is for the client.
pub(super) fn runtime(text: &str) -> Error {
    Error::UserFunctionError(format!("{RUNTIME_PREFIX}{text}").into())
}
