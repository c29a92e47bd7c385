import { describe, expect, it } from "vitest";
import { encodeRow } from "../../../src/data/encode/encode-row";
import { continuedRowIds, promptIds, rowPromptIds } from "../../../src/data/shape/conversation";
import { alpacaRow } from "../../../src/shared/rows";
import { goldenTokenizer, STYLES } from "../tokenizer/goldens";

const row = alpacaRow({
  instruction: "Name the wood",
  input: "of a violin's top",
  output: "It is spruce.",
  history: [["What is this?", "A violin."]],
});

describe.each(STYLES)("a training row used as a sample prompt, under the tokenizer of %s", (style) => {
  const tokenizer = goldenTokenizer(style);

  it.each(["alpaca", "human-assistant", "instruction-answer"] as const)(
    "ends where its answer begins: %s",
    (templateId) => {
      const { ids, supervised } = encodeRow(row, templateId, tokenizer, 1000);
      const asked = rowPromptIds(row, templateId, tokenizer).ids;
      // Earlier answers may be supervised too; the last one is the one being asked for.
      const start = supervised.lastIndexOf(0) + 1;
      expect(asked).toEqual([...ids.slice(0, start)]);
    },
  );

  it("starts the conversation that continues it", () => {
    const asked = rowPromptIds(row, "alpaca", tokenizer);
    expect(continuedRowIds(row, [], "alpaca", tokenizer)).toEqual(asked);
    const further = [
      { role: "assistant", content: "It is spruce." },
      { role: "user", content: "And the back?" },
    ] as const;
    const longer = alpacaRow({
      instruction: "And the back?",
      input: "",
      output: "Maple.",
    });
    const whole = { ...row, turns: [...row.turns, ...longer.turns] };
    expect(continuedRowIds(row, further, "alpaca", tokenizer).ids).toEqual(
      rowPromptIds(whole, "alpaca", tokenizer).ids,
    );
  });

  it("equals what the chat would send", () => {
    const plain = alpacaRow({ instruction: "Name the wood", input: "", output: "Spruce." });
    const asked = promptIds([{ role: "user", content: "Name the wood" }], "alpaca", tokenizer);
    expect(rowPromptIds(plain, "alpaca", tokenizer)).toEqual(asked);
  });
});
