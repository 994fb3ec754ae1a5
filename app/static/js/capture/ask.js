// A question to the server in JSON, with the customer's key.

const PATIENCE_MS = 30000; // a network that is half away never answers

/** The server said no, in words for the customer. `passing`: it may say yes in a while. */
export class Refused extends Error {
  passing = false;

  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** 256 random bits: the customer's key to this submission, made here and shown to the server. */
export function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

/** What it says. Throws Refused, or another error when it could not be asked or is in trouble. */
export async function ask(method, address, token, body) {
  const answer = await fetch(address, {
    method,
    signal: AbortSignal.timeout?.(PATIENCE_MS),
    headers: {
      Accept: "application/json",
      Authorization: `Bearer ${token}`,
      ...(body ? { "Content-Type": "application/json" } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status >= 500 || answer.status === 429) throw new Error(said.error ?? "");
  throw new Refused(answer.status, said.error ?? "");
}
