/** A well-known model on Hugging Face. */
export interface RecommendedModel {
  readonly repository: string;
  readonly title: string;
  /** `model_type`; only supported families are listed. */
  readonly family: string;
  readonly parameters: number;
  /** Weights and tokenizer, within about one percent. */
  readonly downloadBytes: number;
  readonly license: string;
  /** Whether access requires accepting the owner's terms. */
  readonly gated: boolean;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
}

/** Popular small models, by download size. */
export const recommendedModels: readonly RecommendedModel[] = [
  {
    repository: "HuggingFaceTB/SmolLM2-135M-Instruct",
    title: "SmolLM2 135M Instruct",
    family: "llama",
    parameters: 134_515_008,
    downloadBytes: 271e6,
    license: "Apache-2.0",
    gated: false,
    layers: 30,
    hiddenSize: 576,
    intermediateSize: 1536,
  },
  {
    repository: "openai-community/gpt2",
    title: "GPT-2",
    family: "gpt2",
    parameters: 124_439_808,
    downloadBytes: 550e6,
    license: "MIT",
    gated: false,
    layers: 12,
    hiddenSize: 768,
    intermediateSize: 3072,
  },
  {
    repository: "google/gemma-3-270m-it",
    title: "Gemma 3 270M Instruct",
    family: "gemma3_text",
    parameters: 268_098_176,
    downloadBytes: 571e6,
    license: "Gemma",
    gated: true,
    layers: 18,
    hiddenSize: 640,
    intermediateSize: 2048,
  },
  {
    repository: "HuggingFaceTB/SmolLM2-360M-Instruct",
    title: "SmolLM2 360M Instruct",
    family: "llama",
    parameters: 361_821_120,
    downloadBytes: 726e6,
    license: "Apache-2.0",
    gated: false,
    layers: 32,
    hiddenSize: 960,
    intermediateSize: 2560,
  },
  {
    repository: "Qwen/Qwen2.5-0.5B-Instruct",
    title: "Qwen2.5 0.5B Instruct",
    family: "qwen2",
    parameters: 494_032_768,
    downloadBytes: 995e6,
    license: "Apache-2.0",
    gated: false,
    layers: 24,
    hiddenSize: 896,
    intermediateSize: 4864,
  },
  {
    repository: "Qwen/Qwen3-0.6B",
    title: "Qwen3 0.6B",
    family: "qwen3",
    parameters: 596_049_920,
    downloadBytes: 1.52e9,
    license: "Apache-2.0",
    gated: false,
    layers: 28,
    hiddenSize: 1024,
    intermediateSize: 3072,
  },
  {
    repository: "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
    title: "TinyLlama 1.1B Chat",
    family: "llama",
    parameters: 1_100_048_384,
    downloadBytes: 2.202e9,
    license: "Apache-2.0",
    gated: false,
    layers: 22,
    hiddenSize: 2048,
    intermediateSize: 5632,
  },
  {
    repository: "Qwen/Qwen2.5-1.5B-Instruct",
    title: "Qwen2.5 1.5B Instruct",
    family: "qwen2",
    parameters: 1_543_714_304,
    downloadBytes: 3.09e9,
    license: "Apache-2.0",
    gated: false,
    layers: 28,
    hiddenSize: 1536,
    intermediateSize: 8960,
  },
];

/** Assumptions of {@link trainingBytes}: LoRA of this rank on all linear layers, one text of this length per batch. */
export const ESTIMATE = { rank: 8, tokens: 512 } as const;

/**
 * Rough estimate of GPU memory for training, from shapes alone; the forecast of an actual run is exact. The sum of
 * - the weights as stored: the download;
 * - saved activations: 4 bytes × tokens × layers × (8 × hidden + 3.2 × intermediate), fitted to the plans of five
 *   models, within a sixth;
 * - 16 bytes (value, gradient, two moments) per adapter parameter: rank × (9 × hidden + 3 × intermediate) per layer.
 */
export function trainingBytes(model: RecommendedModel): number {
  const { downloadBytes, layers, hiddenSize, intermediateSize } = model;
  const kept = 4 * ESTIMATE.tokens * layers * (8 * hiddenSize + 3.2 * intermediateSize);
  const adapter = 16 * ESTIMATE.rank * layers * (9 * hiddenSize + 3 * intermediateSize);
  return downloadBytes + kept + adapter;
}
