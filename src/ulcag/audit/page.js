// The list of cards, filters and keys. Goes on where page_card.js ends.

// ---- the list: cards in chunks, drawn near the screen only, so that ten thousand cost no more than a few dozen

// Fills whole rows of one, two, three and four columns.
const CHUNK = 12;
const byName = [...data.items].sort((a, b) => (a.id < b.id ? -1 : 1));
const number = (value, missing) => (value === null ? missing : value);
const ORDERS = {
  quality: (a, b) => number(a.quality, 2) - number(b.quality, 2),
  certainty: (a, b) => number(b.certainty, -1) - number(a.certainty, -1),
  alpha: (a, b) => number(a.alpha, 2) - number(b.alpha, 2),
  id: () => 0,
};
const nearScreen = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) (isIntersecting ? draw : clear)(target);
}, { rootMargin: "1000px 0px" });
// The place in the list of the card that had the focus last.
let current = -1;

function select() {
  const matches = filter();
  matching = byName.filter(matches).sort(ORDERS[byId("sort").value]);
  current = -1;
  cardOf.clear();
  nearScreen.disconnect();
  const chunks = Array.from({ length: Math.ceil(matching.length / CHUNK) }, () => make("div", { class: "chunk" }));
  byId("cards").replaceChildren(...chunks);
  if (chunks.length > 0) draw(chunks[0]);
  sizeChunks();
  for (const chunk of chunks) nearScreen.observe(chunk);
  byId("matches").textContent = matching.length ? `${many(matching.length, "sample")} shown` : "No sample on this page matches.";
}

function filter() {
  const wanted = Object.fromEntries(["given", "suggested", "reviewed", "from", "to", "search"].map((id) => [id, byId(id).value]));
  const decision = document.querySelector("input[name=decision]:checked").value;
  const search = wanted.search.trim().toLowerCase();
  const reviewed = {
    "": () => true, no: (item) => !review.has(item.id), yes: (item) => review.has(item.id),
  }[wanted.reviewed] ?? ((item) => verdictOf(item) === wanted.reviewed);
  // as the card says it: in whole percent
  const inRange = (quality) => (wanted.from === "" && wanted.to === "") || (quality !== null
    && Math.round(100 * quality) >= Number(wanted.from) && Math.round(100 * quality) <= Number(wanted.to || 100));
  return (item) => (decision === "" || item.decision === decision)
    && (wanted.given === "" || item.given === Number(wanted.given))
    && (wanted.suggested === "" || item.suggested === Number(wanted.suggested))
    && inRange(item.quality) && reviewed(item) && item.id.toLowerCase().includes(search);
}

// Chunks that are not drawn get the height of one that is, so that the scroll bar is about right.
function sizeChunks() {
  const chunks = [...byId("cards").children];
  for (const chunk of chunks) chunk.style.height = "";
  const drawn = chunks.find((chunk) => chunk.children.length > 0);
  if (drawn) byId("cards").style.setProperty("--chunk", drawn.offsetHeight + "px");
}

function draw(chunk) {
  if (chunk.children.length > 0) return;
  const first = [...byId("cards").children].indexOf(chunk) * CHUNK;
  chunk.append(...matching.slice(first, first + CHUNK).map((item, place) => card(item, first + place)));
  chunk.style.height = "";
}

function clear(chunk) {
  if (chunk.children.length === 0 || chunk.contains(document.activeElement)) return;
  chunk.style.height = chunk.offsetHeight + "px";
  const first = placeOf(chunk.firstChild);
  for (const item of matching.slice(first, first + CHUNK)) cardOf.delete(item.id);
  chunk.replaceChildren();
}

const placeOf = (element) => Number(element.getAttribute("aria-posinset")) - 1;

function focusCard(place) {
  if (!(place in matching)) return;
  draw(byId("cards").children[Math.floor(place / CHUNK)]);
  cardOf.get(matching[place].id).focus();
}

