"""Drives targetprocess-py 0.3.0 (PyPI, on httpx and pydantic, Python >= 3.12): the reading half.

What it needs of a server: https with a certificate chain that OpenSSL's strict mode accepts; `access_token=` or
Basic; singular paths; `Accept: application/json` and `format=json`; typed values (its models refuse a wrong type,
and an item or reference without `Id`); `Next` with the scheme, host and port it was configured with; errors
whose status maps to a class.

It allows itself 100 requests a minute, all of which may come at once, for each client object. So the checks
are spread over several client objects, none of which comes near that number.
"""

import asyncio
import sys
from datetime import timedelta

import targetprocess_py as tp
from check import Check, env
from targetprocess_py_support import NOBODY, admin, connect, one, rows

# The managers of all that it has typed. The demo account need not have rows of the second group.
FULL = """user_stories bugs tasks features epics requests test_cases times releases team_iterations projects teams
  users entity_states priorities comments assignments team_assignments role_efforts roles relations relation_types
  custom_fields severities processes workflows entity_types""".split()
SOME = "iterations attachments terms custom_activities custom_rules".split()
# Collections without a manager of their own, in the spellings people use.
GENERIC = "Generals Assignables Build TestPlans Program Companies Impediment projectmembers TeamProject Tag".split()

check = Check()


async def identities():
    async with connect() as by_token, connect(basic=admin()) as by_login:
        me = await by_token.users.logged_user()
        check.equal("the token's user", (me.login, me.resource_type, me.full_name), (env("TP_LOGIN"), "User", f"{me.first_name} {me.last_name}"))
        check.equal("the login's user", (await by_login.users.logged_user()).id, me.id)
        check.that("dates have a zone", me.create_date and me.create_date.tzinfo is not None, "an aware datetime", me.create_date)
    async with connect(token="bm9ib2R5") as client:
        with check.raises("a wrong token is 401", tp.AuthenticationError):
            await client.users.logged_user()
    async with connect(basic=(env("TP_LOGIN"), "no such password")) as client:
        with check.raises("a wrong password is 401", tp.AuthenticationError):
            await one(client.user_stories)
        with check.raises("a token cannot stand as the login", tp.AuthenticationError):
            async with connect(basic=(env("TP_TOKEN"), "")) as other:
                await other.users.logged_user()


async def managers():
    async with connect() as client:
        for name in FULL + SOME:
            with check.section(name):
                manager = getattr(client, name)
                items = await rows(manager.list(limit=2, page_size=2))
                if items or name in FULL:
                    check.every(f"{name} lists {manager.entity_type}", items, lambda i: i.resource_type == manager.entity_type and i.id > 0, manager.entity_type)
                    got = await manager.get(items[0].id)
                    check.equal(f"{name} gets what it lists", got, items[0])
                else:
                    print(f"ok {name} lists nothing in this account")
        for name in GENERIC:
            with check.section(name):
                item = await anext(client.entities.list(name, limit=1))
                check.equal(f"{name} by its name", (await client.entities.get(name, item.id)).id, item.id)


async def pages(client):
    stories = client.user_stories
    short = [s.id for s in await rows(stories.list(page_size=3, limit=8, include=["Id"]))]
    long = [s.id for s in await rows(stories.list(page_size=8, limit=8, include=["Id"]))]
    check.equal("three pages of 3 are a page of 8", short, long)
    check.equal("stories come by Id, last first", long, sorted(set(long), reverse=True))
    skipped = [s.id for s in await rows(stories.list(skip=2, page_size=2, limit=4))]
    check.equal("skip", skipped, long[2:6])
    every = await rows(client.entity_types.list(page_size=9))
    check.equal("the whole list by Next", len({t.id for t in every}), len(await rows(client.entity_types.list(page_size=1000))))
    names = [t.name.casefold() for t in every]
    check.equal("entity types come by name", names, sorted(names))


