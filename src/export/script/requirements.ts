/** Versions that the script was checked with. */
const pinned = {
  torch: "2.13.0",
  transformers: "5.23.0",
  peft: "0.21.2",
  accelerate: "1.15.0",
  safetensors: "0.8.0",
  trl: "1.16.0",
} as const;

/** For ray_train.py alone. */
export const RAY = "ray[train]==2.60.0";

/** requirements.txt; TRL only computes losses on answers that are better or worse. */
export function requirements(needsTrl: boolean): string {
  const lines = Object.entries(pinned)
    .filter(([name]) => name !== "trl" || needsTrl)
    .map(([name, version]) => `${name}==${version}`);
  return `${[...lines, `# For ray_train.py: pip install "${RAY}"`].join("\n")}\n`;
}
