//! Arrays that are made of a text: `Split` and `SafeConvert.To…Array`, and what can be asked of them.
//!
//! Evidence: vendor's source of 2020 (signatures; an empty array for null and for an empty text, null for a part that
//! does not convert).

use super::Binder;
use super::bound::{Bound, Typed};
use crate::query::function::Function as F;
use crate::query::ir::Expr;
use crate::value::ValueType as T;

/// `text.Split('x')`.
pub(super) fn split(text: &Typed, args: &[Typed]) -> Option<Bound> {
    let [Typed { expr, ty: T::Char, .. }] = args else { return None };
    let list = Expr::call(F::Split, vec![text.expr.clone(), expr.clone()], T::Text);
    Some(Bound::Parts { list, item: T::Text })
}

/// Members of an array.
pub(super) fn call(list: &Expr, item: T, name: &str, args: &[Typed]) -> Option<Bound> {
    let of = |function, ty| Expr::call(function, vec![list.clone()], ty);
    match (name.to_ascii_lowercase().as_str(), args) {
        ("count" | "length", []) => Some(Bound::scalar(of(F::PartsCount, T::Int), false)),
        ("any", []) => {
            let some = vec![of(F::PartsCount, T::Int), Expr::int(0)];
            Some(Bound::scalar(Expr::call(F::Greater, some, T::Bool), false))
        }
        ("first" | "firstordefault", []) => Some(Bound::scalar(of(F::FirstPart, item), true)),
        ("contains", [value]) if super::operator::unify(item, value.ty).is_some() => {
            let args = vec![list.clone(), value.expr.clone()];
            Some(Bound::scalar(Expr::call(F::PartsContain, args, T::Bool), false))
        }
        _ => None,
    }
}

impl Binder<'_> {
    /// `SafeConvert.ToIntArray(value, 'x')` and its sisters, `name` in lower case.
    pub(super) fn parts_of(&self, name: &str, args: &[Typed]) -> Option<Bound> {
        let [value, Typed { expr: separator, ty: T::Char, .. }] = args else { return None };
        let (each, item) = match name {
            "tostringarray" => (None, T::Text),
            "tointarray" => (Some(F::EachInteger), T::Int),
            "todecimalarray" => (Some(F::EachReal), T::Decimal),
            "tobooleanarray" => (Some(F::EachBool), T::Bool),
            "todatetimearray" => (Some(F::EachDate), T::Date),
            _ => return None,
        };
        let text = self.text_of(value.clone()).expr;
        let parts = Expr::call(F::SafeSplit, vec![text, separator.clone()], T::Text);
        let list = match each {
            Some(each) => Expr::call(each, vec![parts], T::Text),
            None => parts,
        };
        Some(Bound::Parts { list, item })
    }
}
