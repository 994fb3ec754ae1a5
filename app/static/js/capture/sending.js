// One take on its way to the server, from its first chunk on. It goes on by itself for as long as
// the page is there; only the server's "no" stops it. The length is told last, when the customer
// uses the take: before that nothing on the server is an answer.

import { Refused } from "./ask.js";
import { ByParts, Unreachable } from "./by_parts.js";
import { ByTus } from "./by_tus.js";
import { data } from "./page.js";

const PAUSES_MS = [200, 1000, 2000, 4000, 8000, 15000, 30000];
const TOLD_AFTER = 6; // attempts in vain after which whoever waits is told
const SILENCE_MS = 30000; // an attempt that doesn't move is given up
const UNREACHABLE = 3; // tries after which the bucket counts as out of this browser's reach

export class Sending {
  arrived = 0; // bytes that the server has, durably
  received = false; // all of them, and it is an answer
  trouble = ""; // what the server said, while it says no
  unfit = false; // it is no recording: another answer is needed
  #flow;
  #failures = 0;
  #running = false;
  #over = false;
  #stop = () => {};
  #unreachable = 0;
  #poke = () => {};
  #waiting = new Set();

  /** `flow`: prepare() before each attempt gives the token, keep(take), lost() when the server
   * doesn't know the draft, changed(). */
  constructor(take, source, flow) {
    this.take = take;
    this.source = source;
    this.#flow = flow;
    window.addEventListener("online", this.nudge);
    this.#run();
  }

  /** Tries now instead of later. */
  nudge = () => {
    this.#poke();
    this.#run();
  };

  /** Resolves once the server has the whole. Throws Refused, or what was in the way. */
  async done() {
    this.#failures = 0;
    this.source.say({ ended: true, accepted: true });
    const told = new Promise((resolve, reject) => this.#waiting.add({ resolve, reject }));
    if (this.received) this.#tell("resolve");
    else this.nudge();
    return told;
  }

  /** Ends it here; what the server has of it is somebody else's task. */
  end() {
    this.#over = true;
    window.removeEventListener("online", this.nudge);
    this.#stop();
    this.#poke();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    while (!this.#over && !this.received) {
      try {
        await this.#attempt();
        this.received = true;
        this.trouble = "";
        this.#tell("resolve");
      } catch (error) {
        if (this.#over) break;
        this.#failures += 1;
        const final = error instanceof Refused && !error.passing;
        this.unfit = error.status === 415;
        this.trouble = error instanceof Refused ? error.message : "";
        if (final || !navigator.onLine || this.#failures >= TOLD_AFTER) this.#tell("reject", error);
        this.#flow.changed();
        if (final) break;
        const pause = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length) - 1];
        await new Promise((resolve) => ((this.#poke = resolve), setTimeout(resolve, pause)));
      }
    }
    this.#running = false;
    this.#flow.changed();
  }

  async #attempt() {
    const token = await this.#flow.prepare();
    const { take } = this;
    let moved = performance.now();
    const moves = () => (moved = performance.now());
    const Way = data.addresses.direct && !take.indirect ? ByParts : ByTus;
    const way = new Way(take, this.source, token, {
      keep: (each) => this.#flow.keep(each),
      lost: () => this.#flow.lost(),
      reached: (bytes) => (moves(), this.#reached(bytes)),
      moved: moves,
    });
    const watch = setInterval(() => {
      if (way.waiting) moves();
      if (performance.now() - moved > SILENCE_MS) this.#stop();
    }, 1000);
    const givenUp = new Promise((_, reject) => {
      this.#stop = () => reject(new Error("It was given up."));
    });
    try {
      await Promise.race([way.run(), givenUp]);
    } catch (error) {
      const outOfReach = error instanceof Unreachable && navigator.onLine;
      if (outOfReach && ++this.#unreachable >= UNREACHABLE) take.indirect = true;
      throw error;
    } finally {
      clearInterval(watch);
      way.cut();
    }
  }

  #reached(bytes) {
    if (bytes !== this.arrived) {
      this.#failures = this.#unreachable = 0;
      this.trouble = "";
    }
    this.arrived = bytes;
    this.#flow.changed();
  }

  #tell(how, error) {
    for (const each of this.#waiting) each[how](error);
    this.#waiting.clear();
  }
}
