import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../files";
import { AwsError, type ServiceContext } from "../service";
import type { Secret } from "./secret";

const SUFFIX = ".sealed";

/** All secrets, each in a sealed file of its own. What is in memory is on disk. */
export class Vault {
    private readonly secrets = new Map<string, Secret>();
    private readonly folder: string;

    constructor(private readonly context: ServiceContext) {
        this.folder = join(context.dataDir, "secrets");
    }

    /** Reads what an earlier run has left. Throws where a file was changed: a secret is never dropped in silence. */
    load(): void {
        mkdirSync(this.folder, { recursive: true });
        for (const file of readdirSync(this.folder).filter((name) => name.endsWith(SUFFIX))) {
            const plain = this.context.unseal(readFileSync(join(this.folder, file)));
            const secret = JSON.parse(plain.toString("utf8")) as Secret;
            this.secrets.set(secret.arn, secret);
        }
    }

    all(): readonly Secret[] {
        return [...this.secrets.values()];
    }

    get(arn: string): Secret | undefined {
        return this.secrets.get(arn);
    }

    /**
     * Finds a secret by its name, its ARN, or its ARN without the six random characters.
     *
     * @throws AwsError `ResourceNotFoundException`, or `InvalidRequestException` for one scheduled for deletion.
     */
    find(secretId: string): Secret {
        const secret = this.findAny(secretId);
        if (secret.deletionAt !== undefined) {
            throw new AwsError(
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            );
        }
        return secret;
    }

    /** As `find`, but also finds a secret that is scheduled for deletion. */
    findAny(secretId: string): Secret {
        const isMeant = ({ arn, name }: Secret) =>
            arn === secretId || name === secretId || arn.replace(/-[^-]{6}$/, "") === secretId;
        const found = this.secrets.get(secretId) ?? this.all().find(isMeant);
        if (found !== undefined) return found;
        throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    }

    save(secret: Secret): Secret {
        writeFileAtomic(this.fileOf(secret.arn), this.context.seal(Buffer.from(JSON.stringify(secret))));
        this.secrets.set(secret.arn, secret);
        return secret;
    }

    delete(arn: string): void {
        rmSync(this.fileOf(arn), { force: true });
        this.secrets.delete(arn);
    }

    private fileOf(arn: string): string {
        // Names may have slashes and be too long for a file name; and a listing of the folder should tell nothing.
        return join(this.folder, `${createHash("sha256").update(arn).digest("hex")}${SUFFIX}`);
    }
}
