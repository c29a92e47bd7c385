/**
 * Wraps a GPU so that it reports a hardware name and no subgroups: whole models then run on the kernels for hardware
 * GPUs.
 */
export function asHardware(gpu: GPU): GPU {
  return {
    async requestAdapter(options: GPURequestAdapterOptions) {
      const adapter = await gpu.requestAdapter(options);
      return (
        adapter && {
          features: new Set([...adapter.features].filter((feature) => feature !== "subgroups")),
          limits: adapter.limits,
          info: { vendor: "test", architecture: "card", device: "", description: "Test card" },
          requestDevice: (descriptor: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
        }
      );
    },
  } as unknown as GPU;
}
