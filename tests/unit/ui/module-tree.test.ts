import { describe, expect, it } from "vitest";
import { buildModuleTree, openAtFirst, visibleNodes } from "../../../src/ui/lib/module-tree";

const modules = [0, 1].flatMap((layer) =>
  ["self_attn.q_proj", "self_attn.v_proj", "mlp.up_proj"].map((kind) => ({
    path: `model.layers.${layer}.${kind}`,
    inFeatures: 4,
    outFeatures: 8,
  })),
);

describe("the module tree", () => {
  const [root, ...others] = buildModuleTree(modules);

  it("has a node per path part, and joins parts with a single child", () => {
    expect(others).toEqual([]);
    expect(root).toMatchObject({ path: "model.layers", name: "model.layers" });
    expect(root?.children.map(({ name }) => name)).toEqual(["0", "1"]);
    expect(root?.children[0]?.children.map(({ name }) => name)).toEqual(["self_attn", "mlp"]);
    expect(root?.children[1]?.leaves.map(({ path }) => path)).toEqual([
      "model.layers.1.self_attn.q_proj",
      "model.layers.1.self_attn.v_proj",
      "model.layers.1.mlp.up_proj",
    ]);
  });

  it("opens at the first layer, with or without embeddings and head", () => {
    const first = ["model.layers.0", "model.layers.0.self_attn", "model.layers.0.mlp"];
    expect([...openAtFirst([root!])]).toEqual(["model.layers", ...first]);
    const ends = ["model.embed_tokens", "lm_head"].map((path) => ({ path, inFeatures: 4, outFeatures: 97 }));
    const nodes = buildModuleTree([...modules, ...ends]);
    expect(nodes.map(({ name }) => name)).toEqual(["model", "lm_head"]);
    expect([...openAtFirst(nodes)]).toEqual(["model", "lm_head", "model.layers", ...first]);
  });

  it("lists open nodes with their positions", () => {
    const shown = visibleNodes([root!], new Set(["model.layers", "model.layers.1"]));
    expect(shown.map(({ node, level, place, of, parent }) => [node.name, level, place, of, parent])).toEqual([
      ["model.layers", 1, 1, 1, null],
      ["0", 2, 1, 2, "model.layers"],
      ["1", 2, 2, 2, "model.layers"],
      ["self_attn", 3, 1, 2, "model.layers.1"],
      ["mlp", 3, 2, 2, "model.layers.1"],
    ]);
  });
});
