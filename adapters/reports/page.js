// The page of one run: a row is a test in one repeat.
{
  const { element, badge, foreign, openable, part, time } = Tests;
  const PROBLEMS = "fei";
  const scores = (row) => row.scores || [];
  const has = (...letters) => ({ standing }) => letters.includes(standing);

  function headline(row) {
    if (row.error) return `${row.error.kind}: ${row.error.message}`;
    const wanted = row.standing === "pass" ? null : row.standing;
    const score = scores(row).find((found) => found.required && found.verdict === wanted);
    return score ? `${score.metric}: ${score.reason}` : row.description || row.prompt || "";
  }

  function draw(row, { flaky }) {
    const key = element("span", "name", element("bdi", "key", row.key));
    if (flaky) key.append(" ", badge("flaky", "inconclusive"));
    const summary = element("summary", "", badge(row.standing), key,
      foreign("span", "snippet", headline(row).slice(0, 300)), element("span", "time", time(row.latency_s)));
    return openable(summary, () => inside(row));
  }

  function inside(row) {
    const box = element("div", "details");
    if (row.description) box.append(element("p", "", row.description));
    if (row.error) box.append(part(`Error: ${row.error.kind}`, foreign("pre", "", row.error.message)));
    const prompt = part(row.answer === undefined ? "Prompt (not answered)" : "Prompt", foreign("pre", "", row.prompt || ""));
    if (row.turns) box.append(part("Conversation", element("div", "", ...row.turns.flatMap(turn))));
    else if (row.answer === undefined) box.append(prompt);
    else box.append(element("div", "duo", prompt, part("Answer", foreign("pre", "", row.answer))));
    if (row.variables) box.append(part("Variables", foreign("pre", "", row.variables)));
    if (scores(row).length) box.append(part("Metrics", element("ul", "scores", ...scores(row).map(scored))));
    if (row.retried) box.append(part("An earlier attempt failed", foreign("pre", "", `${row.retried.kind}: ${row.retried.message}`)));
    const tags = [row.target, row.prompt_label, ...(row.tags || [])].filter(Boolean).map((tag) => element("bdi", "tag", tag));
    box.append(element("p", "meta", ...tags, facts(row)));
    return box;
  }

  function turn([user, answer], index) {
    return [element("p", "meta", `Turn ${index + 1}`), element("div", "duo", foreign("pre", "", user), foreign("pre", "", answer))];
  }

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
      row.cached ? "from the cache" : row.latency_s === undefined ? "" : `answered in ${time(row.latency_s)}`,
      row.http_status === undefined ? "" : `HTTP ${row.http_status}`,
      row.score === undefined ? "" : `score ${row.score.toFixed(2)}`,
      row.tokens ? `${sent ?? "?"} tokens in, ${received ?? "?"} out` : "",
      row.cost || "",
    ];
    return known.filter(Boolean).join(" · ");
  }

  Tests.show({
    mark: ({ standing, flaky }, at) => ({ standing: standing[at], flaky: flaky[at] === "y" }),
    filters: [
      ["Needs a look", has(...PROBLEMS)],
      ["All", () => true],
      ["Failed", has("f")],
      ["Errors", has("e")],
      ["Inconclusive", has("i")],
      ["Flaky", ({ flaky }) => flaky],
      ["Passed", has("p")],
      ["Not run", ({ standing }) => !`p${PROBLEMS}`.includes(standing)],
    ],
    draw,
    words: (row) => [row.key, row.target, row.prompt_label, row.description, row.prompt, row.answer, row.variables,
      row.error?.kind, row.error?.message, ...(row.tags || []),
      ...scores(row).flatMap((score) => [score.metric, score.kind, score.reason])],
  });
}
