import * as aws from "@pulumi/aws";
import { each, on, resourceRule, type Finding } from "../rule";

/** A shorter prefix than /8 is a good part of the internet; two halves of it must not pass for less than the whole. */
const SHORTEST_PREFIX = 8;

function rangeFinding(cidr: string | undefined): Finding {
    if (cidr === undefined || Number(cidr.split("/")[1] ?? "32") >= SHORTEST_PREFIX) return undefined;
    return {
        found: `ingress is open to ${cidr}`,
        allowed: `security groups, or address ranges of /${SHORTEST_PREFIX} and longer`,
        fix: "Name the security group that may connect",
    };
}

function rangesFinding(ipv4: readonly string[] | undefined, ipv6: readonly string[] | undefined): Finding {
    return [each(ipv4, rangeFinding), each(ipv6, rangeFinding)];
}

/** Nothing in the private subnets is for the world: databases, caches and endpoints are reached from inside. */
export const ingressNotWorld = resourceRule({
    name: "ingress-not-world",
    description: "No security group accepts connections from the whole internet.",
    validateResource: [
        on(aws.ec2.SecurityGroup, ({ ingress }) =>
            each(ingress, ({ cidrBlocks, ipv6CidrBlocks }) => rangesFinding(cidrBlocks, ipv6CidrBlocks)),
        ),
        on(aws.ec2.DefaultSecurityGroup, ({ ingress }) =>
            each(ingress, ({ cidrBlocks, ipv6CidrBlocks }) => rangesFinding(cidrBlocks, ipv6CidrBlocks)),
        ),
        on(aws.ec2.SecurityGroupRule, ({ type, cidrBlocks, ipv6CidrBlocks }) =>
            type === "ingress" ? rangesFinding(cidrBlocks, ipv6CidrBlocks) : undefined,
        ),
        on(
            aws.vpc.SecurityGroupIngressRule,
            ({ cidrIpv4 }) => rangeFinding(cidrIpv4),
            ({ cidrIpv6 }) => rangeFinding(cidrIpv6),
        ),
    ],
});
