"""Drives targetprocess-client 0.1.2 (PyPI, on requests).

What it needs of a server: Basic auth; `format=json` with `Accept: */*`; a slash before `?`; `Next` that can be
taken apart as a plain query (values unencoded is fine), on the page and on nested collections; dates with a
zone, which it cuts by position; an update by `POST X/ID?include=[Id]`; any other status than 200 and 201 is
an error.
"""

import logging
import sys
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

from check import Check, env
from targetprocess.api import TargetProcessAPIClient
from targetprocess.exceptions import BadResponseError
from targetprocess.serializers import TargetProcessSerializer

logging.disable(logging.CRITICAL)  # it logs each lost connection, and goes on with an empty answer
check = Check()
NOBODY = 99999999


def connect(base=None, password=None):
    return TargetProcessAPIClient(
        api_url=f"{base or env('TP_URL')}/api/v1/", user=env("TP_LOGIN"), password=password or env("TP_PASSWORD")
    )


def ids(page):
    return [item["Id"] for item in page["Items"]]


def read():
    tp = connect()
    with check.section("pages"):
        one = tp.get_stories(take=3, paginated=False)
        check.equal("a page has the size asked for", len(one["Items"]), 3)
        check.every("items of a page", one["Items"], lambda i: i["ResourceType"] == "UserStory", "user stories")
        query = parse_qs(urlsplit(one["Next"]).query)
        check.equal("Next is a plain query", query, {"format": ["json"], "take": ["3"], "skip": ["3"]})
        check.equal("Next has the host of the request", one["Next"].split("/api/v1/")[0], env("TP_URL"))
        check.equal("Next has the plural and a slash", urlsplit(one["Next"]).path, "/api/v1/UserStories/")
        two = tp.get_stories(take=3)
        check.equal("Next is followed once", len(set(ids(two))), 6)
        check.equal("the first page comes first", ids(two)[:3], ids(one))
        six = tp.get_stories(take=6, paginated=False)
        check.equal("two pages of 3 are one page of 6", ids(two), ids(six))
        check.equal("stories come by Id, last first", ids(six), sorted(ids(six), reverse=True))
        twenty = tp.get_stories(paginated=False)
        check.that("the client's own page size", len(twenty["Items"]) <= 20, "at most 20", len(twenty["Items"]))

    with check.section("pages over https"):
        page = connect(env("TP_HTTPS_URL")).get_stories(take=2)
        check.equal("Next is followed over https", len(set(ids(page))), 4)
        check.that("Next says https", page["Next"].startswith(env("TP_HTTPS_URL") + "/"), env("TP_HTTPS_URL"), page["Next"])

    with check.section("shape of an answer"):
        page = tp.get_stories(take=4, include="[Id,Name,CreateDate]", paginated=False)
        check.every(
            "include names the fields",
            page["Items"],
            lambda i: list(i) == ["ResourceType", "Id", "Name", "CreateDate"],
            "ResourceType, Id, Name, CreateDate",
        )
        query = parse_qs(urlsplit(page["Next"]).query)
        check.equal("Next repeats include", query["include"], ["[Id,Name,CreateDate]"])
        items = TargetProcessSerializer.deserialize(page)
        check.every(
            "dates become instants",
            items,
            lambda i: isinstance(i["CreateDate"], datetime) and i["CreateDate"].tzinfo is not None,
            "aware datetimes",
        )
        check.every(
            "dates are sensible",
            items,
            lambda i: datetime(2000, 1, 1, tzinfo=timezone.utc) < i["CreateDate"] < datetime(2100, 1, 1, tzinfo=timezone.utc),
            "a date of this century",
        )

    with check.section("filters and orders"):
        first = tp.get_stories(take=1, paginated=False)["Items"][0]
        name = first["Name"].replace("'", "\\'")
        page = tp.get_stories(take=5, where=f"(Id eq {first['Id']}) and (Name eq '{name}')")
        check.equal("a filter finds its row", ids(page), [first["Id"]])
        page = tp.get_stories(take=5, where=f"Project.Id eq {first['Project']['Id']}")
        check.every("a filter by reference", page["Items"], lambda i: i["Project"]["Id"] == first["Project"]["Id"], "one project")
        page = tp.get_stories(take=4, orderBy="Id")
        check.equal("orderBy, followed", ids(page), sorted(ids(page)))
        page = tp.get_stories(take=4, orderByDesc="Name")
        names = [i["Name"].lower() for i in page["Items"]]
        check.equal("orderByDesc, followed", names, sorted(names, reverse=True))
        check.equal("nothing found", tp.get_stories(where="Id eq -1"), {"Items": []})

    for what, many, single in (
        ("story", tp.get_stories, tp.get_story),
        ("bug", tp.get_bugs, tp.get_bug),
        ("release", tp.get_releases, tp.get_release),
        ("role_effort", lambda **q: tp.get_collection("RoleEfforts", **q), tp.get_role_effort),
        ("user", lambda **q: tp.get_collection("Users", **q), tp.get_user),
        ("iteration", tp.get_iterations, lambda i: tp.get_resource("TeamIterations", i)),
        ("member", tp.get_members, lambda i: tp.get_resource("TeamMembers", i)),
        ("epic", lambda **q: tp.get_collection("Epics", **q), lambda i: tp.get_resource("Epics", i)),
    ):
        with check.section(what):
            listed = many(take=1, paginated=False)["Items"][0]
            check.equal(f"one {what} is what the list shows", single(listed["Id"]), listed)

    with check.section("nested pages"):
        page = tp.get_stories(take=100, include="[Id]", append="[Tasks-Count]", paginated=False)
        story = max(page["Items"], key=lambda i: i["Tasks-Count"])
        count = story["Tasks-Count"]
        check.that("a story has tasks to page through", count >= 3, "3 tasks at least", count)
        cut = tp.get_story(story["Id"], include="[Id,Tasks[Id,Name]]", innerTake=2, paginated=False)
        check.equal("innerTake cuts", len(cut["Tasks"]["Items"]), 2)
        check.that("a cut collection has its Next", "Next" in cut["Tasks"], "Next", list(cut["Tasks"]))
        more = tp.get_story(story["Id"], include="[Id,Tasks[Id,Name]]", innerTake=2)
        got = ids(more["Tasks"])
        check.equal("a nested Next is followed", len(set(got)), min(count, 4))
        tasks = tp.get_collection("Tasks", where=f"UserStory.Id eq {story['Id']}", take=1000, paginated=False)
        check.that("nested rows are the story's tasks", set(got) <= set(ids(tasks)), ids(tasks), got)
        check.equal("Tasks-Count counts them", len(tasks["Items"]), count)
        whole = tp.get_stories(where=f"Id eq {story['Id']}", include="[Id,Tasks[Id]]", innerTake=2)
        check.equal("a nested Next inside a page", len(set(ids(whole["Items"][0]["Tasks"]))), min(count, 4))

    refused(tp)


