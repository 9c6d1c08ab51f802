import { main } from "../../cli/main";
import type { Ended } from "../support/processes";

/** Runs one command in this process, as `./bqx` does, and answers what it prints and its exit code. */
export async function commandLine(...args: string[]): Promise<Ended> {
    const printed = { stdout: "", stderr: "" };
    const restore = (["stdout", "stderr"] as const).map((name) =>
        capture(name, (text) => (printed[name] += text)),
    );
    process.exitCode = undefined;
    try {
        return { code: await main(["node", "bqx", ...args]), ...printed };
    } finally {
        for (const undo of restore) undo();
        process.exitCode = undefined;
    }
}

function capture(name: "stdout" | "stderr", take: (text: string) => void): () => void {
    const stream = process[name];
    const write = stream.write.bind(stream);
    stream.write = (text: string | Uint8Array): boolean => {
        take(text.toString());
        return true;
    };
    return () => {
        stream.write = write;
    };
}
