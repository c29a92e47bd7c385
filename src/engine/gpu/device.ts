import { LuthierError } from "../../lib/errors";
import type { GpuAllocation } from "../../lib/problems/engine-problems";
import { QueuePoller } from "./queue-poller";
import { Pace } from "./pace";
import { isSoftware } from "./software-gpu";

/** Properties of the GPU that the page shows and the tuner depends on. */
export interface GpuInfo {
  /** Name reported by the browser; empty if it reports none. */
  readonly name: string;
  readonly architecture: string;
  /** True for a software rasteriser (SwiftShader, llvmpipe), which gets its own kernel variants. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly maxBufferBytes: number;
  readonly maxBindingBytes: number;
}

/** Live GPU memory of one device, counted by {@link Gpu.createBuffer}. */
export interface GpuUsage {
  readonly buffers: number;
  readonly bytes: number;
  readonly peakBytes: number;
}

/** Options of {@link Gpu.open}. */
export interface OpenOptions {
  /** Caps the storage binding size (bytes) below the device limit, to test weight sharding. */
  readonly maxBindingBytes?: number;
}

const WANTED_FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/**
 * A device opened with the adapter's full limits. Creates, counts and destroys all buffers. Errors that WebGPU reports
 * asynchronously (validation, out of memory, device loss) are stored and thrown by {@link Gpu.check}.
 */
export class Gpu {
  readonly device: GPUDevice;
  readonly info: GpuInfo;
  /** Resolves with the reason when the device is lost. */
  readonly lost: Promise<LuthierError>;
  #live = new Map<GPUBuffer, number>();
  #bytes = 0;
  #peakBytes = 0;
  #failure: LuthierError | null = null;
  #closed = false;
  /** Sizes the work per submit. */
  readonly pace: Pace;
  readonly #poller: QueuePoller;

  private constructor(device: GPUDevice, info: GpuInfo, poller: QueuePoller) {
    this.device = device;
    this.info = info;
    this.pace = new Pace(info.software);
    this.#poller = poller;
    device.addEventListener("uncapturederror", (event) => {
      this.#failure ??= describeGpuError(event.error);
    });
    this.lost = device.lost.then((loss) => {
      const { reason, message } = loss;
      const error = new LuthierError({ code: "device-lost/gpu", reason, message });
      if (!this.#closed) this.#failure ??= error;
      return error;
    });
  }

  /** Opens the high-performance adapter with all its limits. Errors: no adapter, no device. */
  static async open(gpu: GPU | undefined, options: OpenOptions = {}): Promise<Gpu> {
    const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) throw new LuthierError({ code: "gpu/no-adapter" });
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
    const poller = new QueuePoller(device.queue);
    const software = await isSoftware(adapter.info, device, poller);
    return new Gpu(device, describeGpu(adapter, device, maxBindingBytes, software), poller);
  }

  get usage(): GpuUsage {
    return { buffers: this.#live.size, bytes: this.#bytes, peakBytes: this.#peakBytes };
  }

  /** Resets the peak to the current usage. */
  resetPeak(): void {
    this.#peakBytes = this.#bytes;
  }

  has(feature: GPUFeatureName): boolean {
    return this.device.features.has(feature);
  }

  /**
   * Allocates a counted buffer of `sizeBytes`, rounded up to a multiple of four. Errors when it exceeds the device
   * limit.
   */
  createBuffer(label: string, sizeBytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const size = Math.max(4, Math.ceil(sizeBytes / 4) * 4);
    const { maxBufferBytes } = this.info;
    if (size > maxBufferBytes)
      throw new LuthierError({ code: "out-of-memory/buffer", buffer: label, bytes: size, maxBufferBytes });
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

  /** Waits for all submitted work, then throws any error it raised. */
  async settle(): Promise<void> {
    await Promise.race([this.awaitWork(this.device.queue.onSubmittedWorkDone()), this.lost]);
    this.check();
  }

  /** Awaits a promise that depends on submitted work, without the latency of the browser's own polling. */
  awaitWork<T>(promise: Promise<T>): Promise<T> {
    return this.#poller.awaitWork(promise);
  }

  /**
   * Runs `allocate` inside an out-of-memory error scope, the only way to detect failed allocations synchronously.
   * Throws an error naming `wanted` on failure; the caller frees partial allocations.
   */
  async allocating<T>(wanted: GpuAllocation, allocate: () => T | Promise<T>): Promise<T> {
    this.device.pushErrorScope("out-of-memory");
    const [outcome] = await Promise.allSettled([Promise.resolve().then(allocate)]);
    if (await popErrorScope(this.device)) throw outOfMemory(wanted);
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

/** The error of the innermost scope; null also when the GPU process has died, which `lost` and `check` report. */
export function popErrorScope(device: GPUDevice): Promise<GPUError | null> {
  return device.popErrorScope().catch(() => null);
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

function outOfMemory(wanted: GpuAllocation): LuthierError {
  return new LuthierError({ code: "out-of-memory/gpu", wanted });
}

function describeGpuError(error: GPUError): LuthierError {
  if (error.constructor.name === "GPUOutOfMemoryError") return outOfMemory({ kind: "step" });
  return new LuthierError({ code: "gpu/command-refused", reason: error.message });
}
