import { GetObjectCommand, NoSuchKey, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import type { Pair } from "../../config/pairs";
import { filesOf, MANIFEST_FILE } from "./manifest";

/**
 * The pairs that an earlier attempt has uploaded whole: their manifest is of the same inputs, and each file in it is there
 * with its length.
 * @param uri where the dataset is uploaded to, such as `s3://bucket/prefix`
 */
export async function uploadedPairs(
    uri: string,
    pairs: readonly Pair[],
    inputsHash: string,
): Promise<Pair[]> {
    const { hostname: Bucket, pathname } = new URL(uri);
    const client = new S3Client({});
    try {
        const found: Pair[] = [];
        for (const pair of pairs) {
            const prefix = `${pathname.slice(1)}/${pair}/`;
            const manifest = await readText(client, Bucket, `${prefix}${MANIFEST_FILE}`);
            const files = manifest === undefined ? undefined : filesOf(manifest, inputsHash);
            if (files === undefined) continue;
            const bytes = await sizesBelow(client, Bucket, prefix);
            if (files.every((file) => bytes.get(file.path) === file.bytes)) found.push(pair);
        }
        return found;
    } finally {
        client.destroy();
    }
}

/** Undefined where there is no such object. */
async function readText(client: S3Client, Bucket: string, Key: string): Promise<string | undefined> {
    try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return await Body?.transformToString();
    } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
    }
}

/** The length of each object below a prefix, by the rest of its key. */
async function sizesBelow(client: S3Client, Bucket: string, Prefix: string): Promise<Map<string, number>> {
    const bytes = new Map<string, number>();
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
        for (const { Key = "", Size = 0 } of Contents) bytes.set(Key.slice(Prefix.length), Size);
    }
    return bytes;
}
