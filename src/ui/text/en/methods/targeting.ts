/* The options by which methods choose layers. */

export const targetModules = {
  hint: "Which layers get an update: names separated by commas, a regex over the whole path, or all-linear. Empty takes PEFT's defaults for the family.",
  placeholder: "empty: the family's defaults",
};

export const excludeModules = {
  hint: "Layers to leave out though target_modules chooses them: names separated by commas, or a regex.",
  placeholder: "empty: none",
};

export const rankPattern = {
  hint: "Other ranks for some layers, as regex=rank pairs; the first that fits wins.",
  placeholder: "v_proj=16, layers.0.*q_proj=4",
};

export const layersPattern = {
  hint: "Which list of modules the numbers in layers_to_transform count, where layers lie in several: its name (block, layer), or a regex.",
  placeholder: "empty: the outermost",
};

export const layersToTransform = {
  hint: "Only these layers, by number from 0. Needs target_modules as a list.",
  placeholder: "empty: all layers",
};
