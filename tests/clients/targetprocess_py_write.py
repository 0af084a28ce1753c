"""Drives targetprocess-py 0.3.0: the writing half, started by targetprocess_py.py.

Everything is made below one story of its own, which is deleted at the end with all that hangs on it. What is
changed elsewhere (a rule, an effort) is put back.
"""

from datetime import UTC, datetime

import targetprocess_py as tp
from targetprocess_py_support import NOBODY, admin, connect, one, rows

PLAIN = ("Text", "DropDown", "Number")


async def items(check, client, project):
    """Create, update with a re-read, clear, bulk."""
    stories = client.user_stories
    story = await stories.create(Name="Made by targetprocess-py", Project={"Id": project.id}, Description="<div>told</div>")
    check.equal("create answers with the item", (story.resource_type, story.name, story.project.id), ("UserStory", "Made by targetprocess-py", project.id))
    check.that("create fills in what was left out", story.entity_state and story.priority and story.create_date and story.owner, "state, priority, date, owner", story)
    me = await client.users.logged_user()
    check.equal("the caller is the owner", (story.owner.id, story.creator.id), (me.id, me.id))
    check.equal("create is kept", (await stories.get(story.id)).name, story.name)

    changed = await stories.update(story.id, verify=True, Name="Renamed", Tags="rails, ruby", Effort=5, PlannedStartDate="/Date(1772582400000+0000)/")
    check.equal("a verified update", (changed.name, changed.effort), ("Renamed", 5.0))
    check.that("the version grows", (await stories.get(story.id)).entity_version > story.entity_version, f"more than {story.entity_version}", changed)
    feature = await one(client.features, where=f"Project.Id eq {project.id}")
    moved = await stories.update(story.id, Feature={"Id": feature.id})
    check.equal("a reference is set", (moved.feature.id, moved.feature.name), (feature.id, feature.name))
    check.equal("a reference is cleared", (await stories.update(story.id, verify=True, Feature=None)).feature, None)

    made = await stories.create_many([{"Name": f"Bulk {n}", "Project": {"Id": project.id}} for n in (1, 2, 3)])
    check.equal("create_many answers in order", [s.name for s in made], ["Bulk 1", "Bulk 2", "Bulk 3"])
    again = await stories.update_many([{"Id": s.id, "Name": f"{s.name} again"} for s in made], verify=True)
    check.equal("a verified update_many", [s.name for s in again], ["Bulk 1 again", "Bulk 2 again", "Bulk 3 again"])
    for bulk in made:
        await stories.delete(bulk.id)
    check.equal("delete", await rows(stories.list(where=f"Id in ({','.join(str(s.id) for s in made)})")), [])
    return story


async def custom_fields(check, client, story):
    values = (await client.user_stories.get(story.id, include=["CustomFields"])).custom_fields
    for value in [v for v in values if v.type in PLAIN]:
        where = f"(Name eq '{value.name}') and (EntityType.Name eq 'UserStory')"
        definition = await one(client.custom_fields, where=where, include=["Name", "FieldType", "Value", "IsSystem"])
        if definition.is_system:
            continue
        wanted = {"Text": "some text", "Number": 12.5}.get(value.type) or str(definition.value).splitlines()[0]
        await client.user_stories.set_custom_field(story.id, value.name, wanted)
        print(f"ok the custom field {value.name} is set")
        await client.user_stories.set_custom_field(story.id, value.name, None)
        print(f"ok the custom field {value.name} is cleared")
        return
    check.that("a story has a plain custom field", False, " or ".join(PLAIN), values)


