// The cards, the list of them, and keys. Goes on where page_review.js ends.

// ---- a card

function card(item) {
  const [given, suggested] = [data.classes[item.given], data.classes[item.suggested]];
  const change = differs(item) ? `given ${given}, suggested ${suggested}` : `given ${given}`;
  const element = make("article", { tabindex: 0, "aria-label": `${item.id}: ${change}, ${item.decision}` },
    picture(item, given),
    make("div", { class: "facts" },
      make("h3", { title: item.id }, item.id),
      make("p", { class: "labels" }, given, ...(differs(item) ? [" → ", make("strong", {}, suggested)] : [])),
      make("p", { class: "scores" }, meter("quality", item.quality), meter("certainty", item.certainty))),
    make("p", { class: "reason" }, make("span", { class: "decision " + item.decision }, item.decision), " " + item.reason),
    choices(item, given, suggested),
    evidence(item));
  element.addEventListener("keydown", (event) => onKey(event, element, item));
  cardOf.set(item.id, element);
  refresh(item);
  return element;
}

function picture(item, given) {
  if (item.picture === null) return make("div", { class: "picture none" }, "no picture");
  const source = "data:image/jpeg;base64," + item.picture;
  return make("img", { class: "picture", src: source, alt: `Face of sample ${item.id}, labelled ${given}` });
}

function meter(name, value) {
  const bar = make("i", { style: `width:${100 * (value ?? 0)}%` });
  return make("span", { class: "score" }, `${name} ${percent(value)}`, make("span", { class: "track", "aria-hidden": "true" }, bar));
}

function choices(item, given, suggested) {
  const button = (name, label, text) => {
    const element = make("button", { type: "button", class: name, "aria-pressed": "false" }, text);
    element.addEventListener("click", () => judge(item, label));
    return element;
  };
  const select = make("select", { class: "other", "aria-label": `Another label for ${item.id}` }, make("option", { value: "" }, "Other…"));
  data.classes.forEach((name, label) => {
    if (label !== item.given && label !== item.suggested) select.append(make("option", { value: label }, `${label + 1} ${name}`));
  });
  // the blank choice takes the label back
  select.addEventListener("change", () => judge(item, select.value === "" ? labelOf(item) : Number(select.value)));
  const accept = differs(item) ? [button("accept", item.suggested, `Accept ${suggested}`)] : [];
  return make("div", { class: "choices" }, ...accept, button("reject", item.given, `Keep ${given}`), select);
}

function evidence(item) {
  const details = make("details", {}, make("summary", {}, "Evidence"));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(...evidenceParts(item));
  });
  return details;
}

function evidenceParts(item) {
  if (item.q.every((value) => value === null)) return [make("p", {}, "No network judged this sample.")];
  const row = (name, label) => make("tr", { class: label === item.suggested ? "suggested" : null },
    make("th", { scope: "row" }, name + (label === item.given ? " (given)" : "")),
    probability(item.p[label], "p"), probability(item.q[label], "q"), make("td", {}, fixed(item.distance[label], 1)));
  const head = ["class", "networks", "all evidence", "distance"].map((name) => make("th", { scope: "col" }, name));
  return [
    make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...data.classes.map(row))),
    make("p", { class: "note" }, `Classifier: probability by one that was not fitted to the sample (fold ${item.fold ?? "unknown"}). `
      + `All evidence: with the action units. Distance: to the class's action unit template. Alpha: ${fixed(item.alpha, 2)}.`
      + (item.cleanlab === null ? "" : ` Label quality by cleanlab: ${fixed(item.cleanlab, 2)}.`)),
  ];
}

function probability(value, kind) {
  const bar = make("span", { class: "track", "aria-hidden": "true" }, make("i", { class: kind, style: `width:${100 * (value ?? 0)}%` }));
  return make("td", {}, fixed(value, 2), bar);
}

function refresh(item) {
  const element = cardOf.get(item.id);
  if (!element) return;
  const verdict = verdictOf(item);
  element.dataset.verdict = verdict;
  for (const name of ["accept", "reject"]) element.querySelector("." + name)?.setAttribute("aria-pressed", String(verdict === name));
  element.querySelector(".other").value = verdict === "other" ? labelOf(item) : "";
}

function refreshAll() {
  for (const id of cardOf.keys()) refresh(itemOf.get(id));
  showProgress();
}

// ---- the list

