import { vi } from "vitest";

/** Provides Web Locks; `releaseAll` ends all holders, as when their tabs crash. */
export function fakeLocks(): { releaseAll(): void } {
  const held = new Set<string>();
  const request = async (
    name: string,
    ...rest: [callback: LockGrantedCallback<unknown>] | [LockOptions, LockGrantedCallback<unknown>]
  ): Promise<unknown> => {
    const callback = rest.at(-1) as LockGrantedCallback<unknown>;
    const options = rest.length > 1 ? (rest[0] as LockOptions) : {};
    if (held.has(name)) {
      if (options.ifAvailable) return callback(null);
      throw new Error(`the lock ${name} is held: nothing here waits for one`);
    }
    held.add(name);
    try {
      return await callback({ name, mode: "exclusive" });
    } finally {
      held.delete(name);
    }
  };
  const query = () => Promise.resolve({ held: [...held].map((name) => ({ name })) });
  vi.stubGlobal("navigator", { locks: { request, query } });
  return { releaseAll: () => held.clear() };
}
