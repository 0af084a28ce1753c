//! What a query costs before SQLite sees it: text → tree → bound query → plan. `cargo bench --bench engine`.

use std::hint::black_box;
use std::sync::LazyLock;

use tpmock::catalog;
use tpmock::clock::Zone;
use tpmock::query::ast::{Expr, Inclusion};
use tpmock::query::ir::{Limit, Query};
use tpmock::query::{Caller, Model, Read, Scene, read};
use tpmock::sql::{Plan, plan};
use tpmock::syntax::{v1, v2};

const CATALOG: &str = include_str!("../../fixtures/catalog.json");

/// Filters as clients send them: none, short, long.
const WHERE: [&str; 3] = [
    "Id eq 120",
    "(EntityState.Name eq 'Open') and (Effort gt 3)",
    "(Project.Id in (7,12,13)) and (EntityState.IsFinal eq 'false') and (CreateDate gte '2026-01-01') and \
     (Name contains 'badge') and (Owner.Login eq 'john') and (Effort lte 13)",
];

const INCLUDE: [&str; 3] = [
    "[Id]",
    "[Id,Name,Effort,EntityState[Name],Project[Name,Process[Name]]]",
    "[Name,Description,Owner,Project,Feature[Name,Epic[Name]],Tasks[Name,EntityState],Bugs[Name],Assignments[Role,GeneralUser]]",
];

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let parse = |text: &str| v2::parse_expression(text).map_err(|e| e.to_string());
    Model::new(catalog::load(CATALOG).expect("the catalog is sound"), parse)
});
static ZONE: LazyLock<Zone> = LazyLock::new(Zone::utc);

fn main() {
    LazyLock::force(&MODEL);
    divan::main();
}

fn parse(filter: &str, include: &str) -> (Option<Expr>, Vec<Inclusion>) {
    (v1::parse_where(filter).expect("a filter"), v1::parse_include(include).expect("an inclusion"))
}

fn bind(filter: Option<&Expr>, include: Option<&[Inclusion]>) -> Query {
    let caller = Caller { id: 1, sees_all: false };
    let scene = Scene { model: &MODEL, custom_fields: &[], caller, zone: &ZONE };
    let stories = MODEL.catalog.resource_v1("userstories").expect("stories").id;
    let limit = Limit { take: Some(25), skip: 0 };
    read(scene, &Read { filter, include, limit, inner_take: 25, ..Read::page(stories) }).expect("a bound query")
}

fn compile(filter: &str, include: &str) -> Plan {
    let (filter, include) = parse(filter, include);
    plan(&MODEL.catalog, &bind(filter.as_ref(), Some(&include)))
}

#[divan::bench(args = WHERE)]
fn parse_where(filter: &str) -> Option<Expr> {
    v1::parse_where(black_box(filter)).expect("a filter")
}

#[divan::bench(args = INCLUDE)]
fn parse_include(include: &str) -> Vec<Inclusion> {
    v1::parse_include(black_box(include)).expect("an inclusion")
}

#[divan::bench(args = WHERE)]
fn bind_where(bencher: divan::Bencher, filter: &str) {
    let (filter, include) = parse(filter, "[Id]");
    bencher.bench_local(|| bind(black_box(filter.as_ref()), Some(&include)));
}

#[divan::bench(args = INCLUDE)]
fn bind_include(bencher: divan::Bencher, include: &str) {
    let (_, include) = parse("", include);
    bencher.bench_local(|| bind(None, Some(black_box(&include))));
}

#[divan::bench]
fn bind_default() -> Query {
    bind(None, None)
}

#[divan::bench]
fn plan_default(bencher: divan::Bencher) {
    let query = bind(None, None);
    bencher.bench_local(|| plan(&MODEL.catalog, black_box(&query)));
}

/// The whole way, for each filter with a short include.
#[divan::bench(args = WHERE)]
fn where_to_plan(filter: &str) -> Plan {
    compile(black_box(filter), INCLUDE[0])
}

/// The whole way, for each include without a filter.
#[divan::bench(args = INCLUDE)]
fn include_to_plan(include: &str) -> Plan {
    compile("", black_box(include))
}
