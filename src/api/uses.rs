//! A request → the features it uses, remembered for its workspace and refused where that is strict.

use super::call::Call;
use super::error::Error;
use super::v1_parameters::V1Parameters;
use super::v2_parameters::V2Parameters;
use crate::app::App;
use crate::catalog::EntityId;
use crate::coverage::{self, Feature, Operation, Route, V1Texts, V2Texts};
use crate::store::Workspace;

/// # Errors
/// A guess, where the workspace is strict.
pub fn note(app: &App, workspace: &Workspace, uses: &[Feature]) -> Result<(), Error> {
    Ok(app.state.coverage.note(&app.state.model, &workspace.conduct, uses)?)
}

/// What is done with a resource.
///
/// # Errors
/// A guess, where the workspace is strict.
pub fn operation(app: &App, call: &Call, entity: EntityId, operation: Operation) -> Result<(), Error> {
    let feature = app.state.coverage.features().resource(entity, operation);
    note(app, &call.workspace, &[feature])
}

/// Which part of the service is asked. `segments` are in lower case.
///
/// # Errors
/// A guess, where the workspace is strict.
pub fn route(app: &App, call: &Call, segments: &[&str]) -> Result<(), Error> {
    let route = match segments {
        ["api", "login", ..] => Route::Login,
        ["api", "v1", "index", ..] => Route::Index,
        ["api", "v1", "authentication" | "authentication.asmx", ..] => Route::Authentication,
        ["api", "v1", "context" | "context.asmx", ..] => Route::Context,
        ["api", "v1", "undelete", ..] | ["api", "deleteditems", ..] => Route::Undelete,
        ["api", "v1", "plugins", ..] => Route::Plugins,
        ["api", "v1", _, "meta"] => Route::Metadata,
        ["api", "v1", _, "bulk"] => Route::Bulk,
        ["api", "v1", _] => Route::Collection,
        ["api", "v1", _, _] => Route::Entity,
        ["api", "v1", _, _, ..] => Route::InnerCollection,
        ["api", "v2", "context", ..] => Route::V2Context,
        ["api", "v2", _] => Route::V2Page,
        ["api", "v2", _, ..] => Route::V2Entity,
        ["api", "history", ..] => Route::History,
        ["svc", ..] => Route::Streaming,
        ["storage", ..] => Route::Storage,
        ["pageservices", "actionsservice.asmx", ..] => Route::Actions,
        ["uploadfile.ashx"] => Route::Upload,
        ["attachment.aspx"] => Route::Attachment,
        ["attachmentthumbnail.aspx"] => Route::Thumbnail,
        ["avatar.ashx"] => Route::Avatar,
        ["info.ashx"] => Route::Info,
        _ => return Ok(()),
    };
    note(app, &call.workspace, &[app.state.coverage.features().route(route)])
}

pub fn v1(app: &App, call: &Call, parameters: &V1Parameters) -> Box<[Feature]> {
    let lists = parameters.include.iter().chain(&parameters.exclude).map(Vec::as_slice);
    let lists = lists.chain([parameters.append.as_slice()]).collect();
    let texts = V1Texts { lists, filter: parameters.filter.as_ref() };
    coverage::v1_uses(app.state.coverage.features(), names(call), &texts)
}

pub fn v2(app: &App, call: &Call, entity: EntityId, parameters: &V2Parameters) -> Box<[Feature]> {
    let texts = V2Texts {
        filter: parameters.filter.as_ref(),
        board: parameters.board.as_ref(),
        words: !parameters.words.is_empty(),
        select: parameters.select.as_ref(),
        result: parameters.result.as_ref(),
        order: &parameters.order,
    };
    coverage::v2_uses(app.state.coverage.features(), &app.state.model.catalog, entity, names(call), &texts)
}

fn names(call: &Call) -> impl Iterator<Item = &str> {
    call.parameters.pairs().map(|(name, _)| name)
}
