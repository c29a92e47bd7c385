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
