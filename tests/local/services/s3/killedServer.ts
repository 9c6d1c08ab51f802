import { bucket, TestServer } from "./server";

/** Runs as a process of its own, on the folder it is given, until it is killed: see durability.spec.ts. */
async function main(): Promise<void> {
    const server = await TestServer.start([bucket("bqx-ml-models")], process.argv[2]);
    process.stdout.write(`${server.url}\n`);
}

void main();
