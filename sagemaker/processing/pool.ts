import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";

/** What a worker answers to a task. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly error: string };

interface Job<Task, Answer> {
    readonly task: Task;
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: Error) => void;
}

/**
 * A thread's code as one script. Loaded file by file through tsx, each call of an imported function goes through a getter,
 * which V8 does not inline: the features took 3 to 12 times as long.
 * @param entry the file without its ending: what was bundled before, as in an image, is taken, else its source is bundled
 */
export async function bundle(entry: string): Promise<string> {
    if (existsSync(`${entry}.js`)) return readFile(`${entry}.js`, "utf8");
    const { build } = await import("esbuild"); // Only here: an image has none.
    const { outputFiles } = await build({
        entryPoints: [`${entry}.ts`],
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node22",
        write: false,
        logLevel: "warning",
    });
    return outputFiles.map(({ text }) => text).join("");
}

/** Worker threads that take the next task as soon as they are done with one. */
export class WorkerPool<Task, Answer> {
    readonly #waiting: Job<Task, Answer>[] = [];
    readonly #idle: Worker[];
    readonly #running = new Map<Worker, Job<Task, Answer>>();
    #failure: Error | undefined;

    /**
     * @param code JavaScript whose thread answers each message, a task, by an {@link Outcome}
     * @param data what each thread starts with
     */
    constructor(code: string, count: number, data: unknown) {
        this.#idle = Array.from({ length: count }, () => new Worker(code, { eval: true, workerData: data }));
        for (const worker of this.#idle) {
            worker.on("message", (outcome: Outcome<Answer>) => this.#finished(worker, outcome));
            worker.on("error", (error) =>
                this.#broken(error instanceof Error ? error : new Error(String(error))),
            );
        }
    }

    /** @throws Error with what the task failed with, or what ended its thread */
    run(task: Task): Promise<Answer> {
        return new Promise((resolve, reject) => {
            if (this.#failure !== undefined) {
                reject(this.#failure);
                return;
            }
            this.#waiting.push({ task, resolve, reject });
            this.#next();
        });
    }

    /** Ends the threads, whatever they do. */
    async close(): Promise<void> {
        await Promise.all([...this.#idle, ...this.#running.keys()].map((worker) => worker.terminate()));
    }

    #next(): void {
        const worker = this.#idle[0];
        const job = this.#waiting[0];
        if (worker === undefined || job === undefined) return;
        this.#idle.shift();
        this.#waiting.shift();
        this.#running.set(worker, job);
        worker.postMessage(job.task);
    }

    #finished(worker: Worker, outcome: Outcome<Answer>): void {
        const job = this.#running.get(worker);
        this.#running.delete(worker);
        this.#idle.push(worker);
        if ("error" in outcome) job?.reject(new Error(outcome.error));
        else job?.resolve(outcome.answer);
        this.#next();
    }

    /** A thread that ends, say for lack of memory, ends the whole: what is on disk stays, and the next run goes on. */
    #broken(error: Error): void {
        this.#failure = error;
        for (const { reject } of [...this.#running.values(), ...this.#waiting.splice(0)]) reject(error);
    }
}
