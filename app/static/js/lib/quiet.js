// Silence in a recording where something is said that its viewer may not hear. Until it is known
// where that is, all of it is silent.

const LOOK_MS = 25; // far shorter than the margin around a masked word, also at double speed
const AHEAD_S = 0.05;
const SOON_MS = 500;
const AGAIN_MS = 20_000; // what somebody masks while the page is open is silent by then

export function quiet(video, address) {
  if (!address) return;
  let spans = null;
  let holding = false; // muted by us
  let wanted = video.muted; // as its viewer has it
  let timer = 0;
  let asked = 0;

  const look = () => {
    const now = video.currentTime;
    const silent = !spans || spans.some(([from, to]) => now >= from - AHEAD_S && now < to);
    if (silent) {
      if (!holding || !video.muted) wanted = video.muted;
      holding = video.muted = true;
    } else if (holding) {
      holding = false;
      video.muted = wanted;
    }
  };
  const ask = async () => {
    asked = performance.now();
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (answer.ok) spans = (await answer.json()).muted;
    } catch {
      // Away for now: silent, and asked again at the next start.
    }
    look();
  };
  const start = () => {
    if (performance.now() - asked > SOON_MS) ask();
    look();
    clearInterval(timer);
    timer = setInterval(() => {
      if (video.paused) return clearInterval(timer);
      if (performance.now() - asked > AGAIN_MS) ask();
      look();
    }, LOOK_MS);
  };
  for (const event of ["play", "playing"]) video.addEventListener(event, start);
  for (const event of ["seeking", "timeupdate", "volumechange"]) video.addEventListener(event, look);
  look();
  ask();
}
