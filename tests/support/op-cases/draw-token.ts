import { expect } from "vitest";
import { sampleToken } from "../../../src/engine/generate/sampling";
import { CONTROL_WORDS, drawToken, packControls, takeLargest } from "../../../src/engine/ops/draw-token";
import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, u32, type Value } from "../../../src/engine/graph/value";
import { makeRng } from "../../../src/lib/rng";
import { defaultGeneration, type GenerationOptions } from "../../../src/shared/generation";
import { runGraph } from "../run-graph";
import { type RegisteredCase, variantTuning, type Variants } from "./case";

const HISTORY = 40;
const DRAWS = 8;

/** The graph of several draws from the same logits, each with controls of its own. */
function trace(vocabulary: number, greedy: boolean): { graph: Graph; states: Record<string, Value> } {
  const graph = new Graph();
  const states = {
    history: graph.state("history", u32(HISTORY + 1)),
    drawn: graph.state("drawn", u32(DRAWS, 2)),
  };
  const shared = [graph.state("bans", u32(4)), graph.state("stamps", u32(vocabulary)), states.drawn];
  for (let draw = 0; draw < DRAWS; draw++) {
    const inputs = [
      graph.state(`logits.${draw}`, f32(1, vocabulary)),
      graph.input(`controls.${draw}`, u32(CONTROL_WORDS)),
    ];
    graph.applyAll(greedy ? takeLargest : drawToken, [...inputs, states.history, ...shared], {});
  }
  return { graph, states };
}

interface Drawing {
  readonly vocabulary: number;
  readonly options: Partial<GenerationOptions>;
  /** Standard deviation of the logits. */
  readonly spread: number;
  readonly bans?: readonly number[];
  /** Most draws that may be uncertain. */
  readonly uncertain?: number;
}

/** Draws with the same uniform numbers as the host's sampler, which computes in float64. */
async function check(gpu: Gpu, drawing: Drawing, variants: Variants): Promise<void> {
  const { vocabulary, spread, bans = [], uncertain = 0 } = drawing;
  const options = { ...defaultGeneration, ...drawing.options };
  const greedy = options.temperature === 0;
  const { graph, states } = trace(vocabulary, greedy);
  const rng = makeRng(vocabulary, Math.round(spread * 10));
  const history = Array.from({ length: HISTORY }, (_, i) => (i % 3 === 0 ? 5 : rng.integer(vocabulary)));
  const leaves: Record<string, Float32Array | Uint32Array> = {
    history: Uint32Array.from([...history, 0]),
    drawn: new Uint32Array(2 * DRAWS),
    bans: Uint32Array.from({ length: 4 }, (_, i) => bans[i] ?? 0),
    stamps: new Uint32Array(vocabulary),
  };
  const expected: number[] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    // Steps of 1/64 give ties.
    const logits = Float32Array.from(
      { length: vocabulary },
      () => Math.round(rng.normal() * spread * 64) / 64,
    );
    for (const [i, id] of history.slice(-5).entries()) logits[id] = 3 * spread + i / 8;
    const uniform = rng.uniform();
    leaves[`logits.${draw}`] = logits;
    leaves[`controls.${draw}`] = packControls({
      ...options,
      ...{ step: draw, length: HISTORY, stamp: draw + 1, bans: bans.length, uniform },
    });
    const state = {
      ids: history,
      before: HISTORY,
      prompt: history,
      endIds: new Set<number>(),
      isLast: false,
    };
    expected.push(sampleToken(logits, state, { ...options, rules: { suppressed: bans } }, () => uniform));
  }
  const got = await runGraph(gpu, graph, states, { leaves }, variantTuning(gpu, variants));
  const drawn = new Uint32Array(got.drawn!.buffer);
  const certain = expected.filter((_, draw) => drawn[2 * draw + 1] === 1).length;
  expect(certain, "certain draws").toBeGreaterThanOrEqual(DRAWS - uncertain);
  expected.forEach((id, draw) => {
    if (drawn[2 * draw + 1] === 1) expect(drawn[2 * draw], `draw ${draw}`).toBe(id);
  });
  expect(new Uint32Array(got.history!.buffer)[HISTORY], "appended").toBe(drawn[2 * DRAWS - 2]);
}

function drawCase(name: string, drawing: Drawing, variants: Variants): RegisteredCase {
  return {
    name: `${name} among ${drawing.vocabulary} (${variants} variants)`,
    trace: () => trace(drawing.vocabulary, (drawing.options.temperature ?? 0) === 0).graph,
    check: (gpu) => check(gpu, drawing, variants),
  };
}

const kinds: readonly (readonly [string, Partial<GenerationOptions>])[] = [
  ["the likeliest", {}],
  ["the likeliest, penalised", { repetitionPenalty: 1.3 }],
  ["the likeliest without repeated pairs", { noRepeatNgramSize: 2 }],
  ["temperature 0.7", { temperature: 0.7 }],
  ["top k 40", { temperature: 1, topK: 40 }],
  ["top p 0.9", { temperature: 1.2, topP: 0.9 }],
  ["top k 50, top p 0.95, penalised", { temperature: 0.8, topK: 50, topP: 0.95, repetitionPenalty: 1.1 }],
  ["top k 1", { temperature: 2, topK: 1 }],
  ["top p 0.3 without repeated ids", { temperature: 1, topP: 0.3, noRepeatNgramSize: 1 }],
];

export const drawCases: readonly RegisteredCase[] = [
  ...kinds.flatMap(([name, options]) =>
    (["software", "gpu"] as const).flatMap((variants) => [
      drawCase(name, { vocabulary: 50, options, spread: 2, bans: [7, 49], uncertain: 1 }, variants),
      drawCase(name, { vocabulary: 20_000, options, spread: 4, bans: [5], uncertain: 3 }, variants),
    ]),
  ),
];
