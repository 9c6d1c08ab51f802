import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { z } from "zod";
import { deriveResource } from "../../../local/provider/derive";
import { resourceTypes, typeOf } from "../../../local/provider/types";
import { fixtures } from "./fixtures";

/** An interface of the SDK: per property, whether it must be given, and its type as text. */
type Members = ReadonlyMap<string, { readonly required: boolean; readonly type: string }>;

const MODULES = join(__dirname, "../../../node_modules/@pulumi");

function parse(path: string): ts.SourceFile {
    return ts.createSourceFile(path, readFileSync(join(MODULES, path), "utf8"), ts.ScriptTarget.ES2022);
}

function membersOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration, file: ts.SourceFile): Members {
    const members = new Map<string, { required: boolean; type: string }>();
    for (const member of node.members) {
        const named = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member);
        if (!named || member.type === undefined) continue;
        const required = member.questionToken === undefined;
        members.set(member.name.getText(file), { required, type: member.type.getText(file) });
    }
    return members;
}

/** The declarations of a resource: `aws:ec2/vpc:Vpc` is in aws/ec2/vpc.d.ts, `random:index/...` at the top. */
function declarations(token: string): { args: Members; outputs: Members } {
    const [pack = "", path = "", name = ""] = token.split(":");
    const file = parse(`${pack}/${path.replace(/^index\//, "")}.d.ts`);
    const found = new Map<string, Members>();
    file.forEachChild((node) => {
        const declares = ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node);
        if (declares && node.name !== undefined) found.set(node.name.text, membersOf(node, file));
    });
    const [args, outputs] = [found.get(`${name}Args`), found.get(name)];
    if (args === undefined || outputs === undefined) throw new Error(`${token} is not in the SDK`);
    return { args, outputs };
}

/** All nested input types of @pulumi/aws: `rds.ClusterS3Import`. */
function nestedInputs(): ReadonlyMap<string, Members> {
    const file = parse("aws/types/input.d.ts");
    const found = new Map<string, Members>();
    const visit = (node: ts.Node, scope: string): void => {
        if (ts.isModuleDeclaration(node))
            node.body?.forEachChild((child) => visit(child, `${node.name.text}.`));
        if (ts.isInterfaceDeclaration(node)) found.set(scope + node.name.text, membersOf(node, file));
    };
    file.forEachChild((node) => visit(node, ""));
    return found;
}

/** The object schema inside optional and list schemas, if there is one. */
function objectWithin(schema: unknown): z.ZodObject | undefined {
    if (schema instanceof z.ZodObject) return schema;
    if (schema instanceof z.ZodOptional) return objectWithin(schema.unwrap());
    return schema instanceof z.ZodArray ? objectWithin(schema.element) : undefined;
}

function isOptional(schema: unknown): boolean {
    return schema instanceof z.ZodOptional;
}

describe("the table of types and the SDK", () => {
    let nested: ReadonlyMap<string, Members>;

    before(function () {
        this.timeout(60_000);
        nested = nestedInputs();
    });

    function compare(schema: z.ZodObject, members: Members, where: string): string[] {
        const problems: string[] = [];
        for (const [name, inner] of Object.entries(schema.shape)) {
            const member = members.get(name);
            if (member === undefined) {
                problems.push(`${where}.${name} is not in the SDK`);
                continue;
            }
            const object = objectWithin(inner);
            const type = /inputs\.([\w.]+)/.exec(member.type)?.[1];
            const nestedMembers = type === undefined ? undefined : nested.get(type);
            if (object !== undefined && nestedMembers !== undefined) {
                problems.push(...compare(object, nestedMembers, `${where}.${name}`));
            }
        }
        for (const [name, { required }] of members) {
            if (required && isOptional(schema.shape[name] ?? z.string().optional())) {
                problems.push(`${where}.${name} is required in the SDK`);
            }
        }
        return problems;
    }

    it("finds the nested types it compares with", () => {
        expect(nested.get("rds.ClusterServerlessv2ScalingConfiguration")?.get("maxCapacity")?.required).to.be
            .true;
    });

    for (const type of resourceTypes) {
        it(`${type.token} has the SDK's arguments, and demands what the SDK demands`, () => {
            expect(compare(type.inputs, declarations(type.token).args, type.token)).to.deep.equal([]);
        });

        it(`${type.token} answers with nothing that the SDK does not declare`, () => {
            const { outputs } = deriveResource(typeOf(type.token), {
                urn: `urn:pulumi:s::p::${type.token}::x`,
                place: { account: "123456789012", region: "us-east-1" },
                inputs: fixtures[type.token]!.inputs,
                preview: false,
            });
            expect([...declarations(type.token).outputs.keys()]).to.include.members(Object.keys(outputs));
        });
    }
});
