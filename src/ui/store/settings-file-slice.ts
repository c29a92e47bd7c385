import { LuthierError } from "../../lib/errors";
import { defaultValues, isSameValue, type FieldValues } from "../../shared/fields";
import type { ModelCard, ModelSummary } from "../../shared/model";
import { objectiveSpecs } from "../../shared/objectives";
import { settingsTrainingFields, type StudioSettings } from "../../shared/settings-file";
import { toProblem } from "../lib/problem";
import { saveBlob } from "../lib/save-file";
import { readSettingsFragment, readSettingsText, SETTINGS_FILE, settingsYaml } from "../lib/settings-text";
import { isTraining } from "./jobs";
import { selectMethodValues, selectTemplate, selectTrainingValues } from "./selectors";
import type { SettingsFileSlice, SliceCreator, StudioState } from "./state";
import { generationValues, presetValues } from "./training-values";

/** The whole configuration of the page's forms. */
export function selectSettings(state: StudioState): StudioSettings {
  const { model, models, quantization, goalChoice, objectiveId, objectiveEdits, methodId } = state;
  const { templateSource } = selectTemplate(state);
  const training = selectTrainingValues(state);
  const names = new Set<string>(settingsTrainingFields.map(({ name }) => name));
  return {
    ...(model && { model: modelSettings(model, models) }),
    quantization,
    template: { id: state.templateId, ...(templateSource === undefined ? {} : { source: templateSource }) },
    goal: goalChoice,
    objective: {
      id: objectiveId,
      options: { ...defaultValues(objectiveSpecs[objectiveId].fields), ...objectiveEdits[objectiveId] },
    },
    method: { id: methodId, options: selectMethodValues(state) },
    training: Object.fromEntries(Object.entries(training).filter(([name]) => names.has(name))),
    answers: generationValues(state.generationEdits),
  };
}

function modelSettings({ id, title }: ModelSummary, models: readonly ModelCard[]): StudioSettings["model"] {
  const repository = models.find((card) => card.id === id)?.origin?.repository;
  return { ...(repository === undefined ? {} : { repository }), title };
}

/** The library's model that settings name; null if it is not there, undefined if they name none. */
function findModel({ model }: StudioSettings, models: readonly ModelCard[]): ModelCard | null | undefined {
  if (!model) return undefined;
  const { repository, title } = model;
  const found = models.find((card) =>
    repository === undefined ? card.title === title : card.origin?.repository === repository,
  );
  return found ?? null;
}

/** Saving the configuration to a file, and taking one from a file or a link. */
export const settingsFileSlice: SliceCreator<SettingsFileSlice> = () => (set, get) => {
  /** Takes over what `read` gives; on failure nothing changes. */
  async function take(file: string | null, read: () => Promise<StudioSettings>): Promise<void> {
    set({ settingsProblem: null, takenSettings: null });
    try {
      if (isTraining(get())) throw new LuthierError({ code: "settings/during-run" });
      const settings = await read();
      const card = findModel(settings, get().models);
      const wanted = settings.model?.repository ?? settings.model?.title ?? null;
      set({ takenSettings: { file, missingModel: card === null ? wanted : null } });
      await takeModel(settings, card ?? null);
      takeForms(settings);
    } catch (error) {
      set({ settingsProblem: toProblem(error) });
    }
  }

  /** Loads the model, which the defaults of forms depend on. */
  async function takeModel({ quantization }: StudioSettings, card: ModelCard | null): Promise<void> {
    const { model, quantization: before, loadModel, setQuantization } = get();
    const isOther = card !== null && card.id !== model?.id;
    const wanted = quantization === undefined ? before : quantization;
    const isSame = JSON.stringify(wanted) === JSON.stringify(before);
    if (isOther) {
      set({ quantization: wanted });
      await loadModel(card.id);
    } else if (!isSame) await setQuantization(wanted);
  }

  function takeForms({ template, goal, objective, method, training, answers }: StudioSettings): void {
    if (template) {
      if (template.source !== undefined) get().editTemplate(template.source);
      set({ templateId: template.id });
    }
    if (goal !== undefined) set({ goalChoice: goal });
    if (objective)
      set(({ objectiveEdits }) => ({
        objectiveId: objective.id,
        objectiveEdits: { ...objectiveEdits, [objective.id]: objective.options },
      }));
    if (method) get().applyMethod(method);
    const { preset, methodId, model } = get();
    if (training) set({ trainingEdits: differing(training, presetValues(preset, methodId, model)) });
    if (answers) set({ generationEdits: differing(answers, generationValues({})) });
  }

  return {
    takenSettings: null,
    settingsProblem: null,

    async saveSettings() {
      try {
        const yaml = await settingsYaml(selectSettings(get()));
        saveBlob(SETTINGS_FILE, new Blob([yaml], { type: "application/yaml" }));
      } catch (error) {
        set({ settingsProblem: toProblem(error) });
      }
    },

    loadSettings: (file) => take(file.name, async () => readSettingsText(await file.text(), file.name)),

    loadLinkedSettings: (fragment) => take(null, async () => readSettingsFragment(fragment)),

    dismissSettings: () => {
      set({ takenSettings: null, settingsProblem: null });
    },
  };
};

/** Values that differ from those of a form. */
function differing(values: FieldValues, base: FieldValues): FieldValues {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => !isSameValue(base[name], value)),
  );
}
