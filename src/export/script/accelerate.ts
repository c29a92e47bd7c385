/** Facts of a run that configurations of Accelerate contain. */
interface LaunchFacts {
  readonly gradientAccumulation: number;
  /** 0: gradients are not clipped. */
  readonly maxGradNorm: number;
}

const COMMON = ["compute_environment: LOCAL_MACHINE", "machine_rank: 0", "main_training_function: main"];

/** Configurations for `accelerate launch --config_file`, by file name. `--num_processes` sets the number of GPUs. */
export function accelerateConfigs(facts: LaunchFacts): Readonly<Record<string, string>> {
  return {
    "one-gpu.yaml": config("NO", 1),
    "several-gpus.yaml": config("MULTI_GPU", 2),
    "fsdp2.yaml": config("FSDP", 2, fsdp2),
    "deepspeed-zero3.yaml": config("DEEPSPEED", 2, zero3(facts)),
  };
}

function config(type: string, processes: number, rest: readonly string[] = []): string {
  const lines = [
    ...COMMON,
    `distributed_type: ${JSON.stringify(type)}`,
    'mixed_precision: "no"',
    "num_machines: 1",
    `num_processes: ${processes}`,
    "rdzv_backend: static",
    "same_network: true",
    "use_cpu: false",
    ...rest,
  ];
  return `${lines.join("\n")}\n`;
}

const fsdp2 = [
  "fsdp_config:",
  "  fsdp_version: 2",
  "  fsdp_auto_wrap_policy: TRANSFORMER_BASED_WRAP",
  "  fsdp_cpu_ram_efficient_loading: false",
  "  fsdp_offload_params: false",
  "  fsdp_reshard_after_forward: true",
  "  fsdp_state_dict_type: FULL_STATE_DICT",
];

function zero3({ gradientAccumulation, maxGradNorm }: LaunchFacts): string[] {
  return [
    "deepspeed_config:",
    `  gradient_accumulation_steps: ${gradientAccumulation}`,
    `  gradient_clipping: ${maxGradNorm}`,
    "  offload_optimizer_device: none",
    "  offload_param_device: none",
    "  zero3_init_flag: false",
    "  zero3_save_16bit_model: true",
    "  zero_stage: 3",
  ];
}
