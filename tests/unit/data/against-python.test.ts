import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeRow } from "../../../src/data/encode/encode-row";
import { rowPromptIds } from "../../../src/data/shape/conversation";
import { PLAIN_TEMPLATE_IDS } from "../../../src/shared/data";
import { alpacaRow, type AlpacaRow } from "../../../src/shared/rows";
import { loadTokenizer, type Tokenizer } from "../../../src/tokenizer/tokenizer";
import { runs } from "../../support/runs";
import { goldenFiles, type Style } from "../tokenizer/goldens";

/** Output of tests/oracle/conversation_goldens.py. */
interface Goldens {
  readonly templates: Readonly<Record<string, string>>;
  readonly rows: readonly (Omit<AlpacaRow, "input"> & { readonly input?: string })[];
  readonly cases: readonly {
    readonly style: Style;
    readonly template: string;
    readonly row: number;
    readonly ids: number[];
    /** [first, last + 1] */
    readonly learned: readonly (readonly [number, number])[];
    readonly asked: number[];
  }[];
  readonly long: { readonly piece: string; readonly asked: number; readonly answered: number };
  readonly long_cases: readonly {
    readonly style: Style;
    readonly template: string;
    readonly learned: readonly (readonly [number, number])[];
    /** Number and SHA-256. */
    readonly ids: readonly [number, string];
    readonly asked: readonly [number, string];
  }[];
}

const committed = new URL("../../golden/tokenizer/conversations.json", import.meta.url);
const goldens = JSON.parse(readFileSync(process.env.LUTHIER_CONVERSATIONS ?? committed, "utf8")) as Goldens;

const tokenizers = new Map<string, Tokenizer>();

function tokenizerOf(style: Style, chatTemplate: string | null): Tokenizer {
  const key = `${style} ${chatTemplate ?? ""}`;
  const known = tokenizers.get(key) ?? loadTokenizer({ tokenizer: { ...goldenFiles(style), chatTemplate } });
  tokenizers.set(key, known);
  return known;
}

const groups = [...new Set(goldens.cases.map(({ style, template }) => `${template} on ${style}`))];

describe.each(groups)("%s, as Python reads it", (name) => {
  it.each(goldens.cases.filter(({ style, template }) => `${template} on ${style}` === name))(
    "row $row",
    ({ style, template, row: index, ids, learned, asked }) => {
      const plain = PLAIN_TEMPLATE_IDS.find((id) => id === template);
      const templateId = plain ?? "chat";
      const tokenizer = tokenizerOf(style, plain ? null : (goldens.templates[template] ?? null));
      const given = goldens.rows[index]!;
      const row = alpacaRow({ ...given, input: given.input ?? "" });
      const encoded = encodeRow(row, templateId, tokenizer, 100_000);
      const text = (some: Iterable<number>) => tokenizer.decode([...some], { skipSpecialTokens: false });
      // Compare texts first: they are more informative than ids when something is wrong.
      expect(text(encoded.ids)).toBe(text(ids));
      expect([...encoded.ids]).toEqual(ids);
      expect(runs(encoded.supervised)).toEqual(learned);
      expect(rowPromptIds(row, templateId, tokenizer).ids).toEqual(asked);
    },
  );
});

describe("a row of 100,000 characters, as Python has it", () => {
  const { piece, asked: questions, answered } = goldens.long;
  const row = alpacaRow({ instruction: piece.repeat(questions), input: "", output: piece.repeat(answered) });
  const digest = (ids: Iterable<number>): [number, string] => {
    const array = Uint32Array.from(ids);
    return [array.length, createHash("sha256").update(array).digest("hex")];
  };

  it.each(goldens.long_cases)("$template on $style", ({ style, template, ids, learned, asked }) => {
    const plain = PLAIN_TEMPLATE_IDS.find((id) => id === template);
    const tokenizer = tokenizerOf(style, plain ? null : (goldens.templates[template] ?? null));
    const encoded = encodeRow(row, plain ?? "chat", tokenizer, 1_000_000);
    expect(digest(encoded.ids)).toEqual(ids);
    expect(runs(encoded.supervised)).toEqual(learned);
    expect(digest(rowPromptIds(row, plain ?? "chat", tokenizer).ids)).toEqual(asked);
  });
});
