/* Options that select layers, shared by several methods. */

export const targetModules = {
  hint: "要更新的层：用逗号分隔的名称、匹配完整路径的正则表达式，或 all-linear。留空则使用 PEFT 对该模型系列的默认值。",
  placeholder: "留空：该系列的默认值",
};

export const excludeModules = {
  hint: "即使被 target_modules 匹配也要排除的层：用逗号分隔的名称，或正则表达式。",
  placeholder: "留空：不排除",
};

export const rankPattern = {
  hint: "为部分层单独设置秩，写成 正则=秩，以第一个匹配为准。",
  placeholder: "v_proj=16, layers.0.*q_proj=4",
};

export const layersPattern = {
  hint: "若有多个模块列表，指明 layers_to_transform 的编号指哪一个：列表名（block、layer）或正则表达式。",
  placeholder: "留空：最外层的列表",
};

export const layersToTransform = {
  hint: "只更新这些层，编号从 0 开始。要求 target_modules 为名称列表。",
  placeholder: "留空：所有层",
};
