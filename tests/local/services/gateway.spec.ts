import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { once } from "node:events";
import { connect } from "node:net";
import { CREDENTIALS, openBench, type Bench } from "./awsHost";
import { requestTo, sendRaw, sign, urlOf } from "./signing";

type Options = Bench["client"];

/** A call of each SDK client, and what it answers when the gateway lets it through. */
const CALLS = {
    s3: async (options: Options) => {
        const put = new PutObjectCommand({ Bucket: "b", Key: "a b+c/å?.txt", Body: "body" });
        return (await new S3Client(options).send(put)).ETag;
    },
    secretsmanager: async (options: Options) =>
        (await new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: "s" }))).Name,
    sns: async (options: Options) =>
        (await new SNSClient(options).send(new PublishCommand({ TopicArn: "arn", Message: "a=1&b" })))
            .MessageId,
    monitoring: async (options: Options) => {
        // Above 10 KB, so that the client compresses it.
        const MetricData = Array.from({ length: 300 }, (_, i) => ({ MetricName: `metric-${i}`, Value: i }));
        const put = new PutMetricDataCommand({ Namespace: "n", MetricData });
        return (await new CloudWatchClient(options).send(put)).$metadata.httpStatusCode;
    },
} as const;

const SERVICES = Object.keys(CALLS) as (keyof typeof CALLS)[];

/** How an SDK client understood a refusal: its name and its HTTP status. */
async function refusal(call: Promise<unknown>): Promise<[string, number | undefined]> {
    try {
        await call;
    } catch (error) {
        const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
        return [name, $metadata?.httpStatusCode];
    }
    throw new Error("It was not refused.");
}

