import { XMLParser, XMLValidator } from "fast-xml-parser";
import { S3Error } from "./errors";

/** What an XML document is written from: arrays repeat their element, undefined leaves it out. */
export type XmlValue =
    string | number | boolean | undefined | readonly XmlValue[] | { readonly [element: string]: XmlValue };

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

const ENTITIES: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
};

// Control characters are legal in keys. As references they at least survive parsers that normalise white
// space.
function escape(text: string): string {
    // eslint's no-control-regex forbids the characters themselves, so the class is built from a Unicode
    // property.
    return text.replace(/[&<>"']|\p{Cc}/gu, (c) => ENTITIES[c] ?? `&#x${c.charCodeAt(0).toString(16)};`);
}

function element(name: string, value: XmlValue, attributes = ""): string {
    if (value === undefined) return "";
    if (isList(value)) return value.map((item) => element(name, item)).join("");
    const content =
        typeof value === "object"
            ? Object.entries(value)
                  .map(([child, inner]) => element(child, inner))
                  .join("")
            : escape(String(value));
    return `<${name}${attributes}>${content}</${name}>`;
}

function isList(value: XmlValue): value is readonly XmlValue[] {
    return Array.isArray(value);
}

/** A whole document in S3's namespace. Elements keep the order of the object's keys. */
export function toXml(root: string, value: XmlValue): string {
    return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value, ` xmlns="${NAMESPACE}"`)}`;
}

/** An error document: the one kind that S3 leaves outside its namespace. */
export function toErrorXml(value: XmlValue): string {
    return `<?xml version="1.0" encoding="UTF-8"?>\n${element("Error", value)}`;
}

const CHARACTERS = new Map(Object.entries(ENTITIES).map(([character, entity]) => [entity, character]));

// In one pass, so that "&amp;lt;" stays the text "&lt;". The parser's own decoding takes two, and leaves
// numbers.
function unescape(text: string): string {
    return text.replace(
        /&(?:#x(?<hex>[0-9a-fA-F]{1,6})|#(?<decimal>\d{1,7})|[a-z]+);/g,
        (entity, hex, decimal) => {
            const known = CHARACTERS.get(entity);
            if (known !== undefined) return known;
            const code = typeof hex === "string" ? Number.parseInt(hex, 16) : Number(decimal);
            if (!(code <= 0x10ffff)) throw new S3Error("MalformedXML");
            return String.fromCodePoint(code);
        },
    );
}

const parser = new XMLParser({
    // All values stay strings: a key such as "007" or "1e3" is not a number.
    parseTagValue: false,
    trimValues: false,
    ignoreAttributes: true,
    ignoreDeclaration: true,
    maxNestedTags: 8,
    processEntities: false,
    tagValueProcessor: (_name, text) => unescape(text),
});

/**
 * Parses a request's document into plain objects and strings, under its root element's name.
 * Throws MalformedXML, also for any document type declaration: S3 needs none and entities could be nested in
 * it.
 */
export function parseXml(text: string): unknown {
    if (text.includes("<!DOCTYPE") || XMLValidator.validate(text) !== true) throw new S3Error("MalformedXML");
    try {
        return parser.parse(text) as unknown;
    } catch {
        throw new S3Error("MalformedXML");
    }
}
