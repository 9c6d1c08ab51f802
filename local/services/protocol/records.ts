import type { z } from "zod";
import type { ResourceRecord } from "../service";
import { describeProblems } from "./fields";

/**
 * Reads what a service needs of a record: its inputs, completed by its outputs.
 *
 * @throws Error that names the resource and lists every problem.
 */
export function readRecord<Schema extends z.ZodType>(
    schema: Schema,
    record: ResourceRecord,
): z.output<Schema> {
    const parsed = schema.safeParse({ ...record.inputs, ...record.outputs });
    if (parsed.success) return parsed.data;
    throw new Error(`${record.type} "${record.id}": ${describeProblems(parsed.error)}`);
}

/** A record's tags as AWS lists them; the provider's default tags are among them. */
export function tagsOf(record: ResourceRecord): { Key: string; Value: string }[] {
    const tags = record.outputs.tagsAll ?? record.inputs.tags ?? {};
    return Object.entries(tags as Record<string, string>).map(([Key, Value]) => ({ Key, Value }));
}