def refused(tp):
    with check.raises("a missing id is 404", BadResponseError, lambda e: e.code == 404):
        tp.get_story(NOBODY)
    with check.raises("an unknown resource is 404", BadResponseError, lambda e: e.code == 404):
        tp.get_collection("Nonsenses")
    with check.raises("an unknown field is 400", BadResponseError, lambda e: e.code == 400):
        tp.get_stories(include="[Id,Nonsense]")
    with check.raises("errors are XML when only format says JSON", BadResponseError, lambda e: e.content.lstrip().startswith(b"<Error>")):
        tp.get_stories(where="Nonsense eq 1")
    with check.raises("a wrong password is 401", BadResponseError, lambda e: e.code == 401):
        connect(password="no such password").get_stories()


def write():
    tp = connect()

    def change(what, collection, update, name="Name", **query):
        """Set a field of the first item found, read it back and put the old value back."""
        with check.section(what):
            item = tp.get_collection(collection, take=1, paginated=False, **query)["Items"][0]
            value = f"{what} by targetprocess-client"
            answer = update(item["Id"], {name: value})
            check.equal(f"{what} answers with the id", answer["Id"], item["Id"])
            check.that(f"{what} answers as include says", set(answer) <= {"ResourceType", "Id"}, "ResourceType and Id", answer)
            check.equal(f"{what} is kept", tp.get_resource(collection, item["Id"])[name], value)
            update(item["Id"], {name: item[name]})
            check.equal(f"{what} is put back", tp.get_resource(collection, item["Id"])[name], item[name])

    change("update_story", "UserStories", tp.update_story)
    change("update_bug", "Bugs", tp.update_bug)
    change("update_release", "Releases", tp.update_release)
    change("update_user", "Users", tp.update_user, "LastName", where="Login eq 'john'")
    change("update_resource", "Epics", lambda i, data: tp.update_resource("Epics", i, data))

    with check.section("update_role_effort"):
        effort = tp.get_collection("RoleEfforts", take=1, paginated=False)["Items"][0]
        tp.update_role_effort(effort["Id"], {"Effort": 13})
        check.equal("update_role_effort is kept", tp.get_role_effort(effort["Id"])["Effort"], 13)
        tp.update_role_effort(effort["Id"], {"Effort": effort["Effort"]})

    with check.section("dates"):
        story = tp.get_stories(take=1, paginated=False)["Items"][0]
        tp.update_story(story["Id"], {"PlannedStartDate": "2026-03-04T00:00:00"})
        wire = tp.get_story(story["Id"])["PlannedStartDate"]
        back = TargetProcessSerializer.deserialize({"Date": wire})["Date"]
        near = abs(back - datetime(2026, 3, 4, tzinfo=timezone.utc)).total_seconds() <= 14 * 3600
        check.that("a date reads back", near, "4 March 2026 in the server's zone", back)
        tp.update_story(story["Id"], {"PlannedStartDate": wire})
        check.equal("a date in its own form is taken", tp.get_story(story["Id"])["PlannedStartDate"], wire)
        tp.update_story(story["Id"], {"PlannedStartDate": story["PlannedStartDate"]})

    with check.raises("an update of a missing id is 404", BadResponseError, lambda e: e.code == 404):
        tp.update_story(NOBODY, {"Name": "nobody"})
    with check.raises("an unusable reference is refused", BadResponseError, lambda e: e.code in (400, 403, 404)):
        tp.update_story(story["Id"], {"Feature": {"Id": NOBODY}})


{"read": read, "write": write}[sys.argv[1]]()
check.done()
