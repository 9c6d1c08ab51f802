import { isContent } from "./archive";
import { DEFAULTS_KEY } from "./check";
import type { ResourceType } from "./define";
import { containsUnknown, isObject, type Properties, sameValue } from "./values";

/** What happens to a property: it appears, disappears or changes. */
export type Change = "add" | "delete" | "update";

/** What an update would do. */
export interface Difference {
    /** Keyed by path, as Pulumi writes it: `tags.Owner`, `subnetIds[0]`. Empty where nothing changes. */
    readonly changes: ReadonlyMap<string, { readonly change: Change; readonly replace: boolean }>;
    /** Top-level arguments whose change makes a new resource. */
    readonly replaces: readonly string[];
    /** True where the new resource would bear the old one's name, which AWS does not allow beside it. */
    readonly deleteBeforeReplace: boolean;
}

/** Compares the deployed inputs with the new ones. */
export function diffInputs(type: ResourceType, olds: Properties, news: Properties): Difference {
    const changes = new Map<string, { change: Change; replace: boolean }>();
    const replaces: string[] = [];
    for (const name of new Set([...Object.keys(olds), ...Object.keys(news)])) {
        if (name === DEFAULTS_KEY) continue;
        const found = changesWithin(name, ordered(type, name, olds[name]), ordered(type, name, news[name]));
        if (found.length === 0) continue;
        const replace = type.replaceOn.has(name);
        if (replace) replaces.push(name);
        for (const [path, change] of found) changes.set(path, { change, replace });
    }
    return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && keepsName(type, olds, news) };
}

function changesWithin(path: string, old: unknown, next: unknown): [string, Change][] {
    if (old === undefined || next === undefined) {
        if (old === next) return [];
        return [[path, old === undefined ? "add" : "delete"]];
    }
    if (sameValue(old, next)) return [];
    if (isContent(old) && isContent(next)) {
        // Content that has moved to another path is still the same.
        const same = old.hash !== undefined && old.hash === next.hash;
        return same ? [] : [[path, "update"]];
    }
    if (Array.isArray(old) && Array.isArray(next)) {
        const length = Math.max(old.length, next.length);
        return Array.from({ length }, (_, i) => changesWithin(`${path}[${i}]`, old[i], next[i])).flat();
    }
    if (isObject(old) && isObject(next)) {
        const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])];
        return keys.flatMap((key) => changesWithin(path + step(key), old[key], next[key]));
    }
    return [[path, "update"]];
}

function step(key: string): string {
    return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function ordered(type: ResourceType, name: string, value: unknown): unknown {
    if (!type.sets.has(name) || !Array.isArray(value)) return value;
    return value
        .map((item: unknown) => ({ item, key: JSON.stringify(item) }))
        .sort(byKey)
        .map(({ item }) => item);
}

function byKey(left: { key: string }, right: { key: string }): number {
    return left.key < right.key ? -1 : Number(left.key > right.key);
}

function keepsName(type: ResourceType, olds: Properties, news: Properties): boolean {
    const property = type.physicalName?.property;
    if (property === undefined || containsUnknown(news[property])) return false;
    const madeUp = Array.isArray(news[DEFAULTS_KEY]) && news[DEFAULTS_KEY].includes(property);
    return !madeUp && news[property] !== undefined && sameValue(olds[property], news[property]);
}
