//! The custom fields an account has configured.

use crate::query::CustomField;
use crate::value::Value;

/// Statement over all configured custom fields.
pub const ALL: &str = r#"SELECT "Name", "FieldType", "EntityTypeId", "ProcessId", "Required", "IsSystem", "Config", "Value"
FROM "CustomField" ORDER BY "NumericPriority", "Id""#;

/// Reads a row of [`ALL`].
pub fn from_row(row: &[Value]) -> Option<CustomField> {
    let [
        Value::Text(name),
        Value::Text(field_type),
        Value::Int(entity_type),
        process,
        required,
        system,
        config,
        options,
    ] = row
    else {
        return None;
    };
    let text = |value: &Value| match value {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    let calculated = text(config).is_some_and(|c| {
        let model = c.split("\"CalculationModel\"").nth(1).map(|rest| rest.trim_start_matches([':', ' ']));
        model.is_some_and(|rest| !rest.starts_with("null") && !rest.starts_with("\"\""))
    });
    Some(CustomField {
        name: name.clone(),
        field_type: field_type.clone(),
        entity_type: *entity_type,
        process: if let Value::Int(id) = process { Some(*id) } else { None },
        required: *required == Value::Int(1),
        system: *system == Value::Int(1),
        calculated,
        options: text(options),
    })
}
