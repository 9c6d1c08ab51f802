/** A host whose function never pauses: prints the process of the function, and waits to be killed. */
import { zip } from "../../../../local/provider/zip";
import { ExecutionEnvironment } from "../../../../local/services/lambda/environment";
import { Packages } from "../../../../local/services/lambda/packages";

const CODE = "exports.handler = async () => { console.log(process.pid); for (;;); };";

const packages = new Packages(process.argv[2] ?? "");
packages.prepareRuntime();
const taskRoot = packages.folderOf("AAAA", () => zip(new Map([["index.js", Buffer.from(CODE)]])));
const environment = new ExecutionEnvironment(
    {
        functionName: "busy",
        bootstrap: packages.bootstrap,
        taskRoot,
        memoryMb: 256,
        timeoutSeconds: 900,
        log: { group: "g", format: "Text", systemLevel: "INFO" },
        variables: {
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
            LAMBDA_TASK_ROOT: taskRoot,
            _HANDLER: "index.handler",
        },
    },
    "stream",
    (line) => console.log(line.split("\t").at(-1)),
);
void environment.invoke({ requestId: "1", payload: "{}", functionArn: "arn" });
