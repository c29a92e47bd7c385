import { Button } from "@mantine/core";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./hub-panel.module.css";

/** Cancelled or interrupted downloads, hidden while a download is running. */
export function DownloadList() {
  const text = useText();
  const { downloads, busy, resume, discard } = useStudio((state) => ({
    downloads: state.downloads,
    busy: isExcluded(state, "download"),
    resume: state.resumeDownload,
    discard: state.discardDownload,
  }));
  if (busy || downloads.length === 0) return null;
  return (
    <div>
      <h4 className={classes.subtitle}>{text.hub.unfinished}</h4>
      <ul className={classes.list}>
        {downloads.map(({ id, address, doneBytes, totalBytes }) => (
          <li key={id} className={classes.item}>
            <div className={classes.words}>
              <span className={classes.name}>{address.repository}</span>
              <span className={classes.facts}>{text.hub.arrived(doneBytes, totalBytes)}</span>
            </div>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={text.hub.goOnWith(address.repository)}
              onClick={() => void resume(id)}
            >
              {text.hub.goOn}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={text.hub.discardOf(address.repository)}
              onClick={() => void discard(id)}
            >
              {text.hub.discard}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
