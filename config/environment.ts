/** The kinds of stack: `prod` is held to the strictest rules, `local` runs on one machine. */
export const ENVIRONMENTS = ["dev", "prod", "local"] as const;

export type Environment = (typeof ENVIRONMENTS)[number];

/**
 * The environment of a stack, from its name: `prod` and `prod-…` are production, `local` and `local-…` run on this
 * machine, every other stack is held to the rules of `dev`.
 */
export function environmentOf(stack: string): Environment {
    return (
        ENVIRONMENTS.find((environment) => stack === environment || stack.startsWith(`${environment}-`)) ??
        "dev"
    );
}
