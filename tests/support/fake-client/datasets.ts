import { LuthierError, cancelled } from "../../../src/lib/errors";
import { defined } from "../../../src/lib/invariant";
import type { DatasetSummary } from "../../../src/shared/data";
import { alpacaRow, type AlpacaRow as Row } from "../../../src/shared/rows";
import type { JobContext, JobOwner } from "../../../src/worker/jobs/owner";
import type { Handlers } from "../../../src/worker/serve";
import { fakeLengths, fakeRows, fakeSamples, fakeTokens } from "./data";
import { pause } from "./pace";

type DatasetHandlers = Pick<
  Handlers,
  | "listDatasets"
  | "listSamples"
  | "importDataset"
  | "importSample"
  | "deleteDataset"
  | "findRows"
  | "editRows"
  | "countDuplicates"
  | "exportRows"
  | "heldOutRows"
  | "tokenView"
  | "templateFacts"
  | "lengthStats"
>;

/** The fake client's datasets. */
export class FakeDatasets {
  private readonly data = new Map<string, { summary: DatasetSummary; rows: Row[] }>();

  /** @param rowCount number of rows that every dataset claims to have; 0 for the actual number */
  constructor(
    private readonly owner: JobOwner,
    private readonly paceMs: number,
    private readonly rowCount: number,
  ) {}

  readonly handlers: DatasetHandlers = {
    listDatasets: () => [...this.data.values()].map(({ summary }) => summary),
    listSamples: () => fakeSamples,
    importDataset: ({ files, name }, call) =>
      this.owner.run(
        { kind: "import-dataset", run: (context) => this.import(defined(files[0], "a file"), name, context) },
        call,
      ),
    importSample: ({ name }, call) =>
      this.owner.run(
        { kind: "import-dataset", run: async () => this.keep(name, fakeRows(240), 38_000) },
        call,
      ),
    deleteDataset: ({ id }, call) =>
      this.owner.run({ kind: "delete-dataset", run: async () => void this.data.delete(id) }, call),
    findRows: ({ id, offset, count }) => {
      const rows = this.rows(id);
      const listed = rows.map((row, number) => {
        return { number, row: alpacaRow(row), leftOut: false, changed: false };
      });
      return { total: this.rowCount || rows.length, rows: listed.slice(offset, offset + count) };
    },
    editRows: ({ id }) => defined(this.data.get(id), "the dataset").summary,
    countDuplicates: () => 0,
    exportRows: () => new Blob([]),
    heldOutRows: ({ id, count }) => (this.data.get(id)?.rows ?? []).slice(-count).map(alpacaRow),
    tokenView: ({ datasetId, row, maxLength }) =>
      fakeTokens(defined(this.rows(datasetId)[row], "the row"), maxLength),
    templateFacts: ({ templateSource = "{{ messages }}" }) => ({
      source: templateSource,
      missing: [],
      replaced: null,
    }),
    lengthStats: ({ datasetId, maxLength }) => fakeLengths(this.rows(datasetId), maxLength),
  };

  rows(id: string): Row[] {
    return defined(this.data.get(id), "the dataset").rows;
  }

  private async import(file: File, name: string, { signal, report }: JobContext): Promise<DatasetSummary> {
    const total = file.size;
    for (const part of [0.3, 0.7, 1]) {
      report({ done: total * part, total, what: `Reading ${file.name}` });
      await pause(this.paceMs);
      if (signal.aborted) throw cancelled();
    }
    return this.keep(name, parseRows(name, await file.text()), total);
  }

  private keep(name: string, rows: Row[], sizeBytes: number): DatasetSummary {
    const id = crypto.randomUUID();
    const summary: DatasetSummary = {
      id,
      name,
      rows: this.rowCount || rows.length,
      sizeBytes,
      importedAt: Date.now(),
      problems: name.endsWith(".json")
        ? [{ row: 2, reason: { kind: "not-text", field: "output", found: "number" } }]
        : [],
      problemCount: name.endsWith(".json") ? 1 : 0,
      duplicates: 0,
      ignoredFields: [],
      brokenAt: null,
    };
    this.data.set(id, { summary, rows });
    return summary;
  }
}

function parseRows(name: string, text: string): Row[] {
  try {
    const rows: unknown = JSON.parse(text);
    if (Array.isArray(rows)) return rows.filter((row): row is Row => typeof row?.output === "string");
  } catch {
    // Reported below, like a file that is not a list.
  }
  throw new LuthierError({ code: "data/no-rows", name });
}
