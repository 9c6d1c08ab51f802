import { z } from "zod";
import type { DeriveContext, IdentifyContext } from "./derive";
import type { Rule } from "./rules";
import type { Properties } from "./values";

/** A property that is the resource's own name in AWS, given by the user or made up from the logical name. */
export interface PhysicalName {
    readonly property: string;
    readonly maxLength: number;
    /** False where AWS demands that the user gives the name. @default true */
    readonly autoName?: boolean;
    /** The argument that asks for a name with a given start, where AWS has one: `bucketPrefix`. */
    readonly prefixProperty?: string;
    /** Whether a made-up name is lower-cased, as for services that accept nothing else. */
    readonly lowercase?: boolean;
    /** What a made-up name begins with: `alias/`. */
    readonly before?: string;
    /** What a made-up name ends with: `.fifo`. */
    readonly after?: (inputs: Properties) => string;
}

/** What a type's author writes. `Shape` is the zod shape of its arguments. */
export interface TypeDefinition<Shape extends z.ZodRawShape> {
    /** Pulumi's type token: `aws:s3/bucket:Bucket`. */
    readonly token: string;
    /** The arguments and what AWS demands of each. Names are those of @pulumi/aws; others are refused. */
    readonly inputs: z.ZodObject<Shape, z.core.$strict>;
    /** Demands that concern several arguments at once. */
    readonly rules?: readonly Rule<keyof Shape & string>[];
    /** Arguments that cannot change in place (ForceNew in the Terraform provider). `region` is added by itself. */
    readonly replaceOn: readonly (keyof Shape & string)[];
    /** List arguments whose order means nothing. */
    readonly sets?: readonly (keyof Shape & string)[];
    /** Arguments that hold a JSON document and may also be given as an object. */
    readonly documents?: readonly (keyof Shape & string)[];
    /** Arguments and outputs that are secret whether or not the program says so. */
    readonly secrets?: readonly string[];
    readonly physicalName?: PhysicalName;
    /** The physical id of a new resource. */
    identify(context: IdentifyContext, inputs: z.output<z.ZodObject<Shape>>): string;
    /** What the resource answers with beside its arguments. Also where an argument that was left out gets its default. */
    derive?(context: DeriveContext, inputs: z.output<z.ZodObject<Shape>>): Properties;
    /** Why AWS would refuse to delete it, or undefined. */
    refuseDelete?(inputs: z.output<z.ZodObject<Shape>>): string | undefined;
}

/** A type as the provider uses it, whatever its arguments. */
export interface ResourceType {
    readonly token: string;
    readonly inputs: z.ZodObject;
    readonly rules: readonly Rule[];
    readonly replaceOn: ReadonlySet<string>;
    readonly sets: ReadonlySet<string>;
    readonly documents: readonly string[];
    readonly secrets: readonly string[];
    readonly physicalName?: PhysicalName;
    identify(context: IdentifyContext, inputs: Properties): string;
    derive(context: DeriveContext, inputs: Properties): Properties;
    refuseDelete(inputs: Properties): string | undefined;
}

/**
 * Declares one resource type. The schema has judged the inputs before `identify`, `derive` and `refuseDelete` see them,
 * with one exception: in a preview, a value of any declared type may be the text UNKNOWN. So these functions only pass
 * values on, compare them, or put them into texts.
 */
export function defineType<Shape extends z.ZodRawShape>(definition: TypeDefinition<Shape>): ResourceType {
    type Inputs = z.output<z.ZodObject<Shape>>;
    const names = Object.keys(definition.inputs.shape);
    return Object.freeze({
        token: definition.token,
        inputs: definition.inputs,
        rules: definition.rules ?? [],
        replaceOn: new Set<string>(
            names.includes("region") ? [...definition.replaceOn, "region"] : definition.replaceOn,
        ),
        sets: new Set<string>(definition.sets ?? []),
        documents: definition.documents ?? [],
        secrets: definition.secrets ?? [],
        physicalName: definition.physicalName,
        identify: (context, inputs) => definition.identify(context, inputs as Inputs),
        derive: (context, inputs) => definition.derive?.(context, inputs as Inputs) ?? {},
        refuseDelete: (inputs) => definition.refuseDelete?.(inputs as Inputs),
    } satisfies ResourceType);
}
