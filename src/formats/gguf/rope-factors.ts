import { LuthierError } from "../../lib/errors";

/** Settings of Llama 3.1 and later models, which the file does not store. */
const LLAMA3 = { low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };

/**
 * Recovers Llama 3's `rope_scaling` from the frequency divisors that GGUF stores instead (`rope_freqs.weight`): 1 for
 * high frequencies, the factor for low ones, interpolated in between.
 * @throws LuthierError("model") when they do not fit Llama 3's settings
 */
export function llama3Scaling(divisors: Float32Array, theta: number): Record<string, unknown> {
  const factor = divisors.reduce((most, divisor) => Math.max(most, divisor), 1);
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: length } = LLAMA3;
  divisors.forEach((divisor, i) => {
    const wavelength = 2 * Math.PI * theta ** (i / divisors.length);
    const smooth = Math.min(1, Math.max(0, (length / wavelength - low) / (high - low)));
    const expected = 1 / ((1 - smooth) / factor + smooth);
    if (!(Math.abs(divisor - expected) <= 1e-3 * expected)) {
      throw new LuthierError({ code: "model/gguf-rotary" });
    }
  });
  return { rope_type: "llama3", factor, ...LLAMA3 };
}
