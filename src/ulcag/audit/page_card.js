// A card: one sample to look at and to decide. Goes on where page_review.js ends.

// At a place of the list, from 0.
function card(item, place) {
  const [given, suggested] = [data.classes[item.given], data.classes[item.suggested]];
  const element = make("article", { tabindex: 0, "aria-posinset": place + 1, "aria-setsize": matching.length },
    picture(item, given),
    make("div", { class: "facts" },
      make("h3", { title: item.id }, item.id),
      make("p", { class: "labels" }, given, ...(differs(item) ? [" → ", make("strong", {}, suggested)] : [])),
      make("p", { class: "scores" }, meter("quality", item.quality), meter("certainty", item.certainty))),
    make("p", { class: "reason" }, make("span", { class: "decision " + item.decision }, item.decision), " " + item.reason),
    choices(item, given, suggested),
    evidence(item));
  cardOf.set(item.id, element);
  refresh(item);
  return element;
}

function picture(item, given) {
  if (item.picture === null) return make("div", { class: "picture none" }, "no picture");
  const source = "data:image/webp;base64," + item.picture;
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
  if (item.q.every((value) => value === null)) return [make("p", {}, "No classifier judged this sample.")];
  const row = (name, label) => make("tr", { class: label === item.suggested ? "suggested" : null },
    make("th", { scope: "row" }, name + (label === item.given ? " (given)" : "")),
    probability(item.p[label], "p"), probability(item.q[label], "q"), make("td", {}, fixed(item.distance[label], 1)));
  const head = ["class", "classifier", "all evidence", "distance"].map((name) => make("th", { scope: "col" }, name));
  return [
    make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...data.classes.map(row))),
    make("p", { class: "note" }, `Classifier: probability from a classifier not fitted to this sample (fold ${item.fold ?? "unknown"}). `
      + `All evidence: classifier and action units. Distance: to the action unit template of the class. Alpha: ${fixed(item.alpha, 2)}.`
      + (item.cleanlab === null ? "" : ` Label quality from cleanlab: ${fixed(item.cleanlab, 2)}.`)),
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
  const suggestion = differs(item) ? `, suggested ${data.classes[item.suggested]}` : "";
  const reviewed = verdict ? `, reviewed: ${data.classes[labelOf(item)]}` : "";
  element.setAttribute("aria-label", `${item.id}: given ${data.classes[item.given]}${suggestion}, ${item.decision}${reviewed}`);
  for (const name of ["accept", "reject"]) element.querySelector("." + name)?.setAttribute("aria-pressed", String(verdict === name));
  element.querySelector(".other").value = verdict === "other" ? labelOf(item) : "";
}

function refreshAll() {
  for (const id of cardOf.keys()) refresh(itemOf.get(id));
  showProgress();
}
