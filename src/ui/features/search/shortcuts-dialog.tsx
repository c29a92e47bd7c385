import { CloseButton, Kbd } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useText } from "../../text/text";
import { SHORTCUTS } from "./shortcuts";
import classes from "./search.module.css";

/** The list of keyboard shortcuts. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className={classes.dialog} aria-labelledby="shortcuts-title" onClose={onClose}>
      <header className={classes.head}>
        <h2 id="shortcuts-title" className={classes.title}>
          {text.search.shortcuts}
        </h2>
        <CloseButton aria-label={text.ratings.close} onClick={() => dialog.current?.close()} />
      </header>
      <dl className={classes.keys}>
        {SHORTCUTS.map(({ id, keys }) => (
          <div key={id}>
            <dt>{text.search.actions[id]}</dt>
            <dd>
              {keys.map((key) => (
                <Kbd key={key} size="md">
                  {key}
                </Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
