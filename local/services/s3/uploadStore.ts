import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Checksum, ChecksumAlgorithm, ChecksumType } from "./checksums";
import {
    KeyedLock,
    listFolder,
    publishFile,
    publishJson,
    readJsonFiles,
    stageFile,
    type Write,
} from "./files";

/** A multipart upload in progress, with all that its object will carry. */
export interface Upload {
    readonly uploadId: string;
    readonly key: string;
    /** Milliseconds since the epoch. */
    readonly initiated: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly metadata: Readonly<Record<string, string>>;
    readonly tags: Readonly<Record<string, string>>;
    readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | undefined;
}

export interface UploadPart {
    /** 1 to 10,000. */
    readonly number: number;
    /** Name of the part's data file in the upload's folder. */
    readonly file: string;
    /** MD5 in hexadecimal. */
    readonly etag: string;
    readonly sizeBytes: number;
    readonly lastModified: number;
    readonly checksum?: Checksum | undefined;
}

interface OpenUpload {
    readonly upload: Upload;
    readonly parts: Map<number, UploadPart>;
}

const UPLOAD_FILE = "upload.json";
const PART_SUFFIX = ".part.json";

/** The multipart uploads of one bucket: a folder each, with `upload.json`, and data and metadata per part. */
export class UploadStore {
    private readonly locks = new KeyedLock();

    private constructor(
        private readonly folder: string,
        private readonly staging: string,
        private readonly uploads: Map<string, OpenUpload>,
    ) {}

    /** Reads what is in progress; removes uploads and parts whose metadata was never written. */
    static async open(folder: string, staging: string): Promise<UploadStore> {
        await mkdir(folder, { recursive: true });
        const uploads = new Map<string, OpenUpload>();
        for (const uploadId of await listFolder(folder)) {
            const path = join(folder, uploadId);
            const names = await listFolder(path);
            if (!names.includes(UPLOAD_FILE)) {
                await rm(path, { recursive: true, force: true });
                continue;
            }
            const [upload] = await readJsonFiles<Upload>(path, [UPLOAD_FILE]);
            if (upload === undefined) continue;
            const parts = await readJsonFiles<UploadPart>(
                path,
                names.filter((name) => name.endsWith(PART_SUFFIX)),
            );
            const used = new Set(
                parts.flatMap((part) => [part.file, partFile(part.number)]).concat(UPLOAD_FILE),
            );
            for (const name of names) if (!used.has(name)) await rm(join(path, name), { force: true });
            uploads.set(uploadId, { upload, parts: new Map(parts.map((part) => [part.number, part])) });
        }
        return new UploadStore(folder, staging, uploads);
    }

    get all(): readonly Upload[] {
        return [...this.uploads.values()].map(({ upload }) => upload);
    }

    async create(draft: Omit<Upload, "uploadId" | "initiated">): Promise<Upload> {
        const upload = { ...draft, uploadId: randomBytes(20).toString("hex"), initiated: Date.now() };
        const path = join(this.folder, upload.uploadId);
        await mkdir(path);
        await publishJson(this.staging, path, UPLOAD_FILE, upload);
        this.uploads.set(upload.uploadId, { upload, parts: new Map() });
        return upload;
    }

    /** The upload of this id, if it is one for this key. */
    get(uploadId: string, key: string): Upload | undefined {
        const open = this.uploads.get(uploadId);
        return open?.upload.key === key ? open.upload : undefined;
    }

    /** Parts uploaded so far, by number. */
    parts(upload: Upload): readonly UploadPart[] {
        const parts = this.uploads.get(upload.uploadId)?.parts.values() ?? [];
        return [...parts].sort((a, b) => a.number - b.number);
    }

    /**
     * Receives a part, which replaces an earlier one of its number; undefined where the upload ended
     * meanwhile.
     */
    async addPart(
        upload: Upload,
        number: number,
        receive: (write: Write) => Promise<Pick<UploadPart, "etag" | "sizeBytes" | "checksum">>,
    ): Promise<UploadPart | undefined> {
        const { path: staged, result } = await stageFile(this.staging, receive);
        return await this.locks.run(upload.uploadId, async () => {
            const open = this.uploads.get(upload.uploadId);
            if (open === undefined) {
                await rm(staged, { force: true });
                return undefined;
            }
            const folder = join(this.folder, upload.uploadId);
            const file = `${randomBytes(8).toString("hex")}.data`;
            const part = { ...result, number, file, lastModified: Date.now() };
            await publishFile(staged, folder, file);
            await publishJson(this.staging, folder, partFile(number), part);
            const replaced = open.parts.get(number);
            open.parts.set(number, part);
            if (replaced !== undefined) await rm(join(folder, replaced.file), { force: true });
            return part;
        });
    }

    /** Where a part's bytes are. */
    partPath(upload: Upload, part: UploadPart): string {
        return join(this.folder, upload.uploadId, part.file);
    }

    /**
     * Ends an upload: runs `finish` with no part changing under it, then frees the parts. Where `finish`
     * throws, the upload stays. Answers undefined where another call ended the upload first.
     */
    async end<T>(upload: Upload, finish: () => Promise<T>): Promise<T | undefined> {
        return await this.locks.run(upload.uploadId, async () => {
            if (!this.uploads.has(upload.uploadId)) return undefined;
            const result = await finish();
            this.uploads.delete(upload.uploadId);
            await rm(join(this.folder, upload.uploadId), { recursive: true, force: true });
            return result;
        });
    }
}

function partFile(number: number): string {
    return `${number}${PART_SUFFIX}`;
}
