import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PAIRS } from "../config/pairs";
import { ensurePython } from "../local/toolchain/python";
import type { Bench } from "./benchmark";

const FOLDER = join(__dirname, "peers/serving");

/** A process for each of two cores. */
const WORKERS = 2;
const THREADS = 8;

/**
 * Runs work while peers/serving/serve.py serves a forest for each pair: Flask and scikit-learn under gunicorn.
 * @param work given where it serves
 */
export async function withServingPeer<Result>(
    progress: Bench["progress"],
    work: (url: string) => Promise<Result>,
): Promise<Result> {
    const python = await ensurePython(join(FOLDER, "requirements.txt"), progress);
    progress("fitting the peer's forests");
    const args = [
        ...["--bind", "127.0.0.1:0", "--chdir", FOLDER, "--preload", "--timeout", "120"],
        ...["--worker-class", "gthread", "--workers", String(WORKERS), "--threads", String(THREADS)],
    ];
    const child = spawn(join(python, "bin/gunicorn"), [...args, "serve:app"], {
        env: { ...process.env, MODELS: PAIRS.join(","), PYTHONDONTWRITEBYTECODE: "1", OMP_NUM_THREADS: "1" },
        stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = once(child, "close");
    const lines: string[] = [];
    try {
        const url = await new Promise<string>((resolve, reject) => {
            createInterface({ input: child.stderr }).on("line", (line) => {
                lines.push(line);
                const [, found] = /Listening at: (http:\S+)/.exec(line) ?? [];
                if (found !== undefined) resolve(found);
            });
            child.once("error", reject);
            void ended.then(() => reject(new Error(`The peer has ended:\n${lines.join("\n")}`)));
        });
        return await work(url);
    } finally {
        child.kill("SIGTERM");
        await ended;
    }
}
