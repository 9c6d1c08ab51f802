import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "./errors";
import { readJson, writeFileAtomic } from "./files";
import { inTurn } from "./lock";
import { stackDir, stateRoot } from "./paths";

/** Loopback ports of one local stack. */
const PORT_NAMES = ["console", "aws", "database", "cache"] as const;
export type PortName = (typeof PORT_NAMES)[number];

const FIRST_PORT = 4280;
const PORTS_PER_STACK = 10;
const STACKS_AT_MOST = 100;
const FREE_BYTES_AT_LEAST = 500_000_000;

const instanceSchema = z.object({
    stack: z.string(),
    account: z.string().regex(/^\d{12}$/),
    region: z.string(),
    ports: z.record(z.enum(PORT_NAMES), z.int()),
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    /** What the provider and the command line show to the host's control interface. */
    controlToken: z.string(),
    /** Seals secrets at rest: 32 bytes, base64. */
    sealKey: z.string(),
    /** Encrypts secrets in Pulumi's state. */
    passphrase: z.string(),
});

/** One local stack on this machine: its identity, its ports and its keys. The file is readable by its owner alone. */
export type Instance = z.infer<typeof instanceSchema> & { readonly dir: string };

const fileOf = (stack: string): string => join(stackDir(stack), "instance.json");

/**
 * The stack's instance, or `undefined` where none was made.
 * @throws UserError where its file is damaged
 */
export function findInstance(stack: string): Instance | undefined {
    const dir = stackDir(stack);
    try {
        const content = readJson(fileOf(stack));
        return content === undefined ? undefined : { ...instanceSchema.parse(content), dir };
    } catch (error) {
        const problem = error instanceof z.ZodError ? `\n${z.prettifyError(error)}` : "it is not JSON.";
        throw new UserError(
            `${fileOf(stack)} is damaged: ${problem}\n` +
                `It holds the keys of the local stack "${stack}", so its data is lost with it. ` +
                `Restore the file, or remove the folder ${dir} to start afresh.`,
            { cause: error },
        );
    }
}

/** Where one service of a stack keeps its data. */
export function dataDirOf({ dir }: Instance, service: string): string {
    return join(dir, "data", service);
}

/** Where a stack keeps the certificate of its database and its cache. */
export function tlsDirOf({ dir }: Instance): string {
    return join(dir, "tls");
}

/** Names of all stacks that have local state. */
export function listInstances(): string[] {
    if (!existsSync(stateRoot())) return [];
    return readdirSync(stateRoot()).filter((stack) => existsSync(fileOf(stack)));
}

/**
 * The stack's instance, made when there is none: an account id of its own, free ports that it keeps for life, and keys.
 * @throws UserError where the disk is full, no block of ports is free or the instance's file is damaged
 */
export async function openInstance(stack: string, region: string): Promise<Instance> {
    mkdirSync(stateRoot(), { recursive: true, mode: 0o755 });
    // Two first commands at once must neither make one stack twice nor give two stacks the same ports.
    return inTurn(join(stateRoot(), ".lock"), `setup of ${stack}`, () => open(stack, region));
}

async function open(stack: string, region: string): Promise<Instance> {
    const dir = stackDir(stack);
    mkdirSync(dir, { recursive: true, mode: 0o711 });
    requireSpace(dir);
    const existing = findInstance(stack);
    if (existing?.region === region) return existing;
    const instance = existing ?? {
        stack,
        account: accountOf(dir),
        ports: await allocatePorts(),
        accessKeyId: `AKIA${randomBytes(8).toString("hex").toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString("base64"),
        controlToken: randomBytes(24).toString("base64url"),
        sealKey: randomBytes(32).toString("base64"),
        passphrase: randomBytes(24).toString("base64url"),
    };
    const complete = { ...instance, region, dir };
    writeFileAtomic(fileOf(stack), JSON.stringify(complete, undefined, 2));
    return complete;
}

/** @throws UserError where less is free than a local stack needs */
export function requireSpace(dir: string, bytes = FREE_BYTES_AT_LEAST): void {
    const { bavail, bsize } = statfsSync(dir);
    if (bavail * bsize >= bytes) return;
    const megabytes = (n: number): string => `${Math.floor(n / 1e6)} MB`;
    throw new UserError(
        `There is too little space on the disk of ${dir}: ${megabytes(bavail * bsize)} free, ${megabytes(bytes)} needed.`,
    );
}

/** A 12-digit id of its own for each stack of each checkout; it never starts with 0, which YAML would read as octal. */
function accountOf(dir: string): string {
    const digits =
        BigInt(`0x${createHash("sha256").update(dir).digest("hex").slice(0, 12)}`) % 900_000_000_000n;
    return String(100_000_000_000n + digits);
}

async function allocatePorts(): Promise<Record<PortName, number>> {
    const first = Number(process.env["BQX_PORT_BASE"] ?? FIRST_PORT);
    if (!Number.isInteger(first) || first < 1024 || first > 60_000) {
        throw new UserError(
            `BQX_PORT_BASE is "${process.env["BQX_PORT_BASE"] ?? ""}"; allowed: 1024 to 60000.`,
        );
    }
    const taken = new Set(
        listInstances().flatMap((stack) => Object.values(findInstance(stack)?.ports ?? {})),
    );
    for (let i = 0; i < STACKS_AT_MOST; i++) {
        const ports = PORT_NAMES.map((name, offset) => [name, first + i * PORTS_PER_STACK + offset] as const);
        const free = await Promise.all(
            ports.map(([, port]) => (taken.has(port) ? Promise.resolve(false) : isFree(port))),
        );
        if (free.every(Boolean)) return Object.fromEntries(ports) as Record<PortName, number>;
    }
    throw new UserError(
        `No free block of ports from ${first} on. Set BQX_PORT_BASE to the first port to use.`,
    );
}

/** Whether nothing listens on a loopback port. */
export function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(false));
        server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
    });
}
