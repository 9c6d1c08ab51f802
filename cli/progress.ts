import ora from "ora";
import type { RunStep } from "../local/stack";

const TICK_MILLISECONDS = 1_000;
const HEARTBEAT_SECONDS = 15;

/**
 * Shows the steps of a long command on standard error; standard output is left to results. On a terminal one line per step that moves; elsewhere, as in CI, a line at its start, its end, and each 15 seconds.
 */
export function createStep(): RunStep {
    return process.stderr.isTTY ? stepOnTerminal : stepInLog;
}

async function stepOnTerminal<T>(
    title: string,
    work: (detail: (text: string) => void) => Promise<T>,
): Promise<T> {
    const startedAt = Date.now();
    const spinner = ora({ text: title, stream: process.stderr }).start();
    let detail = "";
    const show = (): void => {
        const room = process.stderr.columns - title.length - 16;
        const shown = detail.length > room ? `${detail.slice(0, Math.max(0, room - 1))}…` : detail;
        spinner.text = `${title}  ${elapsed(startedAt)}  ${shown}`;
    };
    const timer = setInterval(show, TICK_MILLISECONDS);
    try {
        const result = await work((text) => {
            detail = text;
            show();
        });
        spinner.succeed(`${title}  ${elapsed(startedAt)}`);
        return result;
    } catch (error) {
        spinner.fail(`${title}  ${elapsed(startedAt)}`);
        throw error;
    } finally {
        clearInterval(timer);
    }
}

async function stepInLog<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T> {
    const startedAt = Date.now();
    let detail = "";
    console.error(`${title} ...`);
    const timer = setInterval(() => {
        console.error(`${title} ... ${elapsed(startedAt)}${detail === "" ? "" : ` (${detail})`}`);
    }, HEARTBEAT_SECONDS * 1000);
    try {
        const result = await work((text) => {
            detail = text;
        });
        console.error(`${title}: done in ${elapsed(startedAt)}`);
        return result;
    } finally {
        clearInterval(timer);
    }
}

function elapsed(startedAt: number): string {
    const seconds = (Date.now() - startedAt) / 1000;
    return seconds < 60
        ? `${seconds.toFixed(1)} s`
        : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
