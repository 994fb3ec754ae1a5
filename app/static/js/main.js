// Binds each element that has data-controller="name …" to controllers/<name>.js, once.

const bound = new WeakMap();

async function bind(element) {
  const names = element.dataset.controller.split(/\s+/).filter(Boolean);
  const done = bound.get(element) ?? new Set();
  bound.set(element, done);
  for (const name of names) {
    if (done.has(name)) continue;
    done.add(name);
    const controller = await import(`./controllers/${name}.js`);
    controller.default(element);
  }
}

function bindAll(root) {
  const elements = [...root.querySelectorAll("[data-controller]")];
  if (root.matches?.("[data-controller]")) elements.unshift(root);
  return Promise.all(elements.map(bind));
}

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:load", (event) => bindAll(event.target));
bindAll(document).then(() => (document.documentElement.dataset.ready = ""));
