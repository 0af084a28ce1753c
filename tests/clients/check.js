// What the Node drivers share: the environment they are started with, and the lines they print.
//
// A driver prints `ok WHAT` for each check that holds and `FAIL WHAT: expected …, got …` for each that does
// not, and ends with status 1 when one failed. A check that throws fails its section, and the driver goes on
// with the next one. Two of the clients never call back when a request fails, hence the watchdog.
"use strict";

const { isDeepStrictEqual, inspect } = require("util");

const SECTION_MS = 20000;
let failed = 0;

function env(name) {
  const value = process.env[name];
  if (!value) {
    console.log(`FAIL ${name}: expected an environment variable, got none`);
    process.exit(1);
  }
  return value;
}

function that(what, holds, expected, got) {
  if (holds) {
    console.log(`ok ${what}`);
  } else {
    failed += 1;
    const seen = got instanceof Error ? String(got).split("\n")[0] : inspect(got, { depth: 4, breakLength: Infinity });
    console.log(`FAIL ${what}: expected ${expected}, got ${seen.slice(0, 600)}`);
  }
}

function equal(what, got, expected) {
  that(what, isDeepStrictEqual(got, expected), inspect(expected, { breakLength: Infinity }), got);
}

// All of `items`, of which there must be one at least, pass `test`.
function every(what, items, test, expected) {
  const bad = (items || []).filter((item) => !test(item));
  that(what, items && items.length > 0 && bad.length === 0, expected, bad.length ? bad.slice(0, 3) : items);
}

async function section(name, body, limit = SECTION_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit} ms`)), limit);
  });
  try {
    await Promise.race([body(), late]);
  } catch (error) {
    that(name, false, "no error", error);
  } finally {
    clearTimeout(timer);
  }
}

// `promise` must be rejected with an error for which `test` holds.
async function rejects(what, promise, test, expected) {
  try {
    that(what, false, expected, await promise);
  } catch (error) {
    that(what, test(error), expected, error);
  }
}

// Runs the mode named on the command line and ends the process.
async function drive(modes) {
  const mode = process.argv[2];
  await section(mode, modes[mode], 3 * SECTION_MS);
  process.exit(failed ? 1 : 0);
}

module.exports = { env, that, equal, every, section, rejects, drive };
