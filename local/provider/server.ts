import {
    Server,
    ServerCredentials,
    status,
    type handleUnaryCall,
    type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { version } from "@pulumi/aws/package.json";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { checkInputs, DEFAULTS_KEY, type Failure } from "./check";
import type { ResourceType } from "./define";
import { type Change, diffInputs } from "./diff";
import { invoke } from "./functions";
import type { ResourceHost } from "./host";
import { Resources } from "./resources";
import { typeOf } from "./types";
import { marshal, sameValue, unmarshal } from "./values";

export interface ProviderOptions {
    readonly host: ResourceHost;
    /** 12 digits. */
    readonly account: string;
    readonly region: string;
}

/** A provider that listens on a port of 127.0.0.1. */
export interface RunningProvider {
    readonly port: number;
    /** Lets calls under way finish, then closes the port. */
    stop(): Promise<void>;
}

const CHANGE_KINDS: Record<
    Change,
    readonly [inPlace: rpc.PropertyDiff.Kind, replacing: rpc.PropertyDiff.Kind]
> = {
    add: [rpc.PropertyDiff.Kind.ADD, rpc.PropertyDiff.Kind.ADD_REPLACE],
    delete: [rpc.PropertyDiff.Kind.DELETE, rpc.PropertyDiff.Kind.DELETE_REPLACE],
    update: [rpc.PropertyDiff.Kind.UPDATE, rpc.PropertyDiff.Kind.UPDATE_REPLACE],
};

/**
 * Serves the packages `aws` and `random` to the engine on a free port. This is Pulumi's own protocol and not
 * `pulumi.provider.main`, because that server passes on neither old inputs, nor the preview flag, nor detailed diffs.
 */
export async function startProvider(options: ProviderOptions): Promise<RunningProvider> {
    // A bucket policy or a dashboard can exceed gRPC's limit of 4 MiB together with its state.
    const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    const resources = new Resources(options.host, options);
    server.addService(ResourceProviderService, {
        ...lifecycleMethods(options),
        ...resourceMethods(resources),
    });
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
            if (error === null) resolve(bound);
            else reject(error);
        });
    });
    const stop = () =>
        new Promise<void>((resolve) => {
            server.tryShutdown(() => resolve());
        });
    return { port, stop };
}

function lifecycleMethods(options: ProviderOptions): UntypedServiceImplementation {
    return {
        handshake: unary(() =>
            new rpc.ProviderHandshakeResponse()
                .setAcceptSecrets(true)
                .setAcceptResources(false)
                .setAcceptOutputs(false),
        ),
        attach: unary(() => new Empty()),
        cancel: unary(() => new Empty()),
        // The engine warns where a plugin is older than the SDK. Of the two packages aws has the higher number.
        getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),
        getSchema: unary(() => new rpc.GetSchemaResponse().setSchema("{}")),
        checkConfig: unary((request: rpc.CheckRequest) => checkConfig(request, options.region)),
        diffConfig: unary((request: rpc.DiffRequest) => {
            const [olds, news] = [unmarshal(request.getOldInputs()), unmarshal(request.getNews())];
            const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
            return new rpc.DiffResponse().setChanges(
                sameValue(olds.values, news.values) ? DIFF_NONE : DIFF_SOME,
            );
        }),
        configure: unary(() => new rpc.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true)),
        invoke: unary((request: rpc.InvokeRequest) => {
            const result = invoke(request.getTok(), unmarshal(request.getArgs()).values, options);
            return new rpc.InvokeResponse().setReturn(marshal(result, []));
        }),
    };
}

