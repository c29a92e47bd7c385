import { describe, expect, it } from "vitest";
import { makeRng } from "../../../src/lib/rng";
import { isTargeted, readTargets } from "../../../src/shared/targets";
import { spellTargets } from "../../../src/ui/lib/target-spelling";

const llama = Array.from({ length: 12 }, (_, layer) =>
  ["self_attn.q_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj"].map(
    (kind) => `model.layers.${layer}.${kind}`,
  ),
).flat();
const gpt2 = Array.from({ length: 3 }, (_, layer) =>
  ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"].map((kind) => `transformer.h.${layer}.${kind}`),
).flat();

/** The paths that a text targets, interpreted as by the engine and PEFT. */
function targeted(text: string, paths: readonly string[]): string[] {
  const targets = readTargets(text);
  return targets === null ? [] : paths.filter((path) => isTargeted({ targets }, path));
}

const spell = (paths: readonly string[], pick: (path: string) => boolean): string =>
  spellTargets(new Set(paths.filter(pick)), paths);

describe("target_modules from ticked modules", () => {
  it("is a name if all layers have it, and all-linear for everything", () => {
    expect(spell(llama, (path) => path.endsWith("q_proj"))).toBe("q_proj");
    expect(spell(llama, (path) => /(q|v)_proj/.test(path))).toBe("q_proj, v_proj");
    expect(spell(llama, () => true)).toBe("all-linear");
  });

  it("names embeddings and the head, which all-linear leaves out", () => {
    const ends = ["model.embed_tokens", "lm_head"];
    const text = (pick: (path: string) => boolean): string =>
      spellTargets(new Set([...llama, ...ends].filter(pick)), llama, ends);
    expect(text((path) => !ends.includes(path))).toBe("all-linear");
    expect(text((path) => /(q_proj|embed_tokens)$/.test(path))).toBe("q_proj, embed_tokens");
    expect(text((path) => path === "lm_head")).toBe("lm_head");
    expect(text(() => true)).toBe("q_proj, v_proj, o_proj, up_proj, down_proj, embed_tokens, lm_head");
  });

  it("uses the shortest distinguishing path", () => {
    expect(spell(gpt2, (path) => path.endsWith("mlp.c_proj"))).toBe("mlp.c_proj");
    expect(spell(gpt2, (path) => path.endsWith("c_proj"))).toBe("c_proj");
    expect(spell(gpt2, (path) => path === "transformer.h.1.attn.c_attn")).toBe("1.attn.c_attn");
  });

  it("becomes a regex over layers if that is shorter than a list", () => {
    const text = spell(llama, (path) => /\.([2-9]|1[01])\.self_attn\.(q|v)_proj/.test(path));
    expect(text).toBe(".*\\.([2-9]|1[01])\\..*(q_proj|v_proj)");
  });

  it("omits modules of whole layers, and layers if all match", () => {
    expect(spell(llama, (path) => /\.[0-2]\./.test(path))).toBe(".*\\.[0-2]\\..*");
    expect(spell(llama, (path) => path.endsWith("v_proj") || /\.[1-9]\..*q_proj/.test(path))).toBe(
      ".*\\.v_proj|.*\\.[1-9]\\..*q_proj",
    );
    expect(spell(gpt2, (path) => /\.[01]\.mlp\.c_proj/.test(path))).toBe(".*\\.[01]\\..*mlp\\.c_proj");
  });

  it("is a name without match if nothing is ticked, so that it is refused", () => {
    expect(spell(llama, () => false)).toBe("none");
    expect(targeted("none", llama)).toEqual([]);
  });

  it("matches exactly the ticked modules", () => {
    for (const [name, paths] of Object.entries({ llama, gpt2 })) {
      for (let round = 0; round < 200; round++) {
        const random = makeRng(7, round);
        const share = random.uniform();
        const chosen = paths.filter(() => random.uniform() < share);
        if (chosen.length === 0) continue;
        const text = spellTargets(new Set(chosen), paths);
        expect(targeted(text, paths), `${name}: ${text}`).toEqual(chosen);
      }
    }
  });
});
