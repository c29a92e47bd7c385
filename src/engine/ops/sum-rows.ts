import { columnSumOp } from "./column-sum";

/** y[c] = Σ x[…, c]: x (…, N) -> (N). */
export const sumRows = columnSumOp("sumRows", { shader: "rows/sum_rows", bindings: ["read", "read_write"] });
