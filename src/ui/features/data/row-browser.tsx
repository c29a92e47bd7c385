import { Button, Skeleton } from "@mantine/core";
import { useState } from "react";
import type { Row } from "../../../shared/rows";
import { Pager } from "../../components/pager";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudioContext } from "../../store/context";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./row-browser.module.css";
import { columnsOf, rowParts } from "./row-parts";

const PAGE_ROWS = 3;

interface Props {
  readonly id: string;
  readonly rows: number;
  /** Index of the row whose tokens are shown. */
  readonly chosen: number;
  readonly onChoose: (row: number) => void;
}

/** Browses rows as they are in the file, three at a time. */
export function RowBrowser({ id, rows, chosen, onChoose }: Props) {
  const text = useText();
  const { client } = useStudioContext();
  const [offset, setOffset] = useState(0);
  const { value, problem, busy } = useRemote(JSON.stringify([id, offset]), () =>
    client.call("datasetRows", { id, offset, count: PAGE_ROWS }),
  );
  return (
    <div>
      <div className={classes.bar}>
        <h3 className={classes.heading}>{text.data.examples}</h3>
        {value?.[0] && <span className={classes.columns}>{text.format.list(columnsOf(value))}</span>}
        <Pager
          offset={offset}
          size={PAGE_ROWS}
          total={rows}
          earlier={text.data.earlier}
          later={text.data.later}
          onPage={setOffset}
        />
      </div>
      <ProblemAlert problem={problem} />
      <ol className={classes.rows} aria-busy={busy} start={offset + 1}>
        {value === null &&
          !problem &&
          Array.from({ length: PAGE_ROWS }, (_, card) => <RowSkeleton key={card} />)}
        {value?.map((row, index) => (
          <RowCard
            key={offset + index}
            row={row}
            index={offset + index}
            chosen={offset + index === chosen}
            onChoose={onChoose}
          />
        ))}
      </ol>
    </div>
  );
}

function RowSkeleton() {
  return (
    <li className={classes.row}>
      <Skeleton height={16} width="40%" mb={10} />
      <Skeleton height={16} width="85%" />
    </li>
  );
}

interface RowProps {
  readonly row: Row;
  readonly index: number;
  readonly chosen: boolean;
  readonly onChoose: (row: number) => void;
}

function RowCard({ row, index, chosen, onChoose }: RowProps) {
  const text = useText();
  const parts = rowParts(row);
  const label = chosen ? text.data.tokensShown : text.data.showTokens;
  return (
    <li className={classes.row} data-chosen={chosen || undefined}>
      <div className={classes.rowBar}>
        <span className={classes.number}>{text.data.rowNumber(index + 1)}</span>
        <Button
          size="compact-sm"
          variant="subtle"
          color={chosen ? "spruce" : "gray"}
          aria-pressed={chosen}
          aria-label={text.data.ofRow(label, index + 1)}
          onClick={() => {
            onChoose(index);
          }}
        >
          {label}
        </Button>
      </div>
      <dl className={classes.fields}>
        {parts.slice(0, MAX_PARTS).map(({ name, value }, part) => (
          <RowField key={part} name={name} value={value} />
        ))}
      </dl>
      {parts.length > MAX_PARTS && (
        <p className={classes.more}>{text.data.moreParts(parts.length - MAX_PARTS)}</p>
      )}
    </li>
  );
}

/** Maximum number of a row's turns shown on its card. */
const MAX_PARTS = 12;

/** Maximum number of characters shown per field; more would slow the page. */
const MAX_FIELD_CHARS = 600;

function RowField({ name, value }: { name: string; value: string }) {
  const text = useText();
  return (
    <>
      <dt className={classes.name}>{name}</dt>
      <dd className={classes.value}>
        {value === "" ? (
          <em>{text.data.emptyField}</em>
        ) : value.length > MAX_FIELD_CHARS ? (
          `${value.slice(0, MAX_FIELD_CHARS)}…`
        ) : (
          value
        )}
      </dd>
    </>
  );
}
