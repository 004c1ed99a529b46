/* The theme's own script comes late: settle light or dark before anything is painted. */
(() => {
  "use strict";
  const root = document.documentElement;
  let mode = root.dataset.mode;
  try {
    mode = localStorage.getItem("mode");
  } catch {
    // A browser that keeps nothing follows the system.
  }
  const chosen = mode === "light" || mode === "dark";
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.mode = chosen ? mode : "auto";
  root.dataset.theme = chosen ? mode : system;
})();
