import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor, type MockCallArgs, type MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";
import { PROJECT } from "../../config/tags";

/** The account and the region that the invokes of every test answer with. */
export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";

/** One resource as the program registered it. */
export interface Recorded {
    /** Pulumi's type token, such as `aws:s3/bucket:Bucket`. */
    readonly type: string;
    readonly name: string;
    /** The inputs, outputs resolved and secrets in plain. A key that is absent was not given. */
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Name of the parent; absent where the stack itself is the parent. */
    readonly parent?: string;
    /** Names of the inputs that the program marked as secret. */
    readonly secretInputs: readonly string[];
    /** Names of the resources that must exist first: through `dependsOn` or through a value. Sorted. */
    readonly dependsOn: readonly string[];
    readonly protect: boolean;
    readonly ignoreChanges: readonly string[];
}

/** What a program registered and returned. */
export interface Deployment<T> {
    readonly resources: readonly Recorded[];
    readonly outputs: pulumi.Unwrap<T>;
    /** All resources of one type, in the order of registration. */
    readonly only: (type: string) => Recorded[];
    /** The one resource of that name. Throws, listing the names there are, where there is none or more than one. */
    readonly named: (name: string) => Recorded;
}

type Outputs = Record<string, unknown>;

const STACK_TYPE = "pulumi:pulumi:Stack";

/** The zones that awsx lays subnets out in, whatever the program asks for. */
const ZONES = ["a", "b"] as const;

