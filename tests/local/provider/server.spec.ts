import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { expect } from "chai";
import { type RunningProvider, startProvider } from "../../../local/provider/server";
import { marshal, unmarshal, UNKNOWN } from "../../../local/provider/values";
import { MemoryHost } from "./memoryHost";

const SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const urnOf = (token: string) => `urn:pulumi:dev::bqx::parent:x:Y$${token}::thing`;

describe("the provider's server", () => {
    let host: MemoryHost;
    let provider: RunningProvider;
    let client: ResourceProviderClient;

    beforeEach(async () => {
        host = new MemoryHost();
        provider = await startProvider({ host, account: "123456789012", region: "us-east-1" });
        client = new ResourceProviderClient(`127.0.0.1:${provider.port}`, credentials.createInsecure());
    });

    afterEach(async () => {
        client.close();
        await provider.stop();
    });

    function answer<Response>(call: (done: (error: Error | null, response: Response) => void) => unknown) {
        return new Promise<Response>((resolve, reject) => {
            call((error, response) => (error === null ? resolve(response) : reject(error)));
        });
    }

    async function failureOf(promise: Promise<unknown>): Promise<string> {
        return promise.then(
            () => "",
            (error: unknown) => (error as Error).message,
        );
    }

    function create(token: string, properties: Record<string, unknown>, preview = false) {
        const request = new rpc.CreateRequest().setUrn(urnOf(token)).setPreview(preview);
        request.setProperties(marshal(properties, []));
        return answer<rpc.CreateResponse>((done) => client.create(request, done));
    }

    it("says that it takes secrets and previews", async () => {
        const response = await answer<rpc.ConfigureResponse>((done) =>
            client.configure(new rpc.ConfigureRequest(), done),
        );
        expect(response.toObject()).to.include({
            acceptsecrets: true,
            supportspreview: true,
            acceptresources: false,
        });
    });

    it("wraps what is secret by nature, in checked inputs and in outputs", async () => {
        const properties = {
            secretId: "arn:aws:secretsmanager:us-east-1:1:secret:x",
            secretString: "hidden",
        };
        const wrapped = { [specialSigKey]: specialSecretSig, value: "hidden" };
        const request = new rpc.CheckRequest().setUrn(urnOf(SECRET_VERSION)).setNews(marshal(properties, []));
        const checked = await answer<rpc.CheckResponse>((done) => client.check(request, done));
        expect(checked.getInputs()?.toJavaScript()).to.deep.include({ secretString: wrapped });
        const created = await create(SECRET_VERSION, properties);
        expect(created.getProperties()?.toJavaScript()).to.deep.include({ secretString: wrapped });
    });

    it("reports failures without naming the argument to the engine where it is secret", async () => {
        const news = marshal({ secretId: "x", secretString: 7, colour: "red" }, []);
        const request = new rpc.CheckRequest().setUrn(urnOf(SECRET_VERSION)).setNews(news);
        const checked = await answer<rpc.CheckResponse>((done) => client.check(request, done));
        expect(checked.getFailuresList().map((failure) => failure.toObject())).to.deep.equal([
            { property: "", reason: "secretString: got a secret value; allowed: a string" },
            {
                property: "colour",
                reason: `colour: not an argument of ${SECRET_VERSION} that this local stack knows`,
            },
        ]);
    });

    it("answers a preview without an id", async () => {
        const planned = await create("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }, true);
        expect(planned.getId()).to.equal("");
        expect(unmarshal(planned.getProperties()).values).to.include({
            arn: UNKNOWN,
            enableDnsSupport: true,
        });
    });

    it("passes on why the host refused", async () => {
        host.failure = new Error("port 5432 is in use");
        const message = await failureOf(create("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }));
        expect(message).to.contain('creating aws:ec2/vpc:Vpc "thing": port 5432 is in use');
    });

    it("refuses a type by name, and a function by name", async () => {
        expect(await failureOf(create("aws:foo/bar:Bar", {}))).to.contain(
            "aws:foo/bar:Bar is not one of the",
        );
        const request = new rpc.InvokeRequest().setTok("aws:foo/getBar:getBar");
        const message = await failureOf(answer((done) => client.invoke(request, done)));
        expect(message).to.contain("aws:foo/getBar:getBar is not a function that this local stack knows");
    });

    it("reads what the host has, and an empty id where it has nothing", async () => {
        const made = await create("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
        const read = (id: string) => {
            const request = new rpc.ReadRequest().setUrn(urnOf("aws:ec2/vpc:Vpc")).setId(id);
            return answer<rpc.ReadResponse>((done) => client.read(request, done));
        };
        const found = await read(made.getId());
        expect(unmarshal(found.getInputs()).values).to.deep.equal({ cidrBlock: "10.0.0.0/16" });
        expect(unmarshal(found.getProperties()).values).to.deep.equal(unmarshal(made.getProperties()).values);
        expect((await read("vpc-0")).getId()).to.equal("");
    });

    it("writes detailed differences", async () => {
        const request = new rpc.DiffRequest().setUrn(urnOf("aws:s3/bucket:Bucket"));
        request.setOldInputs(marshal({ bucket: "a", tags: { Owner: "me" } }, []));
        request.setNews(marshal({ bucket: "b", tags: { Owner: "you" } }, []));
        const { detaileddiffMap, ...rest } = (
            await answer<rpc.DiffResponse>((done) => client.diff(request, done))
        ).toObject();
        expect(rest).to.deep.include({
            replacesList: ["bucket"],
            hasdetaileddiff: true,
            deletebeforereplace: false,
        });
        expect(Object.fromEntries(detaileddiffMap)).to.deep.equal({
            bucket: { kind: rpc.PropertyDiff.Kind.UPDATE_REPLACE, inputdiff: true },
            "tags.Owner": { kind: rpc.PropertyDiff.Kind.UPDATE, inputdiff: true },
        });
    });

    it("refuses a provider of another region, because all providers share this process", async () => {
        const request = new rpc.CheckRequest().setNews(marshal({ region: "eu-west-1" }, []));
        const checked = await answer<rpc.CheckResponse>((done) => client.checkConfig(request, done));
        expect(checked.getFailuresList()[0]?.getReason()).to.equal(
            'region: got "eu-west-1"; allowed: "us-east-1", where this stack runs',
        );
    });

    it("answers the zones of a region without those that are excluded", async () => {
        const invoke = async (args: Record<string, unknown>) => {
            const request = new rpc.InvokeRequest().setTok(
                "aws:index/getAvailabilityZones:getAvailabilityZones",
            );
            request.setArgs(marshal(args, []));
            return unmarshal(
                (await answer<rpc.InvokeResponse>((done) => client.invoke(request, done))).getReturn(),
            ).values;
        };
        expect((await invoke({ excludeNames: ["us-east-1a"] })).names).to.deep.equal(
            ["b", "c", "d", "e", "f"].map((letter) => `us-east-1${letter}`),
        );
        expect((await invoke({ region: "ap-northeast-2" })).zoneIds).to.deep.equal([
            "apne2-az1",
            "apne2-az2",
            "apne2-az3",
        ]);
    });
});
