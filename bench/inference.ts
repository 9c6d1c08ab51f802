import { Agent, request } from "node:http";
import { join } from "node:path";
import { PAIRS } from "../config/pairs";
import { run } from "../local/toolchain/run";
import { impliedReturnOf, intervalOf } from "../sagemaker/inference/prediction";
import { contentsOf, writeArtefact } from "../tests/sagemaker/inference/artefact";
import { ServerProgram, type RunningServer } from "../tests/sagemaker/inference/host";
import { forestModel, type Forest } from "../tests/sagemaker/inference/onnx";
import { type Bench, type Benchmark, type Figure, percentile, type Target } from "./benchmark";
import { withServingPeer } from "./servingPeer";

/** Columns of the plan's model. */
const COLUMNS = Array.from({ length: 250 }, (_, i) => `column_${i}`);
const TREES = 100;
/** As many nodes as fitted trees of depth 10 have, which are not complete: about 1,000. */
const DEPTH = 9;

const EXAMPLES = 8;
/** Values are of about this size; trees add up in float32. */
const TOLERANCE = 1e-5;

const WARM_UP_REQUESTS = 300;
const SINGLE_REQUESTS = 2_000;
const CLIENTS = 16;
const CLIENT_REQUESTS = 250;

/** The endpoint's container as a process: 28 forests loaded, and asked row by row over HTTP; beside it what is common. */
export const inference: Benchmark = {
    name: "inference",
    about: "the inference server: cold load, memory and latency of 28 forests, against Flask and scikit-learn",
    run: async ({ folder, progress }) => {
        progress("building");
        const program = await ServerProgram.build();
        try {
            const server = await program.start();
            try {
                const loaded = await load(server, folder, progress);
                const own = await ask("ours", server.url, progress);
                const peer = await withServingPeer(progress, (url) =>
                    ask("Flask and scikit-learn", url, progress),
                );
                return [
                    ...loaded,
                    {
                        name: "memory of 28 models, after all requests",
                        value: await residentMiB(server),
                        unit: "MiB",
                        target: { atMost: 1_024 },
                    },
                    ...describeAsked(own, { p99: { atMost: 5 }, rate: { atLeast: 1_000 } }),
                    ...describeAsked(peer),
                ];
            } finally {
                await server.stop();
            }
        } finally {
            program.remove();
        }
    },
};

async function load(server: RunningServer, folder: string, progress: Bench["progress"]): Promise<Figure[]> {
    const emptyMiB = await residentMiB(server);
    const milliseconds = [];
    for (const pair of PAIRS) {
        progress(`loading ${pair}`);
        const dir = join(folder, "models", pair);
        writeArtefact(dir, { pair, columns: COLUMNS, contents: forestContents() });
        const started = performance.now();
        const { status, text } = await server.load(pair, dir);
        milliseconds.push(performance.now() - started);
        if (status !== 200) throw new Error(`${pair} was not loaded: ${status} ${text}`);
    }
    return [
        {
            name: "cold load, median",
            value: percentile(milliseconds, 0.5),
            unit: "ms",
            target: { atMost: 100 },
        },
        { name: "cold load, worst of 28", value: Math.max(...milliseconds), unit: "ms" },
        { name: "memory without a model", value: emptyMiB, unit: "MiB" },
    ];
}

/** What asking row by row took, in milliseconds. */
interface Asked {
    readonly server: string;
    /** By one client. */
    readonly single: readonly number[];
    /** By several at a time. */
    readonly together: readonly number[];
    readonly requestsPerSecond: number;
}

