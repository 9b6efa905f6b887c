"use strict";

// What write_page hands over: key, classes, decisions, and items, one a sample.
const data = JSON.parse(document.getElementById("data").textContent);
const STORE = "ulcag-review-" + data.key;
const COLUMNS = ["sample_id", "label", "verdict"];
const itemOf = new Map(data.items.map((item) => [item.id, item]));
const cardOf = new Map();

// The review: sample id to its row of the file. It may hold samples that are not on this page, from a loaded file.
const review = new Map();
// For undo: what each step changed, as pairs of sample id and its row before, if there was one.
const steps = [];
let matching = [];
let stored = true;
let unsaved = false;

const byId = (id) => document.getElementById(id);

// An element with attributes and children. Children are text or elements, never markup.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function percent(value) {
  if (value === null) return "unknown";
  return value < 0.01 ? "< 1 %" : value > 0.99 ? "> 99 %" : Math.round(100 * value) + " %";
}

const fixed = (value, digits) => (value === null ? "–" : value.toFixed(digits));
const many = (count, what) => count.toLocaleString("en") + " " + what + (count === 1 ? "" : "s");
const differs = (item) => item.given !== item.suggested;

const labelOf = (item) => (review.has(item.id) ? data.classes.indexOf(review.get(item.id)[1]) : null);
const verdictOf = (item) => (review.has(item.id) ? review.get(item.id)[2] : "");

function setLabel(item, label) {
  const verdict = label === item.given ? "reject" : label === item.suggested ? "accept" : "other";
  review.set(item.id, [item.id, data.classes[label], verdict]);
}

// ---- what is kept between visits

function keep() {
  unsaved = true;
  try {
    localStorage.setItem(STORE, JSON.stringify([...review.values()]));
  } catch {
    stored = false;
  }
}

function restore() {
  try {
    const kept = localStorage.getItem(STORE) ?? "[]";
    // a browser may let one read, but not write
    localStorage.setItem(STORE, kept);
    const rows = JSON.parse(kept);
    review.clear();
    for (const row of rows) review.set(row[0], row);
  } catch {
    stored = false;
  }
}

// ---- reviewing

// One step, which undo takes back. Its samples may be many.
function step(ids, change) {
  steps.push(ids.map((id) => [id, review.get(id)]));
  change();
  keep();
  refreshAll();
}

function judge(item, label) {
  step([item.id], () => (labelOf(item) === label ? review.delete(item.id) : setLabel(item, label)));
}

function undo() {
  const before = steps.pop();
  if (!before) return;
  for (const [id, row] of before) {
    if (row) review.set(id, row);
    else review.delete(id);
  }
  keep();
  refreshAll();
  const place = before.length === 1 ? matching.findIndex((item) => item.id === before[0][0]) : -1;
  if (place >= 0) focusCard(place);
  else say(before.length === 1 ? `Undone: ${before[0][0]}` : `Undone: ${many(before.length, "sample")}`);
}

function acceptAll() {
  const open = matching.filter((item) => differs(item) && !review.has(item.id));
  if (open.length === 0) return say("No sample shown has an unreviewed suggestion.");
  const question = `Accept the suggestions of ${many(open.length, "sample")}? This includes all samples that match the filters, not only those on the screen. Samples already reviewed do not change.`;
  if (!window.confirm(question)) return;
  step(open.map((item) => item.id), () => open.forEach((item) => setLabel(item, item.suggested)));
}

function download() {
  const cell = (value) => '"' + value.replaceAll('"', '""') + '"';
  const csv = [COLUMNS, ...review.values()].map((row) => row.map(cell).join(",") + "\n").join("");
  // Without a byte order mark Excel takes UTF-8 for Windows-1252, and names with accents come back as others.
  const url = URL.createObjectURL(new Blob(["\ufeff", csv], { type: "text/csv" }));
  make("a", { href: url, download: "review.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  unsaved = false;
}

async function load(file) {
  try {
    const rows = readReview(await file.text());
    const here = rows.filter(([id]) => itemOf.has(id));
    if (rows.length > 0 && here.length === 0) throw Error("none of its samples is on this page; it may belong to another audit.");
    step(rows.map(([id]) => id), () => rows.forEach((row) => {
      if (itemOf.has(row[0])) setLabel(itemOf.get(row[0]), data.classes.indexOf(row[1]));
      else review.set(row[0], row);
    }));
    const others = rows.length - here.length;
    const rest = others ? ` ${many(others, "row")} for samples not on this page will also be in the download.` : "";
    say(`Loaded ${many(here.length, "verdict")} from ${file.name}.${rest}`);
  } catch (error) {
    say(`${file.name} was not loaded: ${error.message}`);
  }
}

// Rows [sample id, class name, verdict] of a review; those without verdict are left out.
function readReview(text) {
  const [header, ...rows] = readCsv(text.replace(/^\ufeff/, "")).filter((row) => row.length > 1 || row[0] !== "");
  const places = COLUMNS.map((name) => (header ?? []).indexOf(name));
  if (places.includes(-1)) throw Error(`its columns must be ${COLUMNS.join(", ")}.`);
  const picked = rows.map((row) => places.map((place) => row[place] ?? ""));
  const reviewed = picked.filter(([, , verdict]) => verdict !== "");
  const wrong = reviewed.find(([, label]) => !data.classes.includes(label));
  if (wrong) throw Error(`sample ${wrong[0]} has the label "${wrong[1]}", which is not one of ${data.classes.join(", ")}.`);
  return reviewed;
}

function readCsv(text) {
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|\r|$)/y;
  const rows = [[]];
  while (field.lastIndex < text.length || rows.at(-1).length > 0) {
    const match = field.exec(text);
    if (!match) throw Error("it is not a CSV file.");
    rows.at(-1).push(match[1].startsWith('"') ? match[1].slice(1, -1).replaceAll('""', '"') : match[1]);
    if (match[2] === "") break;
    if (match[2] !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

function showProgress() {
  const done = data.items.filter((item) => review.has(item.id));
  const count = (what) => done.filter(what).length.toLocaleString("en");
  const more = review.size > done.length ? ` (and ${(review.size - done.length).toLocaleString("en")} not on this page)` : "";
  const verdicts = [["accept", "accepted"], ["reject", "rejected"], ["other", "another class"]]
    .map(([name, words]) => `${count((item) => verdictOf(item) === name)} ${words}`);
  byId("progress").textContent = `${count(() => true)} of ${data.items.length.toLocaleString("en")} reviewed${more}: ${verdicts.join(", ")}`;
  byId("done").value = data.items.length ? done.length / data.items.length : 0;
  for (const element of document.querySelectorAll(".count")) {
    const { decision, here } = element.dataset;
    element.textContent = `${count((item) => !decision || item.decision === decision)} of ${Number(here).toLocaleString("en")}`;
  }
  byId("not-kept").hidden = stored;
  byId("undo").disabled = steps.length === 0;
  byId("download").disabled = review.size === 0;
}

function say(text) {
  byId("message").textContent = text;
  byId("message").hidden = false;
}
