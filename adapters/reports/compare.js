// The page of a comparison: a row is a test, side by side in both runs.
{
  const { element, badge, foreign, openable, part, time } = Tests;
  const WORDS = { r: "worse", i: "better", s: "same", n: "apart" };
  const LOOKS = { r: "fail", i: "pass", s: "none", n: "none" };
  const sides = (row) => [["Base", row.base || []], ["New", row.new || []]];

  function outcome(results) {
    if (!results.length) return "not there";
    const passed = results.filter((result) => result.standing === "pass").length;
    return results.length === 1 ? results[0].standing : `${passed} of ${results.length} pass`;
  }

  function reason(result) {
    if (result.error) return `${result.error.kind}: ${result.error.message}`;
    const score = (result.scores || []).find((found) => found.required && found.verdict !== "pass");
    return score ? `${score.metric}: ${score.reason}` : "";
  }

  function draw(row, { change }) {
    const [before, after] = [row.base || [], row.new || []];
    const side = change === "i" ? before : after;
    const said = row.note || side.map(reason).find(Boolean) || after[0]?.answer || "";
    const summary = element("summary", "wide-badge", badge(WORDS[change], LOOKS[change]), element("bdi", "key", row.key),
      element("span", "time", `${outcome(before)} → ${outcome(after)}`), foreign("span", "snippet", said.slice(0, 300)));
    return openable(summary, () => inside(row));
  }

  function inside(row) {
    const box = element("div", "details");
    if (row.note) box.append(element("p", "", row.note));
    const prompts = sides(row).map(([, results]) => results[0]?.prompt);
    const same = prompts[0] === prompts[1];
    if (same && prompts[0]) box.append(part("Prompt", foreign("pre", "", prompts[0])));
    box.append(element("div", "duo", ...sides(row).map(([title, results]) => column(title, results, !same))));
    return box;
  }

  function column(title, results, withPrompt) {
    const box = element("div", "side", element("h4", "", `${title}: ${outcome(results)}`));
    if (withPrompt && results[0]) box.append(foreign("pre", "quiet", results[0].prompt || ""));
    for (const result of results) box.append(...repeat(result, results.length > 1));
    return box;
  }

  function repeat(result, isOneOfMany) {
    const scores = (result.scores || []).map((score) => element("li", "", badge(score.verdict),
      element("p", "", element("bdi", "key", score.metric), element("i", "", ` ${Number(score.value).toFixed(2)}`), element("br", ""), foreign("span", "", score.reason))));
    const made = [];
    if (isOneOfMany) made.push(element("p", "meta", badge(result.standing), ` ${result.key}`));
    if (result.error) made.push(foreign("pre", "", reason(result)));
    if (result.answer !== undefined) made.push(foreign("pre", "", result.answer));
    if (scores.length) made.push(element("ul", "scores", ...scores));
    if (result.latency_s !== undefined) made.push(element("p", "meta", `answered in ${time(result.latency_s)}`));
    return made;
  }

  Tests.show({
    mark: (marks, at) => ({ change: marks.change[at], differs: marks.differs[at] === "y", failed: marks.failed[at] === "y", erred: marks.erred[at] === "y" }),
    filters: [
      ["Changed", ({ change }) => "ri".includes(change)],
      ["Worse", ({ change }) => change === "r"],
      ["Better", ({ change }) => change === "i"],
      ["Other answer", ({ differs }) => differs],
      ["Failed in both", ({ failed }) => failed],
      ["Errors", ({ erred }) => erred],
      ["Not compared", ({ change }) => change === "n"],
      ["All", () => true],
    ],
    draw,
    words: (row) => [row.key, row.note, ...[...(row.base || []), ...(row.new || [])].flatMap((result) => [result.prompt, result.answer,
      result.error?.message, ...(result.tags || []), ...(result.scores || []).flatMap((score) => [score.metric, score.reason])])],
  });
}
