//! Calls: free functions, methods of values and of sequences, indexes.

use super::bound::{At, Bound, Typed};
use super::member::{custom_type, rewrap};
use super::timebox::Lies;
use super::{Binder, Result, functions, parts};
use crate::query::ast::{self, Literal, Span};
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::Expr;
use crate::value::ValueType;

/// Characters of a custom value in a history; longer ones are null. Source: docs, history of custom fields.
const LONGEST_VALUE: i64 = 4000;

impl Binder<'_> {
    /// A call without a target: `IIF`, `IFNONE`, or a method of `it`.
    pub fn free_call(&self, name: &str, args: &[ast::Expr], it: &Bound, span: Span) -> Result<Bound> {
        match name.to_ascii_lowercase().as_str() {
            "iif" => {
                let [test, then, otherwise] = args else {
                    return Err(Error::new("The 'iif' function requires three arguments.", Vec::new(), span));
                };
                let Bound::Scalar(Typed { expr: test, ty: ValueType::Bool, .. }) = self.expr(test, it)? else {
                    return Err(Error::new("The first expression must be of type 'Boolean'.", Vec::new(), span));
                };
                let (then, otherwise) = (self.expr(then, it)?, self.expr(otherwise, it)?);
                self.choose(test, then, otherwise, span)
            }
            "ifnone" => {
                let [value, fallback] = args else {
                    return Err(Error::new("The 'ifnone' function requires two arguments.", Vec::new(), span));
                };
                self.if_none(&self.expr(value, it)?, &self.expr(fallback, it)?, span)
            }
            _ => self.call_on(it, name, args, it, span),
        }
    }

    fn if_none(&self, value: &Bound, fallback: &Bound, span: Span) -> Result<Bound> {
        let usable = |ty: ValueType| ty != ValueType::TimeSpan && ty != ValueType::Null;
        let first = match value {
            Bound::Scalar(typed) if usable(typed.ty) && (typed.nullable || typed.ty == ValueType::Text) => typed,
            other => {
                let token = "{operator} operator works only with nullable numbers, bools, dates and strings for \
                             #{argumentNumber} argument. Actual type:'{type}'.";
                let data = vec![
                    ("operator", "IFNONE".to_owned()),
                    ("argumentNumber", "1".to_owned()),
                    ("type", other.type_name(self.catalog())),
                ];
                return Err(Error::new(token, data, span));
            }
        };
        let second = match fallback {
            Bound::Scalar(typed) if usable(typed.ty) && super::operator::unify(first.ty, typed.ty).is_some() => typed,
            other => {
                let token = "String, number, bool or date expected for {operator} operator in #{argumentNumber} argument instead of '{type}'.";
                let data = vec![
                    ("operator", "IFNONE".to_owned()),
                    ("argumentNumber", "2".to_owned()),
                    ("type", other.type_name(self.catalog())),
                ];
                return Err(Error::new(token, data, span));
            }
        };
        let ty = super::operator::unify(first.ty, second.ty).unwrap_or(first.ty);
        let call = Expr::call(Function::Coalesce, vec![first.expr.clone(), second.expr.clone()], ty);
        Ok(Bound::scalar(call, second.nullable))
    }

    /// `target.name(args)`, where arguments of sequence methods are read on the element.
    pub fn call_on(&self, target: &Bound, name: &str, args: &[ast::Expr], it: &Bound, span: Span) -> Result<Bound> {
        match target {
            Bound::Sequence(sequence) => self.sequence_call(sequence, name, args, span),
            Bound::First(sequence) => {
                let item = self.call_on(&sequence.item, name, args, it, span)?;
                Ok(rewrap(sequence, item))
            }
            Bound::Entity(at) => {
                if let Some(bound) = self.entity_call(at, name, args, it, span)? {
                    return Ok(bound);
                }
                if args.is_empty()
                    && let Ok(bound) = self.entity_member(at, name, span)
                {
                    return Ok(bound);
                }
                Err(Error::no_method(name, &target.type_name(self.catalog()), span))
            }
            Bound::Scalar(text)
                if self.board_words() && matches!(name.to_ascii_lowercase().as_str(), "where" | "count" | "any") =>
            {
                match self.tags(text) {
                    Some(tags) => self.sequence_call(&tags, name, args, span),
                    None => Err(Error::no_method(name, &target.type_name(self.catalog()), span)),
                }
            }
            _ => {
                let args = args.iter().map(|a| self.typed(a, it)).collect::<Result<Vec<_>>>()?;
                self.call(target, name, &args, span)
            }
        }
    }

    /// A call whose arguments are values.
    pub fn call(&self, target: &Bound, name: &str, args: &[Typed], span: Span) -> Result<Bound> {
        let found = match target {
            Bound::Static(ty) => return self.static_call(ty, name, args, span),
            Bound::Values(at) => self.values_call(at, name, args),
            Bound::Parts { list, item } => parts::call(list, *item, name, args),
            Bound::Sequence(sequence) if args.is_empty() => return self.sequence_call(sequence, name, &[], span),
            Bound::Scalar(target) => match (name.to_ascii_lowercase().as_str(), args) {
                ("tostring", []) => Some(Bound::Scalar(self.text_of(target.clone()))),
                ("tostring", [format]) => functions::formatted(target, format),
                ("split", args) if target.ty == ValueType::Text => parts::split(target, args),
                _ => functions::instance(target, name, args),
            },
            _ => None,
        };
        found.ok_or_else(|| match target {
            Bound::Scalar(value) if functions::is_known_elsewhere(value.ty, name) => {
                Error::not_emulated(&format!("{}.{name}", value.ty.clr_name()), span)
            }
            Bound::Scalar(value) => {
                Error::no_method(name, &target.type_name(self.catalog()), span).near(name, functions::names(value.ty))
            }
            _ => Error::no_method(name, &target.type_name(self.catalog()), span),
        })
    }

    pub fn index(&self, target: &Bound, index: &Literal, span: Span) -> Result<Bound> {
        match (target, index) {
            (Bound::Values(at), Literal::Text(name)) => Ok(self.custom_value(at, name, None)),
            (Bound::Values(at), Literal::Char(name)) => Ok(self.custom_value(at, &name.to_string(), None)),
            _ => {
                let data = vec![("type", target.type_name(self.catalog()))];
                Err(Error::new("No applicable indexer exists in type '{type}'.", data, span))
            }
        }
    }

    /// `CustomValues.Text("X")` and its typed sisters.
    fn values_call(&self, at: &At, name: &str, args: &[Typed]) -> Option<Bound> {
        let [Typed { expr: Expr::Value(crate::value::Value::Text(field), _), .. }] = args else { return None };
        let ty = match name.to_ascii_lowercase().as_str() {
            "get" => return Some(self.described_value(at, field)),
            "text" => ValueType::Text,
            "number" => ValueType::Decimal,
            "date" => ValueType::Date,
            "boolean" => ValueType::Bool,
            _ => return None,
        };
        Some(self.custom_value(at, field, Some(ty)))
    }

    /// A custom value by name; a name that nobody configured is null, not an error.
    fn custom_value(&self, at: &At, name: &str, ty: Option<ValueType>) -> Bound {
        let known = self.scene.custom_field(at.entity, name);
        if let (Some(field), None) = (known, ty) {
            return self.custom(at, &field.name, &field.field_type);
        }
        let own = known.map(|f| custom_type(&f.field_type));
        let name = known.map_or_else(|| name.to_owned(), |f| f.name.clone());
        let ty = ty.or(own).unwrap_or(ValueType::Text);
        Bound::scalar(Expr::Custom { path: at.path.clone(), name, ty }, true)
    }

    /// `CustomValues.Get("X")`: the value with what describes it.
    fn described_value(&self, at: &At, name: &str) -> Bound {
        let Some(field) = self.scene.custom_field(at.entity, name) else {
            return Bound::scalar(Expr::null(), true);
        };
        let text = |value: &str| Bound::scalar(Expr::text(value), false);
        let kind = self.catalog().of_type(field.entity_type).map_or("", |e| e.name.as_str());
        let members = vec![
            ("name".to_owned(), text(&field.name)),
            ("type".to_owned(), text(&field.field_type)),
            ("entityKind".to_owned(), text(kind)),
            ("value".to_owned(), self.custom(at, &field.name, &field.field_type)),
        ];
        Bound::Object { presence: None, members }
    }

    /// Methods of entities that the server adds.
    fn entity_call(&self, at: &At, name: &str, args: &[ast::Expr], it: &Bound, span: Span) -> Result<Option<Bound>> {
        let entity = self.catalog().entity(at.entity);
        match name.to_ascii_lowercase().as_str() {
            "iscustomvaluechanged" | "getcustomvaluestring" if entity.source.is_some() => {
                let [field] = args else { return Ok(None) };
                let field = self.typed(field, it)?;
                let Expr::Value(crate::value::Value::Text(field), _) = field.expr else { return Ok(None) };
                self.history_value(at, name, &field, span).map(Some)
            }
            "inpast" | "infuture" => {
                let [count] = args else { return Ok(None) };
                let Expr::Value(crate::value::Value::Int(count), ValueType::Int) = self.typed(count, it)?.expr else {
                    return Ok(None);
                };
                let count = Some(u32::try_from(count).unwrap_or(0));
                let past = name.eq_ignore_ascii_case("inpast");
                let lies = if past { Lies::Past(count) } else { Lies::Future(count) };
                Ok(self.timebox(at, lies)?.map(|test| Bound::scalar(test, false)))
            }
            other if args.is_empty() => Ok(self.available(at, other)),
            _ => Ok(None),
        }
    }

    fn history_value(&self, at: &At, name: &str, field: &str, span: Span) -> Result<Bound> {
        if name.eq_ignore_ascii_case("GetCustomValueString") {
            let ty = self.scene.custom_field(at.entity, field).map_or(ValueType::Text, |f| custom_type(&f.field_type));
            let expr = Expr::Custom { path: at.path.clone(), name: field.to_owned(), ty };
            let text = self.text_of(Typed { expr, ty, nullable: true }).expr;
            let length = Expr::call(Function::Length, vec![text.clone()], ValueType::Int);
            let long = Expr::call(Function::Greater, vec![length, Expr::int(LONGEST_VALUE)], ValueType::Bool);
            let expr = Expr::Conditional {
                test: Box::new(long),
                then: Box::new(Expr::null()),
                otherwise: Box::new(text),
                ty: ValueType::Text,
            };
            return Ok(Bound::scalar(expr, true));
        }
        let entity = self.catalog().entity(at.entity);
        let Some(changed) = entity.member("ChangedMembers") else {
            return Err(Error::no_method(name, &entity.name, span));
        };
        let column = Expr::Column { path: at.path.clone(), member: changed.id, ty: ValueType::Text };
        let column = Expr::call(Function::Coalesce, vec![column, Expr::text("")], ValueType::Text);
        let needle = Expr::text(format!("|CustomField:{field}|"));
        Ok(Bound::scalar(Expr::call(Function::Contains, vec![column, needle], ValueType::Bool), false))
    }
}