async function ask(server: string, url: string, progress: Bench["progress"]): Promise<Asked> {
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const bodies = Array.from({ length: EXAMPLES }, () => JSON.stringify({ rows: [randomRow()] }));
    const invoke = (time: number) => {
        const pair = PAIRS[time % PAIRS.length] ?? PAIRS[0];
        return timedPost(agent, `${url}/models/${pair}/invoke`, bodies[time % EXAMPLES] ?? "");
    };
    const client = async (requests: number, first = 0) => {
        const milliseconds = [];
        for (let time = 0; time < requests; time++) milliseconds.push(await invoke(first + time));
        return milliseconds;
    };
    try {
        progress(`${server}: one client`);
        await client(WARM_UP_REQUESTS);
        const single = await client(SINGLE_REQUESTS);
        progress(`${server}: ${CLIENTS} clients`);
        const started = performance.now();
        const clients = Array.from({ length: CLIENTS }, (_, place) => client(CLIENT_REQUESTS, place));
        const together = (await Promise.all(clients)).flat();
        const requestsPerSecond = (1_000 * together.length) / (performance.now() - started);
        return { server, single, together, requestsPerSecond };
    } finally {
        agent.destroy();
    }
}

function describeAsked(
    { server, single, together, requestsPerSecond }: Asked,
    targets: { readonly p99?: Target; readonly rate?: Target } = {},
): Figure[] {
    const several = `${server}: ${CLIENTS} clients`;
    const figure = (name: string, value: number, unit: string, target?: Target): Figure => ({
        ...{ name, value, unit },
        ...(target && { target }),
    });
    return [
        figure(`${server}: one row, median`, percentile(single, 0.5), "ms"),
        figure(`${server}: one row, P99`, percentile(single, 0.99), "ms", targets.p99),
        figure(several, requestsPerSecond, "requests/s", targets.rate),
        figure(`${several}, P99`, percentile(together, 0.99), "ms"),
    ];
}

/** @returns milliseconds until the whole answer is here */
function timedPost(agent: Agent, url: string, body: string): Promise<number> {
    const headers = { "Content-Type": "application/json", "Content-Length": body.length };
    const started = performance.now();
    return new Promise((resolve, reject) => {
        const sent = request(url, { agent, method: "POST", headers }, (response) => {
            if (response.statusCode !== 200)
                reject(new Error(`the server answered ${String(response.statusCode)}`));
            response.resume().once("end", () => resolve(performance.now() - started));
        });
        sent.once("error", reject);
        sent.end(body);
    });
}

async function residentMiB({ child }: RunningServer): Promise<number> {
    return Number(await run("ps", ["-o", "rss=", "-p", String(child.pid)])) / 1_024;
}

function forestContents() {
    const { "intervals.json": intervals, "calibration.json": calibration } = contentsOf(COLUMNS);
    const forest = randomForest();
    const rows = Array.from({ length: EXAMPLES }, randomRow);
    const forecasts = rows.map((row) => forecastOf(forest, row));
    const each = <Result>(result: (row: Float32Array, forecast: number) => Result) =>
        rows.map((row, i) => result(Float32Array.from(row), forecasts[i] ?? NaN));
    return {
        "model.onnx": forestModel(forest),
        "examples.json": {
            ...{ tolerance: TOLERANCE, rows, forecasts },
            intervals: each((row, forecast) => intervalOf(intervals, row, forecast)),
            impliedReturns: each((row, forecast) => impliedReturnOf(calibration, row, forecast)),
        },
    };
}

function randomForest(): Forest {
    const inner = 2 ** DEPTH - 1;
    const trees = Array.from({ length: TREES }, () => ({
        columns: Array.from({ length: inner }, () => Math.floor(Math.random() * COLUMNS.length)),
        thresholds: Array.from({ length: inner }, randomValue),
        leaves: Array.from({ length: inner + 1 }, randomValue),
    }));
    return { means: COLUMNS.map(() => 0), trees };
}

function forecastOf({ trees }: Forest, row: readonly number[]): number {
    const leaves = trees.map(({ columns, thresholds, leaves }) => {
        let node = 0;
        for (let level = 0; level < DEPTH; level++) {
            const isLeft = (row[columns[node] ?? 0] ?? NaN) <= (thresholds[node] ?? NaN);
            node = 2 * node + (isLeft ? 1 : 2);
        }
        return leaves[node - columns.length] ?? NaN;
    });
    return leaves.reduce((sum, leaf) => sum + leaf, 0) / trees.length;
}

const randomRow = (): number[] => COLUMNS.map(randomValue);
/** One that float32 holds. */
const randomValue = (): number => Math.fround(2 * Math.random() - 1);
