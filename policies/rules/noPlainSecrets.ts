import * as aws from "@pulumi/aws";
import { isRecord } from "../documents";
import { knownOr, on, parseJson, resourceRule, type Finding } from "../rule";

/** Words of a variable's name that say its value is a secret. */
const SECRET_WORDS = new Set([
    ...["password", "passwd", "pwd", "secret", "secrets", "token", "credential", "credentials"],
    ...["key", "apikey", "auth"],
]);

/** Last words that say the value is about a secret and not one: `TOKEN_TTL_SECONDS`, `SECRET_NAME`. */
const HARMLESS_ENDINGS = new Set([
    ...["arn", "name", "id", "prefix", "path", "version", "seconds", "days", "count"],
]);

/** Values that are secrets under any name: an AWS access key id, a private key, a URL with a password. */
const SECRET_VALUE = /^(AKIA|ASIA)[A-Z0-9]{16}$|-----BEGIN [A-Z ]*PRIVATE KEY|:\/\/[^/\s:@]+:[^/\s@]+@/;

const ARN = /^arn:aws[\w-]*:/;

/** A variable in a function's configuration is read by whoever may look at the function. */
export const noPlainSecrets = resourceRule({
    name: "no-plain-secrets",
    description: "No secret stands in an environment variable; variables name the secret's ARN.",
    validateResource: [
        on(aws.lambda.Function, ({ environment }) =>
            variables("environment.variables", environment?.variables),
        ),
        on(
            aws.sagemaker.Model,
            ({ primaryContainer }) =>
                variables("primaryContainer.environment", primaryContainer?.environment),
            ({ containers }) =>
                containers?.map(({ environment }, index) =>
                    variables(`containers[${index}].environment`, environment),
                ),
        ),
        on(aws.sagemaker.TrainingJob, ({ environment }) => variables("environment", environment)),
        on(aws.ecs.TaskDefinition, ({ containerDefinitions }) =>
            containersOf(parseJson("containerDefinitions", containerDefinitions)).map((container, index) =>
                variables(`containerDefinitions[${index}].environment`, container),
            ),
        ),
    ],
});

function variables(place: string, values: Readonly<Record<string, unknown>> | undefined): Finding {
    return Object.keys(values ?? {}).map((name) => () => {
        const value = isReference(name) ? knownOr(undefined, () => values?.[name]) : values?.[name];
        if (!isSecret(name, value)) return undefined;
        return {
            found: `${place}.${name} holds a secret in plain text`,
            allowed: "the ARN of a secret in Secrets Manager",
            fix: "Pass the ARN and read the secret when the code starts",
        };
    });
}

/**
 * Whether a name does not say that its value is a secret. Such a value may be unknown in preview: it is another
 * resource's output, as a bucket's name is. `up` looks at it again.
 */
function isReference(name: string): boolean {
    const words = name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
    return !words.some((word) => SECRET_WORDS.has(word)) || HARMLESS_ENDINGS.has(words.at(-1) ?? "");
}

function isSecret(name: string, value: unknown): boolean {
    if (typeof value !== "string" || value === "" || ARN.test(value)) return false;
    if (SECRET_VALUE.test(value)) return true;
    // SECRET_ARN promises an ARN; what is none may be the secret itself.
    return !isReference(name) || /secret.*arn$/i.test(name);
}

/** The variables of each container in an ECS task definition, as a map. */
function containersOf(definitions: unknown): Record<string, unknown>[] {
    return (Array.isArray(definitions) ? definitions : []).filter(isRecord).map((container) => {
        const entries = Array.isArray(container["environment"]) ? container["environment"] : [];
        return Object.fromEntries(
            entries.filter(isRecord).map(({ name, value }) => [String(name), value] as const),
        );
    });
}
