//! How the items of a collection are found in SQL, and what belongs to a caller.

use crate::catalog::{Catalog, CollectionLink, EntityId, Member, Storage};
use crate::query::ir::{Parameter, Rows, Source};

use super::emit::Emitter;
use super::fragment::{Fragment, Param, quoted};

/// The condition that ties the rows to the owner of their collection, if they have one.
pub(super) fn link(emitter: &mut Emitter<'_>, rows: &Rows, row: &str) -> Option<Fragment> {
    if let Source::Available { user, set } = &rows.source {
        let user = if emitter.knows(user.scope) { emitter.key(user) } else { Fragment::param(Param::Owner) };
        return available(emitter.catalog, set, user, row);
    }
    let Source::Collection { owner, collection } = &rows.source else { return None };
    let key = if emitter.knows(owner.scope) { emitter.key(owner) } else { Fragment::param(Param::Owner) };
    let catalog = emitter.catalog;
    let collection = catalog.member(*collection).collection()?;
    match &collection.link {
        CollectionLink::By(by) => {
            let column = reference_column(catalog, rows.entity, by)?;
            Some(Fragment::list(&format!("{row}.{} = ", quoted(&column)), [key], "", ""))
        }
        CollectionLink::Through { link, from, to } => {
            let alias = emitter.alias("l");
            let table = quoted(&catalog.entity(*link).table);
            let mut joins = String::new();
            let from = walk(emitter, *link, &alias, from, &mut joins);
            let to = walk(emitter, *link, &alias, to, &mut joins);
            let mut fragment =
                Fragment::sql(format!("{row}.\"Id\" IN (SELECT {to} FROM {table} {alias}{joins} WHERE {from} = "));
            fragment.push(key).push_sql(")");
            Some(fragment)
        }
        CollectionLink::Values | CollectionLink::Inline => Some(Fragment::sql("0")),
    }
}

/// The condition under which a user has a row to choose from.
fn available(catalog: &Catalog, name: &str, user: Fragment, row: &str) -> Option<Fragment> {
    let set = catalog.set(name)?;
    let users = catalog.entity(set.entity).member(&set.user)?.reference()?.target;
    let administrators = format!(
        " OR EXISTS (SELECT 1 FROM {} u WHERE u.\"IsAdministrator\" AND u.\"Id\" = ",
        quoted(&catalog.entity(users).table)
    );
    let mut condition = Fragment::sql(format!("({row}.\"Id\" IN "));
    condition.push(members(catalog, name, user.clone())).push_sql(&administrators).push(user).push_sql("))");
    Some(condition)
}

/// `(SELECT key FROM members WHERE user = me)`.
pub(super) fn set(catalog: &Catalog, name: &str) -> Fragment {
    members(catalog, name, Fragment::param(Param::Run(Parameter::Me)))
}

fn members(catalog: &Catalog, name: &str, of: Fragment) -> Fragment {
    let Some(set) = catalog.set(name) else { return Fragment::sql("(NULL)") };
    let table = quoted(&catalog.entity(set.entity).table);
    let key = reference_column(catalog, set.entity, &set.key).unwrap_or_default();
    let user = reference_column(catalog, set.entity, &set.user).unwrap_or_default();
    let select = format!("(SELECT {} FROM {table} WHERE {} = ", quoted(&key), quoted(&user));
    Fragment::list(&select, [of], "", ")")
}

fn reference_column(catalog: &Catalog, entity: EntityId, name: &str) -> Option<String> {
    match &catalog.entity(entity).member(name).and_then(Member::reference)?.storage {
        Storage::Column(column) => Some(column.clone()),
        Storage::Computed(_) | Storage::Embedded(_) => None,
    }
}

/// The column a path of references from a link row ends in, with the joins it takes to get there.
fn walk(emitter: &mut Emitter<'_>, link: EntityId, alias: &str, path: &str, joins: &mut String) -> String {
    let catalog = emitter.catalog;
    let (mut at, mut row) = (link, alias.to_owned());
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        let Some(reference) = catalog.entity(at).member(step).and_then(Member::reference) else { break };
        let column = reference_column(catalog, at, step).unwrap_or_default();
        if steps.peek().is_none() {
            return format!("{row}.{}", quoted(&column));
        }
        let next = emitter.alias("l");
        let table = quoted(&catalog.entity(reference.target).table);
        joins.push_str(&format!(" JOIN {table} {next} ON {next}.\"Id\" = {row}.{}", quoted(&column)));
        (at, row) = (reference.target, next);
    }
    format!("{row}.\"Id\"")
}
