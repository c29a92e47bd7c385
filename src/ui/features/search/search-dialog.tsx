import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { revealField } from "../../lib/reveal";
import { useStudioContext } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./search.module.css";
import { findEntries, type SearchEntry, searchEntries } from "./search-entries";

const MOST_SHOWN = 12;

/** Finds a field to go to or a command to run, by keyboard alone. */
export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText();
  const { store } = useStudioContext();
  const dialog = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const found = findEntries(searchEntries(store.getState(), text), query).slice(0, MOST_SHOWN);
  const current = found[Math.min(chosen, found.length - 1)];
  const go = (entry: SearchEntry) => {
    dialog.current?.close();
    if (entry.go.kind === "run") {
      entry.go.run();
      return;
    }
    const { step, field } = entry.go;
    store.getState().openStep(step);
    // The step is opened first.
    requestAnimationFrame(() => {
      revealField(step, field);
    });
  };
  return (
    <dialog ref={dialog} className={classes.dialog} aria-label={text.search.label} onClose={onClose}>
      <div className={classes.bar}>
        <IconSearch size={20} aria-hidden className={classes.icon} />
        <input
          type="search"
          className={classes.input}
          aria-label={text.search.label}
          aria-controls="search-found"
          aria-activedescendant={current && `search-${current.id}`}
          placeholder={text.search.placeholder}
          autoComplete="off"
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={(event) => {
            const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (move !== undefined && found.length > 0) {
              event.preventDefault();
              setChosen((chosen + move + found.length) % found.length);
            }
            if (event.key === "Enter" && !event.nativeEvent.isComposing && current) go(current);
          }}
        />
      </div>
      <ul id="search-found" role="listbox" aria-label={text.search.found} className={classes.list}>
        {found.map((entry, index) => (
          <li
            key={entry.id}
            id={`search-${entry.id}`}
            role="option"
            aria-selected={index === chosen}
            className={classes.entry}
            onClick={() => {
              go(entry);
            }}
          >
            <span className={classes.name}>{entry.name}</span>
            <span className={classes.note}>{entry.note}</span>
            {entry.value !== null && <span className={classes.value}>{entry.value}</span>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={classes.none}>{text.search.nothing}</p>}
    </dialog>
  );
}
