import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx_pb";

/** Element types of values in the graph. */
export type OnnxType = "FLOAT" | "FLOAT16" | "INT64" | "UINT8" | "BOOL";

/** Dimensions of an input or output; strings are symbolic. */
export type OnnxShape = readonly (number | string)[];

type Attribute = number | string | { readonly ints: readonly number[] } | { readonly float: number };
type Attributes = Readonly<Record<string, Attribute>>;

/** A tensor stored in an external file. */
export interface ExternalTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  /** File name, relative to the model's. */
  readonly location: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Opset 17: the first with LayerNormalization, and old enough for every onnxruntime in use. */
const OPSET = 17;
const IR_VERSION = 8;
/** onnxruntime's own operators (MatMulNBits). */
const CONTRIB = "com.microsoft";

/** An ONNX graph under construction. Values are named; `node` returns the names of a node's outputs. */
export class OnnxGraph {
  readonly #nodes: MessageInitShape<typeof NodeProtoSchema>[] = [];
  readonly #initializers: MessageInitShape<typeof TensorProtoSchema>[] = [];
  readonly #inputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  readonly #outputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  readonly #constants = new Map<string, string>();
  #count = 0;

  /** Adds a node with one output. */
  node(type: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const name = output ?? this.#fresh(type);
    this.#push(type, inputs, [name], attributes, "");
    return name;
  }

  /** Adds a node with several outputs. */
  split(input: string, sizes: readonly number[]): string[] {
    const outputs = sizes.map(() => this.#fresh("Split"));
    this.#push("Split", [input, this.ints(sizes)], outputs, { axis: -1 }, "");
    return outputs;
  }

  /** Adds one of onnxruntime's own operators. */
  contrib(type: string, inputs: readonly string[], attributes: Attributes): string {
    const name = this.#fresh(type);
    this.#push(type, inputs, [name], attributes, CONTRIB);
    return name;
  }

  /** A constant vector of int64. */
  ints(values: readonly number[]): string {
    return this.#constant(`ints ${values.join()}`, {
      dataType: DataType.INT64,
      dims: [BigInt(values.length)],
      int64Data: values.map(BigInt),
    });
  }

  /** A scalar int64 constant. */
  int(value: number): string {
    return this.#constant(`int ${value}`, { dataType: DataType.INT64, dims: [], int64Data: [BigInt(value)] });
  }

  /** A scalar f32 constant. */
  float(value: number): string {
    return this.#constant(`float ${value}`, { dataType: DataType.FLOAT, dims: [], floatData: [value] });
  }

  /** A constant f32 tensor. */
  floats(shape: readonly number[], values: readonly number[]): string {
    const key = `floats ${shape.join()} ${values.join()}`;
    return this.#constant(key, { dataType: DataType.FLOAT, dims: shape.map(BigInt), floatData: [...values] });
  }

  external({ name, type, shape, location, offset, sizeBytes }: ExternalTensor): void {
    const entries = { location, offset: String(offset), length: String(sizeBytes) };
    this.#initializers.push({
      name,
      dataType: DataType[type],
      dims: shape.map(BigInt),
      dataLocation: DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    });
  }

  input(name: string, type: OnnxType, shape: OnnxShape): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: OnnxType, shape: OnnxShape): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** The model as a protobuf file. */
  bytes(name: string): Uint8Array<ArrayBuffer> {
    const usesContrib = this.#nodes.some(({ domain }) => domain === CONTRIB);
    const model = create(ModelProtoSchema, {
      irVersion: BigInt(IR_VERSION),
      producerName: "Luthier",
      opsetImport: [
        { domain: "", version: BigInt(OPSET) },
        ...(usesContrib ? [{ domain: CONTRIB, version: 1n }] : []),
      ],
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
    return toBinary(ModelProtoSchema, model);
  }

  #fresh(type: string): string {
    return `${type}_${this.#count++}`;
  }

  #push(
    opType: string,
    input: readonly string[],
    output: string[],
    attributes: Attributes,
    domain: string,
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
    this.#nodes.push({ opType, input: [...input], output, attribute, domain, name: `/${output[0]}` });
  }

  #constant(key: string, tensor: MessageInitShape<typeof TensorProtoSchema>): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#constants.size}`;
    this.#initializers.push({ ...tensor, name });
    this.#constants.set(key, name);
    return name;
  }
}

function attributeProto(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "string")
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return { name, type: AttributeType.INT, i: BigInt(value) };
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: value.ints.map(BigInt) };
}

function valueInfo(
  name: string,
  type: OnnxType,
  shape: OnnxShape,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) => ({
    value:
      typeof size === "number"
        ? { case: "dimValue" as const, value: BigInt(size) }
        : { case: "dimParam" as const, value: size },
  }));
  return {
    name,
    type: { value: { case: "tensorType", value: { elemType: DataType[type], shape: { dim } } } },
  };
}

/** Number of ONNX's `TensorProto.DataType`, for Cast. */
export function dataType(type: OnnxType): number {
  return DataType[type];
}
