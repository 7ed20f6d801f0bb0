"use strict";
// Without this script the page has everything but sorting, filters, tips and items.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

// The theme: as the system has it, or as the reader says.
const themes = ["as the system", "light", "dark"];
const button = $("#theme");
button.hidden = false;
button.addEventListener("click", () => {
  const current = document.documentElement.dataset.theme || themes[0];
  const next = themes[(themes.indexOf(current) + 1) % themes.length];
  if (next === themes[0]) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  button.textContent = `Theme: ${next}`;
});

// Sorting: a figure by its value, the greatest first; what is unknown comes last either way.
function sort(table, column, head) {
  const isFigure = head.classList.contains("n");
  const before = head.getAttribute("aria-sort");
  const falls = before ? before === "ascending" : isFigure;
  const key = (row) => {
    const text = row.cells[column].textContent;
    if (!isFigure) return text;
    // What is below the last digit shown sorts as nothing.
    const value = text.startsWith("<") ? 0 : Number.parseFloat(text);
    return Number.isNaN(value) ? null : value;
  };
  const order = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
  const keyed = [...table.tBodies[0].rows].map((row) => [key(row), row]);
  keyed.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return falls ? order(b, a) : order(a, b);
  });
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", falls ? "descending" : "ascending");
  table.tBodies[0].append(...keyed.map(([, row]) => row));
}

for (const table of $$("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const sorter = make("button", { type: "button" }, head.textContent);
    sorter.addEventListener("click", () => sort(table, column, head));
    head.replaceChildren(sorter);
  });
  if (table.tBodies[0].rows.length > 6) {
    const input = make("input", { type: "search", placeholder: "words in a row" });
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    table.parentElement.before(make("label", { class: "filter" }, `Filter ${table.caption.textContent.split(":")[0]}: `, input));
  }
}
for (const cell of $$(".verdict td")) {
  if (["passed", "failed", "inconclusive"].includes(cell.textContent)) cell.className = cell.textContent;
}

