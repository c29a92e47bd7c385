import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Kernel, kernelKey } from "../../src/engine/gpu/kernel";
import { assembleShader } from "../../src/engine/gpu/shaders";
import { createNullGpu } from "../support/gpu";
import { allKernels, kernelsOf } from "../support/kernels";
import { traceAttention } from "../support/large-shapes";
import { localBytes, parseWgsl, spaceBytes, type WgslModule, workgroupSize } from "../support/wgsl";

/** The reasons for each rule, with sources: docs/browsers.md, "Rules our WGSL keeps". */
type Rule = (module: WgslModule, requires: Kernel["requires"]) => string[];

/** Built-in functions that every WGSL compiler has had since its browser's first WebGPU release. */
const BUILT_INS = new Set([
  ...["abs", "clamp", "dot", "exp", "firstLeadingBit", "fma", "log", "max", "min", "select", "sign", "sqrt"],
  ...["arrayLength", "bitcast", "tanh", "transpose", "unpack2x16float"],
  ...["atomicAdd", "atomicExchange", "atomicLoad", "atomicMax", "atomicMin", "atomicStore"],
  ...["storageBarrier", "workgroupBarrier", "workgroupUniformLoad"],
]);

const TYPES = /^(?:array|f32|i32|u32|bool|vec[234]|mat[234]x[234])$/;

/** The built-ins of `enable subgroups;` that we use. */
const SUBGROUP_BUILT_INS = new Set(["quadSwapX", "quadSwapY", "quadSwapDiagonal"]);

const ATTRIBUTES = new Set(["binding", "builtin", "compute", "group", "workgroup_size"]);

const BUILT_IN_VALUES = new Set([
  ...["global_invocation_id", "local_invocation_id", "local_invocation_index"],
  ...["num_workgroups", "workgroup_id"],
]);

/**
 * Built-in functions that take the address of a variable; our own functions must not take the address of part of one.
 */
