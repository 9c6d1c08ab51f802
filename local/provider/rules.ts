import { containsUnknown, type Properties } from "./values";

/** A demand on several arguments at once. It is judged only when the arguments it names are known and well-formed. */
export interface Rule<Name extends string = string> {
    /** The arguments it concerns; a violation is reported on the first. */
    readonly names: readonly Name[];
    /** What is wrong and what is allowed, or undefined. */
    readonly problem: (inputs: Properties) => string | undefined;
}

/** A demand in the type's own words. */
export function rule<const Name extends string>(
    names: readonly Name[],
    problem: (inputs: Properties) => string | undefined,
): Rule<Name> {
    return { names, problem };
}

/** At most one of the arguments may be given. */
export function conflicts<Name extends string>(...names: [Name, Name, ...Name[]]): Rule<Name> {
    return rule(names, (inputs) => {
        const given = present(inputs, names);
        return given.length > 1 ? `got ${list(given)}; allowed: only one of ${list(names)}` : undefined;
    });
}

/** Exactly one of the arguments must be given. */
export function exactlyOneOf<Name extends string>(...names: [Name, Name, ...Name[]]): Rule<Name> {
    return rule(names, (inputs) => {
        const given = present(inputs, names);
        return given.length === 1 ? undefined : `got ${list(given)}; required: exactly one of ${list(names)}`;
    });
}

/** Where the first argument is given, so must be the others. */
export function requires<Name extends string>(name: Name, ...needed: [Name, ...Name[]]): Rule<Name> {
    return rule([name, ...needed], (inputs) => {
        const missing = needed.filter((other) => inputs[other] === undefined);
        return inputs[name] !== undefined && missing.length > 0 ? `also needs ${list(missing)}` : undefined;
    });
}

/** Whether a rule can be judged in a preview that does not know all values yet. */
export function judgeable(subject: Rule, inputs: Properties): boolean {
    return !subject.names.some((name) => containsUnknown(inputs[name]));
}

function present(inputs: Properties, names: readonly string[]): string[] {
    return names.filter((name) => inputs[name] !== undefined);
}

function list(names: readonly string[]): string {
    return names.length === 0 ? "none" : names.join(", ");
}