/** What AWS adds to the inputs, for the types whose outputs the program reads. All get `arn` besides. */
const OUTPUTS: Record<string, (name: string, inputs: Outputs) => Outputs> = {
    "awsx:ec2:Vpc": (name) => ({
        vpcId: idOf(name),
        privateSubnetIds: ZONES.map((zone) => `${name}-private-${zone}-subnet`),
        publicSubnetIds: ZONES.map((zone) => `${name}-public-${zone}-subnet`),
        routeTableAssociations: ZONES.flatMap((zone) =>
            ["public", "private"].map((kind) => ({
                [pulumi.runtime.specialSigKey]: pulumi.runtime.specialResourceSig,
                urn: associationUrn(name, kind, zone),
            })),
        ),
    }),
    "aws:ecr/repository:Repository": (_name, inputs) => ({
        repositoryUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${String(inputs.name)}`,
    }),
    "aws:rds/cluster:Cluster": (name) => ({
        clusterIdentifier: name,
        endpoint: `${name}.cluster.test`,
        readerEndpoint: `${name}.cluster-ro.test`,
        port: 5432,
        masterUserSecrets: [{ secretArn: arnOf(`${name}-secret`) }],
    }),
    "aws:elasticache/replicationGroup:ReplicationGroup": (name) => ({
        primaryEndpointAddress: `${name}.cache.test`,
        port: 6379,
    }),
    "random:index/randomPassword:RandomPassword": (name) => ({ result: `password of ${name}` }),
};

/** The invokes that the program may make, with their answers. */
const INVOKES: Record<string, Outputs> = {
    "aws:index/getCallerIdentity:getCallerIdentity": {
        accountId: ACCOUNT,
        arn: arnOf("caller"),
        userId: "caller",
    },
    "aws:index/getRegion:getRegion": { region: REGION, name: REGION, id: REGION },
    "aws:index/getPartition:getPartition": { partition: "aws", dnsSuffix: "amazonaws.com", id: "aws" },
};

/** The ARN that the mocks give the resource of that name. */
export function arnOf(name: string): string {
    return `arn:aws:mock:${REGION}:${ACCOUNT}:${name}`;
}

/** The id that the mocks give the resource of that name. */
export function idOf(name: string): string {
    return `${name}-id`;
}

/**
 * Runs a program against Pulumi's mocks and waits for all its registrations and outputs. Each call starts from nothing.
 * An invoke without an answer in the table fails, and so does the program that makes it.
 */
export async function deploy<T>(program: () => T | Promise<T>, stack = "dev"): Promise<Deployment<T>> {
    const monitor = new RecordingMonitor();
    pulumi.runtime.setMockOptions(monitor, PROJECT, stack);
    const outputs = (await pulumi.runtime.runInPulumiStack(async () => ({ value: await program() }))) as {
        value: pulumi.Unwrap<T>;
    };
    await pulumi.runtime.disconnect();
    const { recorded } = monitor;
    return {
        resources: recorded,
        outputs: outputs.value,
        only: (type) => recorded.filter((resource) => resource.type === type),
        named: (name) => {
            const [found, ...others] = recorded.filter((resource) => resource.name === name);
            if (found !== undefined && others.length === 0) return found;
            const names = recorded.map((resource) => resource.name).join(", ");
            throw new Error(`Not one resource is named "${name}". There are: ${names}`);
        },
    };
}

type RegisterCallback = Parameters<MockMonitor["registerResource"]>[1];

/** Pulumi's own mock monitor, which also keeps what its mocks are not told: parent, order and protection. */
class RecordingMonitor extends MockMonitor {
    readonly recorded: Recorded[] = [];

    constructor() {
        super({ call: answer, newResource: (args) => created(args) });
    }

    override async registerResource(
        request: RegisterResourceRequest,
        callback: RegisterCallback,
    ): Promise<void> {
        const type = request.getType();
        if (type !== STACK_TYPE) this.recorded.push(record(request));
        if (type === "awsx:ec2:Vpc") this.addRouteTables(request.getName());
        await super.registerResource(request, callback);
    }

    /** The VPC's component answers with references to resources that it made elsewhere; they can be looked up here. */
    private addRouteTables(vpc: string): void {
        for (const zone of ZONES) {
            for (const kind of ["public", "private"]) {
                const state = {
                    subnetId: `${vpc}-${kind}-${zone}-subnet`,
                    routeTableId: `${vpc}-${kind}-${zone}-routes`,
                };
                const urn = associationUrn(vpc, kind, zone);
                this.resources.set(urn, { urn, id: idOf(`${vpc}-${kind}-${zone}`), state });
            }
        }
    }
}

function record(request: RegisterResourceRequest): Recorded {
    const object = request.getObject();
    const given: Outputs = object === undefined ? {} : pulumi.runtime.deserializeProperties(object);
    const parent = request.getParent();
    return {
        type: request.getType(),
        name: request.getName(),
        inputs: Object.fromEntries(Object.entries(given).map(([key, value]) => [key, plain(value)])),
        ...(parent === "" || parent.includes(`::${STACK_TYPE}::`) ? {} : { parent: nameOf(parent) }),
        secretInputs: Object.keys(given).filter((key) => pulumi.runtime.isRpcSecret(given[key])),
        dependsOn: request.getDependenciesList().map(nameOf).sort(),
        protect: request.getProtect() ?? false,
        ignoreChanges: request.getIgnorechangesList(),
    };
}

function created({ type, name, inputs, custom }: MockResourceArgs) {
    if (custom !== true && type !== "awsx:ec2:Vpc") return { id: undefined, state: {} };
    const given = inputs as Outputs;
    return { id: idOf(name), state: { arn: arnOf(name), ...given, ...OUTPUTS[type]?.(name, given) } };
}

function answer({ token }: MockCallArgs): Outputs {
    const found = INVOKES[token];
    if (found !== undefined) return found;
    const details = `The mocks have no answer to the invoke ${token}`;
    // Pulumi shows the `details` that a gRPC error has, not the message.
    throw Object.assign(new Error(details), { details });
}

/** A secret as Pulumi sends it holds its value in a wrapper. */
function plain(value: unknown): unknown {
    return pulumi.runtime.unwrapRpcSecret(value) as unknown;
}

function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

function associationUrn(vpc: string, kind: string, zone: string): string {
    return `urn:pulumi:dev::${PROJECT}::aws:ec2/routeTableAssociation:RouteTableAssociation::${vpc}-${kind}-${zone}`;
}
