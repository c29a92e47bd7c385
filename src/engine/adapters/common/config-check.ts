import { LuthierError } from "../../../lib/errors";

/** Rejects an adapter_config.json with values other than the allowed ones; missing keys pass. */
export function refuseUnless(
  config: Readonly<Record<string, unknown>>,
  allowed: Readonly<Record<string, readonly unknown[]>>,
): void {
  for (const [key, values] of Object.entries(allowed)) {
    const value = config[key];
    if (value === undefined || value === null || values.includes(value)) continue;
    throw new LuthierError({ code: "adapter/setting", key, value: JSON.stringify(value) });
  }
}
