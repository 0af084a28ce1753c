// Drives targetprocess-api 0.3.0 (npm, on request-promise).
//
// What it needs of a server: `token=` (a service token; from a login and password it makes the token
// base64(login:password) itself); `Accept: application/json` without `format`; a slash before `?`; `orderby`
// and `orderbydesc` in lower case; `POST X/bulk`; `DELETE X/bulk` with a JSON body; status codes.
//
// Its index.js cannot be called as its README says (it copies the characters of a string into the settings),
// so the resource is given as an object: `tp.retrieve({resource: "Bugs"})`.
"use strict";

const factory = require("targetprocess-api");
const { env, that, equal, every, section, rejects, drive } = require("./check.js");

const NOBODY = 99999999;
// Everything the client lists for retrieval, with what the items call themselves.
const RESOURCES = {
  Assignables: "Assignable", AssignedEfforts: "AssignedEffort", Assignments: "Assignment", Attachments: "Attachment",
  Bugs: "Bug", Builds: "Build", Comments: "Comment", Companies: "Company", CustomActivities: "CustomActivity",
  CustomFields: "CustomField", CustomRules: "CustomRule", EntityStates: "EntityState", EntityTypes: "EntityType",
  Epics: "Epic", Features: "Feature", Generals: "General", GeneralFollowers: "GeneralFollower",
  GeneralUsers: "GeneralUser", GlobalSettings: "GlobalSettings", Impediments: "Impediment",
  InboundAssignables: "InboundAssignable", Iterations: "Iteration", Messages: "Message", MessageUids: "MessageUid",
  Milestones: "Milestone", OutboundAssignables: "OutboundAssignable", Priorities: "Priority", Processes: "Process",
  Programs: "Program", Projects: "Project", ProjectAllocations: "ProjectAllocation", ProjectMembers: "ProjectMember",
  Relations: "Relation", RelationTypes: "RelationType", Releases: "Release", ReleaseProjects: "ReleaseProject",
  Requests: "Request", Requesters: "Requester", RequestTypes: "RequestType", Revisions: "Revision",
  RevisionFiles: "RevisionFile", Roles: "Role", RoleEfforts: "RoleEffort", RoleEntityTypes: "RoleEntityType",
  Severities: "Severity", Tags: "Tag", Tasks: "Task", Teams: "Team", TeamAssignments: "TeamAssignment",
  TeamIterations: "TeamIteration", TeamMembers: "TeamMember", TeamProjects: "TeamProject",
  TeamProjectAllocations: "TeamProjectAllocation", Terms: "Term", TestCases: "TestCase", TestCaseRuns: "TestCaseRun",
  TestPlans: "TestPlan", TestPlanRuns: "TestPlanRun", TestRunItemHierarchyLinks: "TestRunItemHierarchyLink",
  TestSteps: "TestStep", TestStepRuns: "TestStepRun", Times: "Time", Users: "User",
  UserProjectAllocations: "UserProjectAllocation", UserStories: "UserStory", Workflows: "Workflow",
};

function connect(base, credentials) {
  const url = new URL(base);
  return factory(Object.assign({ protocol: url.protocol.slice(0, -1), domain: url.host }, credentials));
}

const ids = (items) => items.map((item) => item.Id);
const status = (code) => (error) => error.statusCode === code;

