"use strict";

// What write_page hands over: key, classes, decisions, and items, one a sample.
const data = JSON.parse(document.getElementById("data").textContent);
const PAGE = 60;
const STORE = "ulcag-review-" + data.key;
const COLUMNS = ["sample_id", "label", "verdict"];
const itemOf = new Map(data.items.map((item) => [item.id, item]));
const cardOf = new Map();

// The review: sample id to its row of the file. It may hold samples that are not on this page, from a loaded file.
const review = new Map();
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
    const rows = JSON.parse(localStorage.getItem(STORE)) ?? [];
    review.clear();
    for (const row of rows) review.set(row[0], row);
  } catch {
    stored = false;
  }
}

// ---- reviewing

function judge(item, label) {
  if (labelOf(item) === label) review.delete(item.id);
  else setLabel(item, label);
  keep();
  refresh(item);
  showProgress();
}

function acceptAll() {
  const open = matching.filter((item) => differs(item) && !review.has(item.id));
  if (open.length === 0) return say("No sample shown has a suggestion that is not reviewed yet.");
  const question = `Accept the suggestions of ${many(open.length, "sample")}? That is all that match the filters, not only those on the screen. What you have reviewed already stays.`;
  if (!window.confirm(question)) return;
  for (const item of open) setLabel(item, item.suggested);
  keep();
  refreshAll();
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
    if (rows.length > 0 && here.length === 0) throw Error("none of its samples is on this page: is it of another audit?");
    for (const row of rows) {
      if (itemOf.has(row[0])) setLabel(itemOf.get(row[0]), data.classes.indexOf(row[1]));
      else review.set(row[0], row);
    }
    keep();
    refreshAll();
    const others = rows.length - here.length;
    const rest = others ? ` ${many(others, "row")} about samples that are not on this page will be in the download, too.` : "";
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
  if (wrong) throw Error(`sample ${wrong[0]} has the label "${wrong[1]}", which is none of ${data.classes.join(", ")}.`);
  return reviewed;
}

function readCsv(text) {
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|\r|$)/y;
  const rows = [[]];
  while (field.lastIndex < text.length || rows.at(-1).length > 0) {
    const match = field.exec(text);
    if (!match) throw Error("it is no CSV file.");
    rows.at(-1).push(match[1].startsWith('"') ? match[1].slice(1, -1).replaceAll('""', '"') : match[1]);
    if (match[2] === "") break;
    if (match[2] !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

function say(text) {
  byId("message").textContent = text;
  byId("message").hidden = false;
}
