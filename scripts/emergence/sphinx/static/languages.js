/* The switch of languages leads to the section in view, and the choice is remembered. */
(() => {
  "use strict";

  const KEY = "em-lang"; // as in the entrance of the site

  function target(hash) {
    try {
      return document.getElementById(decodeURIComponent(hash.slice(1)));
    } catch {
      return null; // an address cut in the middle of a letter
    }
  }

  // Headings are known by the same names in every language.
  function place() {
    const named = location.hash && target(location.hash);
    if (named) {
      const { top } = named.getBoundingClientRect();
      if (top >= 0 && top < innerHeight) return location.hash;
    }
    const begun = [...document.querySelectorAll(".bd-article section[id]")].filter(
      (section) => section.getBoundingClientRect().top < innerHeight / 3,
    );
    // The first section is the page itself.
    return begun.length > 1 ? `#${begun.at(-1).id}` : "";
  }

  function remember(lang) {
    try {
      localStorage.setItem(KEY, lang);
    } catch {
      // A browser that keeps nothing still switches.
    }
  }

  for (const link of document.querySelectorAll(".em-languages a")) {
    for (const event of ["click", "auxclick", "contextmenu"]) {
      link.addEventListener(event, () => {
        link.search = location.search;
        link.hash = place();
        if (event !== "contextmenu") remember(link.dataset.lang);
      });
    }
  }
})();