// ---- keys

function onKey(event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("dialog")) return;
  const element = target.closest("article");
  if (key === "Escape") return element?.focus();
  if (key === "Enter" && target.matches("input")) return focusCard(0);
  if (target.matches("input:not([type=radio]), select")) return;
  const act = (target === element && cardKey(element, key)) || pageKey(key);
  if (!act) return;
  event.preventDefault();
  act();
}

// What a key does on a card, but not on what is inside it.
function cardKey(element, key) {
  const place = placeOf(element);
  const item = matching[place];
  const label = { a: item.suggested, r: item.given }[key.toLowerCase()] ?? Number(key) - 1;
  if (label in data.classes && !onScreen(element)) return () => element.scrollIntoView({ block: "nearest" });
  if (label in data.classes) return () => (judge(item, label), focusCard(place + 1));
  const row = getComputedStyle(element.parentElement).gridTemplateColumns.split(" ").length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row }[key];
  if (step) return () => focusCard(place + step);
  const details = element.querySelector("details");
  return {
    Enter: () => (details.open = !details.open), Home: () => focusCard(0), End: () => focusCard(matching.length - 1),
  }[key];
}

// After scrolling the card with the focus may be far away: nobody decides on a picture unseen.
function onScreen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}

// What a key does wherever the focus is, but in a field.
function pageKey(key) {
  return {
    n: () => focusCard(current + 1), p: () => focusCard(Math.max(current - 1, 0)), u: undo,
    "/": () => byId("search").focus(), "?": () => byId("help").showModal(),
  }[key.toLowerCase()];
}

// ---- start

function start() {
  const choice = ({ name, here }, checked) => make("label", {},
    make("input", { type: "radio", name: "decision", value: name, checked: checked ? "" : null }), ` ${name || "all"} `,
    make("span", { class: "count", "data-decision": name, "data-here": here }));
  const first = data.decisions.find((decision) => decision.here > 0);
  byId("decisions").append(...data.decisions.map((decision) => choice(decision, decision === first)),
    choice({ name: "", here: data.items.length }, !first));
  for (const { name, all, here } of data.decisions.filter((decision) => decision.here < decision.all)) {
    const which = name === "unjudged" ? "the first by sample id" : "those with the lowest quality";
    const text = `${name}: ${here.toLocaleString("en")} of ${many(all, "sample")} are on this page, ${which}; ${(all - here).toLocaleString("en")} are not shown.`;
    byId("not-shown").append(make("li", {}, text));
  }
  data.classes.forEach((name, label) => {
    for (const id of ["given", "suggested"]) byId(id).append(make("option", { value: label }, name));
  });
  byId("class-keys").textContent = data.classes.map((name, label) => `${label + 1} ${name}`).join(", ");
  byId("filters").addEventListener("input", select);
  byId("cards").addEventListener("focusin", (event) => (current = placeOf(event.target.closest("article"))));
  document.addEventListener("keydown", onKey);
  // the bar covers what scrolls below it
  new ResizeObserver(([bar]) => {
    document.documentElement.style.scrollPaddingTop = bar.target.offsetHeight + 12 + "px";
  }).observe(document.querySelector(".bar"));
  window.addEventListener("resize", sizeChunks);
  byId("accept-all").addEventListener("click", acceptAll);
  byId("undo").addEventListener("click", undo);
  byId("open-help").addEventListener("click", () => byId("help").showModal());
  byId("download").addEventListener("click", download);
  byId("load").addEventListener("click", () => byId("load-file").click());
  byId("load-file").addEventListener("change", async (event) => {
    await load(event.target.files[0]);
    event.target.value = "";
  });
  window.addEventListener("beforeunload", (event) => !stored && unsaved && event.preventDefault());
  // the same page in another tab
  window.addEventListener("storage", (event) => event.key === STORE && (restore(), refreshAll()));
  restore();
  select();
  showProgress();
}

start();