const number = (value, missing) => (value === null ? missing : value);
const ORDERS = {
  quality: (a, b) => number(a.quality, 2) - number(b.quality, 2),
  certainty: (a, b) => number(b.certainty, -1) - number(a.certainty, -1),
  alpha: (a, b) => number(a.alpha, 2) - number(b.alpha, 2),
  id: () => 0,
};

function select() {
  const wanted = Object.fromEntries(["given", "suggested", "reviewed", "sort", "search"].map((id) => [id, byId(id).value]));
  const decision = document.querySelector("input[name=decision]:checked").value;
  const search = wanted.search.trim().toLowerCase();
  const matches = (item) => (decision === "" || item.decision === decision)
    && (wanted.given === "" || item.given === Number(wanted.given))
    && (wanted.suggested === "" || item.suggested === Number(wanted.suggested))
    && (wanted.reviewed === "" || review.has(item.id) === (wanted.reviewed === "yes"))
    && item.id.toLowerCase().includes(search);
  const names = (a, b) => (a.id < b.id ? -1 : 1);
  matching = data.items.filter(matches).sort((a, b) => ORDERS[wanted.sort](a, b) || names(a, b));
  cardOf.clear();
  byId("cards").replaceChildren();
  showMore();
}

function showMore() {
  const next = matching.slice(cardOf.size, cardOf.size + PAGE);
  byId("cards").append(...next.map(card));
  byId("more").hidden = cardOf.size === matching.length;
  const part = cardOf.size < matching.length ? `, the first ${cardOf.size} below` : "";
  byId("matches").textContent = matching.length ? `${many(matching.length, "sample")} shown${part}` : "No sample on this page is like that.";
}

function showProgress() {
  const done = data.items.filter((item) => review.has(item.id)).length;
  const more = review.size > done ? ` (and ${review.size - done} that are not here)` : "";
  const warning = stored ? "" : " This browser keeps nothing for this page: download the review before you leave it.";
  byId("progress").textContent = `${done} of ${data.items.length.toLocaleString("en")} reviewed${more}.${warning}`;
  byId("download").disabled = review.size === 0;
}

// ---- keys, on a card but not on what is inside it

function onKey(event, element, item) {
  if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
  const label = { a: item.suggested, r: item.given }[event.key.toLowerCase()] ?? Number(event.key) - 1;
  if (label in data.classes) {
    judge(item, label);
    focusCard(element, 1);
  } else if (event.key === "Enter") {
    const details = element.querySelector("details");
    details.open = !details.open;
  } else if (event.key.startsWith("Arrow")) {
    const cards = [...byId("cards").children];
    const row = cards.filter((other) => other.offsetTop === cards[0].offsetTop).length;
    focusCard(element, { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row }[event.key]);
  } else return;
  event.preventDefault();
}

function focusCard(element, step) {
  const place = [...byId("cards").children].indexOf(element) + step;
  while (place >= cardOf.size && cardOf.size < matching.length) showMore();
  byId("cards").children[place]?.focus();
}

// ---- start

function start() {
  const choice = ({ name, here }, checked) => make("label", {},
    make("input", { type: "radio", name: "decision", value: name, checked: checked ? "" : null }), ` ${name || "all"} `,
    make("span", { class: "count" }, here.toLocaleString("en")));
  const first = data.decisions.find((decision) => decision.here > 0);
  byId("decisions").append(...data.decisions.map((decision) => choice(decision, decision === first)),
    choice({ name: "", here: data.items.length }, !first));
  for (const { name, all, here } of data.decisions.filter((decision) => decision.here < decision.all)) {
    const which = name === "unjudged" ? "the first by sample id" : "those of lowest quality";
    const text = `${name}: ${here.toLocaleString("en")} of ${many(all, "sample")} are here, ${which}; ${(all - here).toLocaleString("en")} are not shown.`;
    byId("not-shown").append(make("li", {}, text));
  }
  data.classes.forEach((name, label) => {
    for (const id of ["given", "suggested"]) byId(id).append(make("option", { value: label }, name));
  });
  byId("class-keys").textContent = data.classes.map((name, label) => `${label + 1} ${name}`).join(", ");
  byId("filters").addEventListener("input", select);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", showMore);
  new IntersectionObserver((seen) => seen[0].isIntersecting && showMore(), { rootMargin: "800px" }).observe(byId("more"));
  byId("accept-all").addEventListener("click", acceptAll);
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
