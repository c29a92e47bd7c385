/**
 * A file's path within its dropped or picked folder ("model/config.json"), or its name if no folder is known. The
 * browser sets it for picked folders, the drop zone for dropped ones; neither survives the transfer to the worker.
 */
export function filePath(file: File): string {
  const dropped = "path" in file && typeof file.path === "string" ? file.path : "";
  const path = file.webkitRelativePath || dropped || file.name;
  return path.replace(/^(\.?\/)+/, "");
}
