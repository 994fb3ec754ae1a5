// The live level meter: from a microphone's stream to 0..100.

const FLOOR_DB = -60; // a quiet room

export class Meter {
  #context;
  #frame = 0;

  /** `onLevel(level)` is called once a frame. */
  constructor(stream, onLevel) {
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let shown = 0;
    const look = () => {
      analyser.getFloatTimeDomainData(samples);
      const now = level(samples);
      shown = Math.max(now, shown * 0.92); // falls slowly, so that it can be read
      onLevel(shown);
      this.#frame = requestAnimationFrame(look);
    };
    this.#context.resume();
    look();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#context.close();
  }
}

/** Root mean square in decibels, FLOOR_DB..0 drawn out to 0..100. */
export function level(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length || 1e-12);
  return Math.min(100, Math.max(0, (1 - decibels / FLOOR_DB) * 100));
}
