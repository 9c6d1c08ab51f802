import { z } from "zod";
import { type ObjectCall, sendEmpty, sendXml } from "./call";
import { S3Error } from "./errors";
import { versionHeader } from "./objectHeaders";
import { receiveXml } from "./payload";
import { findVersion } from "./readObject";
import { checkTags } from "./tags";

const tagSchema = z.object({ Key: z.string(), Value: z.string() });
const taggingSchema = z.object({
    Tagging: z.object({
        // One tag parses as an object, several as a list, none as an empty string.
        TagSet: z.union([
            z.string().transform(() => []),
            z
                .object({ Tag: z.union([tagSchema.transform((tag) => [tag]), z.array(tagSchema)]) })
                .transform((t) => t.Tag),
        ]),
    }),
});

/** GetObjectTagging. */
export function getObjectTagging(call: ObjectCall): void {
    const version = findVersion(call.bucket, call.key, call.query.get("versionId"));
    const tags = Object.entries(version.tags).map(([Key, Value]) => ({ Key, Value }));
    sendXml(call, "Tagging", { TagSet: { Tag: tags } }, versionHeader(version));
}

/** PutObjectTagging: replaces all tags. */
export async function putObjectTagging(call: ObjectCall): Promise<void> {
    const document = taggingSchema.safeParse(await receiveXml(call.request));
    if (!document.success) throw new S3Error("MalformedXML");
    await retag(call, 200, checkTags(document.data.Tagging.TagSet.map(({ Key, Value }) => [Key, Value])));
}

/** DeleteObjectTagging. */
export async function deleteObjectTagging(call: ObjectCall): Promise<void> {
    await retag(call, 204, {});
}

async function retag(call: ObjectCall, status: number, tags: Record<string, string>): Promise<void> {
    const { versionId } = findVersion(call.bucket, call.key, call.query.get("versionId"));
    const version = await call.bucket.store.retag(call.key, versionId, tags);
    if (version === undefined) throw new S3Error("NoSuchKey", { details: { Key: call.key } });
    sendEmpty(call, status, versionHeader(version));
}
