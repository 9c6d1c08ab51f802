import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { messageOf } from "../../errors";
import { describeProblems } from "../protocol/fields";
import { JobFailure } from "./failure";
import type { InputChannel, OutputChannel } from "./jobKind";

/** A host's place among those of its job. */
export interface HostPosition {
    readonly index: number;
    readonly count: number;
}

/** An object, and where it goes below the channel's folder. */
interface Item {
    readonly bucket: string;
    readonly key: string;
    readonly path: string;
}

const manifestSchema = z.tuple(
    [z.strictObject({ prefix: z.string().regex(/^s3:\/\/[^/]+\/.*$/) })],
    z.string(),
);

/**
 * Downloads a channel's objects into `root`.
 * @throws JobFailure that names the channel where there is none, or one cannot be read
 */
export async function download(
    s3: S3Client,
    channel: InputChannel,
    root: string,
    host: HostPosition,
    signal: AbortSignal,
): Promise<void> {
    const folder = join(root, channel.path);
    await mkdir(folder, { recursive: true });
    try {
        const items = await itemsOf(s3, channel, signal);
        const own = channel.sharded ? items.filter((_, index) => index % host.count === host.index) : items;
        for (const item of own) await fetchItem(s3, item, folder, signal);
    } catch (error) {
        if (signal.aborted) throw error;
        const problem = `Data download failed for the input "${channel.name}": ${messageOf(error)}`;
        throw new JobFailure("ClientError", problem, { cause: error });
    }
}

async function itemsOf(s3: S3Client, channel: InputChannel, signal: AbortSignal): Promise<Item[]> {
    const { bucket, key } = locationOf(channel.s3Uri);
    if (channel.dataType === "ManifestFile") return manifestItems(s3, bucket, key, signal);
    const keys = await keysBelow(s3, bucket, key, signal);
    if (keys.length === 0) throw new Error(`No S3 objects found under S3 URL "${channel.s3Uri}"`);
    return keys.map((each) => ({ bucket, key: each, path: pathBelow(key, each) }));
}

async function manifestItems(
    s3: S3Client,
    bucket: string,
    key: string,
    signal: AbortSignal,
): Promise<Item[]> {
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    const text = (await answer.Body?.transformToString()) ?? "";
    const parsed = manifestSchema.safeParse(parseJson(text));
    if (!parsed.success) {
        throw new Error(`s3://${bucket}/${key} is no manifest: ${describeProblems(parsed.error)}`);
    }
    const [{ prefix }, ...paths] = parsed.data;
    const base = locationOf(prefix);
    return paths.map((path) => ({ bucket: base.bucket, key: `${base.key}${path}`, path }));
}

/** Keys with a prefix, in their order, without those that stand for folders. */
async function keysBelow(
    s3: S3Client,
    bucket: string,
    prefix: string,
    signal: AbortSignal,
): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
        const page = await s3.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
            { abortSignal: signal },
        );
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
        token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys.filter((key) => !key.endsWith("/"));
}

async function fetchItem(s3: S3Client, item: Item, folder: string, signal: AbortSignal): Promise<void> {
    const target = resolve(folder, item.path);
    if (!target.startsWith(folder + sep)) {
        throw new Error(`The key "${item.key}" would be written outside of the channel's folder`);
    }
    await mkdir(dirname(target), { recursive: true });
    const command = new GetObjectCommand({ Bucket: item.bucket, Key: item.key });
    const { Body } = await s3.send(command, { abortSignal: signal });
    await pipeline(Body as Readable, createWriteStream(target), { signal });
}

/** Uploads an output folder: all of it at the end, or again and again what has changed since. */
export class Uploader {
    /** Size and time of change of what was uploaded, by path. */
    private readonly uploaded = new Map<string, string>();

    constructor(
        private readonly s3: S3Client,
        private readonly channel: OutputChannel,
        private readonly root: string,
    ) {}

    /** @throws JobFailure that names the output and the first file that cannot be uploaded */
    async upload(): Promise<void> {
        const folder = join(this.root, this.channel.path);
        const { bucket, key } = locationOf(this.channel.s3Uri);
        for (const path of await filesBelow(folder)) {
            const { size, mtimeMs } = await stat(path);
            const version = `${size} ${mtimeMs}`;
            if (this.uploaded.get(path) === version) continue;
            const name = posix.join(key, relative(folder, path).split(sep).join("/"));
            try {
                // Left out, the length would be that at the end: a file that grows meanwhile would not fit its header.
                const Body = createReadStream(path, size === 0 ? {} : { end: size - 1 });
                await this.s3.send(
                    new PutObjectCommand({ Bucket: bucket, Key: name, Body, ContentLength: size }),
                );
            } catch (error) {
                const problem = `Upload failed for the output "${this.channel.name}": s3://${bucket}/${name}: ${messageOf(error)}`;
                throw new JobFailure("ClientError", problem, { cause: error });
            }
            this.uploaded.set(path, version);
        }
    }
}

/** Paths of all files in a folder and those below, in their order. */
export async function filesBelow(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
}

/** Bucket and key, or its prefix, of an S3 URI. */
export function locationOf(uri: string): { bucket: string; key: string } {
    const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
    return { bucket, key };
}

/** What follows the prefix in a key; the last part of a key that is the prefix itself. */
function pathBelow(prefix: string, key: string): string {
    return key === prefix ? posix.basename(key) : key.slice(prefix.length).replace(/^\/+/, "");
}

function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
