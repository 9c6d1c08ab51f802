import { PutObjectCommand } from "@aws-sdk/client-s3";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingest } from "../../../data/ingest";
import { writeSample } from "../../../data/sample/write";
import { createSecretsManagerService } from "../../../local/services/secretsmanager";
import { Harness } from "../../local/services/harness";
import { bucket, TestServer } from "../../local/services/s3/server";
import { arnOf, SECRET, VERSION } from "../../local/services/secretsmanager/fixture";
import { startDatabase, type TestDatabase } from "../../support/database";
import { runProgram, typescript } from "../../support/processes";

const ROOT = join(__dirname, "../../..");
const BUCKET = "datasets";
const SECRET_NAME = "database";
/** As few as give every split some rows. */
const SAMPLE_DAYS = 6;

/** One run of the container's program. */
export interface Run {
    /** In place of /opt/ml. */
    readonly baseDir: string;
    readonly outputDir: string;
    readonly child: ChildProcess;
    /** Its exit code, or the signal that ended it. */
    readonly ended: Promise<number | NodeJS.Signals | null>;
    /** The lines it has logged until now. */
    readonly lines: Record<string, unknown>[];
}

export interface RunOptions {
    /** @default a new folder */
    readonly baseDir?: string;
    readonly hosts?: readonly string[];
    readonly host?: string;
    readonly environment?: Readonly<Record<string, string>>;
}

/** What a processing job finds around it: bars in a real database, its secret, a bucket; and the program as images have it. */
export class JobHost {
    private constructor(
        private readonly dir: string,
        readonly database: TestDatabase,
        private readonly secrets: Harness<ReturnType<typeof createSecretsManagerService>>,
        private readonly s3: TestServer,
    ) {}

    static async start(): Promise<JobHost> {
        const dir = realpathSync(mkdtempSync(join(tmpdir(), "bqx-job-")));
        const database = await startDatabase();
        await writeSample(join(dir, "bars"), { days: SAMPLE_DAYS });
        await ingest(join(dir, "bars"), database.pool);
        const build = await runProgram(
            process.execPath,
            typescript(join(ROOT, "sagemaker/processing/build.ts"), join(dir, "image")),
        );
        if (build.code !== 0) throw new Error(build.stderr);
        const { ssl } = database.config;
        writeFileSync(join(dir, "ca.pem"), typeof ssl === "object" ? String(ssl.ca) : "");
        const secrets = await Harness.start(createSecretsManagerService);
        await secrets.deploy(SECRET, arnOf(SECRET_NAME), { name: SECRET_NAME }, { arn: arnOf(SECRET_NAME) });
        const host = new JobHost(dir, database, secrets, await TestServer.start([bucket(BUCKET)]));
        await host.setPassword(String(database.config.password));
        return host;
    }

    async stop(): Promise<void> {
        await this.s3.remove();
        await this.secrets.stop();
        await this.database.remove();
        rmSync(this.dir, { recursive: true });
    }

    /** Changes the secret, and not the database. */
    async setPassword(password: string): Promise<void> {
        const secretString = JSON.stringify({ username: this.database.config.user, password });
        const inputs = { secretId: arnOf(SECRET_NAME), secretString };
        await this.secrets.deploy(VERSION, `${SECRET_NAME}|${secretString}`, inputs);
    }

    /** Puts a file where SageMaker uploads the dataset. */
    async upload(path: string, content: Uint8Array): Promise<void> {
        const Key = `features/run-1/${path}`;
        await this.s3.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: content }));
    }

    run(options: RunOptions = {}): Run {
        const {
            hosts = ["algo-1"],
            host = "algo-1",
            baseDir = mkdtempSync(join(this.dir, "opt-")),
        } = options;
        configure(baseDir, { current_host: host, hosts });
        const child = spawn(process.execPath, [join(this.dir, "image/main.js")], {
            env: { ...this.environment(baseDir), ...options.environment },
            stdio: ["ignore", "pipe", "inherit"],
        });
        const lines: Record<string, unknown>[] = [];
        let rest = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
            const parts = (rest + text).split("\n");
            rest = parts.pop() ?? "";
            lines.push(...parts.map((line) => JSON.parse(line) as Record<string, unknown>));
        });
        const ended = once(child, "close").then(
            ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
        );
        return { baseDir, outputDir: join(baseDir, "processing/output/dataset"), child, ended, lines };
    }

    private environment(baseDir: string): NodeJS.ProcessEnv {
        const { host, port } = this.database.config;
        return {
            AWS_REGION: "us-east-1",
            AWS_ACCESS_KEY_ID: "test",
            AWS_SECRET_ACCESS_KEY: "test",
            AWS_ENDPOINT_URL_SECRETS_MANAGER: this.secrets.clientOptions.endpoint,
            AWS_ENDPOINT_URL_S3: this.s3.url,
            NODE_EXTRA_CA_CERTS: join(this.dir, "ca.pem"),
            SAGEMAKER_BASE_DIR: baseDir,
            PAIRS: "audusd,eurusd,gbpjpy",
            DATABASE_HOST: host ?? "",
            DATABASE_PORT: String(port),
            DATABASE_NAME: "bqx",
            DATABASE_SECRET_ARN: arnOf(SECRET_NAME),
        };
    }
}

/** What SageMaker writes into a container before it starts. */
function configure(baseDir: string, resources: object): void {
    mkdirSync(join(baseDir, "config"), { recursive: true });
    const S3Output = { S3Uri: `s3://${BUCKET}/features/run-1`, S3UploadMode: "EndOfJob" };
    const job = { ProcessingOutputConfig: { Outputs: [{ OutputName: "dataset", S3Output }] } };
    writeFileSync(join(baseDir, "config/resourceconfig.json"), JSON.stringify(resources));
    writeFileSync(join(baseDir, "config/processingjobconfig.json"), JSON.stringify(job));
}

/** The message that a run left for SageMaker. */
export const messageOf = ({ baseDir }: Run): string => readFileSync(join(baseDir, "output/message"), "utf8");
