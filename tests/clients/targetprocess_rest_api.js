// Drives targetprocess-rest-api 1.1.1 (npm, on node-fetch).
//
// What it needs of a server: https under a name below tpondemand.com; Basic auth or `access_token=`;
// `Accept: application/json`; odd case and an empty query (`/api/v1/Userstories/5?`); `EntityStates` filtered
// by name, process and type; `Times/` with an ISO date; v2 `Project/5?select={val:CustomValues["X"]}` read as
// `items[0].val`; the HTTP reason phrase, which is all it keeps of a refusal.
//
// The client builds the host `NAME.tpondemand.com` itself and offers no agent to set. It uses the process's
// agent for https, though, so this driver gives that agent another way to open a connection: to the local
// server, whatever the name says. The request still carries the built-in name in `Host`; the certificate is
// checked as ever, but against the name in TP_HTTPS_URL.
"use strict";

const https = require("https");
const tls = require("tls");
const { env, that, equal, section, rejects, drive } = require("./check.js");

const LOCAL = new URL(env("TP_HTTPS_URL"));
https.globalAgent.createConnection = (options, done) => {
  if (!options.host.endsWith(".tpondemand.com")) {
    throw new Error(`a connection to ${options.host} was not expected`);
  }
  const name = LOCAL.hostname;
  return tls.connect({ ...options, host: name, port: LOCAL.port || 443, servername: /^[\d.]+$/.test(name) ? "" : name }, done);
};

const { Targetprocess } = require("targetprocess-rest-api");
const api = require("targetprocess-api");

const NOBODY = 99999999;
const tp = new Targetprocess("acme", env("TP_LOGIN"), env("TP_PASSWORD"));
const withToken = new Targetprocess("acme", undefined, undefined, { accessToken: env("TP_TOKEN") });

// The client cannot list, so ids are found with another one.
function list(resource, where, append) {
  const url = new URL(env("TP_URL"));
  const other = api({ protocol: url.protocol.slice(0, -1), domain: url.host, token: env("TP_SERVICE_TOKEN") });
  const query = other.retrieve({ resource });
  return (where ? query.where(where) : query).take(100).get();
}

const refused = (code, phrase) => (error) => error.statusCode === code && error.message === phrase;

async function read() {
  for (const [resource, method, type] of [["Bugs", "getBug", "Bug"], ["Tasks", "getTask", "Task"], ["UserStories", "getStory", "UserStory"]]) {
    await section(method, async () => {
      const item = (await list(resource))[0];
      const got = await tp[method](item.Id);
      equal(`${method} is what the list shows`, got, item);
      equal(`${method} with an access token`, await withToken[method](item.Id), got);
      await rejects(`${method} of a missing id`, tp[method](NOBODY), refused(404, "Not Found"), "404 Not Found");
      that(`${method} names its type`, got.ResourceType === type, type, got.ResourceType);
    });
  }

  await section("custom values", async () => {
    const projects = await list("Projects");
    const named = projects.flatMap((p) => p.CustomFields.map((field) => ({ id: p.Id, field })));
    const set = named.filter(({ field }) => ["Text", "Number", "Money", "DropDown", "CheckBox"].includes(field.Type) && field.Value !== null);
    that("a project has a custom value", set.length > 0, "a project with a set custom field", named);
    for (const { id, field } of set.slice(0, 5)) {
      equal(`the custom value ${field.Name}`, await tp.getCustomValueForProject(id, field.Name), field.Value);
    }
    for (const { id, field } of named.filter(({ field }) => field.Value === null).slice(0, 2)) {
      equal(`the empty custom value ${field.Name}`, await tp.getCustomValueForProject(id, field.Name), null);
    }
    equal("an unknown custom value", await tp.getCustomValueForProject(projects[0].Id, "No such field"), null);
    equal("a custom value with an access token", await withToken.getCustomValueForProject(projects[0].Id, "No such field"), null);
  });

  await section("entity states", async () => {
    const process = (await list("Processes"))[0];
    const states = await list("EntityStates", `Process.Id eq ${process.Id} and EntityType.Name eq 'Task'`);
    const final = states.find((state) => state.IsFinal);
    const found = await tp.getTaskEntityState(final.Name, process.Id);
    const same = states.filter((state) => state.Name === final.Name).map((state) => state.Id);
    equal("the state by name, process and type", found.Items.map((state) => state.Id), same);
  });

  await section("refusals", async () => {
    const wrong = new Targetprocess("acme", env("TP_LOGIN"), "no such password");
    const bug = (await list("Bugs"))[0];
    await rejects("a wrong password", wrong.getBug(bug.Id), refused(401, "Unauthorized"), "401 Unauthorized");
    const stranger = new Targetprocess("acme", undefined, undefined, { accessToken: "bm9ib2R5" });
    await rejects("a wrong access token", stranger.getBug(bug.Id), refused(401, "Unauthorized"), "401 Unauthorized");
    await rejects("an id that is none", tp.getBug("asd"), refused(400, "Bad Request"), "400 Bad Request");
  });
}

async function write() {
  const task = (await list("Tasks", "EntityState.IsInitial eq 'true'"))[0];

  await section("setTaskState", async () => {
    const process = (await list("Projects", `Id eq ${task.Project.Id}`))[0].Process;
    const states = await list("EntityStates", `Process.Id eq ${process.Id} and EntityType.Name eq 'Task'`);
    const final = states.find((state) => state.IsFinal && states.filter((other) => other.Name === state.Name).length === 1);
    const moved = await tp.setTaskState(task.Id, final.Name, process.Id);
    equal("setTaskState answers with the task", [moved.Id, moved.EntityState.Id], [task.Id, final.Id]);
    equal("setTaskState is kept", (await tp.getTask(task.Id)).EntityState.Name, final.Name);
    const back = await tp.setTaskState(task.Id, task.EntityState.Name, process.Id);
    equal("setTaskState back", back.EntityState.Id, task.EntityState.Id);
  });

  await section("addTime", async () => {
    const time = await tp.addTime(task.Id, 1.5, 0.5, "2026-03-04T00:00:00", "said by targetprocess-rest-api");
    equal("addTime answers with the time", [time.ResourceType, time.Assignable.Id, time.Spent, time.Remain], ["Time", task.Id, 1.5, 0.5]);
    const kept = (await list("Times", `Assignable.Id eq ${task.Id}`)).find((other) => other.Id === time.Id);
    equal("addTime is kept", kept && kept.Spent, 1.5);
    const instant = Number(/\d+/.exec(time.Date)[0]);
    that("the date is that day", Math.abs(instant - Date.UTC(2026, 2, 4)) <= 14 * 3600e3, "4 March 2026", time.Date);
    const iso = await tp.addTime(task.Id, 1, 0, new Date(Date.UTC(2026, 2, 5, 12)).toISOString(), "an instant");
    that("an instant with Z is that instant", /^\/Date\(1772712000000[+-]\d{4}\)\/$/.test(iso.Date), "5 March 2026, 12:00 UTC", iso.Date);
  });

  await section("refusals", async () => {
    await rejects("addTime to a missing item", tp.addTime(NOBODY, 1, 0, "2026-03-04", "nobody"), (e) => e.statusCode >= 400 && e.statusCode < 500 && e.message, "a refusal");
  });
}

drive({ read, write });
