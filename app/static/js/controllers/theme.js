// The switch between light, dark and what the system says.

const NEXT = { system: "light", light: "dark", dark: "system" };
const SAID = { system: "Colours: as your system", light: "Colours: light", dark: "Colours: dark" };

export default function (button) {
  const show = () => {
    const now = document.documentElement.dataset.theme ?? "system";
    button.dataset.now = now;
    button.setAttribute("aria-label", SAID[now]);
    button.title = SAID[now];
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = NEXT[button.dataset.now];
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      if (next === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", next);
    } catch {
      // Storage may be forbidden; the choice then lasts for this page.
    }
    show();
  });
  show();
}
