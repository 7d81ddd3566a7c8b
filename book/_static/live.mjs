// Figures that are alive: where a picture carries a state, something to play with takes its place
// when the reader comes near. Without JavaScript, in print and in the PDF, the picture stays.
const addressOf = (name) => new URL(`./live/${name}`, import.meta.url);

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        near.unobserve(target);
        awake(target).catch(console.error);
      }
  },
  { rootMargin: "600px" },
);

async function awake(picture) {
  const about = JSON.parse(picture.dataset.live);
  const script = addressOf(`${about.kind}_figure.mjs`);
  const [module, state] = await Promise.all([import(script), stateOf(about), styled()]);
  const [render] = Object.values(module); // a figure's script exports nothing else
  const box = document.createElement("div");
  box.className = "live";
  render(box, state);
  const still = picture.closest("a") ?? picture.closest("picture") ?? picture;
  still.after(box);
  still.classList.add("live-still"); // it comes back in print
}

// The state of a figure: a large one has a file of its own.
async function stateOf(about) {
  if (!about.file) return about;
  const answer = await fetch(addressOf(about.file));
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  return answer.json();
}

function styled() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = addressOf("live.css");
  return new Promise((done, failed) => {
    link.onload = done;
    link.onerror = failed;
    document.head.append(link);
  });
}

for (const picture of document.querySelectorAll("img[data-live]")) near.observe(picture);
