// Has axe-core look at the whole page, everything unfolded, and leaves its complaints in the page.
addEventListener("load", async () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  await new Promise((done) => setTimeout(done, 1000));
  const complaint = (it) => `${it.id}: ${it.nodes.length} times, as ${it.nodes[0].html.slice(0, 200)}`;
  const result = await axe.run(document).catch((error) => ({ violations: [], error: String(error) }));
  const note = document.createElement("pre");
  note.id = "seen";
  const { error, passes } = result;
  note.textContent = JSON.stringify({ error, violations: result.violations.map(complaint), passes: passes?.length ?? 0 });
  document.body.append(note);
});
