/**
 * Declarations of a WGSL module and their sizes, to the extent required by tests/shaders/portable.test.ts. Not a
 * compiler: expects valid source with each declaration at the start of a line, as in shaders/.
 */
export interface WgslModule {
  /** Source without comments. */
  readonly code: string;
  /** `enable f16;` and the like, in order. */
  readonly directives: readonly string[];
  readonly constants: ReadonlyMap<string, string>;
  readonly aliases: ReadonlyMap<string, string>;
  readonly structs: ReadonlyMap<string, readonly WgslField[]>;
  readonly variables: readonly WgslVariable[];
  readonly functions: readonly WgslFunction[];
}

export interface WgslField {
  readonly name: string;
  readonly type: string;
}

/** A module-scope variable: in a buffer, in workgroup memory or private. */
export interface WgslVariable extends WgslField {
  readonly space: string;
}

export interface WgslFunction {
  readonly name: string;
  readonly parameters: readonly WgslField[];
  /** Return type; empty if none. */
  readonly returns: string;
  readonly body: string;
}

export function withoutComments(wgsl: string): string {
  return wgsl.replace(/\/\/.*$|\/\*[^]*?\*\//gm, "");
}

export function parseWgsl(wgsl: string): WgslModule {
  const code = withoutComments(wgsl);
  const pairs = (pattern: RegExp): Map<string, string> =>
    new Map([...code.matchAll(pattern)].map(([, name = "", value = ""]) => [name, value.trim()]));
  return {
    code,
    directives: [...code.matchAll(/^(?:enable|requires|diagnostic)\b[^;]*;/gm)].map(([text]) => text),
    constants: pairs(/^const (\w+)(?:\s*:[^=]+)?\s*=([^;]+);/gm),
    aliases: pairs(/^alias (\w+)\s*=([^;]+);/gm),
    structs: new Map(
      [...code.matchAll(/^struct (\w+)\s*\{([^}]*)\}/gm)].map(([, name = "", body = ""]) => [
        name,
        splitTopLevel(body).map(field),
      ]),
    ),
    variables: [...code.matchAll(/\bvar<(\w+)[^>]*>\s*(\w+)\s*:([^;=]+)/g)].map(
      ([, space = "", name = "", type = ""]) => ({ space, name, type: type.trim() }),
    ),
    functions: [...code.matchAll(/\bfn (\w+)\(/g)].map(({ 1: name = "", index }) =>
      functionAt(code, name, code.indexOf("(", index)),
    ),
  };
}

/** Workgroup size of the entry point. */
export function workgroupSize(module: WgslModule): [x: number, y: number, z: number] {
  const [, start] = /@workgroup_size(\()/d.exec(module.code)?.indices ?? [];
  if (!start) throw new Error("no @workgroup_size");
  const sizes = splitTopLevel(between(module.code, start[0])).map((text) => valueOf(module, text));
  return [sizes[0] ?? 1, sizes[1] ?? 1, sizes[2] ?? 1];
}

/** Size of a type in bytes, by WGSL's layout rules. */
export function bytesOf(module: WgslModule, type: string): number {
  return layoutOf(module, type).size;
}

/** Total size of the variables of an address space. */
export function spaceBytes(module: WgslModule, space: string): number {
  const own = module.variables.filter((variable) => variable.space === space);
  return own.reduce((sum, { type }) => sum + bytesOf(module, type), 0);
}

/** If neither a type nor a constructor determines a variable's type, assume the largest non-composite one. */
const LARGEST_PLAIN = "mat4x4<f32>";

/** Size of a function's local variables; an upper bound if types are inferred. */
export function localBytes(module: WgslModule, { body }: WgslFunction): number {
  const types = new Map<string, string>();
  let sum = 0;
  for (const match of body.matchAll(/\bvar (\w+)\s*(?::([^=;]+))?(?:=([^;]+))?;/g)) {
    const [, name = "", declared, initial = ""] = match;
    const type = declared?.trim() ?? inferredType(module, initial.trim(), types);
    types.set(name, type);
    sum += bytesOf(module, type);
  }
  return sum;
}

function inferredType(module: WgslModule, expression: string, known: ReadonlyMap<string, string>): string {
  if (/^-?[\d.]+(?:e-?\d+)?[uif]?$/.test(expression)) return "f32";
  const called = /^(\w+(?:<[^()]*>)?)\(/.exec(expression);
  if (!called) return known.get(expression) ?? LARGEST_PLAIN;
  const [, name = ""] = called;
  const end = called[0].length + between(expression, called[0].length - 1).length + 1;
  // A suffix, as in `f(x).y` or `f(x) + y`, changes the type, but not to a larger one.
  if (end < expression.length) return LARGEST_PLAIN;
  if (name === "array") {
    const parts = splitTopLevel(between(expression, called[0].length - 1));
    return `array<${inferredType(module, parts[0] ?? "", known)}, ${parts.length}>`;
  }
  const vector = /^(?:vec|mat4x)([234])$/.exec(name);
  if (vector) return name.startsWith("vec") ? `vec${vector[1]}<f32>` : `${name}<f32>`;
  const returns = module.functions.find((each) => each.name === name)?.returns;
  if (returns) return returns;
  const isType = module.aliases.has(name) || module.structs.has(name) || name.includes("<");
  return isType ? name : LARGEST_PLAIN;
}

interface Layout {
  readonly size: number;
  readonly align: number;
}

const SCALARS: Readonly<Record<string, number>> = { f32: 4, i32: 4, u32: 4, bool: 4, f16: 2 };

function layoutOf(module: WgslModule, type: string): Layout {
  const alias = module.aliases.get(type);
  if (alias) return layoutOf(module, alias);
  const scalar = SCALARS[type];
  if (scalar) return { size: scalar, align: scalar };
  const fields = module.structs.get(type);
  if (fields) return structLayout(fields.map((each) => layoutOf(module, each.type)));
  const [, name = "", inner = ""] = /^(\w+)<([^]*)>$/.exec(type) ?? [];
  const [element = "", count] = splitTopLevel(inner);
  const part = element ? layoutOf(module, element) : { size: 4, align: 4 };
  if (name === "atomic") return part;
  if (name === "array") {
    if (count === undefined) throw new Error(`${type} has no fixed size`);
    return { size: rounded(part.size, part.align) * valueOf(module, count), align: part.align };
  }
  const [, kind, columns, rows] = /^(vec|mat)([234])(?:x([234]))?$/.exec(name) ?? [];
  if (kind === "vec") return vectorLayout(part.size, Number(columns));
  if (kind !== "mat") throw new Error(`unknown type ${type}`);
  const column = vectorLayout(part.size, Number(rows));
  return { size: rounded(column.size, column.align) * Number(columns), align: column.align };
}

function vectorLayout(scalar: number, count: number): Layout {
  return { size: scalar * count, align: scalar * (count === 3 ? 4 : count) };
}

function structLayout(fields: readonly Layout[]): Layout {
  const align = Math.max(...fields.map((each) => each.align));
  const end = fields.reduce((at, each) => rounded(at, each.align) + each.size, 0);
  return { size: rounded(end, align), align };
}

function rounded(size: number, align: number): number {
  return Math.ceil(size / align) * align;
}

/** Evaluates a constant integer expression: names, + - * / %, parentheses, min and max. */
export function valueOf(module: WgslModule, expression: string): number {
  const tokens = expression.match(/\w+|[-+*/%(),]/g) ?? [];
  let at = 0;
  const take = (): string => tokens[at++] ?? "";
  const sum = (): number => {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") value += take() === "+" ? product() : -product();
    return value;
  };
  const product = (): number => {
    let value = factor();
    for (;;) {
      if (tokens[at] === "*") value *= (take(), factor());
      else if (tokens[at] === "/") value = Math.floor(value / (take(), factor()));
      else if (tokens[at] === "%") value %= (take(), factor());
      else return value;
    }
  };
  const list = (): number[] => {
    const values: number[] = [];
    do {
      take();
      values.push(sum());
    } while (tokens[at] === ",");
    take();
    return values;
  };
  const factor = (): number => {
    const token = tokens[at] ?? "";
    if (token === "(") return list()[0] ?? NaN;
    at++;
    if (token === "min" || token === "max") return Math[token](...list());
    if (/^\d/.test(token)) return parseInt(token, token.startsWith("0x") ? 16 : 10);
    const constant = module.constants.get(token);
    if (constant === undefined) throw new Error(`${token} in "${expression}" is no constant`);
    return valueOf(module, constant);
  };
  return sum();
}

/** Splits at top-level commas; a trailing comma is ignored. */
export function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const char = text[i] ?? ",";
    if ("(<[".includes(char)) depth++;
    else if (")>]".includes(char)) depth--;
    else if (char === "," && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts.filter((part) => part !== "");
}

function field(text: string): WgslField {
  const [, name = "", type = ""] = /(\w+)\s*:([^]*)$/.exec(text) ?? [];
  return { name, type: type.trim() };
}

function functionAt(code: string, name: string, open: number): WgslFunction {
  const parameters = between(code, open);
  const start = code.indexOf("{", open + parameters.length);
  const head = code.slice(open + parameters.length + 2, start);
  return {
    name,
    parameters: splitTopLevel(parameters).map(field),
    returns: head.replace(/^\s*->/, "").trim(),
    body: between(code, start),
  };
}

/** The text between the bracket at `open` and its closing one. */
function between(code: string, open: number): string {
  const opening = code.charAt(open);
  const closing = opening === "{" ? "}" : ")";
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if (code[i] === opening) depth++;
    else if (code[i] === closing && --depth === 0) return code.slice(open + 1, i);
  }
  throw new Error(`a bracket is not closed: ${code.slice(open, open + 40)}`);
}
