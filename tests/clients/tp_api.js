// Drives tp-api 1.0.5 (npm, on request 2.27).
//
// What it needs of a server: https; Basic auth; `Accept: application/json` without `format`; bodies on GET and
// DELETE; an update by a POST to the collection with `Id` in the body, and with the query of the list it came
// from still on it; `EntityStates?where=Id eq N&include=[NextStates]`, after which the whole state object is
// posted back; an answer to DELETE that is JSON.
//
// Of a refusal it only sees the body: an object without `Items` is handed on as the result.
"use strict";

const configure = require("tp-api");
const { env, that, equal, every, section, drive } = require("./check.js");

const NOBODY = 99999999;
const ENTITIES = {
  Projects: "Project", Features: "Feature", Releases: "Release", Iterations: "Iteration", Requests: "Request",
  CustomFields: "CustomField", Bugs: "Bug", Tasks: "Task", TestCases: "TestCase", Times: "Time",
  Impediments: "Impediment", Assignments: "Assignment", Attachments: "Attachment", Comments: "Comment",
  UserStories: "UserStory", Roles: "Role", GeneralUsers: "GeneralUser", EntityState: "EntityState",
};

function connect(password) {
  return configure({ domain: new URL(env("TP_HTTPS_URL")).host, username: env("TP_LOGIN"), password: password || env("TP_PASSWORD") });
}

// The methods take a callback (error, result); `then` makes them look like promises and is none.
function call(object, method, ...args) {
  return new Promise((resolve, reject) => {
    object[method](...args, (error, result) => (error ? reject(error) : resolve({ result })));
  }).then((answer) => answer.result);
}
const fetch = (query) => call(query, "then");
const ids = (items) => items.map((item) => item.Id);

async function read() {
  const tp = connect();

  for (const [entity, type] of Object.entries(ENTITIES)) {
    await section(entity, async () => {
      const items = await fetch(tp(entity).take(2));
      that(`${entity} lists`, Array.isArray(items) && items.length <= 2 && items.every((i) => i.ResourceType === type && i.Id > 0), `at most 2 of ${type}`, items);
    });
  }

  await section("context", async () => {
    const context = await fetch(tp("Context"));
    that("the context is an object", /^[0-9A-F]{32}$/i.test(context.Acid) && context.Edition && context.Version, "Acid, Edition, Version", context);
    that("the context knows the caller", context.LoggedUser.Id > 0 && context.LoggedUser.FirstName, "LoggedUser", context.LoggedUser);
    every("the context lists processes", context.Processes.Items, (p) => p.Id > 0 && p.Name, "processes");
    const project = (await fetch(tp("Projects").take(1)))[0];
    every("the context lists projects", context.SelectedProjects.Items, (p) => p.Id > 0 && p.Name, `projects like ${project.Name}`);
  });

  await section("queries", async () => {
    const tasks = await fetch(tp("Tasks").take(5).where("EntityState.Name eq 'Open'").pluck("Name", "NumericPriority", "EntityState").sortBy("NumericPriority"));
    every("where", tasks, (t) => t.EntityState.Name === "Open", "open tasks");
    every("pluck", tasks, (t) => JSON.stringify(Object.keys(t).sort()) === '["EntityState","Id","Name","NumericPriority","ResourceType"]', "three fields and the id");
    const order = tasks.map((t) => t.NumericPriority);
    equal("sortBy", order, order.slice().sort((a, b) => a - b));
    const lean = await fetch(tp("Tasks").take(3).omit("Description", "Project"));
    every("omit", lean, (t) => !("Description" in t) && !("Project" in t) && "Name" in t, "all but two fields");
    equal("nothing found", await fetch(tp("Tasks").where("Id eq -1")), []);
    const bugs = await fetch(tp().get("Bugs").take(4));
    equal("get after tp()", bugs.length, 4);
  });

  await section("entities", async () => {
    const entities = await call(tp("UserStories").take(3), "thenEntities");
    every("thenEntities", entities, (e) => e.ResourceType === "UserStory" && typeof e.update === "function", "stories with methods");
  });

  await section("next states", async () => {
    const story = (await fetch(tp("UserStories").where("EntityState.IsInitial eq 'true'").take(1)))[0];
    const states = await fetch(tp("EntityStates").where(`Id eq ${story.EntityState.Id}`).pluck("NextStates"));
    equal("one state of that id", ids(states), [story.EntityState.Id]);
    every("it has next states", states[0].NextStates.Items, (s) => s.ResourceType === "EntityState" && s.Id > 0 && typeof s.Name === "string", "states");
  });

  await section("refusals", async () => {
    const missing = await fetch(tp("UserStories").where("Nonsense eq 1"));
    that("a refusal has Status and Message on top", missing.Status === "BadRequest" && typeof missing.Message === "string", "Status BadRequest and a Message", missing);
    const denied = await fetch(connect("no such password")("UserStories")).catch((error) => error);
    that("a wrong password gets no rows", !Array.isArray(denied), "a refusal", denied);
  });
}

async function write() {
  const tp = connect();
  const project = { Id: (await fetch(tp("Projects").take(1).where("IsActive eq 'true'")))[0].Id };
  const find = async (id) => (await fetch(tp("UserStories").where(`Id eq ${id}`)))[0];

  await section("create, update, delete", async () => {
    // A new item is made by an entity without Id.
    const Entity = require("tp-api/lib/tpentity");
    const made = new Entity({}, tp("UserStories").opts);
    await call(made, "create", { Name: "Made by tp-api", Project: project });
    that("create fills the entity", made.Id > 0 && made.Name === "Made by tp-api" && made.EntityState.Id > 0, "the story", made.Id);

    await call(tp("UserStories", made.Id), "update", { Name: "Renamed" });
    equal("update by an Id in the body", (await find(made.Id)).Name, "Renamed");

    const said = await call(tp(), "comment", made.Id, "a plain comment");
    equal("comment", [said.ResourceType, said.General.Id, said.Description], ["Comment", made.Id, "a plain comment"]);

    const entity = (await call(tp("UserStories").where(`Id eq ${made.Id}`).take(1), "thenEntities"))[0];
    const next = (await fetch(tp("EntityStates").where(`Id eq ${entity.EntityState.Id}`).pluck("NextStates")))[0].NextStates.Items;
    const target = next.find((state) => state.Name !== entity.EntityState.Name);
    const from = entity.EntityState.Id;
    // setState always hands an error to its callback's closure, and calls back through update.
    await new Promise((resolve) => entity.setState(target.Name, resolve));
    const moved = await find(made.Id);
    that("setState moves the story", moved.EntityState.Id === target.Id && moved.EntityState.Id !== from, target.Name, moved.EntityState);
    const refused = await new Promise((resolve) => entity.setState("No such state", (error) => resolve(error)));
    that("setState refuses an unknown state", refused instanceof Error && /No such state/.test(refused.message), "an error", refused);

    const gone = await call(tp("UserStories", made.Id), "delete");
    equal("delete answers with the id", gone, { ResourceType: "UserStory", Id: made.Id });
    equal("the story is gone", await find(made.Id), undefined);
  });

  await section("refusals", async () => {
    const missing = await call(tp("UserStories", NOBODY), "update", { Name: "nobody" });
    equal("an update of a missing id", missing.Status, "NotFound");
    const gone = await call(tp("UserStories", NOBODY), "delete");
    equal("a delete of a missing id", gone.Status, "NotFound");
  });
}

drive({ read, write });
