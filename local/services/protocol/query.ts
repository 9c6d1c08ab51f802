import { AwsError } from "../service";

/** Deeper nesting than any operation of ours has is refused, so that a body cannot build a tree without end. */
const MAX_DEPTH = 10;

type Tree = Map<string, Tree | string>;

/**
 * Turns the flat fields of the AWS Query protocol (`MetricData.member.1.Value=2`) into nested values. `member` lists
 * become arrays; `entry` lists become objects. All leaves stay text.
 */
export function parseQuery(fields: URLSearchParams): Record<string, unknown> {
    const root: Tree = new Map();
    for (const [path, value] of fields) plant(root, path.split("."), value);
    return Object.fromEntries([...root].map(([key, node]) => [key, toValue(node)]));
}

function plant(root: Tree, path: readonly string[], value: string): void {
    if (path.length > MAX_DEPTH) throw malformed(path);
    let node = root;
    for (const key of path.slice(0, -1)) {
        const next = node.get(key) ?? new Map<string, Tree | string>();
        if (typeof next === "string") throw malformed(path);
        node.set(key, next);
        node = next;
    }
    const leaf = path.at(-1) ?? "";
    if (node.has(leaf)) throw malformed(path);
    node.set(leaf, value);
}

function malformed(path: readonly string[]): AwsError {
    return new AwsError(
        "MalformedQueryString",
        `The field "${path.join(".").slice(0, 200)}" cannot be read.`,
    );
}

function toValue(node: Tree | string): unknown {
    if (typeof node === "string") return node;
    const [only, ...others] = [...node];
    if (only !== undefined && others.length === 0 && typeof only[1] !== "string") {
        if (only[0] === "member") return inOrder(only[1]).map(toValue);
        if (only[0] === "entry") return Object.fromEntries(inOrder(only[1]).map(toEntry));
    }
    return Object.fromEntries([...node].map(([key, child]) => [key, toValue(child)]));
}

function inOrder(items: Tree): (Tree | string)[] {
    return [...items].sort(([left], [right]) => Number(left) - Number(right)).map(([, item]) => item);
}

function toEntry(entry: Tree | string): [string, unknown] {
    // SNS names the two fields of a map Name and Value; the protocol's default is key and value.
    const key = typeof entry === "string" ? undefined : (entry.get("Name") ?? entry.get("key"));
    const value = typeof entry === "string" ? undefined : (entry.get("Value") ?? entry.get("value"));
    if (typeof key !== "string" || value === undefined) throw malformed(["entry"]);
    return [key, toValue(value)];
}

/** Renders an answer of the Query protocol. A `Map` becomes `entry` pairs, an array `member` elements. */
export function renderQuery(action: string, result: object, namespace: string, requestId: string): string {
    return (
        `<${action}Response xmlns="${namespace}">${element(`${action}Result`, result)}` +
        `<ResponseMetadata>${element("RequestId", requestId)}</ResponseMetadata></${action}Response>`
    );
}

/** Renders an error of the Query protocol. */
export function renderQueryError(error: AwsError, namespace: string, requestId: string): string {
    const detail = {
        Type: error.status < 500 ? "Sender" : "Receiver",
        Code: error.code,
        Message: error.message,
    };
    return (
        `<ErrorResponse xmlns="${namespace}">${element("Error", detail)}` +
        `${element("RequestId", requestId)}</ErrorResponse>`
    );
}

function element(name: string, value: unknown): string {
    return value === undefined || value === null ? "" : `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
    if (value instanceof Date) return value.toISOString();
    if (value instanceof Map) {
        const entries = [...(value as Map<string, unknown>)];
        return entries.map(([key, item]) => element("entry", { key, value: item })).join("");
    }
    if (Array.isArray(value)) return value.map((item) => element("member", item)).join("");
    if (typeof value === "object" && value !== null) {
        return Object.entries(value)
            .map(([key, item]) => element(key, item))
            .join("");
    }
    return escapeXml(String(value));
}

function escapeXml(text: string): string {
    return (
        text
            .replaceAll("&", "&amp;")
            .replaceAll("<", "&lt;")
            .replaceAll(">", "&gt;")
            .replaceAll("\r", "&#xD;")
            // XML 1.0 cannot carry other control characters and half surrogates, escaped or not.
            .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    );
}