async def children(check, client, project, story):
    """What hangs on a story: tasks, comments, times, assignments, relations, states."""
    tasks, comments, times = client.tasks, client.comments, client.times
    task = await tasks.create(Name="A task", UserStory={"Id": story.id})
    check.equal("a task takes its story's project", (task.user_story.id, task.project.id), (story.id, project.id))

    comment = await comments.create(General={"Id": story.id}, Description="said")
    check.equal("a comment", (comment.general.id, comment.description), (story.id, "said"))
    check.equal("a comment is changed", (await comments.update(comment.id, Description="unsaid")).description, "unsaid")
    reply = await comments.create(General={"Id": story.id}, Description="heard", ParentId=comment.id)
    check.equal("a reply", reply.parent_id, comment.id)
    marked = await comments.create(General={"Id": story.id}, Description="<!--markdown-->**bold**")
    check.equal("Markdown stays as it is", (await comments.get(marked.id)).description, "<!--markdown-->**bold**")
    await comments.delete(marked.id)
    with check.raises("a deleted comment is gone", tp.NotFoundError):
        await comments.get(marked.id)

    member = await one(client.assignments, where=f"Assignable.Project.Id eq {project.id}", include=["GeneralUser", "Role"])
    pair = await client.assignments.create(Assignable={"Id": story.id}, GeneralUser={"Id": member.general_user.id}, Role={"Id": member.role.id})
    check.equal("an assignment", (pair.assignable.id, pair.general_user.id, pair.role.id), (story.id, member.general_user.id, member.role.id))
    assigned = await client.user_stories.get(story.id, include=["AssignedUser"])
    check.that("AssignedUser shows it", member.general_user.id in [u.id for u in assigned.assigned_user], member.general_user.id, assigned.assigned_user)

    key = {"assignable_id": task.id, "user_id": member.general_user.id, "when": datetime(2026, 3, 4, 9, 30, tzinfo=UTC), "role_id": member.role.id}
    planned = await times.upsert(**key, spent=1.5, dry_run=True)
    check.equal("upsert plans a create", planned.action, tp.UpsertAction.WOULD_CREATE)
    created = await times.upsert(**key, spent=1.5, description="worked")
    check.equal("upsert creates", (created.action, created.time.spent, created.time.date), (tp.UpsertAction.CREATED, 1.5, key["when"]))
    check.equal("upsert finds it", (await times.upsert(**key, spent=1.5, description="worked")).action, tp.UpsertAction.UNCHANGED)
    updated = await times.upsert(**key, spent=2.25)
    check.equal("upsert updates", (updated.action, updated.time.id, updated.time.spent), (tp.UpsertAction.UPDATED, created.time.id, 2.25))
    await times.delete(created.time.id)
    check.equal("a deleted time is gone", await times.find_for_day(assignable_id=task.id, user_id=key["user_id"], day=key["when"].date(), tz=UTC), [])

    await client.assignments.delete(pair.id)
    check.equal("a deleted assignment is gone", await rows(client.assignments.list(where=f"Id eq {pair.id}")), [])

    blocker = await client.relation_types.resolve("Blocker")
    relation = await client.relations.create(Inbound={"Id": story.id}, Outbound={"Id": task.id}, RelationType={"Id": blocker.id})
    check.equal("a relation has four ends", (relation.inbound.id, relation.master.id, relation.outbound.id, relation.slave.id), (story.id, story.id, task.id, task.id))
    await client.relations.delete(relation.id)

    await states(check, client, project, story)
    return task


async def states(check, client, project, story):
    """The two levels of a story's state, before and after a team has it."""
    stories, every = client.user_stories, client.entity_states

    async def successor(state_id):
        state = await every.get(state_id, include=["NextStates"])
        return state.model_extra["NextStates"]["Items"][0]

    levels = await stories.entity_state_levels(story.id)
    check.equal("no team, no team level", levels.team, None)
    target = await successor(levels.project.state_id)
    moved = await stories.advance_state(story.id, to=target["Name"])
    check.equal("advance_state moves the story", (moved.project.state_id, moved.project.workflow_id), (target["Id"], levels.project.workflow_id))

    link = await anext(client.entities.list("TeamProject", where=f"Project.Id eq {project.id}", include=["Team"], limit=1))
    given = await client.team_assignments.create(Assignable={"Id": story.id}, Team={"Id": link.model_extra["Team"]["Id"]})
    levels = await stories.entity_state_levels(story.id)
    check.equal("the team's level", levels.team_assignment_id, given.id)
    target = await successor(levels.project.state_id)
    if levels.collapsed:
        moved = await stories.advance_state(story.id, to=target["Id"])
        check.equal("one workflow: both levels move", (moved.project.state_id, moved.team.state_id), (target["Id"], target["Id"]))
    else:
        with check.raises("two workflows: one alone is not moved", tp.SplitTransitionError):
            await stories.advance_state(story.id, to=target["Id"])
        lane = await successor(levels.team.state_id)
        moved = await stories.advance_state(story.id, to=target["Id"], team_to=lane["Id"])
        check.equal("two workflows: both levels move", (moved.project.state_id, moved.team.state_id), (target["Id"], lane["Id"]))


async def files(check, client, story):
    content = "grüße\r\n\x00".encode() + bytes(range(256))
    sent = await client.attachments.upload(story.id, "naïve.bin", content, mime_type="application/octet-stream")
    check.equal("upload answers with the attachment", (sent.name, sent.size, sent.general.id), ("naïve.bin", len(content), story.id))
    check.that("its link is absolute", sent.uri.startswith(f"https://{client.domain}/Attachment.aspx?AttachmentID="), "the https host", sent.uri)
    check.that("its date has an offset", sent.date and sent.date.tzinfo is not None, "an aware datetime", sent.date)
    record = await client.attachments.get(sent.id, include=["Uri", "MimeType", "Size", "General"])
    check.equal("the attachment's record", (record.mime_type, record.size, record.general.id), ("application/octet-stream", len(content), story.id))
    check.equal("download", await client.attachments.download(sent.id), content)
    async with connect() as by_token:
        check.equal("download by token", await by_token.attachments.download(sent.id), content)
    text = await client.attachments.upload(story.id, "plain.txt", b"plain")
    check.equal("two attachments on the story", {a.id for a in await rows(client.attachments.list(where=f"General.Id eq {story.id}"))}, {sent.id, text.id})
    await client.attachments.delete(text.id)
    with check.raises("a deleted attachment is gone", tp.NotFoundError):
        await client.attachments.get(text.id)


