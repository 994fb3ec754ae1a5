// The switch between light, dark and what the system says.

const NEXT = { system: "light", light: "dark", dark: "system" };

export default function (button) {
  const { saidSystem, saidLight, saidDark } = button.dataset;
  const said = { system: saidSystem, light: saidLight, dark: saidDark };
  const show = () => {
    const now = document.documentElement.dataset.theme ?? "system";
    button.dataset.now = now;
    button.setAttribute("aria-label", said[now]);
    button.title = said[now];
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
