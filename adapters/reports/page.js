// Draws the list of tests from the JSON in the page. Foreign text reaches the page as text nodes only, never as markup.
"use strict";
{
  const PAGE = 100;
  const PROBLEMS = ["fail", "error", "inconclusive"];
  const RAN = ["pass", ...PROBLEMS];
  const FILTERS = [
    ["Needs a look", (row) => PROBLEMS.includes(row.standing)],
    ["All", () => true],
    ["Failed", (row) => row.standing === "fail"],
    ["Errors", (row) => row.standing === "error"],
    ["Inconclusive", (row) => row.standing === "inconclusive"],
    ["Passed", (row) => row.standing === "pass"],
    ["Not run", (row) => !RAN.includes(row.standing)],
  ];
  const byId = (id) => document.getElementById(id);
  const rows = JSON.parse(byId("rows").textContent);
  const list = byId("list"), more = byId("more"), search = byId("search"), shown = byId("shown");
  let filter = null, matches = [], drawn = 0;

  function element(name, classes, ...content) {
    const made = document.createElement(name);
    if (classes) made.className = classes;
    made.append(...content);
    return made;
  }

  function time(value) {
    if (value === undefined) return "";
    if (value < 0.9995) return `${(value * 1000).toFixed(0)} ms`;
    return `${value.toFixed(2)} s`;
  }

  const badge = (word, kind = word) => element("b", `badge ${kind}`, word);
  const scores = (row) => row.scores || [];
  const foreign = (name, classes, text) => Object.assign(element(name, classes, text), { dir: "auto" });

  function headline(row) {
    if (row.error) return `${row.error.kind}: ${row.error.message}`;
    const wanted = row.standing === "pass" ? null : row.standing;
    const score = scores(row).find((found) => found.required && found.verdict === wanted);
    return score ? `${score.metric}: ${score.reason}` : row.description || row.prompt || "";
  }

  function searchable(row) {
    if (row.index === undefined) {
      const parts = [row.key, row.target, row.prompt_label, row.description, row.prompt, row.answer, row.variables, row.error?.kind, row.error?.message,
        ...(row.tags || []), ...scores(row).flatMap((score) => [score.metric, score.kind, score.reason])];
      row.index = parts.filter(Boolean).join("\n").toLowerCase();
    }
    return row.index;
  }

  function draw(row) {
    const summary = element("summary", "", badge(row.standing), element("bdi", "key", row.key),
      foreign("span", "snippet", headline(row).slice(0, 300)), element("span", "time", time(row.latency_s)));
    const details = element("details", "row", summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(inside(row));
    });
    return details;
  }

  function inside(row) {
    const box = element("div", "details");
    if (row.description) box.append(element("p", "", row.description));
    if (row.error) box.append(part(`Error: ${row.error.kind}`, foreign("pre", "", row.error.message)));
    const prompt = part(row.answer === undefined ? "Prompt (not answered)" : "Prompt", foreign("pre", "", row.prompt || ""));
    if (row.answer === undefined) box.append(prompt);
    else box.append(element("div", "duo", prompt, part("Answer", foreign("pre", "", row.answer || "(empty)"))));
    if (row.variables) box.append(part("Variables", foreign("pre", "", row.variables)));
    if (scores(row).length) box.append(part("Metrics", element("ul", "scores", ...scores(row).map(scored))));
    if (row.retried) box.append(part("An earlier attempt failed", foreign("pre", "", `${row.retried.kind}: ${row.retried.message}`)));
    const tags = (row.tags || []).map((tag) => element("bdi", "tag", tag));
    box.append(element("p", "meta", ...tags, facts(row)));
    return box;
  }

  const part = (title, ...content) => element("div", "", element("h4", "", title), ...content);

  function scored(score) {
    const kind = score.kind === score.metric ? "" : ` (${score.kind})`;
    const note = `${kind}${score.required ? "" : ", not required"}, ${Number(score.value).toFixed(2)}`;
    const text = element("p", "", element("bdi", "key", score.metric), element("i", "", note), element("br", ""), foreign("span", "", score.reason));
    return element("li", "", badge(score.verdict), text);
  }

  function facts(row) {
    const [sent, received] = row.tokens || [];
    const known = [
      `${row.attempts} ${row.attempts === 1 ? "attempt" : "attempts"}`,
      row.losses ? `${row.losses} lost with their worker` : "",
      row.latency_s === undefined ? "" : `answered in ${time(row.latency_s)}`,
      row.http_status === undefined ? "" : `HTTP ${row.http_status}`,
      row.score === undefined ? "" : `score ${row.score.toFixed(2)}`,
      row.tokens ? `${sent ?? "?"} tokens in, ${received ?? "?"} out` : "",
    ];
    return known.filter(Boolean).join(" · ");
  }

  function drawMore() {
    const next = matches.slice(drawn, drawn + PAGE);
    list.append(...next.map(draw));
    drawn += next.length;
    more.hidden = drawn >= matches.length;
    more.textContent = `Show more (${(matches.length - drawn).toLocaleString("en")} left)`;
  }

  function update() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    matches = rows.filter((row) => filter(row) && words.every((word) => searchable(row).includes(word)));
    list.replaceChildren();
    drawn = 0;
    drawMore();
    const [count, all] = [matches.length, rows.length].map((value) => value.toLocaleString("en"));
    shown.textContent = matches.length ? `${count} of ${all} tests. Open one to see its prompt, answer and scores.` : `None of ${all} tests fits. Try another word or filter.`;
  }

  function offer([word, fits]) {
    const count = rows.filter(fits).length;
    if (!count && word !== "All") return null;
    const button = element("button", "", word, element("span", "", count.toLocaleString("en")));
    button.type = "button";
    button.addEventListener("click", () => choose(button, fits));
    return { button, fits };
  }

  const offers = FILTERS.map(offer).filter(Boolean);

  function choose(chosen, fits) {
    for (const { button } of offers) button.setAttribute("aria-pressed", String(button === chosen));
    filter = fits;
    update();
  }

  byId("filters").append(...offers.map((one) => one.button));
  byId("controls").hidden = false;
  more.addEventListener("click", drawMore);
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting) && !more.hidden) drawMore(); }, { rootMargin: "600px" }).observe(more);
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(update, 120); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && event.target === search) { search.value = ""; update(); }
  });
  choose(offers[0].button, offers[0].fits);
}
