/* Options that select layers, shared by several methods. */

export const targetModules = {
  hint: "Layers to update: names separated by commas, a regex matching the full path, or all-linear. Empty uses PEFT's defaults for the family.",
  placeholder: "empty: the family's defaults",
};

export const excludeModules = {
  hint: "Layers to exclude even if target_modules matches them: names separated by commas, or a regex.",
  placeholder: "empty: none",
};

export const rankPattern = {
  hint: "Different ranks for some layers, as regex=rank pairs; the first match wins.",
  placeholder: "v_proj=16, layers.0.*q_proj=4",
};

export const layersPattern = {
  hint: "The module list that the numbers in layers_to_transform refer to, if there are several: its name (block, layer), or a regex.",
  placeholder: "empty: the outermost",
};

export const layersToTransform = {
  hint: "Only these layers, by number from 0. Needs target_modules as a list.",
  placeholder: "empty: all layers",
};
