// One tab at a time answers through one link, where the browser can tell (Web Locks).

const PATIENCE_MS = 1500; // a page that is just being reloaded lets go within this

/** Whether this tab is the one. If not, the page begins anew once the other one is closed. */
export function alone(code) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    let late = false;
    setTimeout(() => resolve(!(late = true)), PATIENCE_MS);
    navigator.locks
      .request(`heard-capture-${code}`, () => {
        if (late) location.reload();
        resolve(true);
        return new Promise(() => {}); // until this page goes away
      })
      .catch(() => resolve(true));
  });
}
