//! Arithmetic: what the bundled SQLite leaves out, with .NET's meaning of `Round`.
//!
//! Results that are no numbers are null.

use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::arg::{int, real, scalar};
use super::digits::Digits;

pub(super) fn register(db: &Connection) -> Result<()> {
    for (name, f) in [("ceil", f64::ceil as fn(f64) -> f64), ("floor", f64::floor), ("trunc", f64::trunc)] {
        scalar(db, name, 1, move |ctx| Ok(whole(ctx, f)))?;
    }
    for (name, f) in [("sqrt", f64::sqrt as fn(f64) -> f64), ("exp", f64::exp), ("ln", f64::ln)] {
        scalar(db, name, 1, move |ctx| Ok(real(ctx, 0).map(f).and_then(finite)))?;
    }
    scalar(db, "pow", 2, |ctx| Ok(both(ctx, f64::powf)))?;
    scalar(db, "tp_log", 2, |ctx| Ok(both(ctx, f64::log)))?;
    scalar(db, "sign", 1, |ctx| {
        Ok(real(ctx, 0).map(|x| {
            if x > 0.0 {
                1
            } else if x < 0.0 {
                -1
            } else {
                0
            }
        }))
    })?;
    scalar(db, "tp_round", 1, |ctx| Ok(whole(ctx, f64::round_ties_even)))?;
    scalar(db, "tp_round", 2, |ctx| Ok(round(ctx)))
}

/// A whole number stays one; a real one stays real.
fn whole(ctx: &Context<'_>, f: impl Fn(f64) -> f64) -> Option<Value> {
    match ctx.get_raw(0) {
        ValueRef::Integer(n) => Some(Value::Integer(n)),
        _ => real(ctx, 0).map(f).map(Value::Real),
    }
}

fn both(ctx: &Context<'_>, f: impl Fn(f64, f64) -> f64) -> Option<f64> {
    finite(f(real(ctx, 0)?, real(ctx, 1)?))
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// `Math.Round(x, n)`: halves go to the even digit, judged by the decimal digits, since money is decimal.
fn round(ctx: &Context<'_>) -> Option<Value> {
    if let ValueRef::Integer(n) = ctx.get_raw(0) {
        return int(ctx, 1).map(|_| Value::Integer(n));
    }
    let (x, decimals) = (real(ctx, 0)?, int(ctx, 1)?.clamp(0, 15));
    let rounded = Digits::of_real(x).rounded_to_even(i32::try_from(decimals).unwrap_or(0));
    rounded.general().parse().ok().map(Value::Real)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn values() {
        check(
            "UTC",
            &[
                ("ceil(1.2)", "2.0"),
                ("ceil(7)", "7"),
                ("floor(-1.2)", "-2.0"),
                ("trunc(-1.7)", "-1.0"),
                ("sqrt(9)", "3.0"),
                ("sqrt(-1)", "null"),
                ("pow(2, 10)", "1024.0"),
                ("pow(0, -1)", "null"),
                ("exp(0)", "1.0"),
                ("ln(1)", "0.0"),
                ("ln(0)", "null"),
                ("tp_log(8, 2)", "3.0"),
                ("sign(-2.5)", "-1"),
                ("sign(0)", "0"),
                ("floor(null)", "null"),
                ("tp_round(2.5)", "2.0"),
                ("tp_round(3.5)", "4.0"),
                ("tp_round(-2.5)", "-2.0"),
                ("tp_round(7)", "7"),
                ("tp_round(2.345, 2)", "2.34"),
                ("tp_round(2.355, 2)", "2.36"),
                ("tp_round(2.3451, 2)", "2.35"),
                ("tp_round(-0.125, 2)", "-0.12"),
                ("tp_round(9.995, 2)", "10.0"),
                ("tp_round(5, 2)", "5"),
                ("tp_round(null, 2)", "null"),
            ],
        );
    }
}
