import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type * as runtimeModule from "onnxruntime-web/wasm";
import type { InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { defined } from "../lib/invariant";

type Runtime = typeof runtimeModule;

/** A file of an ONNX model in memory. */
export interface OnnxFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * A decoder exported as ONNX, run by onnxruntime-web on the CPU. The runtime (13 MB of WebAssembly) is loaded on first
 * use from the studio's own origin.
 */
export class OnnxModel {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  /** Keys and values of all tokens so far, by input name. */
  #past: Map<string, Tensor>;
  #length = 0;

  private constructor(runtime: Runtime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
    this.#past = new Map(pastInputs(session).map((meta) => [meta.name, emptyTensor(runtime, meta)]));
  }

  /** Loads a graph with its external data. Errors: onnxruntime's own, when it rejects the model or lacks memory. */
  static async load(graph: OnnxFile, data: readonly OnnxFile[]): Promise<OnnxModel> {
    const runtime = await import("onnxruntime-web/wasm");
    runtime.env.wasm.numThreads = 1;
    runtime.env.wasm.wasmPaths = { wasm: wasmUrl };
    runtime.env.logLevel = "error";
    const session = await runtime.InferenceSession.create(graph.bytes, {
      executionProviders: ["wasm"],
      externalData: data.map(({ name, bytes }) => ({ path: name, data: bytes })),
    });
    return new OnnxModel(runtime, session);
  }

  /** Appends tokens to the sequence and returns the logits (vocabulary) after the last one. */
  async logitsAfter(ids: readonly number[]): Promise<Float32Array> {
    const { Tensor } = this.#runtime;
    const ints = (values: number[]): Tensor =>
      new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
    const start = this.#length;
    this.#length += ids.length;
    const outputs = await this.#session.run({
      input_ids: ints([...ids]),
      attention_mask: ints(Array.from({ length: this.#length }, () => 1)),
      position_ids: ints(ids.map((_, index) => start + index)),
      ...Object.fromEntries(this.#past),
    });
    const next = [...this.#past.keys()].map((name): [string, Tensor] => [
      name,
      defined(outputs[name.replace("past_key_values", "present")], name),
    ]);
    this.#past = new Map(next);
    const logits = defined(outputs.logits, "logits");
    const vocabulary = defined(logits.dims[2], "logits' last dimension");
    return (logits.data as Float32Array).slice(-vocabulary);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

type Meta = Extract<InferenceSession["inputMetadata"][number], { isTensor: true }>;

function pastInputs({ inputMetadata }: InferenceSession): Meta[] {
  return inputMetadata.filter(
    (meta): meta is Meta => meta.isTensor && meta.name.startsWith("past_key_values"),
  );
}

/** No tokens yet: (1, heads, 0, headDim). */
function emptyTensor({ Tensor }: Runtime, { type, shape }: Meta): Tensor {
  const sizes = [1, Number(shape[1]), 0, Number(shape[3])];
  return type === "float16"
    ? new Tensor("float16", new Uint16Array(0), sizes)
    : new Tensor("float32", new Float32Array(0), sizes);
}
