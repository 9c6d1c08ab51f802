import { AwsError } from "../service";

/** Every S3 error this service answers with: HTTP status and S3's own wording, where there is one. */
const ERRORS = {
    AccessControlListNotSupported: [400, "The bucket does not allow ACLs"],
    AccessDenied: [403, "Access Denied"],
    BadDigest: [400, "The Content-MD5 you specified did not match what we received."],
    BadRequest: [400, "Bad Request"],
    BucketNotEmpty: [
        409,
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    ],
    EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed size"],
    EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size"],
    IncompleteBody: [400, "The request body terminated unexpectedly"],
    InternalError: [500, "We encountered an internal error. Please try again."],
    InvalidArgument: [400, "Invalid Argument"],
    InvalidBucketName: [400, "The specified bucket is not valid."],
    InvalidDigest: [400, "The Content-MD5 you specified is not valid."],
    InvalidPart: [
        400,
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the " +
            "specified entity tag may not match the part's entity tag.",
    ],
    InvalidPartOrder: [
        400,
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
    ],
    InvalidRange: [416, "The requested range is not satisfiable"],
    InvalidRequest: [400, "Invalid Request"],
    InvalidStorageClass: [400, "The storage class you specified is not valid"],
    InvalidTag: [400, "The tag provided was not a valid tag."],
    InvalidURI: [400, "Couldn't parse the specified URI."],
    KeyTooLongError: [400, "Your key is too long"],
    MalformedXML: [
        400,
        "The XML you provided was not well-formed or did not validate against our published schema",
    ],
    MaxMessageLengthExceeded: [400, "Your request was too big."],
    MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size"],
    MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
    MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
    NoSuchBucket: [404, "The specified bucket does not exist"],
    NoSuchBucketPolicy: [404, "The bucket policy does not exist"],
    NoSuchKey: [404, "The specified key does not exist."],
    NoSuchTagSet: [404, "The TagSet does not exist"],
    NoSuchUpload: [
        404,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted " +
            "or completed.",
    ],
    NoSuchVersion: [404, "The specified version does not exist."],
    NotImplemented: [501, "A header you provided implies functionality that is not implemented"],
    PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
    XAmzContentSHA256Mismatch: [
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type S3ErrorCode = keyof typeof ERRORS;

interface S3ErrorOptions {
    /** Replaces S3's general wording where the cause can be named. */
    readonly message?: string;
    /** Extra response headers, such as `x-amz-delete-marker`. */
    readonly headers?: Readonly<Record<string, string>>;
    /** Extra elements of the error document, such as `Key`. */
    readonly details?: Readonly<Record<string, string>>;
}

/** An error in S3's own terms: code, status and wording come from one table. */
export class S3Error extends AwsError {
    readonly headers: Readonly<Record<string, string>>;
    readonly details: Readonly<Record<string, string>>;

    constructor(code: S3ErrorCode, options: S3ErrorOptions = {}) {
        const [status, message] = ERRORS[code];
        super(code, options.message ?? message, status);
        this.headers = options.headers ?? {};
        this.details = options.details ?? {};
    }
}
