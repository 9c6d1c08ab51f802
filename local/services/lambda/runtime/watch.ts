/**
 * A thread beside the handler, which works on however busy that is: it ends the process when its host has gone, and when it
 * takes more memory than the function has.
 */
import { workerData } from "node:worker_threads";

/** What bootstrap.ts hands over. */
interface Watched {
    readonly hostPid: number;
    readonly memoryLimitMb: number;
    /** Where the most memory seen is told: one number. */
    readonly peakMemoryMb: Int32Array;
}

const LOOK_MILLISECONDS = 50;
const { hostPid, memoryLimitMb, peakMemoryMb } = workerData as Watched;

setInterval(() => {
    const memoryMb = Math.ceil(process.memoryUsage.rss() / 1024 / 1024);
    peakMemoryMb[0] = Math.max(peakMemoryMb[0] ?? 0, memoryMb);
    if (process.ppid !== hostPid || memoryMb > memoryLimitMb) process.kill(process.pid, "SIGKILL");
}, LOOK_MILLISECONDS);
