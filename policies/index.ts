import { PolicyPack } from "@pulumi/policy";
import { rules } from "./list";

new PolicyPack("bqx-ml", { policies: rules });
