/* Brings charts to life: those with inputs when they come near, others when touched. */
(() => {
  "use strict";

  const bundle = new URL("vega.js", document.currentScript.src).href;
  const phone = "(max-width: 600px)"; // as in the pictures
  const root = document.documentElement;
  const figures = [...document.querySelectorAll("figure.em-chart:not([data-live=never])")];
  const drawn = new Map(); // figure -> {scheme, result, inputs: names of bound signals}
  const queues = new Map(); // figure -> the drawing that runs
  let vega;

  const scheme = () => (root.dataset.theme === "dark" ? "dark" : "light");

  function load() {
    vega ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = bundle;
      script.onload = () => resolve(window.emergenceVega);
      script.onerror = () => reject(new Error(`${bundle} could not be loaded`));
      document.head.append(script);
    });
    return vega;
  }

  function part(className) {
    const element = document.createElement("div");
    element.className = className;
    return element;
  }

  function label(controls) {
    for (const input of controls.querySelectorAll("input, select")) {
      const bind = input.closest(".vega-bind");
      const name = bind.querySelector(".vega-bind-name").textContent;
      if (input.type === "radio") {
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

  async function draw(figure) {
    const wanted = scheme();
    const before = drawn.get(figure);
    if (before?.scheme === wanted) return;
    const { embed } = await load();
    const parts = JSON.parse(figure.querySelector("script").textContent);
    const view = figure.querySelector(".em-view");
    const live = part("em-live em-pending");
    const controls = part("em-controls");
    view.append(live);
    const spec = { ...parts[wanted], datasets: parts.datasets };
    const small = matchMedia(phone).matches;
    if (parts.narrowColumns && small) spec.columns = parts.narrowColumns;
    if (spec.title) spec.title = parts.titles[small ? "phone" : "wide"];
    const result = await embed(live, spec, {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      ast: true,
      defaultStyle: false,
      bind: controls,
      tooltip: { theme: wanted },
    });
    const inputs = (result.vgSpec.signals ?? []).filter((s) => s.bind).map((s) => s.name);
    for (const name of before?.inputs ?? []) {
      result.view.signal(name, before.result.view.signal(name));
    }
    await result.view.runAsync();
    label(controls);
    localise(controls);
    live.setAttribute("role", "img");
    live.setAttribute("aria-label", view.querySelector("img").alt);
    live.removeAttribute("aria-roledescription");
    live.querySelector("svg").setAttribute("aria-hidden", "true"); // its roles come without names
    before?.result.finalize();
    for (const old of figure.querySelectorAll(".em-live:not(.em-pending), .em-controls")) {
      old.remove();
    }
    if (inputs.length) view.before(controls);
    live.classList.remove("em-pending");
    live.dataset.scheme = wanted;
    figure.dataset.state = "live";
    drawn.set(figure, { scheme: wanted, result, inputs });
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

  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      request(entry.target);
    }
  }, { rootMargin: "300px 0px" });

  for (const figure of figures) {
    if (figure.dataset.live === "near") near.observe(figure);
    const view = figure.querySelector(".em-view");
    for (const event of ["pointerenter", "focusin"]) {
      view.addEventListener(event, () => request(figure), { once: true, passive: true });
    }
    view.addEventListener("click", (event) => {
      if (event.isTrusted) request(figure).then(() => point(event));
    });
  }

  new MutationObserver(() => {
    if (root.dataset.printing === undefined) [...drawn.keys()].forEach(request);
  }).observe(root, { attributeFilter: ["data-theme"] });
})();