describe("the gateway", () => {
    let bench: Bench;
    before(async () => (bench = await openBench()));
    after(() => bench.close());
    beforeEach(() => {
        bench.seen.length = 0;
        bench.log.length = 0;
    });

    it("lets each client through to its service, with the whole body and a context", async () => {
        const answers = [];
        for (const service of SERVICES) answers.push(await CALLS[service](bench.client));
        expect(answers).to.deep.equal(['"e"', "found", "m-1", 200]);
        expect(bench.seen.map(({ service }) => service)).to.deep.equal(SERVICES);
        expect(bench.seen[0]).to.include({ method: "PUT" });
        expect(bench.seen[0]?.url).to.match(/^\/b\/a%20b%2Bc\/%C3%A5%3F\.txt\?/);
        expect(bench.seen[0]?.body).to.include("body");
        expect(bench.seen[1]?.body).to.equal('{"SecretId":"s"}');
        expect(new Set(bench.seen.map(({ context }) => context.requestId)).size).to.equal(SERVICES.length);
        expect(bench.seen[0]?.context).to.include({ account: "123456789012", region: "us-east-1" });
    });

    it("lets queries through as the client encodes them", async () => {
        const list = new ListObjectsV2Command({
            Bucket: "b",
            Prefix: "a b/'(*)!å+&=",
            StartAfter: "%41",
            MaxKeys: 0,
        });
        await new S3Client(bench.client).send(list);
        expect(bench.seen[0]?.url).to.include("prefix=a%20b%2F%27%28%2A%29%21%C3%A5%2B%26%3D");
    });

    const secretAccessKey = "wrong";
    const accessKeyId = "AKIAOTHER";
    const clock = { systemClockOffset: 20 * 60 * 1000 };
    for (const { title, options, names } of [
        {
            title: "a wrong secret",
            options: { credentials: { ...CREDENTIALS, secretAccessKey } },
            names: {
                s3: "SignatureDoesNotMatch",
                secretsmanager: "SignatureDoesNotMatch",
                sns: "SignatureDoesNotMatch",
            },
        },
        {
            title: "an unknown access key",
            options: { credentials: { ...CREDENTIALS, accessKeyId } },
            names: {
                s3: "InvalidAccessKeyId",
                secretsmanager: "UnrecognizedClientException",
                sns: "InvalidClientTokenId",
            },
        },
        {
            title: "a clock that is 20 minutes ahead",
            options: clock,
            names: {
                s3: "RequestTimeTooSkewed",
                secretsmanager: "RequestTimeTooSkewed",
                sns: "RequestTimeTooSkewed",
            },
        },
    ]) {
        for (const service of ["s3", "secretsmanager", "sns"] as const) {
            it(`refuses ${title} so that the client of ${service} understands it`, async () => {
                const call = CALLS[service]({ ...bench.client, ...options });
                expect(await refusal(call)).to.deep.equal([names[service], 403]);
                expect(bench.seen).to.deep.equal([]);
            });
        }
    }

    it("tells which services it runs where it is asked for another", async () => {
        const error = await new STSClient(bench.client).send(new GetCallerIdentityCommand({})).then(
            () => "no refusal",
            (reason: unknown) => reason as Error,
        );
        expect(error).to.have.property("name", "UnknownService");
        expect(error).to.have.nested.property("$metadata.httpStatusCode", 501);
        expect(error)
            .to.have.property("message")
            .that.includes(`does not run "sts"; it runs faulty, monitoring, s3, secretsmanager, sns.`);
    });

    it("refuses a body other than the signed one", async () => {
        const parts = { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" } };
        const signed = await sign(requestTo(bench.port, { ...parts, body: "Action=Publish" }), {
            service: "sns",
        });
        expect((await sendRaw(signed)).status).to.equal(200);
        const { status, text } = await sendRaw({ ...signed, body: "Action=Publich" });
        expect(status).to.equal(403);
        expect(text).to.equal(
            "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>" +
                "<Message>The signature does not match: check the secret access key.</Message></Error></ErrorResponse>",
        );
    });

    it("refuses an unsigned request, and one to S3 that does not say its body's hash", async () => {
        expect((await sendRaw(requestTo(bench.port, { path: "/b/k" }))).status).to.equal(403);
        const signed = await sign(requestTo(bench.port, { path: "/b/k" }));
        const { "x-amz-content-sha256": hash, ...headers } = signed.headers;
        expect(hash).to.match(/^[0-9a-f]{64}$/);
        const { status, text } = await sendRaw({ ...signed, headers });
        expect(status).to.equal(400);
        expect(text).to.match(/^<Error><Code>InvalidRequest<\/Code><Message>.*x-amz-content-sha256/);
    });

    it("takes presigned URLs, and refuses them changed or expired, in S3's own shape", async () => {
        const request = requestTo(bench.port, { path: "/b/a%20b", query: { "x-id": "GetObject" } });
        const signed = await sign(request, { expiresSeconds: 60 });
        const url = `http://127.0.0.1:${bench.port}${urlOf(signed)}`;
        expect((await fetch(url)).status).to.equal(200);
        const changed = await fetch(url.replace("a%20b", "other"));
        expect(changed.status).to.equal(403);
        expect(await changed.text()).to.match(/^<Error><Code>SignatureDoesNotMatch</);
        const at = new Date(Date.now() - 120_000);
        const old = await sign(request, { expiresSeconds: 60, at });
        const expired = await fetch(`http://127.0.0.1:${bench.port}${urlOf(old)}`);
        expect(await expired.text()).to.equal(
            "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
        );
    });

    it("refuses a body above 16 MiB while the client still sends it, and serves the next request", async () => {
        const publish = new PublishCommand({ TopicArn: "arn", Message: "x".repeat(20 * 1024 * 1024) });
        expect(await refusal(new SNSClient(bench.client).send(publish))).to.deep.equal([
            "RequestEntityTooLarge",
            413,
        ]);
        expect(await CALLS.sns(bench.client)).to.equal("m-1");
    });

    it("refuses a large upload so that the client understands it", async () => {
        const options = { ...bench.client, credentials: { ...CREDENTIALS, secretAccessKey } };
        const Body = Buffer.alloc(20 * 1024 * 1024);
        const put = new S3Client(options).send(new PutObjectCommand({ Bucket: "b", Key: "k", Body }));
        expect(await refusal(put)).to.deep.equal(["SignatureDoesNotMatch", 403]);
    });

    it("reaches the control interface by its path alone, whatever the signature", async () => {
        const signed = await sign(requestTo(bench.port, { path: "/_bqx/status" }));
        expect(await sendRaw(signed)).to.deep.equal({ status: 401, text: "control" });
        const around = await sign(requestTo(bench.port, { path: "/b/../_bqx/status" }));
        expect((await sendRaw(around)).status).to.equal(200);
        expect(bench.seen.map(({ service, url }) => [service, url])).to.deep.equal([
            ["s3", "/b/../_bqx/status"],
        ]);
    });

    it("answers 500 without the text of a service's fault, which is logged", async () => {
        const signed = await sign(requestTo(bench.port), { service: "faulty" });
        const { status, text } = await sendRaw(signed);
        expect(status).to.equal(500);
        expect(text).to.include("InternalFailure").and.not.include("secret in it");
        expect(bench.log).to.deep.equal(["request failed: a fault with a secret in it"]);
    });

    it("outlives a client that leaves in the middle of a body", async () => {
        const { headers } = await sign(requestTo(bench.port, { method: "POST", body: "abc" }), {
            service: "sns",
        });
        const socket = connect(bench.port, "127.0.0.1");
        await once(socket, "connect");
        const lines = Object.entries({ ...headers, "content-length": "1000" }).map(
            ([k, v]) => `${k}: ${v}\r\n`,
        );
        socket.write(`POST / HTTP/1.1\r\n${lines.join("")}\r\nabc`);
        socket.destroy();
        expect(await CALLS.sns(bench.client)).to.equal("m-1");
    });
});
