//! The custom fields an account has configured.

use crate::query::CustomField;
use crate::value::Value;

/// Statement over all configured custom fields.
pub const ALL: &str = r#"SELECT "Name", "FieldType", "EntityTypeId", "ProcessId", "Required", "IsSystem", "Config", "Value"
FROM "CustomField" ORDER BY "NumericPriority" NULLS LAST, "Id""#;

/// The same for one entity type.
pub const OF_TYPE: &str = r#"SELECT "Name", "FieldType", "EntityTypeId", "ProcessId", "Required", "IsSystem", "Config", "Value"
FROM "CustomField" WHERE "EntityTypeId" = ? ORDER BY "NumericPriority" NULLS LAST, "Id""#;

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
    let config: serde_json::Value =
        text(config).and_then(|c| serde_json::from_str(&c).ok()).unwrap_or(serde_json::Value::Null);
    let setting = |name: &str| config.get(name).and_then(|v| v.as_str()).filter(|v| !v.is_empty()).map(str::to_owned);
    let calculated = setting("CalculationModel").is_some();
    Some(CustomField {
        name: name.clone(),
        field_type: field_type.clone(),
        entity_type: *entity_type,
        process: if let Value::Int(id) = process { Some(*id) } else { None },
        required: *required == Value::Int(1),
        system: *system == Value::Int(1),
        calculated,
        options: text(options),
        default: setting("DefaultValue"),
    })
}
