// Node-RED without its editor, on this machine only. Its context is in memory, as it is unless told
// otherwise; or in its own store of files, written once a second.
const FILES = { module: "localfilesystem", config: { flushInterval: 1 } };
module.exports = {
  uiHost: "127.0.0.1",
  httpAdminRoot: false,
  flowFile: "flows.json",
  credentialSecret: false,
  contextStorage: { default: process.env.CONTEXT === "disk" ? FILES : { module: "memory" } },
  diagnostics: { enabled: false },
  telemetry: { enabled: false, updateNotification: false },
  logging: { console: { level: "warn", metrics: false, audit: false } },
};
