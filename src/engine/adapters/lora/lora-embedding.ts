import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import type { TableSpec } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { embeddingTrainable } from "../../ops/embedding-trainable";
import { matmul } from "../../ops/matmul";
import { transpose } from "../../ops/transpose";
import { transposed } from "../../weights/tensor-source";
import { addProduct } from "../common/base-matrix";
import { fill } from "../common/dense";
import type { EmbeddingSite } from "../../nn/hooks";
import { rankAndScale } from "./lora-layer";
import type { LoraOptions } from "./lora-options";
import type { BaseChange, HostTensor, ParameterSpec } from "../common/method";

/** An embedding table with a low-rank update. */
export interface LoraTable {
  readonly table: TableSpec;
  readonly rank: number;
  readonly scale: number;
}

/** PEFT's tensor names for a table; they are plain parameters, hence no ".weight". */
function names({ path }: TableSpec): Record<"a" | "b", string> {
  const prefix = `base_model.model.${path}.lora_embedding`;
  return { a: `${prefix}_A`, b: `${prefix}_B` };
}

/** Resolves the table's rank and scale. */
export function loraTable(table: TableSpec, options: LoraOptions): LoraTable {
  return { table, ...rankAndScale(table.path, options) };
}

/** A (r, rows) starts at zero and B (width, r) as normal(0, 1), whatever init_lora_weights says. */
export function tableParameters({ table, rank }: LoraTable): ParameterSpec[] {
  const { rows, columns } = table;
  const name = names(table);
  return [
    { name: name.a, shape: [rank, rows], init: () => new Float32Array(rank * rows) },
    {
      name: name.b,
      shape: [columns, rank],
      init: ({ random }) => fill(columns * rank, () => random.normal()),
    },
  ];
}

/** rows + factor · s · (A[:, ids])ᵀ Bᵀ, without dropout, as in PEFT. */
export function applyTable(graph: Graph, { table, rank, scale }: LoraTable, site: EmbeddingSite): Value {
  const name = names(table);
  const a = graph.parameter(name.a, f32(rank, table.rows));
  const b = graph.parameter(name.b, f32(table.columns, rank));
  const low = graph.apply(embeddingTrainable, [site.ids, graph.apply(transpose, [a], {})], site.padding);
  const update = graph.apply(matmul, [low, b], { form: "nt", alpha: scale * site.factor });
  return graph.apply(add, [site.rows, update], {});
}

/** Merged table: W + s · (B A)ᵀ. */
export function mergeTable(
  { table, rank, scale }: LoraTable,
  trained: ReadonlyMap<string, HostTensor>,
): [string, BaseChange] {
  const name = names(table);
  const { rows, columns } = table;
  const change: BaseChange = ({ shape, data }) => {
    const matrix = data.slice();
    const left = transposed(defined(trained.get(name.a), name.a).data, rank, rows);
    const right = transposed(defined(trained.get(name.b), name.b).data, columns, rank);
    addProduct(matrix, left, right, { rows, rank, factor: scale });
    return { shape, data: matrix };
  };
  return [`${table.path}.weight`, change];
}
