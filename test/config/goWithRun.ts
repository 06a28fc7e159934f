/** A worker whose run was interrupted ends with it; vitest forbids its workers to exit, and Playwright tries that. */
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"))
