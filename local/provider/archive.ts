import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { specialArchiveSig, specialAssetSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { isObject, type Properties } from "./values";
import { zip } from "./zip";

// An archive on the wire names its content: text, and paths that are relative to the folder of the operation. A record
// must stand for itself, whatever becomes of those files, so there the content itself is in it, as a zip in base64.

/** True for a file or an archive as the engine sends it. Its `hash` is the engine's own, of the content. */
export function isContent(value: unknown): value is Properties {
    return isAsset(value) || isArchive(value);
}

/** The properties with a zip in each archive, in the place of what named its content. */
export function withZips(properties: Properties): Properties {
    return mapArchives(properties, (archive) => ({
        ...withoutContent(archive),
        zip: zipOf(archive).toString("base64"),
    }));
}

/** The properties with each archive reduced to its hash: all that the engine itself sends of what is in its state. */
export function withoutContents(properties: Properties): Properties {
    return mapArchives(properties, withoutContent);
}

/**
 * The zip that an archive stands for: the same content gives the same bytes. A zip file stays as it is.
 * @throws Error naming what cannot be read or packed
 */
export function zipOf(archive: Properties): Buffer {
    const { path } = archive;
    if (typeof path === "string" && path.endsWith(".zip")) return readFileSync(resolve(path));
    return zip(new Map(filesOf(archive)));
}

function withoutContent({ [specialSigKey]: signature, hash }: Properties): Properties {
    return { [specialSigKey]: signature, hash };
}

function mapArchives(properties: Properties, change: (archive: Properties) => Properties): Properties {
    return Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, isArchive(value) ? change(value) : value]),
    );
}

function isAsset(value: unknown): value is Properties {
    return isObject(value) && value[specialSigKey] === specialAssetSig;
}

function isArchive(value: unknown): value is Properties {
    return isObject(value) && value[specialSigKey] === specialArchiveSig;
}

function* filesOf({ assets, path, uri }: Properties): Generator<[name: string, content: Uint8Array]> {
    if (typeof path === "string") yield* filesIn(resolve(path));
    else if (isObject(assets)) {
        for (const [name, value] of Object.entries(assets)) yield* memberOf(name, value);
    } else throw notPackable("the archive", uri);
}

function* memberOf(given: string, value: unknown): Generator<[name: string, content: Uint8Array]> {
    const name = posix.normalize(given);
    if (posix.isAbsolute(name) || name.startsWith(".."))
        throw new Error(`the archive's "${given}" lies outside of the archive`);
    if (isArchive(value)) {
        for (const [inner, content] of filesOf(value)) yield [posix.join(name, inner), content];
    } else if (isAsset(value)) yield [name, contentOf(name, value)];
    else throw new Error(`the archive's "${name}" is neither a file nor an archive`);
}

function contentOf(name: string, { text, path, uri }: Properties): Uint8Array {
    if (typeof path === "string") return readFileSync(resolve(path));
    if (typeof text === "string") return Buffer.from(text);
    throw notPackable(`the archive's "${name}"`, uri);
}

/** All files in a folder, links followed, by their path in it. */
function* filesIn(folder: string): Generator<[name: string, content: Uint8Array]> {
    if (!statSync(folder).isDirectory())
        throw new Error(`${folder} cannot be packed; allowed: a folder or a .zip file`);
    for (const entry of readdirSync(folder)) {
        const path = join(folder, entry);
        if (!statSync(path).isDirectory()) yield [entry, readFileSync(path)];
        else for (const [inner, content] of filesIn(path)) yield [posix.join(entry, inner), content];
    }
}

function notPackable(what: string, uri: unknown): Error {
    const got = typeof uri === "string" ? uri : "no content";
    return new Error(`${what} cannot be packed: got ${got}; allowed: text, or a path on this machine`);
}
