const KEYS_OF_THEIR_OWN = "input:not([type=range], [type=checkbox], [type=radio]), select, textarea";

// Whether a key press belongs to a field that somebody writes in.
export function typing(event) {
  return Boolean(event.target.closest?.(`${KEYS_OF_THEIR_OWN}, [contenteditable]`));
}
