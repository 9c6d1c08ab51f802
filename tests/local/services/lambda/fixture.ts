import { InvokeCommand, LambdaClient, type InvokeCommandInput } from "@aws-sdk/client-lambda";
import { WALL_CLOCK, type MarketClock } from "../../../../data/clock";
import { deriveResource } from "../../../../local/provider/derive";
import { lambdaTypes } from "../../../../local/provider/types/lambda";
import { zip } from "../../../../local/provider/zip";
import { createLambdaService, type LambdaInvoker } from "../../../../local/services/lambda";
import type { LocalService, ResourceRecord } from "../../../../local/services/service";
import { ACCOUNT, Harness, REGION } from "../harness";

export const FUNCTION_TYPE = "aws:lambda/function:Function";
export const CREDENTIALS = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
export const ENDPOINT_URL = "http://127.0.0.1:4281";
export const CA_PATH = "/stack/tls/server.crt";

/** What a function answered, as the SDK gives it. */
export interface Answer {
    readonly status: number | undefined;
    readonly error: string | undefined;
    readonly payload: unknown;
    /** The end of its log, decoded. */
    readonly log: string;
}

/** A Lambda of its own for each test, with what it logs and measures, and a client of the real SDK. */
export class LambdaFixture {
    logged: { group: string; stream: string; message: string }[] = [];
    measured: { name: string; dimensions: unknown; value: number; unit: string }[] = [];
    clock: MarketClock = WALL_CLOCK;
    endpointUrl = ENDPOINT_URL;
    idleMilliseconds = 60_000;
    private readonly deployed = new Map<string, { archive: Buffer; inputs: Record<string, unknown> }>();
    harness!: Harness<LocalService & LambdaInvoker>;
    client!: LambdaClient;

    /** Call once in a `describe`. */
    static use(): LambdaFixture {
        const fixture = new LambdaFixture();
        beforeEach(() => fixture.start());
        afterEach(() => fixture.harness.stop());
        return fixture;
    }

    get service(): LocalService & LambdaInvoker {
        return this.harness.service;
    }

    /** Deploys a function whose package is one file, index.js, as the provider would. */
    deploy(name: string, code: string, inputs: Record<string, unknown> = {}): Promise<ResourceRecord> {
        return this.deployFiles(name, { "index.js": code }, inputs);
    }

    async deployFiles(
        name: string,
        files: Record<string, string>,
        inputs: Record<string, unknown> = {},
    ): Promise<ResourceRecord> {
        const content = new Map(Object.entries(files).map(([file, text]) => [file, Buffer.from(text)]));
        return this.deployZip(name, zip(content), inputs);
    }

    async deployZip(
        name: string,
        archive: Buffer,
        inputs: Record<string, unknown> = {},
    ): Promise<ResourceRecord> {
        this.deployed.set(name, { archive, inputs });
        const type = lambdaTypes.find(({ token }) => token === FUNCTION_TYPE)!;
        const given = {
            ...{ name, handler: "index.handler", runtime: "nodejs22.x", role: "arn:aws:iam::1:role/x" },
            code: { zip: archive.toString("base64") },
            ...inputs,
        };
        const place = { account: ACCOUNT, region: REGION };
        const { outputs } = deriveResource(type, { urn: "urn:x", place, inputs: given, preview: false });
        return this.harness.deploy(FUNCTION_TYPE, name, given, { ...outputs, code: {} });
    }

    /** Deploys a function anew with some other arguments. */
    redeploy(name: string, changes: Record<string, unknown>): Promise<ResourceRecord> {
        const { archive, inputs } = this.deployed.get(name)!;
        return this.deployZip(name, archive, { ...inputs, ...changes });
    }

    /** Invokes a function by the SDK. */
    async invoke(
        name: string,
        event: unknown = {},
        input: Partial<InvokeCommandInput> = {},
    ): Promise<Answer> {
        const answer = await this.client.send(
            new InvokeCommand({
                FunctionName: name,
                Payload: JSON.stringify(event),
                LogType: "Tail",
                ...input,
            }),
        );
        const text = answer.Payload?.transformToString() ?? "";
        return {
            status: answer.StatusCode,
            error: answer.FunctionError,
            payload: text === "" ? undefined : JSON.parse(text),
            log: Buffer.from(answer.LogResult ?? "", "base64").toString(),
        };
    }

    /** The sum of a metric's values, and how many there are. */
    metric(name: string): [sum: number, count: number] {
        const values = this.measured.filter((each) => each.name === name).map(({ value }) => value);
        return [values.reduce((sum, value) => sum + value, 0), values.length];
    }

    async figure(label: string): Promise<number | undefined> {
        const { figures = [] } = await this.service.health();
        return figures.find((each) => each.label === label)?.value;
    }

    /** Stops Lambda and starts it again, on the same folder and records. */
    async restart(): Promise<void> {
        await this.harness.restart();
        this.client = new LambdaClient(this.harness.clientOptions);
    }

    private async start(): Promise<void> {
        this.logged = [];
        this.measured = [];
        this.clock = WALL_CLOCK;
        this.deployed.clear();
        this.harness = await Harness.start((context) =>
            createLambdaService(context, {
                logs: { append: (group, stream, message) => this.logged.push({ group, stream, message }) },
                metrics: {
                    record: (_, name, dimensions, value, unit) =>
                        this.measured.push({ name, dimensions, value, unit }),
                },
                ...{ endpointUrl: this.endpointUrl, credentials: CREDENTIALS, caPath: CA_PATH },
                clock: () => this.clock,
                idleMilliseconds: this.idleMilliseconds,
                retryDelaysMilliseconds: [20, 40],
                throttleDelayMilliseconds: 20,
            }),
        );
        this.client = new LambdaClient(this.harness.clientOptions);
    }
}
