import { compareUtf8, partitionPoint } from "./keyIndex";

/** S3 never lists more in one answer, whatever is asked for. */
export const PAGE_SIZE_MAX = 1000;

export interface ListOptions {
    readonly prefix: string;
    /** Keys that share what comes up to the first delimiter after the prefix are rolled up into one entry. */
    readonly delimiter?: string | undefined;
    /** Most entries of a page: rows and rolled-up prefixes together. */
    readonly limit: number;
    /** Where to go on. */
    readonly from?: Cursor | undefined;
}

export interface Cursor {
    readonly key: string;
    /** `including` the key, `after` it, or `after-group`: after all keys rolled up with it. */
    readonly position: "including" | "after" | "after-group";
}

export type ListEntry<Row> = { readonly prefix: string } | { readonly key: string; readonly row: Row };

export interface Page<Row> {
    readonly entries: readonly ListEntry<Row>[];
    /** Whether there is more after this page. */
    readonly truncated: boolean;
}

/**
 * Lists one page of rows by key, the core of every S3 listing. A group is passed over by one binary search,
 * so a listing of folders takes time by the number of folders.
 *
 * @param keys sorted by UTF-8 bytes.
 * @param rowsOf what a key contributes; nothing hides the key.
 */
export function listPage<Row>(
    keys: readonly string[],
    rowsOf: (key: string) => readonly Row[],
    options: ListOptions,
): Page<Row> {
    const { prefix, delimiter, limit } = options;
    const entries: ListEntry<Row>[] = [];
    let position = startOf(keys, options);
    // S3 answers a request for no entries with an untruncated empty page.
    while (limit > 0) {
        const key = keys[position];
        if (key?.startsWith(prefix) !== true) break;
        const rows = rowsOf(key);
        const group = groupOf(key, prefix, delimiter);
        if (group !== undefined && rows.length > 0) {
            if (entries.length >= limit) return { entries, truncated: true };
            entries.push({ prefix: group });
            position = partitionPoint(keys, (other) => other.startsWith(group), position);
            continue;
        }
        const room = limit - entries.length;
        entries.push(...rows.slice(0, room).map((row) => ({ key, row })));
        if (rows.length > room) return { entries, truncated: true };
        position += 1;
    }
    return { entries, truncated: false };
}

function startOf(keys: readonly string[], { prefix, delimiter, from }: ListOptions): number {
    const first = partitionPoint(keys, (key) => compareUtf8(key, prefix) < 0);
    if (from === undefined) return first;
    const next = partitionPoint(keys, (key) => {
        const order = compareUtf8(key, from.key);
        return from.position === "including" ? order < 0 : order <= 0;
    });
    const start = Math.max(first, next);
    const group = from.position === "after-group" ? groupOf(from.key, prefix, delimiter) : undefined;
    return group === undefined ? start : partitionPoint(keys, (key) => key.startsWith(group), start);
}

function groupOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
    if (delimiter === undefined || delimiter === "" || !key.startsWith(prefix)) return undefined;
    const at = key.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
