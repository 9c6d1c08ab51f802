import { createRequire } from "node:module";
import type { Policies, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import {
    AnalyzeRequest,
    AnalyzeResponse,
    AnalyzerPropertyDependencies,
    AnalyzerResource,
    AnalyzerResourceOptions,
    AnalyzeStackRequest,
    EnforcementLevel,
} from "@pulumi/pulumi/proto/analyzer_pb.js";

type Handler<Request> = (
    call: { request: Request },
    callback: (error: unknown, response?: AnalyzeResponse) => void,
) => Promise<void>;

type MakeHandler<Request> = (
    pack: string,
    version: string,
    level: string,
    policies: Policies,
) => Handler<Request>;

/** What @pulumi/policy leaves out of its types: the analyzer that runs behind the engine, and its mark of the unknown. */
const load = createRequire(require.resolve("@pulumi/policy"));
const server = load("@pulumi/policy/server") as {
    makeAnalyzeRpcFun: MakeHandler<AnalyzeRequest>;
    makeAnalyzeStackRpcFun: MakeHandler<AnalyzeStackRequest>;
};
const { unknownStringValue } = load("@pulumi/policy/proxy") as { unknownStringValue: string };
const { Struct } = load("google-protobuf/google/protobuf/struct_pb") as {
    Struct: { fromJavaScript(value: object): NonNullable<ReturnType<AnalyzeRequest["getProperties"]>> };
};

export type Props = Readonly<Record<string, unknown>>;

/** A resource as the engine hands it to the pack. */
export interface Registered {
    /** Such as `aws:s3/bucket:Bucket`. */
    readonly type: string;
    readonly name: string;
    readonly props: Props;
    /** Paths of values that preview does not know: `tags.Owner`, `ingress.0.cidrBlocks`. */
    readonly unknown?: readonly string[];
    /** Property to the name of the resource whose output it takes. */
    readonly references?: Readonly<Record<string, string>>;
}

/**
 * What the real analyzer of @pulumi/policy says of a resource: the violations' messages without the rule's description,
 * or that no validator of the rule takes this type. Throws where anything is less than mandatory.
 */
export async function verdict(
    rule: ResourceValidationPolicy,
    resource: Registered,
    stack: string,
): Promise<string[] | "not applicable"> {
    const request = new AnalyzeRequest();
    request.setType(resource.type);
    request.setName(resource.name);
    request.setUrn(urn(resource, stack));
    request.setProperties(struct(resource));
    request.setOptions(new AnalyzerResourceOptions());
    const response = await answer(server.makeAnalyzeRpcFun("pack", "1.0.0", "advisory", [rule]), request);
    const validators = [rule.validateResource].flat().length;
    return response.getNotApplicableList().length === validators
        ? "not applicable"
        : violations(response, rule).map(({ message }) => message);
}

/** What the real analyzer says of a whole stack, by the name of the resource that a violation is about. */
export async function stackVerdict(
    rule: StackValidationPolicy,
    resources: readonly Registered[],
    stack: string,
): Promise<string[]> {
    const request = new AnalyzeStackRequest();
    request.setResourcesList(
        resources.map((resource) => {
            const registered = new AnalyzerResource();
            registered.setType(resource.type);
            registered.setName(resource.name);
            registered.setUrn(urn(resource, stack));
            registered.setProperties(struct(resource));
            registered.setOptions(new AnalyzerResourceOptions());
            for (const [property, name] of Object.entries(resource.references ?? {})) {
                const target = resources.find((other) => other.name === name);
                if (target === undefined) throw new Error(`No resource is named "${name}"`);
                const dependencies = new AnalyzerPropertyDependencies();
                dependencies.setUrnsList([urn(target, stack)]);
                registered.getPropertydependenciesMap().set(property, dependencies);
            }
            return registered;
        }),
    );
    const response = await answer(
        server.makeAnalyzeStackRpcFun("pack", "1.0.0", "advisory", [rule]),
        request,
    );
    return violations(response, rule).map(({ message, about }) => {
        if (!message.includes(`"${about.split("::").at(-1) ?? ""}"`))
            throw new Error(`"${message}" is about ${about}`);
        return message;
    });
}

async function answer<Request>(handler: Handler<Request>, request: Request): Promise<AnalyzeResponse> {
    return new Promise((resolve, reject) => {
        handler({ request }, (error, response) => {
            if (response === undefined) reject(new Error("The analyzer failed", { cause: error }));
            else resolve(response);
        }).catch(reject);
    });
}

function violations(response: AnalyzeResponse, rule: { readonly description: string }) {
    return response.getDiagnosticsList().map((diagnostic) => {
        if (diagnostic.getEnforcementlevel() !== EnforcementLevel.MANDATORY) {
            throw new Error(`Only advice: ${diagnostic.getMessage()}`);
        }
        return {
            message: diagnostic.getMessage().replace(`${rule.description}\n`, ""),
            about: diagnostic.getUrn(),
        };
    });
}

function urn({ type, name }: Registered, stack: string): string {
    return `urn:pulumi:${stack}::bqx-ml::bqx:stage:Storage$${type}::${name}`;
}

function struct({ props, unknown = [] }: Registered) {
    return Struct.fromJavaScript(
        unknown.reduce<Props>((changed, path) => withValue(changed, path, unknownStringValue), props),
    );
}

/** A copy of the properties with another value at a path such as `rules.0.status`; undefined removes the key. */
export function withValue(props: Props, path: string, value: unknown): Props {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const copy = structuredClone(props) as Record<string, unknown>;
    const parent = keys.reduce<Record<string, unknown>>(
        (node, key) => (node[key] ??= {}) as Record<string, unknown>,
        copy,
    );
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = value;
    return copy;
}
