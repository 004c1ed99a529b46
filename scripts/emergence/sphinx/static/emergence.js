/* Small helps of every page: tables, scrolling by keyboard, light paper. */
(() => {
  "use strict";

  const words = JSON.parse(document.currentScript.dataset.words);
  const root = document.documentElement;

  // 10,611 in English from five digits on, as in the text.
  const whole = (count) => count.toLocaleString(root.lang || undefined, { useGrouping: "min2" });

  // As a reader types it: no spaces that keep words together, no hyphens that are not seen.
  const typed = (text) => text.replace(/\u00ad/g, "").replace(/\s+/g, " ").toLocaleLowerCase();

  function sortable(table) {
    table.classList.add("sortable", "asc", "n-last");
    // A cell without a value, where others of its table have one, is missing: it goes last.
    if (table.querySelector("td[data-value]")) {
      for (const cell of table.querySelectorAll("td")) {
        cell.dataset.sort = cell.dataset.value ?? "";
      }
    }
    for (const head of table.tHead.rows[0].cells) {
      if (!head.textContent.trim()) {
        head.classList.add("no-sort");
        continue;
      }
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
    }
  }

  function filterable(table) {
    const bar = document.createElement("div");
    const label = document.createElement("label");
    const field = document.createElement("input");
    const count = document.createElement("span");
    bar.className = "em-filter";
    field.type = "search";
    field.autocomplete = "off";
    count.setAttribute("role", "status");
    label.append(words.filter, field);
    bar.append(label, count);
    field.addEventListener("input", () => {
      const wanted = typed(field.value.trim());
      const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
      for (const row of rows) {
        row.hidden = !typed(row.textContent).includes(wanted);
      }
      const shown = rows.filter((row) => !row.hidden).length;
      count.textContent = words.count
        .replace("{shown}", whole(shown))
        .replace("{all}", whole(rows.length));
    });
    (table.closest(".em-table") ?? table).before(bar);
  }

  function focusableScrollers() {
    for (const box of document.querySelectorAll(".em-table, .em-formula, .bd-article pre")) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls && !box.hasAttribute("tabindex")) {
        const caption = box.querySelector("caption")?.textContent;
        box.tabIndex = 0;
        box.dataset.scrolls = "";
        if (caption) {
          box.setAttribute("role", "group");
          box.setAttribute("aria-label", caption);
        }
      } else if (!scrolls && box.dataset.scrolls !== undefined) {
        box.removeAttribute("tabindex");
        delete box.dataset.scrolls;
      }
    }
  }

  for (const table of document.querySelectorAll("table.em-sortable")) {
    sortable(table);
    if (table.dataset.filter) filterable(table);
  }

  focusableScrollers();
  addEventListener("resize", focusableScrollers, { passive: true });

  document.querySelector(".bd-search-container form.bd-search input")?.focus();

  // Search quotes the pages it finds by fetching them, which a folder opened by double click bars.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  // What other scripts say: Sphinx's search, and sphinx-copybutton, which knows few languages.
  if (typeof Documentation !== "undefined") {
    Object.assign(Documentation.TRANSLATIONS, words.search);
  }
  // Sphinx marks what was searched for, in English and with code in an address, which the policy bars.
  for (const link of document.querySelectorAll("#searchbox .highlight-link a")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.search["Hide Search Matches"];
    button.addEventListener("click", () => SphinxHighlight.hideSearchWords());
    link.replaceWith(button);
  }
  if (typeof iconCopy !== "undefined") {
    Object.assign(messages[locale], words.copy);
    const titled = (icon, title) =>
      icon.replace(/<title>.*?<\/title>/, () => `<title>${title}</title>`);
    iconCopy = titled(iconCopy, words.copy.copy_to_clipboard);
    iconCheck = titled(iconCheck, words.copy.copy_success);
    for (const button of document.querySelectorAll("button.copybtn")) {
      button.dataset.tooltip = words.copy.copy;
      button.querySelector("title").textContent = words.copy.copy_to_clipboard;
    }
  }

  let opened = []; // solutions unfolded for the paper only

  addEventListener("beforeprint", () => {
    root.dataset.printing = root.dataset.theme;
    root.dataset.theme = "light";
    opened = [...document.querySelectorAll("details.em-fold:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => {
    root.dataset.theme = root.dataset.printing;
    delete root.dataset.printing;
    for (const fold of opened) fold.open = false;
    opened = [];
  });
})();
