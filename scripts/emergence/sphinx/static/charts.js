/* Brings charts to life: those with inputs when they come near, others when touched. Shows the
   table behind a chart, and copies a link to a chart as the reader has set it. */
(() => {
  "use strict";

  const phone = matchMedia("(max-width: 600px)"); // as in the pictures
  const root = document.documentElement;
  const figures = [...document.querySelectorAll("figure.em-chart")];
  const living = figures.filter((figure) => figure.dataset.live !== "never");
  const drawn = new Map(); // figure -> {scheme, size, result, inputs: signals bound to inputs}
  const queues = new Map(); // figure -> the drawing that runs
  const scripts = new Map(); // address -> the script that loads

  const scheme = () => (root.dataset.theme === "dark" ? "dark" : "light");
  const nameOf = (figure) => figure.id.replace(/^chart-/, "");
  // A slide shrinks on a small screen, it does not become narrow.
  const sizeOf = (figure) => (phone.matches && !("wide" in figure.dataset) ? "-phone" : "");

  function load(address) {
    const url = new URL(address, document.baseURI).href;
    if (!scripts.has(url)) {
      const loaded = new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = url;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${url} could not be loaded`));
        document.head.append(script);
      });
      // What failed may be tried again.
      loaded.catch(() => scripts.delete(url));
      scripts.set(url, loaded);
    }
    return scripts.get(url);
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  // Drawing

  function label(figure, controls) {
    for (const input of controls.querySelectorAll("input, select")) {
      const bind = input.closest(".vega-bind");
      const name = bind.querySelector(".vega-bind-name").textContent;
      if (input.type === "radio") {
        input.name = `${figure.id}-${input.name}`; // two charts may have a setting of one name
        bind.setAttribute("role", "radiogroup");
        bind.setAttribute("aria-label", name);
      } else {
        input.setAttribute("aria-label", name);
      }
    }
  }

  // A slider tells its value as the language writes numbers.
  function localise(controls) {
    for (const input of controls.querySelectorAll("input[type=range]")) {
      const shown = input.nextElementSibling;
      const tell = () => {
        const value = input.valueAsNumber.toLocaleString(root.lang || undefined, {
          maximumFractionDigits: 10,
          useGrouping: "min2",
        });
        if (shown.textContent !== value) shown.textContent = value;
      };
      new MutationObserver(tell).observe(shown, { childList: true });
      tell();
    }
  }

  // New rows each time, since Vega writes into them.
  function datasetsOf(parts) {
    const rowsOf = ({ columns }) => {
      const names = Object.keys(columns);
      return columns[names[0]].map((_, i) =>
        Object.fromEntries(names.map((name) => [name, columns[name][i]])),
      );
    };
    return Object.fromEntries(
      Object.entries(parts.datasets).map(([name, told]) => [
        name,
        Array.isArray(told) ? structuredClone(told) : rowsOf(told),
      ]),
    );
  }

  async function draw(figure) {
    const wanted = scheme();
    const size = sizeOf(figure);
    const before = drawn.get(figure);
    if (before?.scheme === wanted && before.size === size) return;
    const { live, spec: told, vega } = figure.dataset;
    if (live === "never") return;
    await Promise.all([load(vega), load(told)]);
    const parts = window.emergenceCharts[nameOf(figure)];
    const view = figure.querySelector(".em-view");
    const place = make("div", "em-live em-pending");
    const controls = make("div", "em-controls");
    view.append(place);
    const spec = {
      ...parts[wanted],
      ...(parts.sizes[size] ?? parts.sizes[""]),
      datasets: datasetsOf(parts),
    };
    const result = await window.emergenceVega.embed(place, spec, {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      ast: true,
      defaultStyle: false,
      bind: controls,
      tooltip: { theme: wanted },
    });
    const inputs = (result.vgSpec.signals ?? []).filter((signal) => signal.bind?.input);
    const values = before
      ? inputs.map(({ name }) => [name, before.result.view.signal(name)])
      : settingsTold(nameOf(figure), inputs);
    for (const [name, value] of values) result.view.signal(name, value);
    await result.view.runAsync();
    label(figure, controls);
    localise(controls);
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", view.querySelector("img").alt);
    place.removeAttribute("aria-roledescription");
    // The words stand for the whole; Vega's roles of each mark say nothing more.
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    const focused = [...figure.querySelectorAll(".em-controls :is(input, select)")].indexOf(
      document.activeElement,
    );
    before?.result.finalize();
    for (const old of figure.querySelectorAll(".em-live:not(.em-pending), .em-controls")) {
      old.remove();
    }
    if (inputs.length) view.before(controls);
    if (focused >= 0) controls.querySelectorAll("input, select")[focused]?.focus();
    place.classList.remove("em-pending");
    place.dataset.scheme = wanted;
    figure.dataset.state = "live";
    drawn.set(figure, { scheme: wanted, size, result, inputs });
  }

  // Vega tells a mark's values on movement only, and a finger that taps does not move.
  function point({ clientX, clientY }) {
    document.elementFromPoint(clientX, clientY)?.dispatchEvent(
      new PointerEvent("pointermove", { bubbles: true, clientX, clientY }),
    );
  }

  function request(figure) {
    const next = (queues.get(figure) ?? Promise.resolve())
      .then(() => draw(figure))
      .catch((error) => console.error(`${figure.id}: ${error.message}`));
    queues.set(figure, next);
    return next;
  }

  function redraw() {
    if (root.dataset.printing === undefined) [...drawn.keys()].forEach(request);
  }

  // Settings in the address: ?answer-length.k=12#chart-answer-length

  // The value that an input's text stands for; undefined for one that it cannot have.
  function valueOf({ bind, value }, text) {
    if (bind.options) return bind.options.find((option) => String(option) === text);
    if (bind.input === "checkbox") return { true: true, false: false }[text];
    if (typeof value !== "number") return bind.input === "text" ? text : undefined;
    if (!/^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text)) return undefined;
    const number = Number(text);
    const { min = -Infinity, max = Infinity, step = 0 } = bind;
    const steps = (number - (Number.isFinite(min) ? min : 0)) / (step || 1);
    const whole = !step || Math.abs(steps - Math.round(steps)) < 1e-6;
    return number >= min && number <= max && whole ? number : undefined;
  }

  function settingsTold(name, inputs) {
    const asked = new URLSearchParams(location.search);
    return inputs
      .filter((input) => asked.has(`${name}.${input.name}`))
      .map((input) => [input.name, valueOf(input, asked.get(`${name}.${input.name}`))])
      .filter(([, value]) => value !== undefined);
  }

  function linkTo(figure) {
    const { result, inputs } = drawn.get(figure);
    const url = new URL(location.href);
    const ours = (key) => figures.some((other) => key.startsWith(`${nameOf(other)}.`));
    for (const key of [...url.searchParams.keys()]) if (ours(key)) url.searchParams.delete(key);
    for (const { name } of inputs) {
      url.searchParams.set(`${nameOf(figure)}.${name}`, result.view.signal(name));
    }
    url.hash = figure.id;
    return url.href;
  }

  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // no leave, or a page that is not trusted, as on a school's own http
    }
  }

  async function copyLink(figure, button) {
    await request(figure);
    if (!drawn.has(figure)) return;
    const link = linkTo(figure);
    try {
      history.replaceState(history.state, "", link);
    } catch {
      // Some browsers keep the address of a file as it is; the link is good all the same.
    }
    const foot = button.parentElement;
    foot.querySelector(".em-address")?.remove();
    const said = foot.querySelector(".em-said");
    said.textContent = "";
    if (await copied(link)) {
      said.textContent = button.dataset.said;
      return;
    }
    const field = make("input", "em-address");
    field.type = "text";
    field.readOnly = true;
    field.value = link;
    field.setAttribute("aria-label", button.dataset.field);
    foot.append(field);
    field.focus();
    field.select();
  }

  // The table behind a chart

  function addRows(body, columns, count) {
    const from = body.rows.length;
    const rows = columns[0]?.[2].slice(from, from + count) ?? [];
    body.append(
      ...rows.map((first, i) => {
        const row = document.createElement("tr");
        columns.forEach(([, number, cells], j) => {
          const cell = make(j ? "td" : "th", number ? "em-number" : "", cells[from + i]);
          if (!j) cell.scope = "row";
          row.append(cell);
        });
        return row;
      }),
    );
  }

  function headOf(columns) {
    const row = document.createElement("tr");
    for (const [name, number] of columns) {
      const cell = make("th", number ? "em-number" : "");
      cell.scope = "col";
      // Names of columns are those of the file; a line may end after an underscore.
      name.split(/(?<=_)/).forEach((part, i) => cell.append(...(i ? [make("wbr"), part] : [part])));
      row.append(cell);
    }
    const head = make("thead");
    head.translate = false;
    head.append(row);
    return head;
  }

  function tableOf(told) {
    const panel = make("div", "em-rows");
    const box = make("div", "em-table");
    const table = make("table");
    const body = make("tbody");
    const count = make("span");
    const foot = make("p", "em-rows-foot");
    const whole = (n) => n.toLocaleString(root.lang || undefined, { useGrouping: "min2" });
    const all = told.columns[0]?.[2].length ?? 1;
    const more = make("button", "", told.more);
    more.type = "button";
    const step = () => {
      addRows(body, told.columns, told.step);
      count.textContent = told.shown
        .replace("{shown}", whole(told.columns.length ? body.rows.length : 1))
        .replace("{all}", whole(all));
      if (body.rows.length >= all) {
        if (document.activeElement === more) box.focus();
        more.remove();
      }
    };
    table.append(make("caption", "", told.caption), headOf(told.columns), body);
    box.append(table);
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", told.caption);
    if (told.head.length) {
      const fixed = make("p", "em-rows-fixed", told.fixed);
      for (const [name, value] of told.head) {
        const column = make("span", "", `${name}: `);
        column.translate = false;
        fixed.append(" ", column, make("b", "", value));
      }
      panel.append(fixed);
    }
    count.setAttribute("role", "status");
    foot.append(count, `. ${told.whole} `);
    step();
    if (body.rows.length < all) foot.append(more);
    more.addEventListener("click", step);
    panel.prepend(box);
    panel.append(foot);
    return panel;
  }

  async function showData(figure, button) {
    const name = nameOf(figure);
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", open);
    let panel = document.getElementById(`${figure.id}-rows`);
    if (open && !panel) {
      try {
        await load(figure.dataset.rows);
      } catch (error) {
        console.error(`${figure.id}: ${error.message}`);
        button.setAttribute("aria-expanded", false);
        return;
      }
      panel = document.getElementById(`${figure.id}-rows`);
      if (!panel) {
        panel = tableOf(window.emergenceRows[name]);
        panel.id = `${figure.id}-rows`;
        button.setAttribute("aria-controls", panel.id);
        panel.addEventListener("keydown", (event) => {
          if (event.key !== "Escape") return;
          button.click();
          button.focus();
        });
        figure.append(panel);
      }
    }
    if (panel) panel.hidden = button.getAttribute("aria-expanded") !== "true";
  }

  // From here on the page does something

  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      request(entry.target);
    }
  }, { rootMargin: "300px 0px" });

  for (const figure of figures) {
    const data = figure.querySelector(".em-data");
    data.addEventListener("click", () => showData(figure, data));
    data.hidden = false;
    const link = figure.querySelector(".em-link");
    if (link) {
      const said = make("span", "em-said");
      said.setAttribute("role", "status");
      link.parentElement.prepend(said);
      link.addEventListener("click", () => copyLink(figure, link));
      link.hidden = false;
    }
  }

  const asked = [...new URLSearchParams(location.search).keys()];
  for (const figure of living) {
    if (figure.dataset.live === "near") near.observe(figure);
    if (asked.some((key) => key.startsWith(`${nameOf(figure)}.`))) request(figure);
    const view = figure.querySelector(".em-view");
    for (const event of ["pointerenter", "focusin"]) {
      view.addEventListener(event, () => request(figure), { once: true, passive: true });
    }
    view.addEventListener("click", (event) => {
      if (event.isTrusted) request(figure).then(() => point(event));
    });
  }

  phone.addEventListener("change", redraw);
  new MutationObserver(redraw).observe(root, { attributeFilter: ["data-theme"] });
})();
