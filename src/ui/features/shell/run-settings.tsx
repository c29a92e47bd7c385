import { Checkbox, Switch } from "@mantine/core";
import { useState } from "react";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./run-settings.module.css";

/** Browser permissions for long runs, requested only here. */
export function RunSettings() {
  const text = useText();
  const [denied, setDenied] = useState(false);
  const { keepAwake, notify, setKeepAwake, setNotify } = useStudio((state) => ({
    keepAwake: state.keepAwake,
    notify: state.notifyWhenDone,
    setKeepAwake: state.setKeepAwake,
    setNotify: state.setNotifyWhenDone,
  }));
  const ask = async (on: boolean) => {
    if (!on) {
      setNotify(false);
      return;
    }
    const answer = await Notification.requestPermission();
    setNotify(answer === "granted");
    setDenied(answer === "denied");
  };
  return (
    <div className={classes.settings}>
      {"wakeLock" in navigator && (
        <Switch
          label={text.run.keepAwake}
          checked={keepAwake}
          onChange={(event) => {
            setKeepAwake(event.currentTarget.checked);
          }}
        />
      )}
      {"Notification" in window && (
        <Checkbox
          label={text.run.tellMe}
          checked={notify}
          onChange={(event) => void ask(event.currentTarget.checked)}
          {...(denied ? { error: text.run.tellMeDenied } : {})}
        />
      )}
    </div>
  );
}
