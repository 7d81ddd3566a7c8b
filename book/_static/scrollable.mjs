// What scrolls sideways by itself, a long formula or line of code or a wide table, can be scrolled
// by keyboard, too: there the Tab key stops, and only there.
const CANDIDATES =
  "mjx-container[display], article pre, article .cell_output > .output, .scrolls, " +
  ".pst-scrollable-table-container";

function mark(element) {
  if (element.scrollWidth > element.clientWidth) element.tabIndex = 0; // by one pixel is enough
  else element.removeAttribute("tabindex");
}

const watched = new ResizeObserver((entries) => entries.forEach((entry) => mark(entry.target)));

function watch() {
  for (const element of document.querySelectorAll(CANDIDATES)) {
    mark(element);
    watched.observe(element);
  }
}

watch();
// Formulas come later, and their fonts later still, which are wider than those that stand in.
document.fonts.addEventListener("loadingdone", watch);
await window.MathJax?.startup?.promise;
watch();