async def shapes(client):
    stories = client.user_stories
    item = await anext(client.entities.list("UserStory", include=["Id", "Owner[Login]", "Project[Process[Name]]", "EntityState[IsFinal]"], limit=1))
    extra = item.model_extra
    check.equal("include gives no more", sorted(extra), ["EntityState", "Owner", "Project"])
    check.equal("nested include: owner", sorted(extra["Owner"]), ["Id", "Login", "ResourceType"])
    check.equal("nested include: project", sorted(extra["Project"]), ["Id", "Process", "ResourceType"])
    check.that("nested include: state", isinstance(extra["EntityState"]["IsFinal"], bool), "a flag", extra["EntityState"])
    lean = await one(stories, exclude=["Description", "Project"])
    check.that("exclude", not {"description", "project"} & lean.model_fields_set and lean.name, "all but two fields", lean.model_fields_set)
    narrow = await one(stories, result_include=["Id", "Effort"])
    check.equal("resultInclude", narrow.model_fields_set, {"id", "resource_type", "effort"})
    counted = await rows(stories.list(append=["Tasks-Count"], limit=50, page_size=50))
    check.every("append", counted, lambda s: type(s.model_extra.get("Tasks-Count")) is int and s.name, "Tasks-Count")
    rich = max(counted, key=lambda s: s.model_extra["Tasks-Count"])
    deep = await client.entities.get("UserStory", rich.id, include=["Tasks[Id,Name]"], innertake=2)
    check.equal("innertake", len(deep.model_extra["Tasks"]["Items"]), min(2, rich.model_extra["Tasks-Count"]))
    whole = await stories.get(rich.id)
    check.equal("types of a story", [type(v) for v in (whole.effort, whole.numeric_priority, whole.entity_version, whole.tags)], [float, float, int, str])
    check.that("a priority has its importance", type(whole.priority.importance) is int and whole.priority.name, "a number", whole.priority)
    check.that("users have a login and a full name", whole.owner.login and whole.owner.full_name, "both", whole.owner)
    flags = await stories.get(rich.id, include=["IsNow", "IsNext", "IsPrevious", "LeadTime", "CycleTime"])
    check.equal("synthetic fields on demand", [type(v) for v in (flags.is_now, flags.is_next, flags.is_previous)], [bool] * 3)
    fields = await stories.get(rich.id, include=["CustomFields"])
    check.that("custom fields are a plain list", isinstance(fields.custom_fields, list), "a list", fields.custom_fields)
    users = await one(client.assignments, include=["Assignable", "GeneralUser", "Role"])
    assigned = await client.entities.get("Assignable", users.assignable.id, include=["AssignedUser"])
    found = [u["Id"] for u in assigned.model_extra["AssignedUser"]["Items"]]
    check.that("AssignedUser lists the assigned", users.general_user.id in found, users.general_user.id, found)
    check.that("an assignment names its role", users.role.name, "a name", users.role)


async def filters(client):
    stories, generic = client.user_stories, client.entities
    opened = await rows(generic.list("UserStory", where="(EntityState.IsFinal eq 'false')", include=["EntityState[IsFinal]"], limit=10))
    check.every("where by a flag of a reference", opened, lambda s: s.model_extra["EntityState"]["IsFinal"] is False, "open stories")
    two = [s.id for s in await rows(stories.list(limit=4))][1:3]
    check.equal("where Id in (…)", {s.id for s in await rows(stories.list(where=f"Id in ({two[0]},{two[1]})"))}, set(two))
    story = await stories.get(two[0])
    word = story.name.split()[0].replace("'", "\\'")
    found = await rows(stories.list(where=f"Name contains '{word}'", limit=10))
    check.every("where contains", found, lambda s: word.casefold() in s.name.casefold(), word)
    check.equal("where is null", await rows(stories.list(where="CreateDate is null")), [])
    check.equal("where a date", len(await rows(stories.list(where="CreateDate gt '2000-01-01'", limit=3))), 3)
    up = [s.name.casefold() for s in await rows(stories.list(order_by="Name", limit=10))]
    check.equal("orderBy", up, sorted(up))
    down = [s.numeric_priority for s in await rows(stories.list(order_by_desc="NumericPriority", limit=10))]
    check.equal("orderByDesc", down, sorted(down, reverse=True))
    relation = await one(client.relations, include=["Inbound", "Outbound", "RelationType"])
    same = await rows(client.relations.list(where=f"Outbound.Id eq {relation.outbound.id}"))
    check.that("where Outbound.Id", relation.id in [r.id for r in same] and all(r.outbound.id == r.slave.id == relation.outbound.id for r in same), relation.id, same)
    sprint = await one(client.team_iterations, include=["Team"])
    sprints = await rows(client.team_iterations.list(where=f"(Team.Id eq {sprint.team.id})and(IsCurrent eq 'true')"))
    check.that("sprints of a team", all(s.is_current and s.team.id == sprint.team.id for s in sprints), "current ones", sprints)