async function read(tp) {
  const stories = () => tp.retrieve({ resource: "UserStories" });

  await section("every resource", async () => {
    for (const [resource, type] of Object.entries(RESOURCES)) {
      await section(resource, async () => {
        const items = await tp.retrieve({ resource }).take(2).get();
        that(`${resource} lists`, Array.isArray(items) && items.length <= 2 && items.every((i) => i.ResourceType === type && Number.isInteger(i.Id)), `at most 2 of ${type}`, items);
      });
    }
  });

  await section("pages", async () => {
    const first = await stories().take(2).get();
    equal("take", first.length, 2);
    const second = await stories().take(2).skip(2).get();
    const four = await stories().take(4).get();
    equal("skip goes on where take ended", ids(first).concat(ids(second)), ids(four));
    const func = stories();
    await func.skip(2).take(1).get();
    equal("a second get is unfiltered", (await func.take(1).get())[0].Id, four[0].Id);
    that("the default page is 25", (await stories().get()).length <= 25, "at most 25", "more");
  });

  await section("filters", async () => {
    const four = ids(await stories().take(4).get());
    const two = await stories().where(`Id in (${four[0]},${four[3]})`).get();
    equal("where Id in (…)", ids(two).sort(), [four[0], four[3]].sort());
    const project = (await stories().take(1).get())[0].Project.Id;
    every("where Project.Id", await stories().where(`Project.Id eq ${project}`).get(), (i) => i.Project.Id === project, "one project");
    every("where with a string", await stories().where("EntityState.Name eq 'Open'").take(5).get(), (i) => i.EntityState.Name === "Open", "open stories");
    every("where with two terms", await stories().where(`(Project.Id eq ${project}) and (Id gt ${four[3]})`).get(), (i) => i.Project.Id === project && i.Id > four[3], "both terms");
    equal("where that finds nothing", await stories().where("Id eq -1").get(), []);
  });

  await section("orders", async () => {
    const names = (items) => items.map((item) => item.Name.toLowerCase());
    const up = await stories().orderby("Name").take(10).get();
    equal("orderby", names(up), names(up).sort());
    const down = await stories().orderbydesc("Name").take(10).get();
    equal("orderbydesc", names(down), names(down).sort().reverse());
  });

  await section("fields", async () => {
    const picked = await stories().pick(["CreateDate", "Progress"]).take(3).get();
    every("pick", picked, (i) => equalKeys(i, ["ResourceType", "Id", "CreateDate", "Progress"]), "ResourceType, Id, CreateDate, Progress");
    every("dates carry a zone", picked, (i) => /^\/Date\(-?\d+[+-]\d{4}\)\/$/.test(i.CreateDate), "/Date(ms±hhmm)/");
    every("pick with a nested field", await stories().pick(["Project[Process[Name]]"]).take(3).get(), (i) => i.Project.Id && typeof i.Project.Process.Name === "string" && i.Project.Name === undefined, "Project with its Process");
    const omitted = await stories().omit(["CreateDate", "Progress"]).take(3).get();
    every("omit", omitted, (i) => !("CreateDate" in i) && !("Progress" in i) && "Name" in i, "all but two fields");
    const appended = await stories().append(["Tasks-Count"]).take(3).get();
    every("append", appended, (i) => Number.isInteger(i["Tasks-Count"]) && "Name" in i, "Tasks-Count");
    const projects = await tp.retrieve({ resource: "Projects" }).append(["UserStories-Effort-Avg"]).take(2).get();
    every("append an average", projects, (i) => "UserStories-Effort-Avg" in i, "UserStories-Effort-Avg");
  });

  await section("other ways in", async () => {
    const first = (await stories().take(1).get())[0];
    const token = { token: env("TP_SERVICE_TOKEN") };
    equal("https", (await connect(env("TP_HTTPS_URL"), token).retrieve({ resource: "UserStories" }).take(1).get())[0], first);
    const login = { username: env("TP_LOGIN"), password: env("TP_PASSWORD") };
    equal("login and password as a token", (await connect(env("TP_URL"), login).retrieve({ resource: "UserStories" }).take(1).get())[0], first);
  });

  await section("refusals", async () => {
    const wrong = connect(env("TP_URL"), { token: "bm9ib2R5Om5vdGhpbmc=" });
    await rejects("a wrong token is 401", wrong.retrieve({ resource: "UserStories" }).get(), status(401), "401");
    await rejects("an unknown field is 400", stories().pick(["Nonsense"]).get(), status(400), "400");
    await rejects("a senseless where is 400", stories().where("nonsense").get(), status(400), "400");
    await rejects("errors are JSON", stories().where("Nonsense eq 1").get(), (e) => e.error && e.error.Status === "BadRequest" && typeof e.error.Message === "string", "Status BadRequest and a Message");
  });
}

