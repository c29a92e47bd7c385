import { NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { type DatasetSummary, ROW_FILTERS, type RowQuery } from "../../../shared/data";
import { Pager } from "../../components/pager";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio, useStudioContext } from "../../store/context";
import { lengthInputs } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./row-browser.module.css";
import { RowCard } from "./row-card";
import { columnsOf } from "./row-parts";
import { RowTools } from "./row-tools";

const PAGE_ROWS = 3;
/** Delay of a search while typing. */
const DELAY_MS = 250;

const EVERY_ROW: RowQuery = { text: "", filter: "all", minTokens: 0 };

interface Props {
  readonly dataset: DatasetSummary;
  /** Index of the row whose tokens are shown. */
  readonly chosen: number;
  readonly onChoose: (row: number) => void;
}

/** Pages through rows as in the file, three at a time: all, or those that match the search. */
export function RowBrowser({ dataset, chosen, onChoose }: Props) {
  const text = useText();
  const { client } = useStudioContext();
  const [offset, setOffset] = useState(0);
  const [query, setQuery] = useState(EVERY_ROW);
  const encodingKey = useStudio((state) => JSON.stringify(lengthInputs(state)?.args ?? null));
  const { id, edits } = dataset;
  const needsTokens = ["problems", "cut", "long"].includes(query.filter);
  const encoding = needsTokens ? encodingKey : "null";
  const search = { id, query: { ...query, text: query.text.trim() }, offset, count: PAGE_ROWS };
  const { value, problem, busy } = useRemote(
    JSON.stringify([search, encoding, edits?.identity]),
    (signal) =>
      client
        .withSignal(signal)
        .call("findRows", { ...search, encoding: JSON.parse(encoding) as RowEncoding }),
    query.text === "" ? 0 : DELAY_MS,
  );
  const rows = value?.rows ?? null;
  return (
    <div>
      <div className={classes.bar}>
        <h3 className={classes.heading}>{text.data.examples}</h3>
        {rows?.[0] && (
          <span className={classes.columns}>{text.format.list(columnsOf(rows.map(({ row }) => row)))}</span>
        )}
        {value !== null && value.total > 0 && (
          <Pager
            offset={offset}
            size={PAGE_ROWS}
            total={value.total}
            earlier={text.data.earlier}
            later={text.data.later}
            onPage={setOffset}
          />
        )}
      </div>
      <SearchBar
        query={query}
        onQuery={(next) => {
          setQuery(next);
          setOffset(0);
        }}
      />
      <RowTools dataset={dataset} />
      <ProblemAlert problem={problem} />
      {rows?.length === 0 && !busy ? (
        <p className={classes.nothing} role="status">
          {text.data.noRowFound}
        </p>
      ) : (
        <ol className={classes.rows} aria-busy={busy}>
          {rows === null &&
            !problem &&
            Array.from({ length: PAGE_ROWS }, (_, card) => <RowSkeleton key={card} />)}
          {rows?.map((listed) => (
            <RowCard
              key={`${listed.number} ${edits?.identity ?? ""}`}
              id={id}
              listed={listed}
              chosen={listed.number === chosen}
              onChoose={onChoose}
            />
          ))}
        </ol>
      )}
    </div>
  );
}

type RowEncoding = NonNullable<ReturnType<typeof lengthInputs>>["args"] | null;

function SearchBar({ query, onQuery }: { query: RowQuery; onQuery: (query: RowQuery) => void }) {
  const text = useText();
  const hasModel = useStudio((state) => state.model !== null);
  const needsModel = (filter: RowQuery["filter"]): boolean => ["problems", "cut", "long"].includes(filter);
  return (
    <div className={classes.search}>
      <TextInput
        type="search"
        aria-label={text.data.searchRows}
        placeholder={text.data.searchRows}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={query.text}
        onChange={(event) => {
          onQuery({ ...query, text: event.currentTarget.value });
        }}
      />
      <NativeSelect
        aria-label={text.data.rowFilter}
        value={query.filter}
        data={ROW_FILTERS.map((filter) => ({
          value: filter,
          label: text.data.rowFilters[filter],
          disabled: needsModel(filter) && !hasModel,
        }))}
        onChange={(event) => {
          const filter = ROW_FILTERS.find((known) => known === event.currentTarget.value) ?? "all";
          onQuery({ ...query, filter, minTokens: filter === "long" ? LONG_TOKENS : 0 });
        }}
      />
      {query.filter === "long" && (
        <TextInput
          aria-label={text.data.minTokens}
          leftSection={<span aria-hidden>≥</span>}
          inputMode="numeric"
          value={String(query.minTokens)}
          onChange={(event) => {
            const minTokens = Math.min(1e6, Number(event.currentTarget.value.replace(/\D/g, "")));
            onQuery({ ...query, minTokens });
          }}
        />
      )}
    </div>
  );
}

/** Default minimum length of the filter for long rows. */
const LONG_TOKENS = 100;

function RowSkeleton() {
  return (
    <li className={classes.row}>
      <Skeleton height={16} width="40%" mb={10} />
      <Skeleton height={16} width="85%" />
    </li>
  );
}
