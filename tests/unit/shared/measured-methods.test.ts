import { expect, it } from "vitest";
import { measuredMethods } from "../../../src/shared/measured-methods";
import { METHOD_IDS } from "../../../src/shared/methods";
import type { Rows } from "../../builtin/method-table";
import saved from "../../builtin/methods.json" with { type: "json" };

const rows: Rows = saved;

it("the page shows the latest measurements of a method", () => {
  const base = rows.lora && "stepMs" in rows.lora ? rows.lora.stepMs : Number.NaN;
  const expected = METHOD_IDS.map((id) => {
    const row = rows[id];
    if (!row || "refused" in row) return [id, null];
    const heldOutLoss = Number(row.lossAfter.toFixed(3));
    return [id, { heldOutLoss, stepRatio: Number((row.stepMs / base).toFixed(2)), bytes: row.bytes }];
  });
  expect(measuredMethods).toEqual(Object.fromEntries(expected));
});