function equalKeys(item, keys) {
  return JSON.stringify(Object.keys(item).sort()) === JSON.stringify(keys.slice().sort());
}

async function write(tp) {
  const config = () => ({ protocol: new URL(env("TP_URL")).protocol.slice(0, -1), domain: new URL(env("TP_URL")).host, token: env("TP_SERVICE_TOKEN"), resource: "UserStories" });
  const batch = { create: require("targetprocess-api/create"), remove: require("targetprocess-api/remove") };
  const one = async (resource, id) => (await tp.retrieve({ resource }).where(`Id eq ${id}`).get())[0];
  const project = { Id: (await tp.retrieve({ resource: "Projects" }).where("IsActive eq 'true'").take(1).get())[0].Id };

  await section("create, update, remove", async () => {
    const story = await tp.create({ resource: "UserStories" }, { Name: "Made by targetprocess-api", Project: project });
    that("create answers with the item", story.ResourceType === "UserStory" && story.Id > 0 && story.Name === "Made by targetprocess-api" && story.Project.Id === project.Id, "the story", story);
    const changed = await tp.update({ resource: "UserStories" }, { Id: story.Id, Name: "Renamed" });
    equal("update by an Id in the body", [changed.Id, changed.Name], [story.Id, "Renamed"]);
    const task = await tp.create({ resource: "Tasks" }, { Name: "A task", UserStory: { Id: story.Id } });
    equal("a task under the story", [task.UserStory.Id, task.Project.Id], [story.Id, project.Id]);
    equal("the story counts it", (await tp.retrieve({ resource: "UserStories" }).where(`Id eq ${story.Id}`).append(["Tasks-Count"]).get())[0]["Tasks-Count"], 1);
    const comment = await tp.create({ resource: "Comments" }, { Description: "said", General: { Id: story.Id } });
    equal("a comment on the story", comment.General.Id, story.Id);
    const gone = await tp.remove({ resource: "UserStories" }, story.Id);
    equal("remove answers with the id", gone, { ResourceType: "UserStory", Id: story.Id });
    equal("the story is gone", await one("UserStories", story.Id), undefined);
    equal("its task is gone", await one("Tasks", task.Id), undefined);
  });

  await section("bulk", async () => {
    const made = await batch.create(config()).batchCreate([
      { Name: "Bulk one", Project: project },
      { Name: "Bulk two", Project: project },
      { Name: "Bulk three", Project: project },
    ]);
    equal("batchCreate answers in order", made.Items.map((i) => i.Name), ["Bulk one", "Bulk two", "Bulk three"]);
    const made3 = ids(made.Items);
    const gone = await batch.remove(config()).batchRemove([made3[0], NOBODY, made3[1]]);
    equal("batchRemove names the deleted", ids(gone.Deleted.Items), [made3[0], made3[1]]);
    equal("batchRemove names the others", ids(gone.NotDeleted.Items), [NOBODY]);
    equal("only the last one stays", ids(await tp.retrieve({ resource: "UserStories" }).where(`Id in (${made3})`).get()), [made3[2]]);
    await batch.remove(config()).batchRemove([made3[2]]);
    equal("a batch of one is a plain remove", await one("UserStories", made3[2]), undefined);
  });

  await section("refusals", async () => {
    await rejects("a create without a name is 400", tp.create({ resource: "UserStories" }, { Project: project }), status(400), "400");
    await rejects("an update of a missing id is 404", tp.update({ resource: "UserStories" }, { Id: NOBODY, Name: "x" }), status(404), "404");
    await rejects("a remove of a missing id is 404", tp.remove({ resource: "UserStories" }, NOBODY), status(404), "404");
  });
}

const tp = connect(env("TP_URL"), { token: env("TP_SERVICE_TOKEN") });
drive({ read: () => read(tp), write: () => write(tp) });
