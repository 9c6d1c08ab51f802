import { version } from "@pulumi/awsx/package.json";
import * as pulumi from "@pulumi/pulumi";
import { Vpc } from "./vpc";

/**
 * The process that serves the package `awsx`. It is one of its own because Pulumi's component server keeps its
 * connection to the engine in global state, which the program's process needs for itself.
 */
const provider: pulumi.provider.Provider = {
    version,
    async construct(name, type, inputs, options) {
        if (type !== "awsx:ec2:Vpc") {
            throw new Error(`${type} is not one of the awsx types this local stack knows: awsx:ec2:Vpc`);
        }
        const vpc = await Vpc.create(name, inputs, options);
        return { urn: vpc.urn, state: vpc.state() };
    },
};

void pulumi.provider.main(provider, process.argv.slice(2));