async def lookups(client):
    stories = client.user_stories
    priorities = await client.priorities.for_entity_type("UserStory")
    ranks = [p.importance for p in priorities]
    check.equal("priorities come by importance", ranks, sorted(set(ranks)))
    wanted = priorities[0]
    check.equal("priorities.resolve", (await client.priorities.resolve(wanted.name.upper(), entity_type="UserStory")).id, wanted.id)
    for name in ("severities", "roles", "processes"):
        manager = getattr(client, name)
        first = await one(manager)
        check.equal(f"{name}.resolve", (await manager.resolve(first.name)).id, first.id)
    check.equal("relation_types.resolve", (await client.relation_types.resolve("Blocker")).id, 2)
    check.equal("entity_types.resolve", (await client.entity_types.resolve("UserStory")).id, 4)
    story = await one(stories, where="EntityState.IsInitial eq 'true'")
    state = await client.entity_states.get(story.entity_state.id, include=["Workflow"])
    states = await client.entity_states.for_workflow(state.workflow.id)
    check.that("the workflow has the story's state", state.id in [s.id for s in states], state.id, states)
    check.equal("one initial state", sum(s.is_initial for s in states), 1)
    final = await client.entity_states.final_states(state.workflow.id)
    check.that("final states are of the workflow", final and {s.id for s in final} < {s.id for s in states}, "some", final)
    check.equal("entity_states.resolve", (await client.entity_states.resolve(final[0].name, workflow_id=state.workflow.id)).id, final[0].id)
    given = await rows(client.team_assignments.list(where="Assignable.EntityType.Name eq 'UserStory'", include=["Assignable", "EntityState"], limit=200, page_size=200))
    of_story = [g.assignable.id for g in given]
    single = next(g for g in given if of_story.count(g.assignable.id) == 1)
    levels = await stories.entity_state_levels(single.assignable.id)
    check.equal("state levels: team", (levels.team_assignment_id, levels.team.state_id), (single.id, single.entity_state.id))
    check.equal("state levels: collapsed", levels.collapsed, levels.team.workflow_id == levels.project.workflow_id)
    process = await one(client.processes)
    flows = await rows(client.workflows.list(where=f"(Process.Id eq {process.id}) and (EntityType.Name eq 'Bug')", include=["Process", "EntityType"]))
    check.every("workflows of a process", flows, lambda w: w.process.id == process.id and w.entity_type.name == "Bug", "bug workflows")
    time = await one(client.times, include=["Assignable", "User", "Date"], where="Assignable is not null")
    day = await client.times.find_for_day(assignable_id=time.assignable.id, user_id=time.user.id, day=time.date.date(), tz=time.date.tzinfo)
    check.that("times.find_for_day", time.id in [t.id for t in day], time.id, day)
    other = await client.times.find_for_day(assignable_id=time.assignable.id, user_id=time.user.id, day=time.date.date() + timedelta(days=4000), tz=time.date.tzinfo)
    check.equal("no times in ten years", other, [])


async def refusals(client):
    stories = client.user_stories
    with check.raises("a missing id is 404", tp.NotFoundError, lambda e: f"UserStory with Id {NOBODY} not found or access is forbidden." in str(e)):
        await stories.get(NOBODY)
    with check.raises("errors are JSON", tp.NotFoundError, lambda e: "'Status': 'NotFound'" in str(e) and "'ErrorId'" in str(e)):
        await stories.get(NOBODY)
    with check.raises("an unknown resource is 404", tp.NotFoundError):
        await anext(client.entities.list("Nonsense"))
    for what, query in {
        "an unknown field in include": {"include": ["Nonsense"]},
        "an unknown field in where": {"where": "Nonsense eq 1"},
        "a senseless where": {"where": "this is nonsense"},
        "an order with a direction": {"order_by": "Name desc"},
        "include with exclude": {"include": ["Id"], "exclude": ["Name"]},
    }.items():
        with check.raises(f"{what} is 400", tp.RequestValidationError):
            await rows(stories.list(limit=1, **query))
    with check.raises("Priority has no Process", tp.RequestValidationError):
        await rows(client.priorities.list(include=["Process"]))
    with check.raises("a reading client writes nothing", tp.ReadOnlyViolation):
        await stories.update(NOBODY, Name="x")


async def read():
    for part in (identities, managers):
        with check.section(part.__name__):
            await part()
    async with connect(basic=admin()) as client:
        for part in (pages, shapes, filters, lookups, refusals):
            with check.section(part.__name__):
                await part(client)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        import targetprocess_py_write as writing

        asyncio.run(writing.write(check))
    else:
        asyncio.run(read())
    check.done()