async def others(check, client, project):
    """Other resources, each with its own required fields."""
    for manager, fields in (
        (client.bugs, {"Project": {"Id": project.id}}),
        (client.features, {"Project": {"Id": project.id}}),
        (client.epics, {"Project": {"Id": project.id}}),
        (client.requests, {"Project": {"Id": project.id}}),
        (client.test_cases, {"Project": {"Id": project.id}}),
        (client.releases, {"Project": {"Id": project.id}, "StartDate": "2031-01-01", "EndDate": "2031-02-01"}),
        (client.team_iterations, {"Team": {"Id": (await one(client.teams)).id}, "StartDate": "2031-01-01", "EndDate": "2031-01-14"}),
        (client.teams, {}),
        (client.projects, {}),
        (client.roles, {}),
    ):
        with check.section(manager.entity_type):
            made = await manager.create(Name=f"New {manager.entity_type}", **fields)
            check.equal(f"{manager.entity_type} is made", (made.resource_type, made.name), (manager.entity_type, f"New {manager.entity_type}"))
            renamed = await manager.update(made.id, verify=True, Name="Renamed")
            check.equal(f"{manager.entity_type} is renamed", renamed.name, "Renamed")
            await manager.delete(made.id)
            with check.raises(f"{manager.entity_type} is gone", tp.NotFoundError):
                await manager.get(made.id)
    with check.section("generic"):
        build = await client.entities.create("Build", Name="New build", Project={"Id": project.id})
        check.equal("an untyped item", (await client.entities.update("Build", build.id, Name="Renamed")).name, "Renamed")
        await client.entities.delete("Build", build.id)
    with check.section("role efforts"):
        effort = await one(client.role_efforts)
        check.equal("a role's effort", (await client.role_efforts.update(effort.id, verify=True, Effort=effort.effort + 1)).effort, effort.effort + 1)
        await client.role_efforts.update(effort.id, Effort=effort.effort)
    with check.section("rules"):
        for rule in await rows(client.custom_rules.list(limit=1)):
            await client.custom_rules.update(rule.id, verify=True, IsEnabled=not rule.is_enabled)
            check.equal("a rule is put back", (await client.custom_rules.update(rule.id, verify=True, IsEnabled=rule.is_enabled)).is_enabled, rule.is_enabled)


async def refusals(check, client, project):
    stories = client.user_stories
    bug = await one(client.priorities, where="EntityType.Name eq 'Bug'")
    with check.raises("another type's priority is 403", tp.ForbiddenError):
        await stories.create(Name="x", Project={"Id": project.id}, Priority={"Id": bug.id})
    with check.raises("a create without a name is 400", tp.RequestValidationError):
        await stories.create(Project={"Id": project.id})
    with check.raises("a create without a project is 400", tp.RequestValidationError):
        await stories.create(Name="x")
    with check.raises("an update of a missing id is 404", tp.NotFoundError):
        await stories.update(NOBODY, Name="x")
    with check.raises("a delete of a missing id is 404", tp.NotFoundError):
        await stories.delete(NOBODY)
    with check.raises("entity types are read-only", tp.ReadOnlyViolation):
        await client.entity_types.create(Name="x")


async def write(check):
    """The whole writing half; `check` collects."""
    mode = tp.ClientMode.READWRITE
    async with connect(mode) as client, connect(mode, basic=admin()) as other:
        story = None
        with check.section("items"):
            pair = await one(client.assignments, include=["Assignable[Project]"], where="Assignable.Project is not null")
            item = await client.entities.get("Assignable", pair.assignable.id, include=["Project"])
            project = await client.projects.get(item.model_extra["Project"]["Id"])
            story = await items(check, client, project)
        if story is None:
            return
        task = None
        with check.section("custom fields"):
            await custom_fields(check, client, story)
        with check.section("children"):
            task = await children(check, client, project, story)
        with check.section("files"):
            await files(check, client, story)
        with check.section("refusals"):
            await refusals(check, client, project)
        with check.section("others"):
            await others(check, other, project)
        with check.section("end"):
            await client.user_stories.delete(story.id)
            with check.raises("a deleted story is gone", tp.NotFoundError):
                await client.user_stories.get(story.id)
            if task:
                with check.raises("its task is gone with it", tp.NotFoundError):
                    await client.tasks.get(task.id)
