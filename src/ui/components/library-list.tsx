import { ActionIcon, Button } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import { Fragment, type ReactNode } from "react";
import classes from "./library-list.module.css";

interface ListProps {
  readonly title: string;
  readonly hint?: string;
  readonly children: ReactNode;
}

/** A list of stored items, one of which is in use. */
export function LibraryList({ title, hint, children }: ListProps) {
  return (
    <div>
      <h3 className={classes.heading}>{title}</h3>
      {hint !== undefined && <p className={classes.hint}>{hint}</p>}
      <ul className={classes.list}>{children}</ul>
    </div>
  );
}

interface ItemProps {
  readonly icon: Icon;
  readonly name: string;
  /** Figures shown on one line, if there is room. */
  readonly figures: readonly string[];
  /** Accessible name of the button that selects it. */
  readonly label: string;
  readonly current: boolean;
  readonly locked: boolean;
  readonly onChoose: () => void;
  readonly actions: readonly ItemAction[];
}

interface ItemAction {
  readonly label: string;
  readonly icon: Icon;
  /** Whether to focus it initially: it replaces a question that has just been answered. */
  readonly focused?: boolean;
  readonly act: () => void;
}

/** A library item: clicking selects it; the buttons at its end do the rest. */
export function LibraryItem(props: ItemProps) {
  const { icon: ItemIcon, name, figures, label, current, locked, onChoose, actions } = props;
  return (
    <li className={classes.item} data-current={current || undefined}>
      <div className={classes.choose}>
        <ItemIcon size={18} aria-hidden className={classes.icon} />
        <span className={classes.words}>
          {/* The whole line chooses; its figures are no part of the button's name. */}
          <button
            type="button"
            className={classes.name}
            aria-current={current}
            aria-label={label}
            disabled={locked}
            onClick={onChoose}
          >
            {name}
          </button>
          <span className={classes.figures}>
            {figures.map((figure, index) => (
              <Fragment key={figure}>
                <span>
                  {figure}
                  {index < figures.length - 1 && " ·"}
                </span>{" "}
              </Fragment>
            ))}
          </span>
        </span>
      </div>
      <span className={classes.actions} data-several={actions.length > 1 || undefined}>
        {actions.map(({ label, icon: ActIcon, focused = false, act }) => (
          <ActionIcon
            key={label}
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={label}
            title={label}
            disabled={locked}
            autoFocus={focused}
            onClick={act}
          >
            <ActIcon size={18} aria-hidden />
          </ActionIcon>
        ))}
      </span>
    </li>
  );
}

/** A question shown in place of an item. */
export function LibraryQuestion({ children }: { children: ReactNode }) {
  return (
    <li className={classes.item} data-asking>
      {children}
    </li>
  );
}

interface DeletionProps {
  readonly question: string;
  readonly yes: string;
  readonly no: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** Confirms a deletion, naming the item. */
export function DeletionQuestion({ question, yes, no, onYes, onNo }: DeletionProps) {
  return (
    <li className={classes.item} data-asking="delete">
      <span className={classes.name}>{question}</span>
      <span className={classes.answers}>
        <Button size="compact-sm" color="red.9" autoContrast={false} onClick={onYes}>
          {yes}
        </Button>
        <Button size="compact-sm" variant="default" autoFocus onClick={onNo}>
          {no}
        </Button>
      </span>
    </li>
  );
}
