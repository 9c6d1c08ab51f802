import { Pool, type PoolConfig } from "pg";
import { ingest } from "../../data/ingest";

// An ingest in a process of its own, for a test to kill. Arguments: the folder, how to connect as JSON.
async function main([folder = "", config = ""]: readonly string[]): Promise<void> {
    await ingest(folder, new Pool(JSON.parse(config) as PoolConfig));
}

void main(process.argv.slice(2));
