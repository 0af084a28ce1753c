//! The plan of one row → whether only the rows it shows decide what is shown.

use super::plan::{Plan, Shape};

/// Whether nothing is shown but values of a row and of those it leads to: no counts, collections or custom fields,
/// which other rows change.
pub fn is_plain(plan: &Plan) -> bool {
    shows_values(&plan.shape) && plan.statement.text.matches("SELECT").count() == 1
}

fn shows_values(shape: &Shape) -> bool {
    match shape {
        Shape::Scalar { .. } => true,
        Shape::Entity { members, .. } | Shape::Object { members, .. } => members.iter().all(|(_, m)| shows_values(m)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Name;
    use crate::query::ir::Limit;
    use crate::sql::Fragment;
    use crate::value::ValueType;

    fn plain(statement: &str, member: Shape) -> bool {
        let shape = Shape::Object { presence: None, members: vec![(Name::new("Name"), member)] };
        let (statement, limit) = (Fragment::sql(statement), Limit::default());
        is_plain(&Plan { statement, shape, limit, children: Vec::new(), references: Vec::new(), point: true })
    }

    #[test]
    fn values_are_plain_and_counts_and_custom_fields_are_not() {
        let row = "SELECT a.\"Id\", a.\"Name\" FROM \"General\" a";
        let value = Shape::Scalar { column: 1, ty: ValueType::Text };
        assert!(plain(row, value.clone()));
        assert!(!plain("SELECT a.\"Id\", (SELECT COUNT(*) FROM \"Bug\") FROM \"General\" a", value));
        assert!(!plain(row, Shape::CustomFields { values: 1, process: 2, entity_type: 3 }));
    }
}
