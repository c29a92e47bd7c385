import type { SettingsProblems } from "../../../../lib/problems/settings-problems";
import { fieldFault } from "../field-faults";
import { format } from "../format";
import { valueFault } from "../value-faults";
import type { ProblemTexts } from "./words";

const named = (file: string | null): string => file ?? "The link";

const CORRECT = "Correct it and load it again. Nothing was changed.";

export const settingsProblems: ProblemTexts<SettingsProblems> = {
  "settings/not-readable": ({ file, reason }) => ({
    what: `${named(file)} is neither YAML nor JSON: ${reason}`,
    advice: CORRECT,
  }),
  "settings/too-large": ({ file, sizeBytes, maxBytes }) => ({
    what: `${named(file)} has ${format.bytes(sizeBytes)}; settings have at most ${format.bytes(maxBytes)}.`,
    advice: "Check that it is a settings file.",
  }),
  "settings/other-file": ({ file }) => ({
    what: `${named(file)} holds no settings: there is no key luthier-settings.`,
    advice:
      "Load a file that Save settings made. Rows are loaded on the Data step, models on the Model step.",
  }),
  "settings/version": ({ file, version, known }) => ({
    what: `${named(file)} has version ${version} of the settings; this page reads version ${known}.`,
    advice: "Load it in a newer version of the studio.",
  }),
  "settings/unknown-keys": ({ file, keys }) => ({
    what: `${named(file)} has ${keys.length === 1 ? "a setting that does not exist" : "settings that do not exist"}: ${format.list(keys)}.`,
    advice: CORRECT,
  }),
  "settings/value": ({ file, fault }) => ({ what: `${named(file)} ${valueFault(fault)}.`, advice: CORRECT }),
  "settings/option": ({ file, option, fault }) => ({
    what: `${named(file)}: ${fieldFault(fault, option)}`,
    advice: CORRECT,
  }),
  "settings/during-run": () => ({
    what: "Settings cannot be loaded during a run.",
    advice: "Wait for the run to end, or stop it.",
  }),
};