function resourceMethods(resources: Resources): UntypedServiceImplementation {
    return {
        check: unary(check),
        diff: unary(diff),
        create: unary(async (request: rpc.CreateRequest) => {
            const [urn, news, preview] = [
                request.getUrn(),
                unmarshal(request.getProperties()),
                request.getPreview(),
            ];
            const { id, values, secretKeys } = await resources.create(resourceType(urn), urn, news, preview);
            return new rpc.CreateResponse()
                .setId(preview ? "" : id)
                .setProperties(marshal(values, secretKeys));
        }),
        read: unary((request: rpc.ReadRequest) => read(resources, request)),
        update: unary(async (request: rpc.UpdateRequest) => {
            const urn = request.getUrn();
            const existing = {
                id: request.getId(),
                inputs: unmarshal(request.getOldInputs()).values,
                outputs: unmarshal(request.getOlds()).values,
            };
            const news = unmarshal(request.getNews());
            const updated = await resources.update(
                resourceType(urn),
                urn,
                existing,
                news,
                request.getPreview(),
            );
            return new rpc.UpdateResponse().setProperties(marshal(updated.values, updated.secretKeys));
        }),
        delete: unary(async (request: rpc.DeleteRequest) => {
            const outputs = unmarshal(request.getProperties()).values;
            await resources.delete(resourceType(request.getUrn()), request.getId(), outputs);
            return new Empty();
        }),
    };
}

function checkConfig(request: rpc.CheckRequest, region: string): rpc.CheckResponse {
    const { values, secretKeys } = unmarshal(request.getNews());
    const response = new rpc.CheckResponse().setInputs(marshal(values, secretKeys));
    // All providers of a program share this one process, so it cannot serve a second region.
    if (values.region !== undefined && values.region !== region) {
        const reason = `region: got ${JSON.stringify(values.region)}; allowed: "${region}", where this stack runs`;
        response.addFailures(failure({ property: "region", reason }));
    }
    return response;
}

function check(request: rpc.CheckRequest): rpc.CheckResponse {
    const urn = request.getUrn();
    const checked = checkInputs(
        resourceType(urn),
        urn.slice(urn.lastIndexOf("::") + 2),
        unmarshal(request.getNews()),
        unmarshal(request.getOlds()).values,
        request.getRandomseed_asU8(),
    );
    return new rpc.CheckResponse()
        .setInputs(marshal(checked.values, checked.secretKeys))
        .setFailuresList(checked.failures.map(failure));
}

function diff(request: rpc.DiffRequest): rpc.DiffResponse {
    const olds = unmarshal(request.getOldInputs()).values;
    const found = diffInputs(resourceType(request.getUrn()), olds, unmarshal(request.getNews()).values);
    const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
    const response = new rpc.DiffResponse()
        .setChanges(found.changes.size === 0 ? DIFF_NONE : DIFF_SOME)
        .setReplacesList([...found.replaces])
        .setDeletebeforereplace(found.deleteBeforeReplace)
        .setHasdetaileddiff(true);
    for (const [path, { change, replace }] of found.changes) {
        const kind = CHANGE_KINDS[change][replace ? 1 : 0];
        response.getDetaileddiffMap().set(path, new rpc.PropertyDiff().setKind(kind).setInputdiff(true));
    }
    return response;
}

async function read(resources: Resources, request: rpc.ReadRequest): Promise<rpc.ReadResponse> {
    const record = await resources.read(resourceType(request.getUrn()), request.getId());
    if (record === undefined) return new rpc.ReadResponse();
    const { [DEFAULTS_KEY]: madeUp } = unmarshal(request.getInputs()).values;
    return new rpc.ReadResponse()
        .setId(record.id)
        .setProperties(marshal(record.outputs, record.secretKeys))
        .setInputs(marshal({ ...record.inputs, [DEFAULTS_KEY]: madeUp }, record.secretKeys));
}

/** The type that a URN (`urn:pulumi:stack::project::parent$type::name`) names. */
function resourceType(urn: string): ResourceType {
    const qualified = urn.split("::")[2] ?? "";
    return typeOf(qualified.slice(qualified.lastIndexOf("$") + 1));
}

function failure({ property, reason }: Failure): rpc.CheckFailure {
    return new rpc.CheckFailure().setProperty(property).setReason(reason);
}

function unary<Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
    return (call, callback) => {
        const reply = async () => answer(call.request);
        reply().then(
            (response) => callback(null, response),
            (error: unknown) => {
                const details = error instanceof Error ? error.message : String(error);
                callback({ code: status.UNKNOWN, details });
            },
        );
    };
}
