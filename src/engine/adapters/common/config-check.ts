import { LuthierError } from "../../../lib/errors";

/** Refuses an adapter_config.json with a setting the studio does not have; a missing key always passes. */
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
