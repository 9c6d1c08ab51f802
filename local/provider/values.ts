import { isDeepStrictEqual } from "node:util";
import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** Properties of a resource as plain JSON. Assets, archives and references stay the signed objects they are on the wire. */
export type Properties = Record<string, unknown>;

/** Properties together with the names of those that are secret. */
export interface Sealed {
    readonly values: Properties;
    /** Top-level names that hold a secret at any depth, in order of appearance. */
    readonly secretKeys: readonly string[];
}

/**
 * Stands for a value that only the deployment will know. It is the wire's own marker and a string on purpose: an ARN
 * built from an unknown id contains it and is thereby recognised as unknown too.
 */
export const UNKNOWN = unknownValue;

/** True where the value is unknown, or is a list or object that holds an unknown value at any depth. */
export function containsUnknown(value: unknown): boolean {
    if (typeof value === "string") return value.includes(UNKNOWN);
    if (Array.isArray(value)) return value.some(containsUnknown);
    return isObject(value) && Object.values(value).some(containsUnknown);
}

/** True for an object with properties, so neither null nor a list. */
export function isObject(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads what the engine sent: secrets are unwrapped and remembered by name, absent values (null) are dropped. */
export function unmarshal(struct: Struct | undefined): Sealed {
    const values: Properties = {};
    const secretKeys: string[] = [];
    for (const [key, wire] of Object.entries(struct?.toJavaScript() ?? {})) {
        const found = { secret: false };
        const value = unwrap(wire, found);
        if (value === null) continue;
        values[key] = value;
        if (found.secret) secretKeys.push(key);
    }
    return { values, secretKeys };
}

/** Writes properties for the engine. Secrets are wrapped whole, and a text that contains an unknown becomes unknown. */
export function marshal(values: Properties, secretKeys: readonly string[]): Struct {
    const secret = new Set(secretKeys);
    const wire: Record<string, JavaScriptValue> = {};
    for (const [key, value] of Object.entries(values)) {
        if (value === undefined) continue;
        const plain = toWire(value);
        wire[key] = secret.has(key) ? { [specialSigKey]: specialSecretSig, value: plain } : plain;
    }
    return Struct.fromJavaScript(wire);
}

/** Equality as AWS sees it: by content, and two JSON documents are equal however they are spaced or ordered. */
export function sameValue(left: unknown, right: unknown): boolean {
    if (isDeepStrictEqual(left, right)) return true;
    if (typeof left !== "string" || typeof right !== "string") return false;
    const [leftDocument, rightDocument] = [parseDocument(left), parseDocument(right)];
    return leftDocument !== undefined && isDeepStrictEqual(leftDocument, rightDocument);
}

/** The JSON object or list that a text holds, or undefined where it holds anything else. */
export function parseDocument(text: string): unknown {
    if (!/^\s*[{[]/.test(text)) return undefined;
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

function unwrap(wire: unknown, found: { secret: boolean }): unknown {
    if (Array.isArray(wire)) return wire.map((item) => unwrap(item, found));
    if (!isObject(wire)) return wire;
    if (wire[specialSigKey] === specialSecretSig) {
        found.secret = true;
        return unwrap(wire.value, found);
    }
    const entries = Object.entries(wire).filter(([, value]) => value !== null);
    return Object.fromEntries(entries.map(([key, value]) => [key, unwrap(value, found)]));
}

function toWire(value: unknown): JavaScriptValue {
    if (value === null || typeof value === "number" || typeof value === "boolean") return value;
    if (typeof value === "string") return value.includes(UNKNOWN) ? UNKNOWN : value;
    if (Array.isArray(value)) return value.map(toWire);
    if (!isObject(value)) throw new TypeError(`a ${typeof value} cannot be sent to the engine`);
    const present = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(present.map(([key, item]) => [key, toWire(item)]));
}
