import { Button } from "@mantine/core";
import { IconDeviceFloppy, IconUpload } from "@tabler/icons-react";
import { useRef } from "react";
import { CopyButton } from "../../components/copy-button";
import { settingsLink } from "../../lib/settings-text";
import { useStudio, useStudioContext } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectSettings } from "../../store/settings-file-slice";
import { useText } from "../../text/text";
import classes from "./settings-file.module.css";

/** Saves the configuration to a file or a link, and loads one. */
export function SettingsFile() {
  const text = useText().shell.settingsFile;
  const input = useRef<HTMLInputElement | null>(null);
  const { store } = useStudioContext();
  const { locked, save, load } = useStudio((state) => ({
    locked: isTraining(state),
    save: state.saveSettings,
    load: state.loadSettings,
  }));
  return (
    <div className={classes.settings}>
      <div className={classes.buttons}>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconDeviceFloppy size={18} aria-hidden />}
          onClick={() => void save()}
        >
          {text.save}
        </Button>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconUpload size={18} aria-hidden />}
          disabled={locked}
          onClick={() => input.current?.click()}
        >
          {text.load}
        </Button>
        <input
          ref={input}
          type="file"
          aria-label={text.input}
          accept=".yaml,.yml,.json"
          disabled={locked}
          hidden
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file) void load(file);
            event.currentTarget.value = "";
          }}
        />
        <CopyButton
          label={text.copyLink}
          value={() => settingsLink(selectSettings(store.getState()), location.href)}
        />
      </div>
      <p className={classes.hint}>{text.hint}</p>
    </div>
  );
}
