// Whether a key press belongs to a field that somebody writes in.
export function typing(event) {
  return Boolean(event.target.closest?.("input, select, textarea, [contenteditable]"));
}
