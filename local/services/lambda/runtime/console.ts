import { format } from "node:util";
import { LINE_BREAK, MARK } from "./messages";

const LEVELS = { trace: 0, debug: 1, info: 2, warn: 3, error: 4, fatal: 5 };
type Level = keyof typeof LEVELS;

/** What the console writes to whom: the format of the function's loggingConfig, and which request is being answered. */
export class FunctionConsole {
    requestId: string | undefined;

    constructor(
        private readonly logFormat: string,
        private readonly leastLevel: string,
    ) {}

    /** Takes over the global console and both outputs, which become one, so that the order of the lines is kept. */
    install(): void {
        process.stderr.write = process.stdout.write.bind(process.stdout);
        console.log = (...args: unknown[]) => this.log("info", args);
        for (const level of ["trace", "debug", "info", "warn", "error"] as const)
            console[level] = (...args: unknown[]) => this.log(level, args);
    }

    log(level: Level, args: readonly unknown[]): void {
        const time = new Date().toISOString();
        if (this.logFormat !== "JSON") {
            const line = [time, this.requestId, level.toUpperCase(), format(...args)].join("\t");
            process.stdout.write(`${line.replaceAll("\n", LINE_BREAK)}\n`);
            return;
        }
        if (LEVELS[level] < LEVELS[this.leastLevel.toLowerCase() as Level]) return;
        const [only] = args;
        const message = args.length === 1 && isPlain(only) ? only : format(...args);
        const entry = { timestamp: time, level: level.toUpperCase(), requestId: this.requestId, message };
        process.stdout.write(`${JSON.stringify(entry)}\n`);
    }

    /** Says that the request's last line is written. */
    endRequest(requestId: string): void {
        process.stdout.write(`${MARK}${requestId}\n`);
        this.requestId = undefined;
    }
}

function isPlain(value: unknown): boolean {
    return typeof value === "object" && value !== null && !(value instanceof Error);
}
