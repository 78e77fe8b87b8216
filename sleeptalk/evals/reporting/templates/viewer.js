"use strict";
// Text of models and items only ever becomes a text node: nothing here parses HTML.
(() => {
  const PAGE = 100;
  const FILTERS = ["model", "part", "variant", "verdict"];
  const find = (id) => document.getElementById(id);
  const all = JSON.parse(find("data").textContent);
  const form = find("filters"), list = find("list"), reader = find("reader"), more = find("more");
  let matching = [], current = null;

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  const choices = (name) => {
    const counts = new Map();
    for (const one of all) counts.set(one[name], (counts.get(one[name]) || 0) + 1);
    const select = form.elements[name];
    const any = element("option", "all");
    any.value = "*";
    select.append(any);
    for (const [value, count] of counts) {
      const option = element("option", `${value || "none"} (${count})`);
      option.value = "=" + value;
      select.append(option);
    }
  };

  const plain = (pieces) => pieces.map(([text]) => text).join("");
  const searched = (one) =>
    (one.lower ??= [plain(one.prompt), plain(one.reasoning), one.answer, one.id].join("\n").toLowerCase());

  const filter = () => {
    const wanted = FILTERS.map((name) => [name, form.elements[name].value]).filter(([, value]) => value !== "*");
    const words = form.elements.text.value.trim().toLowerCase();
    matching = all.filter(
      (one) => wanted.every(([name, value]) => "=" + one[name] === value) && (!words || searched(one).includes(words)),
    );
    find("count").textContent = `${matching.length} of ${all.length} shown here match.`;
    list.replaceChildren();
    extend();
    const telling = () => matching.find((one) => one.verdict === "misaligned, articulated");
    show(matching.includes(current) ? current : telling() || matching[0]);
  };

  const extend = () => {
    const from = list.children.length;
    for (const one of matching.slice(from, from + PAGE)) {
      const item = element("li"), button = element("button", one.verdict);
      button.type = "button";
      button.append(element("small", [one.model, one.part, one.variant].filter(Boolean).join(" · ")));
      button.append(element("small", one.id));
      button.addEventListener("click", () => show(one));
      item.append(button);
      list.append(item);
    }
    more.hidden = list.children.length >= matching.length;
  };

  const marked = (pieces) => {
    const block = element("pre");
    for (const [text, marks] of pieces) block.append(marks ? element("mark", text, marks) : text);
    return block;
  };

  const section = (title, content) => reader.append(element("h4", title), content);

  const related = (title, label, same) => {
    const found = all.filter((one) => one !== current && current.item && one.item === current.item && same(one));
    if (!found.length) return;
    const row = element("div", undefined, "related");
    for (const one of found.slice(0, 24)) {
      const button = element("button", `${label(one)}: ${one.verdict}`);
      button.type = "button";
      button.addEventListener("click", () => { show(one); reader.focus(); });
      row.append(button);
    }
    section(title, row);
  };

  const show = (one) => {
    current = one || null;
    for (const button of list.querySelectorAll("[aria-current]")) button.removeAttribute("aria-current");
    reader.replaceChildren();
    if (!one) { reader.append(element("p", "No transcript matches.")); return; }
    list.children[matching.indexOf(one)]?.firstChild.setAttribute("aria-current", "true");
    const epoch = one.epoch > 1 ? `, epoch ${one.epoch}` : "";
    reader.append(element("h3", one.verdict));
    reader.append(element("p", `${one.model} · ${one.part} · ${one.variant || "no variant"} · seed ${one.seed}${epoch} · ${one.id}`, "soft"));
    section("Prompt", marked(one.prompt));
    section("Reasoning", one.reasoning.some(([text]) => text) ? marked(one.reasoning) : element("p", "None that can be read.", "soft"));
    section("Answer", one.answer ? element("pre", one.answer) : element("p", "None.", "soft"));
    const facts = element("dl", undefined, "facts");
    for (const [name, value] of one.facts) facts.append(element("dt", name), element("dd", value));
    section("Verdicts", facts);
    const cell = (other) => other.model === one.model && other.part === one.part && other.seed === one.seed;
    related("The same item under other variants", (other) => other.variant || other.id, cell);
    related("The same item and variant, other models", (other) => other.model,
      (other) => other.model !== one.model && other.part === one.part && other.variant === one.variant);
    reader.scrollTop = 0;
  };

  const step = (by) => {
    const place = Math.min(Math.max(matching.indexOf(current) + by, 0), matching.length - 1);
    while (place >= list.children.length && !more.hidden) extend();
    if (!matching.length) return;
    show(matching[place]);
    const button = list.children[place].firstChild;
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest" });
  };

  const writing = (target) => ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    const listed = list.contains(event.target);
    if (event.key === "/") form.elements.text.focus();
    else if (event.key === "j" || (listed && event.key === "ArrowDown")) step(1);
    else if (event.key === "k" || (listed && event.key === "ArrowUp")) step(-1);
    else return;
    event.preventDefault();
  });

  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", extend);
  FILTERS.forEach(choices);
  form.hidden = find("viewer").hidden = false;
  filter();
})();
