/**
 * No file may come to import itself through others, for types as for values. The worker's own layers stand here too.
 * @type {import("dependency-cruiser").IConfiguration}
 */
export default {
  forbidden: [
    {
      name: "no-cycle",
      comment: "Move what both need into a file below them.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "worker-jobs-above-session",
      comment:
        "In the worker, handlers call jobs and jobs use the session; nothing there knows who calls it.",
      severity: "error",
      from: { path: "^src/worker/(?!handlers/|index\\.ts)" },
      to: { path: "^src/worker/handlers/" },
    },
    {
      name: "worker-session-below-jobs",
      comment: "What jobs share lies outside of them.",
      severity: "error",
      from: { path: "^src/worker/(?!handlers/|jobs/|index\\.ts)" },
      to: { path: "^src/worker/jobs/" },
    },
  ],
  options: { tsPreCompilationDeps: true, doNotFollow: { path: "node_modules" } },
};
