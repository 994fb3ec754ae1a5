// Copies the input beside the button; the button is hidden where copying can't work.
export default function (element) {
  const input = element.querySelector("input");
  const button = element.querySelector("[data-copy]");
  const label = button.querySelector("span") ?? button;
  const words = label.textContent;
  input.addEventListener("focus", () => input.select());
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value);
    label.textContent = "Copied";
    setTimeout(() => (label.textContent = words), 2000);
  });
}