// Tips: what a mark in a figure stands for, under the pointer and for the keyboard.
const tip = $("#tip");
// The browser's own tip would cover ours, so a title becomes a label when it is first needed.
function tipped(element) {
  const target = element.closest("a, g");
  const title = target && $(":scope > title", target);
  if (title) {
    target.setAttribute("aria-label", title.textContent);
    title.remove();
  }
  return target && target.hasAttribute("aria-label") ? target : null;
}
function show(target, x, y) {
  tip.textContent = target.getAttribute("aria-label");
  tip.hidden = false;
  const left = Math.min(x + 12, innerWidth - tip.offsetWidth - 8);
  const top = y + 16 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 8 : y + 16;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, top)}px`;
}
const hide = () => { tip.hidden = true; };
for (const figure of $$("svg.q")) {
  figure.addEventListener("pointermove", (event) => {
    const target = tipped(event.target);
    if (target) show(target, event.clientX, event.clientY); else hide();
  });
  figure.addEventListener("pointerleave", hide);
  figure.addEventListener("focusin", (event) => {
    const target = tipped(event.target);
    if (!target) return;
    const box = target.getBoundingClientRect();
    show(target, box.x + box.width / 2, box.y + box.height / 2);
  });
  figure.addEventListener("focusout", hide);
  // One stop for the tabulator a figure; arrows go from mark to mark.
  const marks = $$("a", figure);
  marks.slice(1).forEach((mark) => mark.setAttribute("tabindex", "-1"));
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = marks.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = marks[(at + step + marks.length) % marks.length];
    marks[at].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
}
// A row that a link leads to is not hidden by a filter.
addEventListener("hashchange", () => {
  const row = document.getElementById(location.hash.slice(1));
  if (row && row.hidden) { row.hidden = false; row.scrollIntoView(); }
});
addEventListener("beforeprint", () => $$("details.doubts, details.further").forEach((it) => { it.open = true; }));

// Items.
async function unpack(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const ENDINGS = {
  r: "✓ right", p: "◐ partly right", w: "✗ wrong", a: "abstained", u: "not readable",
  x: "refused", f: "failed", "-": "not run",
};
const SHOWN = 20;

class Browser {
  constructor(tasks) {
    this.tasks = tasks;
    this.controls = $("#controls").elements;
    this.controls.task.append(...tasks.map((task, at) => new Option(task.task, at)));
    this.controls.task.parentElement.hidden = tasks.length < 2;
    $("#controls").addEventListener("submit", (event) => event.preventDefault());
    $("#controls").addEventListener("input", (event) => (event.target.name === "task" ? this.open() : this.filter()));
    $("#back").addEventListener("click", () => this.turn(-1));
    $("#on").addEventListener("click", () => this.turn(1));
    $("#browser").hidden = false;
  }

  async open() {
    const task = this.tasks[Number(this.controls.task.value)];
    this.task = task;
    task.read ??= unpack(task.index);
    task.loaded ??= [];
    this.index = await task.read;
    const { policy, category } = this.controls;
    policy.replaceChildren(...task.columns.map((name, at) => new Option(name, at)));
    const all = new Option("all", "-1");
    category.replaceChildren(all, ...this.index.categories.map((name, at) => new Option(name, at)));
    category.parentElement.hidden = this.index.categories.length < 2;
    await this.filter();
  }

  page(at) {
    this.task.loaded[at] ??= unpack(this.task.pages[at]);
    return this.task.loaded[at];
  }

  async item(at) {
    const page = await this.page(Math.floor(at / this.task.per_page));
    return page[at % this.task.per_page];
  }

  async filter() {
    const { task, index } = this;
    const column = Number(this.controls.policy.value);
    const category = Number(this.controls.category.value);
    const words = this.controls.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const run = (this.run = (this.run || 0) + 1);
    const first = task.columns.length - task.n_models;
    const models = index.endings.slice(first);
    const best = index.endings[task.columns.indexOf("best-single")];
    const own = index.endings[column];
    const right = (endings, at) => endings !== undefined && endings[at] === "r";
    const wrong = (endings, at) => endings !== undefined && endings[at] !== "r" && endings[at] !== "-";
    const some = (at) => models.some((it) => it[at] === "r");
    const every = (at) => models.every((it) => it[at] === "r" || it[at] === "-") && some(at);
    const kinds = {
      all: () => true,
      missed: (at) => wrong(own, at) && some(at),
      rescued: (at) => right(own, at) && wrong(best, at),
      overruled: (at) => wrong(own, at) && right(best, at),
      split: (at) => some(at) && !every(at),
      none: (at) => !some(at),
      every,
      silent: (at) => "auxf".includes(own[at]),
    };
    const holds = kinds[this.controls.show.value];
    const found = [];
    for (let at = 0; at < task.n; at += 1) {
      if ((category < 0 || index.category[at] === category) && holds(at)) found.push(at);
    }
    if (words.length) {
      const texts = await Promise.all(found.map((at) => this.item(at)));
      if (run !== this.run) return;
      const has = (item) => {
        const text = `${item.id} ${item.q ?? ""}`.toLowerCase();
        return words.every((word) => text.includes(word));
      };
      this.found = found.filter((_, at) => has(texts[at]));
    } else this.found = found;
    this.from = 0;
    await this.draw();
  }

  turn(by) {
    this.from += by * SHOWN;
    return this.draw().then(() => $("#items-head").scrollIntoView());
  }

  async draw() {
    const { task, index, found, from } = this;
    const to = Math.min(from + SHOWN, found.length);
    const items = await Promise.all(found.slice(from, to).map((at) => this.item(at)));
    if (found !== this.found || from !== this.from) return;
    const column = Number(this.controls.policy.value);
    const lines = items.map((item, row) => {
      const at = found[from + row];
      const ending = index.endings[column][at];
      const first = task.columns.length - task.n_models;
      const n = index.endings.slice(first).filter((it) => it[at] === "r").length;
      const head = make("summary", {},
        make("span", { class: `e-${ending}` }, ENDINGS[ending]),
        make("span", {}, `${item.id} · ${n} of ${task.n_models} models right`),
        make("span", { class: "ask" }, (item.q ?? "").replace(/\s+/g, " ").slice(0, 160)));
      const details = make("details", { class: "item" }, head);
      details.addEventListener("toggle", () => {
        if (details.open && details.children.length === 1) details.append(...this.body(item, at));
      });
      return details;
    });
    $("#list").replaceChildren(...lines);
    $("#found").textContent = `${found.length} of ${task.n} items`;
    $("#page").textContent = found.length ? `${from + 1} to ${to} of ${found.length}` : "";
    $("#back").disabled = from === 0;
    $("#on").disabled = to >= found.length;
  }

  body(item, at) {
    const { task, index } = this;
    const first = task.columns.length - task.n_models;
    const category = index.categories[index.category[at]];
    const line = (what, text) => make("p", {}, make("strong", {}, `${what}: `), text);
    const parts = [];
    if (item.q !== null) parts.push(make("pre", {}, item.q));
    if (category !== undefined) parts.push(line("Category", category));
    if (item.c.length) parts.push(make("ol", { type: "A" }, ...item.c.map((choice) => make("li", {}, choice))));
    if (item.t.length) parts.push(line(item.t.length > 1 ? "Right answers" : "Right answer", item.t.join(" | ")));
    const row = (column) => {
      const ending = index.endings[column][at];
      const answer = item.g[column] < 0 ? (item.n[column] ?? "-") : item.a[item.g[column]];
      return make("tr", {}, make("th", { scope: "row" }, task.columns[column]), make("td", {}, answer),
        make("td", { class: `e-${ending}` }, ENDINGS[ending]));
    };
    const table = (what, from, to) => make("table", {}, make("caption", {}, what),
      make("thead", {}, make("tr", {}, ...["", "answer", "outcome"].map((it, place) =>
        make(place ? "th" : "td", place ? { scope: "col" } : {}, it)))),
      make("tbody", {}, ...Array.from({ length: to - from }, (_, place) => row(from + place))));
    parts.push(make("div", { class: "two" }, table("Policies", 0, first), table("Models", first, task.columns.length)));
    return parts;
  }
}

const tasks = JSON.parse($("#data").textContent || "[]");
if (tasks.length) {
  const browser = new Browser(tasks);
  const start = () => browser.open();
  if ("requestIdleCallback" in window) requestIdleCallback(start, { timeout: 500 }); else setTimeout(start);
}