const TAKES_ADDRESS = /\b(?:arrayLength|atomic(?:Add|Exchange|Load|Max|Min|Store)|workgroupUniformLoad)\($/;

/** WGSL's guaranteed minimum for function-local and private variables: https://www.w3.org/TR/WGSL/#limits */
const LOCAL_BYTES = 8192;
/** WebGPU limits that every adapter has: https://www.w3.org/TR/webgpu/#limits */
const WORKGROUP_BYTES = 16384;
const INVOCATIONS = 256;
/** SIMD width of Apple's GPUs. */
const APPLE_WIDTH = 32;
/** Workgroup size for software adapters, which are never Apple GPUs. */
const SOFTWARE_LANES = 4;

const rules = {
  "asks for no extension but those that its kernel requires": ({ directives }, requires) => {
    const allowed = requires.map((feature) => `enable ${feature === "shader-f16" ? "f16" : feature};`);
    return directives.filter((directive) => !allowed.includes(directive));
  },

  "has no pipeline-overridable constants, on which naga panics": ({ code }) =>
    code.match(/\boverride\b[^;]*;/g) ?? [],

  "uses only built-ins and attributes that all compilers have": (
    { code, functions, ...declared },
    requires,
  ) => {
    const hasSubgroups = requires.includes("subgroups");
    const own = new Set([
      ...functions.map(({ name }) => name),
      ...declared.structs.keys(),
      ...declared.aliases.keys(),
    ]);
    const isKnown = (name: string): boolean =>
      own.has(name) ||
      BUILT_INS.has(name) ||
      TYPES.test(name) ||
      (hasSubgroups && SUBGROUP_BUILT_INS.has(name));
    const calls = [...code.matchAll(/(?<![@\w])(\w+)(?:<[^<>()]*(?:<[^<>()]*>)?[^<>()]*>)?\(/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !/^(?:if|for|while|switch|return)$/.test(name) && !isKnown(name));
    const attributes = [...code.matchAll(/@(\w+)/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !ATTRIBUTES.has(name) && !(hasSubgroups && name === "diagnostic"));
    const values = [...code.matchAll(/@builtin\((\w+)\)/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !BUILT_IN_VALUES.has(name) && !(hasSubgroups && name === "subgroup_invocation_id"));
    return [...new Set([...calls, ...attributes, ...values])];
  },

  "points at whole local variables only": ({ code }) => {
    const types = [...code.matchAll(/\bptr<(\w+)/g)].filter(([, space]) => space !== "function");
    const addresses = [...code.matchAll(/(?<![&\w)\]] ?)&(?!&)\s*\w+(\[|\.)?/g)].filter(
      ({ index, 1: part }) => {
        const before = code.slice(0, index);
        return !TAKES_ADDRESS.test(before) && (part !== undefined || !/[(,]\s*$/.test(before));
      },
    );
    return [...types, ...addresses].map(([text]) => text);
  },

  "follows pointers with a star": ({ functions }) =>
    functions.flatMap(({ name, parameters, body }) =>
      parameters
        .filter(({ type }) => type.startsWith("ptr<"))
        .filter((pointer) => new RegExp(`\\b${pointer.name}\\s*[[.]`).test(body))
        .map((pointer) => `${name}: ${pointer.name}`),
    ),

  "keeps vectors of three and matrices out of buffers and workgroup memory": (module) =>
    module.variables
      .filter(({ type }) => /\b(?:vec3|mat\dx\d)/.test(spelledOut(module, type)))
      .map(({ name }) => name),

  "has room for its local and private variables": (module) => {
    const over = module.functions
      .map((each) => ({ name: each.name, bytes: localBytes(module, each) }))
      .concat({ name: "private variables", bytes: spaceBytes(module, "private") })
      .filter(({ bytes }) => bytes > LOCAL_BYTES);
    return over.map(({ name, bytes }) => `${name}: ${bytes} bytes`);
  },

  "has room for its workgroup variables": (module) => {
    const bytes = spaceBytes(module, "workgroup");
    return bytes > WORKGROUP_BYTES ? [`${bytes} bytes`] : [];
  },

  "has workgroups of a size that every adapter takes": (module) => {
    const [x, y, z] = workgroupSize(module);
    return x * y * z > INVOCATIONS || z > 64 ? [`${x} x ${y} x ${z}`] : [];
  },

  "has no barrier in a workgroup as narrow as Apple's SIMD groups": (module) => {
    const [x, y, z] = workgroupSize(module);
    const count = x * y * z;
    const hasBarrier = /\b(?:workgroupBarrier|workgroupUniformLoad)\(/.test(module.code);
    return hasBarrier && count <= APPLE_WIDTH && count !== SOFTWARE_LANES ? [`${count} invocations`] : [];
  },
} as const satisfies Record<string, Rule>;

type RuleName = keyof typeof rules;
const ruleNames = Object.keys(rules) as RuleName[];

/** A type with aliases and structs expanded. */
function spelledOut(module: WgslModule, type: string): string {
  return type.replace(/\w+/g, (name) => {
    const alias = module.aliases.get(name);
    if (alias !== undefined) return spelledOut(module, alias);
    const fields = module.structs.get(name);
    return fields ? fields.map((each) => spelledOut(module, each.type)).join(" ") : name;
  });
}

const main = "@compute @workgroup_size(64)\nfn main() {";

/** For each rule, code that breaks it with the expected findings. */
const broken: Record<RuleName, readonly (readonly [wgsl: string, found: readonly string[]])[]> = {
  "asks for no extension but those that its kernel requires": [
    [`enable f16;\n${main}}`, ["enable f16;"]],
    [`requires pointer_composite_access;\n${main}}`, ["requires pointer_composite_access;"]],
    [`diagnostic(off, derivative_uniformity);\n${main}}`, ["diagnostic(off, derivative_uniformity);"]],
  ],
  "has no pipeline-overridable constants, on which naga panics": [
    [`@id(1) override LANES: u32 = 64;\n${main}} // override`, ["override LANES: u32 = 64;"]],
  ],
  "uses only built-ins and attributes that all compilers have": [
    [`${main} let x = dot4U8Packed(1u, 2u); }`, ["dot4U8Packed"]],
    [`${main} let x = quadSwapX(1.0); }`, ["quadSwapX"]],
    [`${main} let x = array<vec2<f16>, 2>(vec2h(), vec2h()); }`, ["vec2h"]],
    [`@diagnostic(off, subgroup_uniformity)\n${main}}`, ["diagnostic"]],
    [`@compute @workgroup_size(64)\nfn main(@builtin(subgroup_size) n: u32) {}`, ["subgroup_size"]],
  ],
  "points at whole local variables only": [
    [`fn f(x: ptr<storage, array<f32>>) {}\n${main}}`, ["ptr<storage"]],
    [`fn f(x: ptr<workgroup, f32>) {}\n${main}}`, ["ptr<workgroup"]],
    [`${main} let row = &values[3]; }`, ["&values["]],
    [`${main} let all = &values; }`, ["&values"]],
    [`${main} f(&rows[1], 2u); f(1u, &place.x); }`, ["&rows[", "&place."]],
  ],
  "follows pointers with a star": [
    [`fn f(x: ptr<function, vec2<f32>>) { x.y = 1.0; }\n${main}}`, ["f: x"]],
    [`fn f(rows: ptr<function, array<f32, 2>>) { rows[0] = 1.0; }\n${main}}`, ["f: rows"]],
  ],
  "keeps vectors of three and matrices out of buffers and workgroup memory": [
    [`@group(0) @binding(1) var<storage, read> x: array<vec3<f32>>;\n${main}}`, ["x"]],
    [`struct S {\n  m: mat4x4<f32>,\n}\nalias T = S;\nvar<workgroup> y: array<T, 4>;\n${main}}`, ["y"]],
  ],
  "has room for its local and private variables": [
    [`const N = 513u;\n${main} var x: array<vec4<f32>, N>; }`, ["main: 8208 bytes"]],
    [`${main} var a: array<f32, 2048>; for (var i = 0u; i < 2u; i++) {} }`, ["main: 8196 bytes"]],
    [
      `alias Rows = array<mat4x4<f32>, 100>;\nfn rows() -> Rows { return Rows(); }\n${main} var x = rows(); var y = Rows(); }`,
      ["main: 12800 bytes"],
    ],
    [`var<private> x: array<f32, 2049>;\n${main}}`, ["private variables: 8196 bytes"]],
  ],
  "has room for its workgroup variables": [
    [`var<workgroup> x: array<f32, 4096>;\nvar<workgroup> y: atomic<u32>;\n${main}}`, ["16388 bytes"]],
    [
      `struct S {\n  a: vec3<f32>,\n  b: vec2<f32>,\n}\nvar<workgroup> x: array<S, 513>;\n${main}}`,
      ["16416 bytes"],
    ],
  ],
  "has workgroups of a size that every adapter takes": [
    [
      "const ROWS = 128u;\n@compute @workgroup_size(ROWS / 4u, min(16u, ROWS))\nfn main() {}",
      ["32 x 16 x 1"],
    ],
    ["@compute @workgroup_size(1, 1, 65)\nfn main() {}", ["1 x 1 x 65"]],
  ],
  "has no barrier in a workgroup as narrow as Apple's SIMD groups": [
    ["@compute @workgroup_size(8, 4)\nfn main() { workgroupBarrier(); }", ["32 invocations"]],
    ["@compute @workgroup_size(25)\nfn main() { let x = workgroupUniformLoad(&y); }", ["25 invocations"]],
  ],
};

describe.each(ruleNames)("every kernel %s", (name) => {
  const rule: Rule = rules[name];

  test("in all variants", () => {
    const found = everyKernel().flatMap(({ kernel, module }) =>
      rule(module, kernel.requires).map((what) => `${kernelKey(kernel)}: ${what}`),
    );
    expect(found).toEqual([]);
  });

  test.each(broken[name])("rejects shaders that break the rule: %s", (wgsl, found) => {
    expect(rule(parseWgsl(wgsl), [])).toEqual(found);
  });
});

let parsed: readonly { readonly kernel: Kernel; readonly module: WgslModule }[] | undefined;

/** All kernels, including attention for every possible head size. */
function everyKernel(): NonNullable<typeof parsed> {
  parsed ??= [...allKernels(), ...attentionOfAllWidths()].map((kernel) => ({
    kernel,
    module: parseWgsl(assembleShader(kernel)),
  }));
  return parsed;
}

function attentionOfAllWidths(): Kernel[] {
  const widths = Array.from({ length: 256 }, (_, index) => index + 1);
  return widths.flatMap((width) => kernelsOf(traceAttention(width, true, true)));
}

describe("barriers are in uniform control flow", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    const adapter = await createNullGpu().requestAdapter();
    if (!adapter) throw new Error("Dawn's null backend offers no adapter");
    device = await adapter.requestDevice();
  });
  afterAll(() => device.destroy());

  test("since Tint, which compiles every kernel in compile.test.ts, rejects any other", async () => {
    const compiled = async (condition: string): Promise<string> => {
      device.pushErrorScope("validation");
      device.createShaderModule({
        code: `@compute @workgroup_size(64)
          fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>) {
            if (${condition}) { workgroupBarrier(); }
          }`,
      });
      return (await device.popErrorScope())?.message ?? "";
    };
    expect(await compiled("group.x == 0u")).toBe("");
    expect(await compiled("lane == 0u")).toContain("uniform control flow");
  });
});
