/** What AWS allows in the physical name of each kind of thing that we name ourselves. */
const RULES = {
    // AWS keeps some endings for itself. It does allow dots, but such a bucket has no valid TLS certificate.
    bucket: {
        pattern: /^(?!.*(?:-s3alias|--ol-s3|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]*[a-z0-9]$/,
        minLength: 3,
        maxLength: 63,
    },
    repository: { pattern: /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/, minLength: 2, maxLength: 256 },
    modelPackageGroup: { pattern: /^[a-zA-Z0-9](?:-*[a-zA-Z0-9])*$/, minLength: 1, maxLength: 63 },
    topic: { pattern: /^[a-zA-Z0-9_-]+$/, minLength: 1, maxLength: 256 },
    database: { pattern: /^[a-z](?:-?[a-z0-9])*$/, minLength: 1, maxLength: 63 },
    cache: { pattern: /^[a-z](?:-?[a-z0-9])*$/, minLength: 1, maxLength: 40 },
    secret: { pattern: /^[a-zA-Z0-9/_+=.@-]+$/, minLength: 1, maxLength: 512 },
    budget: { pattern: /^[^:\\]+$/, minLength: 1, maxLength: 100 },
    alarm: { pattern: /^[\x20-\x7e]+$/, minLength: 1, maxLength: 255 },
    logGroup: { pattern: /^[a-zA-Z0-9_/.#-]+$/, minLength: 1, maxLength: 512 },
    function: { pattern: /^[a-zA-Z0-9_-]+$/, minLength: 1, maxLength: 64 },
    schedule: { pattern: /^[a-zA-Z0-9_.-]+$/, minLength: 1, maxLength: 64 },
    role: { pattern: /^[\w+=,.@-]+$/, minLength: 1, maxLength: 64 },
    stateMachine: { pattern: /^[A-Za-z0-9_-]+$/, minLength: 1, maxLength: 80 },
    slackConfiguration: { pattern: /^[A-Za-z0-9_-]+$/, minLength: 1, maxLength: 128 },
} as const;

export type NamedKind = keyof typeof RULES;

/** Where a name must be unique: one account can hold several stacks, and a bucket is unique in the whole of AWS. */
export interface NameScope {
    stack: string;
    /** The 12-digit account id. Needed for buckets alone. */
    account?: string;
}

/**
 * The physical name of a thing that keeps its name for life: the plan's base name, then the account where AWS wants it
 * unique in the world, then the stack. Throws where AWS would refuse the result.
 */
export function physicalName(kind: NamedKind, base: string, { stack, account }: NameScope): string {
    if (kind === "bucket" && account === undefined)
        throw new Error(`The bucket "${base}" needs the account id in its name`);
    const name = [base, kind === "bucket" ? account : undefined, stack]
        .filter((part) => part !== undefined)
        .join("-");
    const { pattern, minLength, maxLength } = RULES[kind];
    if (name.length < minLength || name.length > maxLength || !pattern.test(name)) {
        throw new Error(
            `The ${kind} name "${name}" (${name.length} characters) is not one that AWS accepts: ` +
                `${minLength} to ${maxLength} characters matching ${pattern.source}. Choose another stack name.`,
        );
    }
    return name;
}
