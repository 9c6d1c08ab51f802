import { z } from "zod";
import { defineType, type ResourceType } from "../define";
import { conflicts, exactlyOneOf, rule } from "../rules";
import { cidr4, cidr6, ec2Id, int, regional, tags } from "./common";

/** Characters that EC2 accepts in names and descriptions of security groups and rules. */
const plainText = z
    .string()
    .max(255)
    .regex(/^[0-9A-Za-z_ .:/()#,@[\]+=&;{}!$*-]*$/, "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*");

/** -1 stands for all ports, and for all ICMP types. */
const anyPort = int(-1, 65535);

const inlineRules = z
    .array(
        z.strictObject({
            cidrBlocks: z.array(cidr4).optional(),
            description: plainText.optional(),
            fromPort: anyPort,
            ipv6CidrBlocks: z.array(cidr6).optional(),
            prefixListIds: z.array(ec2Id("pl")).optional(),
            protocol: z.string().min(1),
            securityGroups: z.array(z.string().min(1)).optional(),
            self: z.boolean().optional(),
            toPort: anyPort,
        }),
    )
    .optional();

const securityGroup = defineType({
    token: "aws:ec2/securityGroup:SecurityGroup",
    inputs: regional({
        description: plainText.optional(),
        egress: inlineRules,
        ingress: inlineRules,
        name: plainText
            .refine((name) => !name.startsWith("sg-"), 'a name that does not begin with "sg-"')
            .optional(),
        namePrefix: plainText.max(229).optional(),
        revokeRulesOnDelete: z.boolean().optional(),
        tags: tags.optional(),
        vpcId: ec2Id("vpc").optional(),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["description", "name", "namePrefix", "vpcId"],
    sets: ["egress", "ingress"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 255 },
    identify: ({ randomId }) => randomId("sg"),
    derive: ({ id, arn, account }, inputs) => ({
        arn: arn("ec2", `security-group/${id}`),
        description: inputs.description ?? "Managed by Pulumi",
        egress: inputs.egress ?? [],
        ingress: inputs.ingress ?? [],
        ownerId: account,
        revokeRulesOnDelete: inputs.revokeRulesOnDelete ?? false,
    }),
});

const defaultSecurityGroup = defineType({
    token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    inputs: regional({
        egress: inlineRules,
        ingress: inlineRules,
        revokeRulesOnDelete: z.boolean().optional(),
        tags: tags.optional(),
        vpcId: ec2Id("vpc").optional(),
    }),
    replaceOn: ["vpcId"],
    sets: ["egress", "ingress"],
    identify: ({ randomId }) => randomId("sg"),
    derive: ({ id, arn, account }, inputs) => ({
        arn: arn("ec2", `security-group/${id}`),
        description: "default VPC security group",
        egress: inputs.egress ?? [],
        ingress: inputs.ingress ?? [],
        name: "default",
        namePrefix: "",
        ownerId: account,
    }),
});

/** The two directions have the same arguments and checks. */
function securityGroupRule(token: string): ResourceType {
    return defineType({
        token,
        inputs: regional({
            cidrIpv4: cidr4.optional(),
            cidrIpv6: cidr6.optional(),
            description: plainText.optional(),
            fromPort: anyPort.optional(),
            ipProtocol: z.string().min(1),
            prefixListId: ec2Id("pl").optional(),
            referencedSecurityGroupId: z.string().min(1).optional(),
            securityGroupId: ec2Id("sg"),
            tags: tags.optional(),
            toPort: anyPort.optional(),
        }),
        rules: [
            exactlyOneOf("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
            rule(["fromPort", "toPort", "ipProtocol"], ({ fromPort, toPort, ipProtocol }) => {
                const ports = [fromPort, toPort].filter((value) => value !== undefined);
                if (ipProtocol === "-1") {
                    return ports.length > 0
                        ? 'not allowed with ipProtocol "-1", which means all ports'
                        : undefined;
                }
                if (ports.length < 2) return 'fromPort and toPort are required unless ipProtocol is "-1"';
                const [from, to] = [Number(fromPort), Number(toPort)];
                const isPortRange = ipProtocol === "tcp" || ipProtocol === "udp";
                return isPortRange && from > to ? `got ${from} to ${to}; allowed: at most toPort` : undefined;
            }),
        ],
        replaceOn: ["securityGroupId"],
        identify: ({ randomId }) => randomId("sgr"),
        derive: ({ id, arn }) => ({ arn: arn("ec2", `security-group-rule/${id}`), securityGroupRuleId: id }),
    });
}

/** Security groups and their rules. */
export const securityGroupTypes = [
    securityGroup,
    defaultSecurityGroup,
    securityGroupRule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
    securityGroupRule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
];
