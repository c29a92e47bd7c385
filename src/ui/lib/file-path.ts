/**
 * Where a dropped or picked file lies within its folder: "model/config.json"; its name alone where no folder is known.
 * The browser tells it of picked folders, the drop zone of dropped ones, and neither survives the way to the worker.
 */
export function filePath(file: File): string {
  const dropped = "path" in file && typeof file.path === "string" ? file.path : "";
  const path = file.webkitRelativePath || dropped || file.name;
  return path.replace(/^(\.?\/)+/, "");
}
