// Figures that are alive: where a picture carries a state, the simulation takes its place when the
// reader comes near. Without JavaScript, in print and in the PDF, the picture stays.
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
  const [{ render }] = await Promise.all([import("./live/live.mjs"), styled()]);
  const box = document.createElement("div");
  box.className = "live";
  render(box, JSON.parse(picture.dataset.live));
  const still = picture.closest("a") ?? picture.closest("picture") ?? picture;
  still.after(box);
  still.classList.add("live-still"); // it comes back in print
}

function styled() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("./live/live.css", import.meta.url);
  return new Promise((done, failed) => {
    link.onload = done;
    link.onerror = failed;
    document.head.append(link);
  });
}

for (const picture of document.querySelectorAll("img[data-live]")) near.observe(picture);
