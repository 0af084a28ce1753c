//! Whether a word is emulated: an expression that uses it is bound, as if a client had sent it.

use super::features::Word;
use crate::clock::Zone;
use crate::query::{self, Caller, ErrorKind, Model, Scene, Select};
use crate::syntax;

/// # Errors
/// What is wrong with a probe that is refused as wrong, which a test rules out.
pub fn is_emulated(word: &Word, model: &Model) -> Result<bool, String> {
    let Some((text, entity)) = &word.probe else { return Ok(!word.missing) };
    let about = || format!("the probe `{text}` on {entity}");
    let entity = model.catalog.named(entity).ok_or_else(|| format!("{}: no such entity", about()))?;
    let expr = syntax::v2::parse_expression(text).map_err(|e| format!("{}: {e}", about()))?;
    let zone = Zone::utc();
    let scene = Scene { model, custom_fields: &[], caller: Caller { id: 1, sees_all: true }, zone: &zone };
    // a property of an object may be a value, an entity or a list: whatever the word gives
    let shown = query::ast::Property { alias: Some("x".to_owned()), value: expr, text: String::new() };
    let select = query::ast::Expr::bare(query::ast::Node::Object(vec![shown]));
    match query::select(scene, &Select { select: Some(&select), ..Select::all(entity.id) }) {
        Ok(_) => Ok(true),
        // the real service takes the word and fails on it, and so does this one
        Err(error) if error.kind == ErrorKind::Fails => Ok(true),
        Err(error) if error.kind == ErrorKind::NotEmulated => Ok(false),
        Err(error) => Err(format!("{}: {error}", about())),
    }
}
