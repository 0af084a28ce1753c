//! Query files: the life of one query through the stages, and the proof that v1, v2 and the board filter share one middle.
//!
//! A file names an entity and one or more forms of the same query; all of them must bind to the same `ir`. `BLESS=1`
//! rewrites the stages; review the diff.

mod file;
mod print;

use std::path::{Path, PathBuf};
use std::{env, fs};

use file::{File, Stage};
use tpmock::query::{self, Caller, CustomField, Model, Read, Scene, Select, Selection, ir};
use tpmock::syntax::filter::{Filter, parse_filter};
use tpmock::{catalog, clock, sql, syntax};

#[test]
fn every_query_file_shows_its_stages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queries");
    let mut files = Vec::new();
    find(&root, &mut files);
    files.sort();
    assert!(files.len() >= 40, "{} query files", files.len());
    let world = World::new();
    let mut wrong = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("a file");
        let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        let file = File::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        match world.stages(&file) {
            Ok(stages) if stages == file.stages => {}
            Ok(stages) if env::var_os("BLESS").is_some() => {
                fs::write(&path, file.with(&stages)).expect("a file to write");
            }
            Ok(stages) => wrong.push(format!("{name}: now\n{}", file.with(&stages))),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_computed_member_parses() {
    assert_eq!(World::new().model.mistakes(), Vec::<String>::new());
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|e| e == "query") {
            files.push(path);
        }
    }
}

struct World {
    model: Model,
    zone: clock::Zone,
    fields: Vec<CustomField>,
}

/// A bound query, or what was wrong with it.
type Bound = Result<Result<Selection, String>, String>;

impl World {
    fn new() -> Self {
        let catalog = catalog::load(include_str!("../../../fixtures/catalog.json")).expect("the catalog");
        let parse = |text: &str| syntax::v2::parse_expression(text).map_err(|e| e.to_string());
        let field = |name: &str, field_type: &str| CustomField {
            name: name.into(),
            field_type: field_type.into(),
            entity_type: 4,
            process: None,
            required: false,
            system: false,
            calculated: false,
            options: None,
            default: None,
        };
        Self {
            model: Model::new(catalog, parse),
            zone: clock::Zone::utc(),
            fields: vec![field("Risk", "DropDown"), field("Total Cost", "Money"), field("Spec", "URL")],
        }
    }

    /// The stages of a file whose forms agree.
    fn stages(&self, file: &File) -> Result<Vec<Stage>, String> {
        let mut bound: Option<(&str, Result<Selection, String>)> = None;
        for (form, text) in &file.forms {
            let other = self.bind(file, form, text)?;
            match &bound {
                None => bound = Some((form, other)),
                Some((first, known)) => {
                    let (a, b) = (self.ir(known), self.ir(&other));
                    if a != b {
                        return Err(format!("{first} and {form} differ\n{a}\n----\n{b}"));
                    }
                }
            }
        }
        let Some((_, bound)) = bound else { return Err("no form".into()) };
        match &bound {
            Err(error) => Ok(vec![Stage { name: "error".into(), text: error.clone() }]),
            Ok(selection) => {
                let catalog = &self.model.catalog;
                let plan = match selection {
                    Selection::Page(query) | Selection::Array(query) => sql::plan(catalog, query),
                    Selection::Value(output) => sql::plan_value(catalog, output),
                };
                let stage = |name: &str, text: String| Stage { name: name.into(), text };
                let mut stages = vec![
                    stage("ir", self.ir(&bound)),
                    stage("sql", print::statements(&plan)),
                    stage("params", print::parameters(&plan)),
                ];
                stages.retain(|s| !s.text.is_empty());
                Ok(stages)
            }
        }
    }

    fn ir(&self, bound: &Result<Selection, String>) -> String {
        match bound {
            Ok(selection) => print::selection(&self.model.catalog, selection),
            Err(error) => error.clone(),
        }
    }

    fn bind(&self, file: &File, form: &str, text: &str) -> Bound {
        let scene = Scene {
            model: &self.model,
            custom_fields: &self.fields,
            caller: Caller { id: 1, sees_all: !file.member },
            zone: &self.zone,
        };
        let entity = self.model.catalog.resource(&file.entity).ok_or_else(|| format!("no entity {}", file.entity))?.id;
        let parsed = |e: syntax::Error| e.to_string();
        if form == "v1" {
            let filter = match syntax::v1::parse_where(text) {
                Ok(filter) => filter,
                Err(error) => return Ok(Err(error.to_string())),
            };
            let read = Read { filter: filter.as_ref(), include: Some(&[]), ..Read::page(entity) };
            let query = query::read(scene, &read).map_err(|e| e.to_string());
            return Ok(query.map(|query| bare(query, false)));
        }
        let mut select = Select { limit: ir::Limit::default(), ..Select::all(entity) };
        let (filter, board, shown, result, order);
        match form {
            "v2" => match syntax::v2::parse_expression(text) {
                Ok(tree) => {
                    filter = tree;
                    select.filter = Some(&filter);
                }
                Err(error) => return Ok(Err(parsed(error))),
            },
            "filter" => match parse_filter(text) {
                Ok(Filter::Condition(tree)) => {
                    board = tree;
                    select.board = Some(&board);
                }
                Ok(Filter::Words(_)) => return Err("a filter begins with ?".into()),
                Err(error) => return Ok(Err(parsed(error))),
            },
            "select" => match syntax::v2::parse_select(text) {
                Ok(tree) => {
                    shown = tree;
                    select.select = Some(&shown);
                }
                Err(error) => return Ok(Err(parsed(error))),
            },
            "result" => match syntax::v2::parse_expression(text) {
                Ok(tree) => {
                    result = tree;
                    select.result = Some(&result);
                }
                Err(error) => return Ok(Err(parsed(error))),
            },
            "order" => match syntax::v2::parse_ordering(text) {
                Ok(keys) => {
                    order = keys;
                    select.order = &order;
                }
                Err(error) => return Ok(Err(parsed(error))),
            },
            other => return Err(format!("no form is called {other}")),
        }
        let selection = query::select(scene, &select).map_err(|e| e.to_string());
        Ok(selection.map(|selection| match selection {
            // what is shown and how it is sorted is the business of the forms that say it
            Selection::Page(query) if form != "select" => bare(query, form == "order"),
            other => other,
        }))
    }
}

/// Only the keys of the rows, sorted or as they come.
fn bare(query: ir::Query, sorted: bool) -> Selection {
    let output = ir::Output::Scalar(ir::Expr::Key(ir::Path::root(query.rows.scope)));
    let order = if sorted { query.rows.order } else { Vec::new() };
    Selection::Page(ir::Query { rows: ir::Rows { order, limit: ir::Limit::default(), ..query.rows }, output })
}
