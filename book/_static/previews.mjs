// Shows what a link leads to, a term, a figure, an equation or a work, while the pointer or the
// focus is on it. The page that is linked to is fetched once; Escape closes the preview.
const box = document.createElement("div");
box.id = "preview";
box.setAttribute("role", "tooltip");
box.hidden = true;
document.body.append(box);

const pages = new Map();
let wanted = null;
let timer = 0;

function pageOf(url) {
  const address = url.href.split("#")[0];
  if (address === location.href.split("#")[0]) return Promise.resolve(document);
  if (!pages.has(address)) {
    const parsed = fetch(address).then((answer) => answer.text());
    pages.set(address, parsed.then((text) => new DOMParser().parseFromString(text, "text/html")));
  }
  return pages.get(address);
}

// What to show of the element that a link names; null for whole sections, which are too long.
function excerpt(target) {
  const term = target?.closest("dt");
  if (term) {
    let meaning = term.nextElementSibling;
    while (meaning?.localName === "dt") meaning = meaning.nextElementSibling;
    return term.closest("dl.glossary") ? meaning : null;
  }
  return target?.closest("figure, div.math, div.citation");
}

function copyOf(element, address) {
  const copy = document.createElement("div");
  for (const child of element.matches("dd") ? element.childNodes : [element])
    copy.append(document.importNode(child, true));
  for (const e of copy.querySelectorAll("[id]")) e.removeAttribute("id");
  for (const e of copy.querySelectorAll(".headerlink, .backrefs")) e.remove();
  for (const e of copy.querySelectorAll("[role=button]"))
    for (const name of ["role", "tabindex", "aria-haspopup"]) e.removeAttribute(name);
  for (const e of copy.querySelectorAll("a")) e.replaceWith(...e.childNodes);
  for (const e of copy.querySelectorAll("img")) {
    e.src = new URL(e.getAttribute("src"), address).href;
    e.loading = "eager";
  }
  return copy;
}

async function show(link) {
  wanted = link;
  const url = new URL(link.href);
  const page = await pageOf(url);
  const element = excerpt(page.getElementById(decodeURIComponent(url.hash.slice(1))));
  if (!element || wanted !== link) return;
  box.replaceChildren(copyOf(element, url));
  // Mathematics of this page is typeset already, that of another one is not.
  if (page !== document) await window.MathJax?.typesetPromise?.([box]);
  if (wanted !== link) return;
  box.hidden = false;
  link.setAttribute("aria-describedby", box.id);
  place(link.getClientRects()[0]);
}

function place(at) {
  const left = Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8);
  const below = at.bottom + 6;
  const above = at.top - box.offsetHeight - 6;
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${below + box.offsetHeight < innerHeight || above < 0 ? below : above}px`;
}

function hide() {
  wanted?.removeAttribute("aria-describedby");
  wanted = null;
  box.hidden = true;
}

function soon(act, wait) {
  clearTimeout(timer);
  timer = setTimeout(act, wait);
}

for (const link of document.querySelectorAll("article a.internal[href*='#']")) {
  if (link.matches(".headerlink, .toc-link")) continue;
  link.removeAttribute("title"); // it would show beside the preview
  link.addEventListener("pointerenter", (e) => e.pointerType === "mouse" && soon(() => show(link), 250));
  link.addEventListener("pointerleave", () => soon(hide, 200));
  link.addEventListener("focus", () => link.matches(":focus-visible") && soon(() => show(link), 250));
  link.addEventListener("blur", () => soon(hide, 0));
}
box.addEventListener("pointerenter", () => clearTimeout(timer));
box.addEventListener("pointerleave", () => soon(hide, 200));
addEventListener("keydown", (event) => event.key === "Escape" && hide());
// The browser may still be on its way to a link that has got the focus.
const follow = () => box.hidden || place(wanted.getClientRects()[0]);
addEventListener("scroll", follow, { passive: true });
