// Runs in the report, as a reader would use it, and leaves what it saw in the page.
const seen = { violations: 0, resources: 0 };
document.addEventListener("securitypolicyviolation", () => { seen.violations += 1; });
addEventListener("error", (event) => { seen.error = String(event.message); });

const until = async (holds) => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (holds()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`never: ${holds}`);
};
const names = (table) => [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
const choose = async (control, value) => {
  const before = document.querySelector("#found").textContent;
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 200));
  await until(() => document.querySelector("#found").textContent !== "");
  return before;
};

async function drive() {
  const section = [...document.querySelectorAll("section.task")].find((it) => it.querySelector("h2").textContent.startsWith("triage"));
  const [policies, models] = section.querySelectorAll("table.sortable");
  const price = [...models.tHead.rows[0].cells].find((cell) => cell.textContent.startsWith("price"));
  price.querySelector("button").click();
  seen.dearest = names(models);
  price.querySelector("button").click();
  seen.cheapest = names(models);
  seen.sorted = price.getAttribute("aria-sort");
  const filter = policies.parentElement.previousElementSibling.querySelector("input");
  filter.value = "vote";
  filter.dispatchEvent(new Event("input"));
  seen.votes = names(policies);
  filter.value = "";
  filter.dispatchEvent(new Event("input"));
  // An element of a figure has no click() of its own.
  section.querySelector("svg a").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  await until(() => document.querySelector("tr:target"));
  seen.target = document.querySelector("tr:target").cells[0].textContent;
  const paper = () => getComputedStyle(document.body).backgroundColor;
  seen.papers = [];
  for (let step = 0; step < 2; step += 1) {
    document.querySelector("#theme").click();
    seen.papers.push(paper());
  }
  await items();
  seen.resources = performance.getEntriesByType("resource").length;
}

async function items() {
  await until(() => document.querySelectorAll("#list details").length > 0);
  const controls = document.querySelector("#controls").elements;
  const option = (control, name) => [...control.options].find((it) => it.textContent === name).value;
  await choose(controls.task, option(controls.task, "triage"));
  await until(() => [...controls.policy.options].some((it) => it.textContent === "everybody"));
  await choose(controls.policy, option(controls.policy, "everybody"));
  seen.found = {};
  for (const show of ["all", "missed", "rescued", "overruled", "none"]) {
    await choose(controls.show, show);
    seen.found[show] = document.querySelector("#found").textContent;
  }
  await choose(controls.show, "all");
  const item = document.querySelector("#list details");
  item.open = true;
  await until(() => item.querySelectorAll("tbody tr").length > 0);
  seen.rows = item.querySelectorAll("tbody tr").length;
  const question = item.querySelector("pre").textContent;
  controls.search.value = question.slice(0, 40);
  await choose(controls.search, controls.search.value);
  await until(() => document.querySelectorAll("#list details").length < 20);
  seen.searched = document.querySelectorAll("#list details").length;
}

addEventListener("load", () => {
  drive().catch((error) => { seen.error = String(error); }).finally(() => {
    const note = document.createElement("pre");
    note.id = "seen";
    note.textContent = JSON.stringify(seen);
    document.body.append(note);
  });
});
