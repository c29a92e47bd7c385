import { useEffect } from "react";
import { useStudio } from "../../store/context";
import { takeSettingsFragment } from "../../lib/settings-text";

/** File names treated as settings in any drop zone: the studio has no other YAML files. */
const SETTINGS_NAME = /\.ya?ml$|settings[^/]*\.json$/i;

/** The settings file among dropped ones, if it is dropped alone. */
function settingsFile({ dataTransfer }: DragEvent): File | null {
  const [file, ...others] = dataTransfer?.files ?? [];
  return file && others.length === 0 && SETTINGS_NAME.test(file.name) ? file : null;
}

/** Takes settings that are dropped anywhere on the page, or opened as a link in it. Renders nothing. */
export function SettingsDrop(): null {
  const { load, loadLinked } = useStudio((state) => ({
    load: state.loadSettings,
    loadLinked: state.loadLinkedSettings,
  }));
  useEffect(() => {
    const allow = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    // Before the places for rows, models and adapters, which would take the file for one of theirs.
    const take = (event: DragEvent) => {
      const file = settingsFile(event);
      if (!file) return;
      event.preventDefault();
      event.stopPropagation();
      void load(file);
    };
    // A file dropped beside the places for files would otherwise be opened instead of the page.
    const keep = (event: DragEvent) => {
      event.preventDefault();
    };
    const follow = () => {
      const fragment = takeSettingsFragment();
      if (fragment !== null) void loadLinked(fragment);
    };
    addEventListener("dragover", allow);
    addEventListener("drop", take, { capture: true });
    addEventListener("drop", keep);
    addEventListener("hashchange", follow);
    return () => {
      removeEventListener("dragover", allow);
      removeEventListener("drop", take, { capture: true });
      removeEventListener("drop", keep);
      removeEventListener("hashchange", follow);
    };
  }, [load, loadLinked]);
  return null;
}
