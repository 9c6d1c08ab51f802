"use strict";
// Loaded before a process that the engine or an operation starts: one whose parent was killed would wait for ever.
const parent = process.ppid;
setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
}, 500).unref();
