import { LuthierError } from "../../lib/errors";
import { Nudger } from "./nudge";
import { Pace } from "./pace";
import { isSoftware } from "./software-gpu";

/** What the page and the tuner need to know of the GPU. */
export interface GpuInfo {
  /** What the browser calls it, or empty where it tells no name. */
  readonly name: string;
  readonly architecture: string;
  /** True for a software GPU, which computes on the processor; kernels choose other variants there. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly maxBufferBytes: number;
  readonly maxBindingBytes: number;
}

/** Live GPU memory of one device, by our own account. */
export interface GpuUsage {
  readonly buffers: number;
  readonly bytes: number;
  readonly peakBytes: number;
}

/** Options of {@link Gpu.open}. */
export interface OpenOptions {
  /** Lower the binding limit (bytes) below what the GPU offers, to test splitting. */
  readonly maxBindingBytes?: number;
}

const WANTED_FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/**
 * A device with the GPU's real limits, and the one place where buffers are made, counted and destroyed.
 * Errors that WebGPU reports late (validation, out of memory, loss) are kept and thrown by {@link Gpu.check}.
 */
export class Gpu {
  readonly device: GPUDevice;
  readonly info: GpuInfo;
  /** Settles when the device is lost, with the reason. */
  readonly lost: Promise<LuthierError>;
  #live = new Map<GPUBuffer, number>();
  #bytes = 0;
  #peakBytes = 0;
  #failure: LuthierError | null = null;
  #closed = false;
  /** How much work one submit should hold. */
  readonly pace: Pace;
  readonly #nudger: Nudger;

  private constructor(device: GPUDevice, info: GpuInfo, nudger: Nudger) {
    this.device = device;
    this.info = info;
    this.pace = new Pace(info.software);
    this.#nudger = nudger;
    device.addEventListener("uncapturederror", (event) => {
      this.#failure ??= describeGpuError(event.error);
    });
    this.lost = device.lost.then((loss) => {
      const error = new LuthierError(
        "device-lost",
        `The GPU stopped working for this page (${loss.reason || "unknown"}: ${loss.message || "no details"}).`,
        "Your data and the last saved adapter are kept. Reload the model to go on; a smaller batch or a shorter length asks less of the GPU.",
      );
      if (!this.#closed) this.#failure ??= error;
      return error;
    });
  }

  /** Opens the best GPU of the browser with all the limits it has. Errors: no GPU, no device. */
  static async open(gpu: GPU | undefined, options: OpenOptions = {}): Promise<Gpu> {
    const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) {
      throw new LuthierError(
        "gpu",
        "This browser offers no WebGPU adapter.",
        "Use a current Chrome, Edge, Firefox or Safari, and turn on hardware acceleration in its settings.",
      );
    }
    const maxBindingBytes = Math.min(
      adapter.limits.maxStorageBufferBindingSize,
      options.maxBindingBytes ?? Infinity,
    );
    const device = await adapter.requestDevice({
      requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits: {
        maxBufferSize: adapter.limits.maxBufferSize,
        maxStorageBufferBindingSize: maxBindingBytes,
        maxStorageBuffersPerShaderStage: adapter.limits.maxStorageBuffersPerShaderStage,
        maxComputeWorkgroupStorageSize: adapter.limits.maxComputeWorkgroupStorageSize,
        maxComputeInvocationsPerWorkgroup: adapter.limits.maxComputeInvocationsPerWorkgroup,
        maxComputeWorkgroupSizeX: adapter.limits.maxComputeWorkgroupSizeX,
        maxComputeWorkgroupSizeY: adapter.limits.maxComputeWorkgroupSizeY,
      },
    });
    const nudger = new Nudger(device.queue);
    const software = await isSoftware(adapter.info, device, nudger);
    return new Gpu(device, describeGpu(adapter, device, maxBindingBytes, software), nudger);
  }

  get usage(): GpuUsage {
    return { buffers: this.#live.size, bytes: this.#bytes, peakBytes: this.#peakBytes };
  }

  /** Starts a new peak from what is live now. */
  resetPeak(): void {
    this.#peakBytes = this.#bytes;
  }

  has(feature: GPUFeatureName): boolean {
    return this.device.features.has(feature);
  }

  /** A counted buffer of at least `sizeBytes` (rounded up to four). Errors when it exceeds the device's limit. */
  createBuffer(label: string, sizeBytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const size = Math.max(4, Math.ceil(sizeBytes / 4) * 4);
    if (size > this.info.maxBufferBytes) {
      throw new LuthierError(
        "out-of-memory",
        `The buffer "${label}" needs ${size} bytes, but one buffer of this GPU holds at most ${this.info.maxBufferBytes}.`,
        "Choose a shorter maximum length, a smaller batch or a smaller model.",
      );
    }
    const buffer = this.device.createBuffer({ label, size, usage });
    this.#live.set(buffer, size);
    this.#bytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return buffer;
  }

  destroyBuffer(buffer: GPUBuffer): void {
    const size = this.#live.get(buffer);
    if (size === undefined) return;
    this.#live.delete(buffer);
    this.#bytes -= size;
    buffer.destroy();
  }

  /** Throws the first error the device has reported since the last call, if any. */
  check(): void {
    const failure = this.#failure;
    this.#failure = failure?.code === "device-lost" ? failure : null;
    if (failure) throw failure;
  }

  /** Waits until all submitted work is done, then throws what went wrong in it. */
  async settle(): Promise<void> {
    await Promise.race([this.hasten(this.device.queue.onSubmittedWorkDone()), this.lost]);
    this.check();
  }

  /** Awaits what the GPU has to finish first, without the delay that a browser's slow polling adds. */
  hasten<T>(promise: Promise<T>): Promise<T> {
    return this.#nudger.hasten(promise);
  }

  /**
   * Runs `allocate` under an out-of-memory scope, which is the only way that WebGPU tells of it in time. On failure
   * throws a readable error; the caller frees what it had made.
   */
  async allocating<T>(what: string, allocate: () => T | Promise<T>): Promise<T> {
    this.device.pushErrorScope("out-of-memory");
    const [outcome] = await Promise.allSettled([Promise.resolve().then(allocate)]);
    if (await this.device.popErrorScope()) throw outOfMemory(what);
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  /** Destroys all buffers and the device. */
  close(): void {
    this.#closed = true;
    for (const buffer of [...this.#live.keys()]) this.destroyBuffer(buffer);
    this.device.destroy();
  }
}

function describeGpu(
  { info }: GPUAdapter,
  { features, limits }: GPUDevice,
  maxBindingBytes: number,
  software: boolean,
): GpuInfo {
  return {
    name: info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(" "),
    architecture: info.architecture,
    software,
    features: [...features].sort(),
    maxBufferBytes: limits.maxBufferSize,
    maxBindingBytes,
  };
}

function outOfMemory(what: string): LuthierError {
  return new LuthierError(
    "out-of-memory",
    `The GPU has not enough memory for ${what}.`,
    "Close other tabs that use the GPU, or choose a shorter maximum length, a smaller batch or a smaller model.",
  );
}

function describeGpuError(error: GPUError): LuthierError {
  if (error.constructor.name === "GPUOutOfMemoryError") return outOfMemory("this step");
  return new LuthierError(
    "gpu",
    `The GPU refused a command: ${error.message}`,
    "This is a fault of Luthier or of the driver. Reload the page, and report it with this message.",
  );
}
