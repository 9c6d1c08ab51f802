import { type BucketCall, isoTime, type ObjectCall, sendXml } from "./call";
import { checksumElement } from "./checksums";
import { compareUtf8 } from "./keyIndex";
import { cursorAfter, lastName, ListQuery, owner, pageSize } from "./listObjects";
import { listPage } from "./listing";
import { findUpload } from "./multipart";
import type { Upload } from "./uploadStore";

/** ListParts. */
export function listParts(call: ObjectCall): void {
    const upload = findUpload(call);
    const limit = pageSize(call, "max-parts");
    const marker = Number(call.query.get("part-number-marker") ?? 0);
    const after = call.bucket.store.uploads.parts(upload).filter(({ number }) => number > marker);
    const page = after.slice(0, limit);
    const truncated = page.length > 0 && page.length < after.length;
    sendXml(call, "ListPartsResult", {
        Bucket: call.bucket.name,
        Key: call.key,
        UploadId: upload.uploadId,
        Initiator: owner(call),
        Owner: owner(call),
        StorageClass: upload.headers["x-amz-storage-class"] ?? "STANDARD",
        PartNumberMarker: marker,
        NextPartNumberMarker: page.at(-1)?.number ?? marker,
        MaxParts: limit,
        IsTruncated: truncated,
        ChecksumAlgorithm: upload.checksum?.algorithm,
        ChecksumType: upload.checksum?.type,
        Part: page.map((part) => ({
            PartNumber: part.number,
            LastModified: isoTime(part.lastModified),
            ETag: `"${part.etag}"`,
            Size: part.sizeBytes,
            ...(part.checksum && { [checksumElement(part.checksum.algorithm)]: part.checksum.value }),
        })),
    });
}

/** ListMultipartUploads: by key, and by age within a key. */
export function listMultipartUploads(call: BucketCall): void {
    const query = new ListQuery(call, "max-uploads");
    const keyMarker = query.text("key-marker");
    const uploadMarker = query.text("upload-id-marker");
    const all = [...call.bucket.store.uploads.all].sort((a, b) => a.initiated - b.initiated);
    const keys = [...new Set(all.map(({ key }) => key))].sort(compareUtf8);
    const rowsOf = (key: string): readonly Upload[] => {
        const uploads = all.filter((upload) => upload.key === key);
        if (uploadMarker === undefined || key !== keyMarker) return uploads;
        return uploads.slice(uploads.findIndex(({ uploadId }) => uploadId === uploadMarker) + 1);
    };
    const page = listPage(keys, rowsOf, { ...query.options, from: cursorAfter(keyMarker, uploadMarker) });
    const lastEntry = page.truncated ? page.entries.at(-1) : undefined;
    sendXml(call, "ListMultipartUploadsResult", {
        Bucket: call.bucket.name,
        KeyMarker: query.encode(keyMarker ?? ""),
        UploadIdMarker: uploadMarker ?? "",
        NextKeyMarker: query.encode(lastEntry && lastName([lastEntry])),
        NextUploadIdMarker: lastEntry && "row" in lastEntry ? lastEntry.row.uploadId : undefined,
        Prefix: query.encode(query.options.prefix),
        Delimiter: query.encode(query.options.delimiter),
        EncodingType: query.encodingType,
        MaxUploads: query.options.limit,
        IsTruncated: page.truncated,
        Upload: page.entries.flatMap((entry) =>
            "row" in entry
                ? [
                      {
                          Key: query.encode(entry.key),
                          UploadId: entry.row.uploadId,
                          Initiator: owner(call),
                          Owner: owner(call),
                          StorageClass: entry.row.headers["x-amz-storage-class"] ?? "STANDARD",
                          Initiated: isoTime(entry.row.initiated),
                      },
                  ]
                : [],
        ),
        CommonPrefixes: query.prefixes(page.entries),
    });
}
