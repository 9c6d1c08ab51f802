import { ingressNotWorld } from "../../policies/rules/ingressNotWorld";
import { breaks, unknownIn } from "./breaks";

breaks(ingressNotWorld, [
    {
        type: "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        set: { cidrIpv4: "0.0.0.0/0" },
        expected: [
            "ingress is open to 0.0.0.0/0; allowed in dev: security groups, or address ranges of /8 and longer. Name the security group that may connect.",
        ],
    },
    {
        type: "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        set: { cidrIpv4: "128.0.0.0/1" },
        expected: [
            "ingress is open to 128.0.0.0/1; allowed in dev: security groups, or address ranges of /8 and longer. Name the security group that may connect.",
        ],
    },
    {
        type: "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        set: { cidrIpv4: undefined, cidrIpv6: "::/0" },
        expected: [
            "ingress is open to ::/0; allowed in dev: security groups, or address ranges of /8 and longer. Name the security group that may connect.",
        ],
    },
    {
        type: "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        set: { cidrIpv4: undefined },
        unknown: ["referencedSecurityGroupId"],
        stack: "prod",
        expected: [],
    },
    {
        type: "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        unknown: ["cidrIpv4"],
        stack: "prod",
        expected: [unknownIn("cidrIpv4")],
    },
    { type: "vpc/securityGroupIngressRule:SecurityGroupIngressRule", unknown: ["cidrIpv4"], expected: [] },
    {
        type: "ec2/securityGroup:SecurityGroup",
        set: { "ingress.0.cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"] },
        expected: [
            "ingress is open to 0.0.0.0/0; allowed in dev: security groups, or address ranges of /8 and longer. Name the security group that may connect.",
        ],
    },
    {
        type: "ec2/securityGroup:SecurityGroup",
        set: { "ingress.0.ipv6CidrBlocks": ["::/0"] },
        expected: [
            "ingress is open to ::/0; allowed in dev: security groups, or address ranges of /8 and longer. Name the security group that may connect.",
        ],
    },
    {
        type: "ec2/securityGroup:SecurityGroup",
        set: { "ingress.0.cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"] },
        unknown: ["ingress.0.cidrBlocks.0"],
        stack: "prod",
        expected: [
            unknownIn("ingress.0.cidrBlocks.0"),
            "ingress is open to 0.0.0.0/0; allowed in prod: security groups, or address ranges of /8 and longer. Name the security group that may connect.",
        ],
    },
    {
        type: "ec2/securityGroup:SecurityGroup",
        set: { egress: [{ cidrBlocks: ["0.0.0.0/0"] }] },
        expected: [],
    },
    {
        type: "ec2/defaultSecurityGroup:DefaultSecurityGroup",
        set: { "ingress.0.cidrBlocks": ["0.0.0.0/0"] },
        expected: [
            "ingress is open to 0.0.0.0/0; allowed in dev: security groups, or address ranges of /8 and longer. Name the security group that may connect.",
        ],
    },
    {
        type: "ec2/securityGroupRule:SecurityGroupRule",
        set: { cidrBlocks: ["0.0.0.0/0"] },
        expected: [
            "ingress is open to 0.0.0.0/0; allowed in dev: security groups, or address ranges of /8 and longer. Name the security group that may connect.",
        ],
    },
    {
        type: "ec2/securityGroupRule:SecurityGroupRule",
        set: { type: "egress", cidrBlocks: ["0.0.0.0/0"] },
        expected: [],
    },
]);
