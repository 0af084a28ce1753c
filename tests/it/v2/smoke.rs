//! Every resource and every member of it, for an administrator and for a plain member.

use axum::http::Method;
use tpmock::catalog::{Entity, EntityKind, Storage};

use super::address;
use crate::world::{World, report};

/// Basic credentials of a member of one project.
const JOHN: (&str, &str) = ("Authorization", "Basic am9objpqb2hu");

fn resources(world: &World) -> impl Iterator<Item = &Entity> {
    world.catalog.entities().iter().filter(|e| e.has_uri() && e.kind != EntityKind::Context)
}

fn ask(world: &World, headers: &[(&str, &str)], path: &str, parameters: &[(&str, &str)], wrong: &mut Vec<String>) {
    let target = address(path, parameters);
    let answer = world.send(Method::GET, &target, headers, Vec::new());
    if answer.status != 200 {
        let shown: String = answer.text().chars().take(250).collect();
        wrong.push(format!("{path} {parameters:?}: {} {shown}", answer.status));
    }
}

#[test]
fn every_resource_is_a_root() {
    let world = World::small();
    let mut wrong = Vec::new();
    for entity in resources(world) {
        for headers in [&[][..], &[JOHN][..]] {
            for name in [&entity.name, &entity.plural] {
                ask(world, headers, &format!("/api/v2/{name}"), &[("take", "2")], &mut wrong);
            }
            let path = format!("/api/v2/{}", entity.name);
            ask(world, headers, &path, &[("result", "count")], &mut wrong);
            ask(world, headers, &path, &[("result", "select(id).distinct")], &mut wrong);
            ask(world, headers, &path, &[("filter", "?It is not None"), ("skip", "1")], &mut wrong);
            let stream = format!("/svc/tp-apiv2-streaming-service/stream/{}", entity.name);
            ask(world, headers, &stream, &[], &mut wrong);
        }
    }
    report("roots", &wrong);
}

/// Members asked about in one request.
const BATCH: usize = 12;

#[test]
fn every_member_can_be_selected_and_asked_about() {
    let world = World::small();
    let mut wrong = Vec::new();
    for entity in resources(world) {
        let path = format!("/api/v2/{}", entity.name);
        let values = entity.custom_fields().map(|m| &m.name);
        // objects kept inside their owner are shown by v1 alone
        let members: Vec<_> = entity
            .members
            .iter()
            .filter(|m| !m.hidden && !m.reference().is_some_and(|r| matches!(r.storage, Storage::Embedded(_))))
            .collect();
        for batch in members.chunks(BATCH) {
            let (mut shown, mut keys, mut tests) = (Vec::new(), Vec::new(), Vec::new());
            for member in batch {
                let name = &member.name;
                shown.push(format!("{name},x{name}:{name}"));
                if member.collection().is_none() {
                    keys.push(name.as_str());
                    let other = if member.reference().is_some() { "null" } else { name };
                    tests.push(format!("{name}!={other}"));
                } else if values != Some(name) {
                    shown.push(format!("a{name}:{name}.count,b{name}:{name}.select(id),c{name}:{name}.first"));
                }
            }
            let (select, order, filter) = (format!("{{{}}}", shown.join(",")), keys.join(","), tests.join(" or "));
            for headers in [&[][..], &[JOHN][..]] {
                ask(world, headers, &path, &[("select", &select), ("take", "3")], &mut wrong);
            }
            ask(world, &[], &path, &[("where", &filter), ("orderBy", &order), ("select", "id")], &mut wrong);
        }
    }
    report("members", &wrong);
}
