//! What a selected expression is called when the client gave no name. Source: the vendor's projection code, 2020.

use super::bound::{Bound, Sequence};
use super::{Binder, Result, functions};
use crate::query::ast::{Expr, Literal, Node, Property};
use crate::query::error::Error;

/// Methods whose name the result takes; all others keep the name of the collection.
const AGGREGATES: [&str; 6] = ["Count", "Min", "Max", "Sum", "Average", "Avg"];

impl Binder<'_> {
    /// Names and values of an object literal, in order.
    pub fn properties(&self, properties: &[Property], it: &Bound) -> Result<Vec<(String, Bound)>> {
        let mut members: Vec<(String, Bound, &Expr)> = Vec::new();
        for property in properties {
            let (inferred, bound) = self.named(property, it)?;
            let name = match &property.alias {
                Some(alias) => alias.clone(),
                None => inferred.ok_or_else(|| Error::unnamed(property.value.span))?,
            };
            match members.iter().find(|(n, ..)| n.eq_ignore_ascii_case(&name)) {
                // the same thing twice leaves once; two things of one name are ambiguous
                Some((_, _, value)) if **value == property.value => {}
                Some(_) => {
                    let data = vec![("name", name)];
                    return Err(Error::new("Ambiguous match found for '{name}'.", data, property.value.span));
                }
                None => members.push((name, bound, &property.value)),
            }
        }
        Ok(members.into_iter().map(|(name, bound, _)| (name, bound)).collect())
    }

    /// A property's value and the name it suggests. Its target is bound once, however deep the chain.
    fn named(&self, property: &Property, it: &Bound) -> Result<(Option<String>, Bound)> {
        let value = &property.value;
        let word = || is_word(&property.text).then(|| property.text.clone());
        let name = match &value.node {
            Node::Member { target, name } if !self.static_target(target) => {
                let target = self.expr(target, it)?;
                let bound = self.member(&target, name, value.span)?;
                return Ok((self.declared(&target, name), bound));
            }
            Node::Call { target: Some(target), name, args } if !self.static_target(target) => {
                let target = self.expr(target, it)?;
                let bound = self.call_on(&target, name, args, it, value.span)?;
                return Ok((self.method(&target, name, args.len()), bound));
            }
            Node::Name(name) => self.declared(it, name).or_else(word),
            Node::Member { name, .. } => Some(name.clone()),
            Node::Call { target: None, name, args } => self.method(it, name, args.len()),
            Node::Index { index: Literal::Text(key), .. } => Some(key.clone()),
            Node::Index { index: Literal::Char(key), .. } => Some(key.to_string()),
            _ => word(),
        };
        Ok((name, self.expr(value, it)?))
    }

    fn static_target(&self, target: &Expr) -> bool {
        matches!(&target.node, Node::Name(name) if super::statics::static_type(name).is_some())
    }

    /// The declared name of a member.
    fn declared(&self, target: &Bound, name: &str) -> Option<String> {
        match target {
            Bound::Entity(at) => {
                let entity = self.catalog().entity(at.entity);
                let root = at.path.steps.is_empty();
                match entity.member(name) {
                    Some(member) => Some(member.name.clone()),
                    None if name.eq_ignore_ascii_case("ResourceType") => Some("ResourceType".into()),
                    None if name.eq_ignore_ascii_case("CustomValues") => Some("CustomValues".into()),
                    None if entity.aliases.contains_key(&name.to_ascii_lowercase()) => Some(name.to_owned()),
                    None if let Some(member) = self.inherited_below(entity, name) => Some(member.name.clone()),
                    None if let Some((member, heir)) = self.accessor(entity, name) => {
                        Some(format!("{}{}", member.name, heir.name))
                    }
                    // a custom field keeps the spelling of the query, and behind a path it has no name
                    None => root.then(|| name.to_owned()).filter(|n| is_word(n)),
                }
            }
            Bound::First(sequence) => self.declared(&sequence.item, name),
            Bound::Object { members, .. } => {
                members.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(n, _)| n.clone())
            }
            Bound::Scalar(typed) => functions::declared_name(typed.ty, typed.nullable, name).map(str::to_owned),
            Bound::Sequence(sequence) => Some(sequence_name(sequence, name)),
            Bound::Values(_) | Bound::Static(_) | Bound::Array(_) | Bound::Parts { .. } => Some(name.to_owned()),
        }
    }

    fn method(&self, target: &Bound, name: &str, args: usize) -> Option<String> {
        match target {
            Bound::Sequence(sequence) => {
                let aggregate = is_aggregate(name);
                if aggregate && args > 0 { None } else { Some(sequence_name(sequence, name)) }
            }
            Bound::First(sequence) => self.method(&sequence.item, name, args),
            Bound::Values(_) => Some(name.to_owned()),
            _ if args > 0 => None,
            _ => self.declared(target, name),
        }
    }
}

fn sequence_name(sequence: &Sequence, method: &str) -> String {
    match AGGREGATES.iter().find(|a| a.eq_ignore_ascii_case(method)) {
        Some(aggregate) => (*aggregate).to_owned(),
        None => sequence.name.clone(),
    }
}

pub(super) fn is_aggregate(name: &str) -> bool {
    AGGREGATES.iter().any(|a| a.eq_ignore_ascii_case(name))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
