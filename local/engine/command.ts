import { PulumiCommand } from "@pulumi/pulumi/automation";
import { dirname } from "node:path";

/** The Automation API's handle of an engine. @param engine `pulumi`, or the path of a binary in a folder `bin` */
export function engineCommand(engine: string): Promise<PulumiCommand> {
    return PulumiCommand.get(engine === "pulumi" ? {} : { root: dirname(dirname(engine)) });
}
