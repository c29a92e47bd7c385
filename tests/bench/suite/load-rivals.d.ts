// The parts of the rivals that the benchmark uses.

export interface JaxArray {
  /** A second reference: operations consume their array arguments. */
  readonly ref: JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  transpose(): JaxArray;
  /** Copies to the host; consumes the array. */
  data(): Promise<Float32Array>;
  blockUntilReady(): Promise<JaxArray>;
  dispose(): void;
}

export interface Jax {
  readonly numpy: {
    array(values: Float32Array): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
  };
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): string;
  getWebGPUDevice(): GPUDevice;
}

export interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

export interface Tfjs {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  backend(): { readonly device: GPUDevice };
  tensor2d(values: Float32Array, shape: [number, number]): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
}

export interface TrainingJob {
  readonly id: string;
  readonly state: string;
  readonly history: readonly { readonly trainingMetrics: { readonly loss: number } }[] | null;
}

export interface TeachableLLM {
  readonly training: {
    on(event: "progress", listener: (job: TrainingJob) => void): void;
    on(event: "error", listener: (id: string, error: Error) => void): void;
    on(event: "cancelled", listener: (id: string) => void): void;
    job(
      options: Readonly<Record<string, unknown>>,
      data: readonly Uint16Array[],
      datasets: readonly { id: string; name: string; conversational: boolean }[],
    ): Promise<TrainingJob>;
    cancel(id: string): void;
  };
  getNumParams(): number;
  on(event: "status", listener: (status: string) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
}

export interface Nanogpt {
  readonly TeachableLLM: {
    selectBackend(backend: "webgpu"): Promise<void>;
    create(tokeniser: object, config: Readonly<Record<string, unknown>>): TeachableLLM;
  };
  readonly tokenise: { readonly CharTokeniser: new (vocabulary: readonly string[]) => object };
}

export function loadJax(): Promise<Jax>;
/** With its WebGPU backend registered. */
export function loadTfjs(): Promise<Tfjs>;
export function loadNanogpt(): Promise<Nanogpt>;
