// The list of tests on a page: unpacks rows when they are drawn or searched, filters by marks, draws a part at a time.
// Foreign text reaches the page as text nodes only, never as markup.
"use strict";
const Tests = {
  element(name, classes, ...content) {
    const made = document.createElement(name);
    if (classes) made.className = classes;
    made.append(...content);
    return made;
  },
  badge: (word, kind = word) => Tests.element("b", `badge ${kind}`, word),
  foreign: (name, classes, text) => Object.assign(Tests.element(name, classes, text), { dir: "auto" }),
  part: (title, ...content) => Tests.element("div", "", Tests.element("h4", "", title), ...content),
  // a row whose inside is made when it is first opened
  openable(summary, inside) {
    const details = Tests.element("details", "row", summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(inside());
    });
    return details;
  },
  time(value) {
    if (value === undefined) return "";
    return value < 0.9995 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(2)} s`;
  },

  // page: mark(marks, at) is a row's mark, filters are [word, fits(mark)], draw(row, mark) makes its element,
  // words(row) are the texts a search looks at.
  show(page) {
    const PAGE = 100, KEPT = 12;
    const byId = (id) => document.getElementById(id);
    const [list, more, search, shown] = ["list", "more", "search", "shown"].map(byId);
    const packed = [...document.querySelectorAll("script.chunk")];
    const { chunks, marks } = JSON.parse(byId("index").textContent);
    const starts = [0];
    for (const size of chunks) starts.push(starts.at(-1) + size);
    const all = starts.at(-1);
    const count = (value) => value.toLocaleString("en");
    const unpacked = new Map();
    let filter = null, matches = [], drawn = 0, turn = 0, searching = false, drawing = false;

    async function textOf(chunk) {
      const bytes = Uint8Array.from(atob(packed[chunk].textContent), (letter) => letter.charCodeAt(0));
      return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    }

    async function rowsOf(chunk, text) {
      if (unpacked.has(chunk)) return unpacked.get(chunk);
      const rows = JSON.parse(text ?? (await textOf(chunk)));
      if (unpacked.size >= KEPT) unpacked.delete(unpacked.keys().next().value);
      unpacked.set(chunk, rows);
      return rows;
    }

    function chunkOf(at) {
      let low = 0, high = chunks.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle] <= at) low = middle; else high = middle - 1;
      }
      return low;
    }

    async function drawMore() {
      if (drawing) return;
      drawing = true;
      const mine = turn;
      const made = [];
      for (const at of matches.slice(drawn, drawn + PAGE)) {
        const chunk = chunkOf(at);
        made.push(page.draw((await rowsOf(chunk))[at - starts[chunk]], page.mark(marks, at)));
        if (mine !== turn) break;
      }
      drawing = false;
      if (mine !== turn) return drawMore();
      list.append(...made);
      drawn += made.length;
      offerMore();
    }

    function offerMore() {
      more.hidden = drawn >= matches.length;
      more.textContent = `Show more (${count(matches.length - drawn)} left)`;
    }

    function say(done = 1) {
      const found = searching ? `${count(matches.length)} of ${count(all)} found so far, ${Math.round(100 * done)}% searched …`
        : matches.length ? `${count(matches.length)} of ${count(all)} shown. Open one to see all of it.`
        : `None of ${count(all)} fits. Try another word or filter.`;
      if (shown.textContent !== found) shown.textContent = found;
    }

    async function find(words, candidates, mine) {
      // letters and digits stand in the packed text as they are: a chunk without such a word needs no parsing
      const plain = words.filter((word) => /^[a-z0-9-]+$/.test(word));
      let next = 0;
      for (let chunk = 0; chunk < chunks.length; chunk += 1) {
        if (next >= candidates.length) break;
        if (candidates[next] >= starts[chunk + 1]) continue;
        const packedText = await textOf(chunk);
        const lower = packedText.toLowerCase();
        const rows = plain.every((word) => lower.includes(word)) ? await rowsOf(chunk, packedText) : null;
        if (mine !== turn) return;
        for (; next < candidates.length && candidates[next] < starts[chunk + 1]; next += 1) {
          if (!rows) continue;
          const text = page.words(rows[candidates[next] - starts[chunk]]).filter(Boolean).join("\n").toLowerCase();
          if (words.every((word) => text.includes(word))) matches.push(candidates[next]);
        }
        say((chunk + 1) / chunks.length);
        if (drawn < PAGE && matches.length >= PAGE) await drawMore();
        else if (drawn) offerMore();
        if (mine !== turn) return;
      }
      searching = false;
      say();
      if (drawn < PAGE) await drawMore();
    }

    async function update() {
      turn += 1;
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const candidates = [];
      for (let at = 0; at < all; at += 1) if (filter(page.mark(marks, at))) candidates.push(at);
      list.replaceChildren();
      drawn = 0;
      searching = words.length > 0;
      matches = searching ? [] : candidates;
      say(0);
      if (searching) await find(words, candidates, turn);
      else await drawMore();
    }

    function offer([word, fits]) {
      let fitting = 0;
      for (let at = 0; at < all; at += 1) fitting += fits(page.mark(marks, at)) ? 1 : 0;
      if (!fitting && word !== "All") return null;
      const button = Tests.element("button", "", word, Tests.element("span", "", count(fitting)));
      button.type = "button";
      button.addEventListener("click", () => choose(button, fits));
      return { button, fits };
    }

    const offers = page.filters.map(offer).filter(Boolean);
    function choose(chosen, fits) {
      for (const { button } of offers) button.setAttribute("aria-pressed", String(button === chosen));
      filter = fits;
      return update();
    }

    function moveFocus(event) {
      const rows = [...list.querySelectorAll("summary")];
      const at = rows.indexOf(document.activeElement);
      const step = { j: 1, k: -1 }[event.key];
      const next = rows[at < 0 ? 0 : at + step];
      if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest" }); }
    }

    function hear(event) {
      const typing = event.target instanceof HTMLInputElement;
      if (event.key === "Escape" && event.target === search) { search.value = ""; update(); }
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "/") { event.preventDefault(); search.focus(); }
      if (event.key === "j" || event.key === "k") moveFocus(event);
    }

    if (!all) return;
    if (typeof DecompressionStream === "undefined") {
      shown.textContent = "This browser can't unpack the list of tests; one of 2023 or newer can.";
      byId("controls").hidden = false;
      return;
    }
    byId("filters").append(...offers.map((one) => one.button));
    byId("controls").hidden = false;
    more.addEventListener("click", drawMore);
    new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting) && !more.hidden) drawMore(); }, { rootMargin: "600px" }).observe(more);
    let waiting = 0;
    search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(update, 150); });
    document.addEventListener("keydown", hear);
    choose(offers[0].button, offers[0].fits);
  },
};
